//! `docker compose` works on a stack of ours, and `hoist` on one of theirs.

use crate::support::{Scenario, absent, compose, down, engine, exited, running, same_container, up};

#[test]
fn compose_up_replaces_nothing_of_ours() {
    Scenario::new("web_and_db").step("hoist up", up(["-d"]), [running("web"), running("db")]).step(
        "compose up",
        compose(["up", "-d"]),
        [same_container("web"), same_container("db")],
    );
}

#[test]
fn up_replaces_nothing_of_composes() {
    Scenario::new("web_and_db").step("compose up", compose(["up", "-d"]), [running("web"), running("db")]).step(
        "hoist up",
        up(["-d"]),
        [same_container("web"), same_container("db")],
    );
}

#[test]
fn up_on_composes_stack_says_that_it_is_up_to_date() {
    let scenario = Scenario::new("two_networks");
    scenario.compose(["up", "-d"]).ok();
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn neither_replaces_what_the_other_made_of_a_rich_file() {
    for case in ["twin_mounts", "twin_networks", "twin_process"] {
        let scenario = Scenario::new(case);
        scenario.compose(["up", "-d"]).ok();
        let ids = |scenario: &Scenario| scenario.containers().iter().map(|one| one.id().to_owned()).collect::<Vec<_>>();
        let theirs = ids(&scenario);
        let ran = scenario.hoist(["up", "-d"]).ok();
        assert_eq!(ids(&scenario), theirs, "{case}\n{}", ran.told());
        scenario.compose(["down", "-v"]).ok();
        scenario.hoist(["up", "-d"]).ok();
        let ours = ids(&scenario);
        let ran = scenario.compose(["up", "-d"]).ok();
        assert_eq!(ids(&scenario), ours, "{case}\n{}", ran.told());
    }
}

#[test]
fn a_stack_of_all_kinds_goes_back_and_forth_and_no_container_is_replaced() {
    let scenario = Scenario::new("handed_over");
    let ids = || scenario.containers().iter().map(|one| one.id().to_owned()).collect::<Vec<_>>();
    // Who is left alone is not started again either.
    let untouched = || {
        scenario.containers().iter().map(|one| (one.id().to_owned(), one.started_at().to_owned())).collect::<Vec<_>>()
    };
    scenario.compose(["up", "-d", "--wait"]).ok();
    let (made, theirs) = (ids(), untouched());
    assert_eq!(made.len(), 4);
    scenario.hoist(["plan"]).ok();
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    assert_eq!(untouched(), theirs);
    scenario.compose(["stop"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(ids(), made);
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
    let taken_over = untouched();
    scenario.compose(["up", "-d", "--wait"]).ok();
    assert_eq!(untouched(), taken_over);
    scenario.compose(["down"]).ok();
    scenario.hoist(["up", "-d", "--wait"]).ok();
    let ours = untouched();
    scenario.compose(["up", "-d", "--wait"]).ok();
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    assert_eq!(untouched(), ours);
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn compose_ps_lists_a_stack_of_ours() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let services = scenario.compose(["ps", "--services"]).ok().stdout;
    assert_eq!(services.lines().collect::<Vec<_>>(), ["db", "web"]);
}

#[test]
fn compose_logs_reads_a_stack_of_ours() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.compose(["logs"]).ok().prints("| web is up").prints("| db is up");
}

#[test]
fn compose_down_removes_a_stack_of_ours() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let anonymous = scenario.container("db").volumes()["/cache"].clone();
    scenario.compose(["down", "-v"]).ok();
    scenario.is_gone();
    assert_eq!(engine::volume(&anonymous), None);
}

#[test]
fn ps_lists_a_stack_of_composes() {
    let scenario = Scenario::new("web_and_db");
    scenario.compose(["up", "-d"]).ok();
    let services = scenario.hoist(["ps", "--services"]).ok().stdout;
    assert_eq!(services.lines().collect::<Vec<_>>(), ["db", "web"]);
}

#[test]
fn logs_reads_a_stack_of_composes() {
    let scenario = Scenario::new("web_and_db");
    scenario.compose(["up", "-d"]).ok();
    scenario.hoist(["logs"]).ok().prints("web-1  | web is up").prints("db-1   | db is up");
}

#[test]
fn down_removes_a_stack_of_composes() {
    let scenario = Scenario::new("web_and_db");
    scenario.compose(["up", "-d"]).ok();
    let anonymous = scenario.container("db").volumes()["/cache"].clone();
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
    assert_eq!(engine::volume(&anonymous), None);
}

#[test]
fn compose_scales_what_we_made_and_we_scale_it_back() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    scenario.compose(["up", "-d", "--scale", "other=2"]).ok();
    scenario.step("hoist up", up(["-d"]), [running("other"), same_container("web")]).step(
        "hoist down",
        down([]),
        [absent("other")],
    );
}

#[test]
fn a_finished_job_is_run_again_by_up_as_compose_does() {
    let scenario = Scenario::new("ordered").step("up", up(["-d"]), [exited("job", 0)]);
    let first = scenario.container("job").started_at().to_owned();
    let scenario = scenario.step("up again", up(["-d"]), [running("web"), same_container("web")]);
    let job = scenario.container("job");
    job.wait();
    assert_ne!(scenario.container("job").started_at(), first);
}

#[test]
fn containers_of_a_compose_run_are_left_alone() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    scenario.compose(["run", "-d", "db", "httpd", "-f"]).ok();
    let one_off = scenario.containers().into_iter().find(|one| one.label("com.docker.compose.oneoff") == "True");
    let one_off = one_off.expect("the run is there");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(engine::Container::get(one_off.id()).state(), "running");
}

#[test]
fn a_container_whose_image_label_is_of_another_kind_is_compared_by_its_image() {
    let scenario = Scenario::new("three_services").step("up", up(["-d"]), [running("other")]);
    let (other, network) = (scenario.container("other"), scenario.name_of("default"));
    let labels = other.labels().into_iter().map(|(name, value)| match name.as_str() {
        // As Compose 5 does on a store of images for several platforms.
        "com.docker.compose.image" => format!("{name}=sha256:{}", "0".repeat(64)),
        _ => format!("{name}={value}"),
    });
    let labels: Vec<String> = labels.collect();
    scenario.docker(["rm", "--force", other.id()]).ok();
    let flags = labels.iter().flat_map(|label| ["--label", label]);
    let words: Vec<&str> =
        ["run", "--detach", "--stop-signal", "SIGKILL", "--name", other.name(), "--network", &network]
            .into_iter()
            .chain(flags)
            .chain(["busybox", "httpd", "-f"])
            .collect();
    let mut docker = scenario.program("docker");
    assert!(docker.args(words).status().unwrap().success());
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}
