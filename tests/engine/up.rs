//! `up` on an engine that holds nothing, or all, of the project.

use crate::support::proxy::Request;
use crate::support::{Proxy, Scenario, absent, down, replaced, running, same_container, up};

#[test]
fn the_first_up_creates_a_network_a_volume_and_containers() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["up", "-d"]);
    let names: Vec<_> = scenario.containers().iter().map(|one| one.name().to_owned()).collect();
    assert_eq!(names, ["db", "web"].map(|service| format!("{}-{service}-1", scenario.project())), "{}", ran.told());
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
    assert_eq!(scenario.networks().into_keys().collect::<Vec<_>>(), [scenario.name_of("default")]);
    assert_eq!(scenario.volumes().into_keys().collect::<Vec<_>>(), [scenario.name_of("data")]);
    assert!(scenario.container("db").volumes().contains_key("/cache"));
    ran.ok();
}

#[test]
fn an_unchanged_project_is_left_alone() {
    Scenario::new("web_and_db").step("the first up creates both", up(["-d"]), [running("db"), running("web")]).step(
        "the second up touches nothing",
        up(["-d"]),
        [same_container("db"), same_container("web")],
    );
}

#[test]
fn a_second_up_says_that_it_is_up_to_date() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn a_second_up_takes_five_requests_or_fewer_and_writes_nothing() {
    let (mut scenario, proxy) = (Scenario::new("killed"), Proxy::new());
    scenario.hoist(["up", "-d"]).ok();
    scenario.through(&proxy);
    scenario.hoist(["up", "-d"]).ok();
    let requests: Vec<_> = proxy.requests().iter().map(Request::line).collect();
    assert!(requests.len() <= 5 && proxy.writes().is_empty(), "{requests:#?}");
}

#[test]
fn a_second_up_of_the_first_example_takes_five_requests_or_fewer() {
    let _port = crate::support::example::hold(5000);
    let (mut scenario, proxy) = (Scenario::example("flask-redis"), Proxy::new());
    scenario.hoist(["up", "-d"]).ok();
    scenario.through(&proxy);
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    let requests: Vec<_> = proxy.requests().iter().map(Request::line).collect();
    assert!(requests.len() <= 5 && proxy.writes().is_empty(), "{requests:#?}");
}

#[test]
fn an_up_of_one_service_brings_what_it_needs_and_nothing_else() {
    Scenario::new("three_services").step(
        "up of 'web'",
        up(["-d", "web"]),
        [running("web"), running("db"), absent("other")],
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    let ran = scenario.hoist(["up", "-d", "--dry-run"]);
    assert!(proxy.writes().is_empty(), "{:?}", proxy.writes());
    scenario.is_gone();
    ran.ok().prints("web");
}

#[test]
fn a_container_that_stopped_is_started_again_not_replaced() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web");
    scenario.docker(["kill", before.id()]).ok();
    before.wait();
    scenario.hoist(["up", "-d"]).ok();
    let after = scenario.container("web");
    assert_eq!((after.id(), after.state()), (before.id(), "running"));
}

#[test]
fn a_container_that_somebody_removed_is_made_again() {
    let scenario = Scenario::new("web_and_db").step("up", up(["-d"]), [running("web")]);
    scenario.docker(["rm", "--force", scenario.container("web").id()]).ok();
    scenario.step("up again", up(["-d"]), [running("web"), same_container("db")]);
}

#[test]
fn a_forced_up_replaces_what_did_not_change() {
    Scenario::new("web_and_db").step("up", up(["-d"]), [running("web")]).step(
        "a forced up",
        up(["-d", "--force-recreate"]),
        [running("web"), replaced("web"), replaced("db")],
    );
}

#[test]
fn up_names_where_a_service_is_reachable() {
    let mut scenario = Scenario::new("published");
    let port = crate::support::example::free_port().0;
    scenario.set("PORT", &port.to_string());
    let ran = scenario.hoist(["up", "-d"]);
    assert_eq!(crate::support::http::get(port, "/", &[]).body, "hello from the web");
    ran.ok().says(&format!("✔ web  running  http://localhost:{port}"));
}

#[test]
fn up_ends_with_what_is_up_and_what_is_not() {
    let mut scenario = Scenario::new("failing_job");
    scenario.set("REQUIRED", "false");
    let ran = scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("job").exit_code(), 4);
    ran.says(" ✔ web  running\n ✘ job  exited with code 4\n");
}

#[test]
fn machines_get_what_is_up_as_data() {
    let scenario = Scenario::new("three_services");
    let ran = scenario.hoist(["--progress", "json", "up", "-d"]).ok();
    let line =
        ran.stderr.lines().find(|line| line.contains("\"services\"")).unwrap_or_else(|| panic!("{}", ran.told()));
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    let up: Vec<_> = told["services"].as_array().unwrap().iter().map(|one| one["up"].as_bool()).collect();
    assert_eq!(up, [Some(true); 3], "{told}");
}

#[test]
fn up_and_down_can_go_on_for_ever() {
    Scenario::new("web_and_db")
        .step("up", up(["-d"]), [running("web")])
        .step("down", down([]), [absent("web"), absent("db")])
        .step("up again", up(["-d"]), [running("web"), running("db")])
        .step("down with all data", down(["-v"]), [absent("web"), absent("db")])
        .is_gone();
}
