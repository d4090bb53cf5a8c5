//! `run`: a command once, in a container of its own.

use crate::support::{Container, Fault, Proxy, Ran, Scenario, Terminal};
use serde_json::Value;

/// The one-off containers of a project.
fn once(scenario: &Scenario) -> Vec<Container> {
    scenario.containers().into_iter().filter(|one| one.label("com.docker.compose.oneoff") == "True").collect()
}

#[test]
fn run_passes_output_errors_and_the_exit_code_through() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["run", "--rm", "--no-deps", "web", "sh", "-c", "echo out; echo err >&2; exit 7"]).code(7);
    assert_eq!(ran.stdout, "out\n");
    ran.says("err\n");
    assert!(once(&scenario).is_empty());
}

#[test]
fn nothing_is_lost_of_a_process_that_ends_at_once() {
    let scenario = Scenario::new("web_and_db");
    for number in 0..10 {
        let ran = scenario.hoist(["run", "--rm", "--no-deps", "-T", "web", "echo", &number.to_string()]).ok();
        assert_eq!(ran.stdout, format!("{number}\n"));
    }
}

#[test]
fn run_passes_standard_input_and_its_end() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.fed(b"hi\n", ["run", "--rm", "-T", "web", "cat"]).ok();
    assert_eq!(ran.stdout, "hi\n");
    let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let ran = scenario.fed(&bytes, ["run", "--rm", "-T", "web", "wc", "-c"]).ok();
    assert_eq!(ran.stdout, "200000\n");
}

#[test]
fn run_starts_and_awaits_what_the_service_depends_on_and_not_the_service() {
    let scenario = Scenario::new("chain");
    let services = scenario.hoist(["config", "--services"]).ok().stdout;
    let service = services.lines().last().unwrap().to_owned();
    let ran = scenario.hoist(["run", "--rm", "-T", &service, "true"]);
    assert_eq!(ran.code, Some(0), "{}", ran.told());
    assert!(scenario.containers().iter().all(|one| one.service() != service));
}

#[test]
fn without_dependencies_only_the_container_itself_is_made() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["run", "--no-deps", "--name", "mine", "web", "true"]).ok();
    let all = scenario.containers();
    assert_eq!(all.iter().map(Container::name).collect::<Vec<_>>(), ["mine"]);
    scenario.hoist(["run", "--no-deps", "--name", "mine", "web", "true"]).code(1).says("the name 'mine' is taken");
}

#[test]
fn a_failing_dependency_keeps_the_command_from_running() {
    let scenario = Scenario::new("failing_job");
    let ran = scenario.hoist(["run", "--rm", "-T", "web", "echo", "ran"]).code(1);
    assert_eq!(ran.stdout, "");
    assert!(once(&scenario).is_empty());
}

#[test]
fn a_detached_run_prints_the_id_and_nothing_else() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["run", "-d", "--no-deps", "web", "sleep", "60"]).ok();
    let all = once(&scenario);
    assert_eq!(ran.stdout, format!("{}\n", all[0].id()));
    assert_eq!(all[0].state(), "running");
}

#[test]
fn the_container_of_run_is_the_one_that_docker_compose_makes() {
    let scenario = Scenario::new("one_off");
    let flags = [
        "run",
        "--no-deps",
        "-T",
        "--name",
        "NAME",
        "-e",
        "A=1",
        "-e",
        "FROM_ENV",
        "-u",
        "1:1",
        "-w",
        "/tmp",
        "-l",
        "mine=1",
        "--cap-add",
        "NET_ADMIN",
        "--cap-drop",
        "KILL",
        "-p",
        "127.0.0.1::81",
        "-v",
        "data:/more",
        "-v",
        "/tmp:/host:ro",
        "job",
        "sh",
        "-c",
        "exit 3",
    ];
    same_as_compose(&scenario, &flags);
    same_as_compose(&scenario, &["run", "--name", "NAME", "-T", "--use-aliases", "-P", "job"]);
    same_as_compose(&scenario, &["run", "--name", "NAME", "-T", "--entrypoint", "sh -c 'exit 3'", "job"]);
}

/// Runs both tools with the same flags, and compares all that the engine knows of their containers.
fn same_as_compose(scenario: &Scenario, flags: &[&str]) {
    let name = format!("{}-once", scenario.project());
    let words: Vec<&str> = flags.iter().map(|word| if *word == "NAME" { name.as_str() } else { *word }).collect();
    let inspect = |ran: Ran| {
        assert_eq!(ran.code, Some(3), "{}", ran.told());
        let seen = scenario.docker(["inspect", &name]).ok().stdout;
        scenario.docker(["rm", "--volumes", &name]).ok();
        let seen: Value = serde_json::from_str(&seen).unwrap();
        comparable(seen[0].clone())
    };
    let theirs = inspect(scenario.compose_words(&words));
    let ours = inspect(scenario.hoist_words(&words));
    let mut differences = Vec::new();
    compare("", &ours, &theirs, &mut differences);
    assert!(differences.is_empty(), "{flags:?}\n{}", differences.join("\n"));
}

/// What the engine knows of a container, less what differs from one container to the next.
fn comparable(mut seen: Value) -> Value {
    let all = seen.as_object_mut().unwrap();
    for key in ["Id", "Created", "State", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "GraphDriver"] {
        all.remove(key);
    }
    let config = seen["Config"].as_object_mut().unwrap();
    config.remove("Hostname");
    let labels = config["Labels"].as_object_mut().unwrap();
    assert_eq!(labels.remove("com.docker.compose.slug").unwrap().as_str().unwrap().len(), 64);
    labels.remove("dev.hoist.fingerprint");
    let mut environment: Vec<String> = serde_json::from_value(config["Env"].clone()).unwrap();
    environment.sort();
    config["Env"] = environment.into();
    seen["NetworkSettings"].as_object_mut().unwrap().retain(|key, _| key == "Networks");
    for endpoint in seen["NetworkSettings"]["Networks"].as_object_mut().unwrap().values_mut() {
        let aliases = endpoint["Aliases"].clone();
        *endpoint = serde_json::json!({ "Aliases": aliases });
    }
    for mount in seen["Mounts"].as_array_mut().unwrap() {
        let anonymous = mount["Name"].as_str().is_some_and(|name| name.len() == 64);
        if anonymous {
            mount.as_object_mut().unwrap().retain(|key, _| key != "Name" && key != "Source");
        }
    }
    let by = |one: &Value| one["Destination"].as_str().unwrap().to_owned();
    seen["Mounts"].as_array_mut().unwrap().sort_by_key(by);
    if let Some(binds) = seen["HostConfig"]["Binds"].as_array_mut() {
        binds.sort_by_key(ToString::to_string);
    }
    seen
}

fn compare(place: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let of = |all: &serde_json::Map<String, Value>| all.get(key).cloned().unwrap_or_default();
                compare(&format!("{place}.{key}"), &of(one), &of(other), differences);
            }
        }
        // Not set, and set to nothing, are the same to the engine.
        (one, other) if nothing(one) && nothing(other) => {}
        (one, other) if one == other => {}
        (one, other) => differences.push(format!("{place}: ours {one}, theirs {other}")),
    }
}

fn nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(serde_json::Map::is_empty)
}

#[test]
fn run_has_the_configs_and_secrets_that_no_file_has() {
    let mut scenario = Scenario::empty();
    scenario.set("PASSWORD", "canary-hidden");
    let job = "services: {job: {image: busybox, configs: [c], secrets: [s]}}";
    scenario.write(
        "compose.yaml",
        &format!("{job}\nconfigs: {{c: {{content: plain}}}}\nsecrets: {{s: {{environment: PASSWORD}}}}\n"),
    );
    let ran = scenario.hoist(["run", "--rm", "-T", "job", "cat", "/c", "/run/secrets/s"]).ok();
    assert_eq!(ran.stdout, "plaincanary-hidden");
}

#[test]
fn the_usual_name_is_made_of_the_slug() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["run", "--no-deps", "-T", "web", "true"]).ok();
    let one = once(&scenario).remove(0);
    let slug = one.label("com.docker.compose.slug");
    assert_eq!(one.name(), format!("{}-web-run-{}", scenario.project(), &slug[..12]));
    assert_eq!(one.label("com.docker.compose.container-number"), "");
}

#[test]
fn an_interrupted_run_leaves_no_container() {
    let scenario = Scenario::new("web_and_db");
    let script = "trap 'echo bye; exit 9' INT; echo up; while true; do sleep 0.1; done";
    let running = scenario.spawn(["run", "--rm", "--no-deps", "-T", "web", "sh", "-c", script]);
    running.until_prints("up");
    running.interrupt();
    running.wait().code(9).prints("bye");
    assert!(once(&scenario).is_empty());
}

#[test]
fn a_process_that_does_not_hear_is_killed_by_the_second_interrupt() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    let running = scenario.spawn(["run", "--rm", "--no-deps", "-T", "web", "sh", "-c", "echo up; exec sleep 600"]);
    running.until_prints("up");
    running.interrupt();
    // Two signals of a kind that come at once are one.
    proxy.until("/kill");
    running.interrupt();
    running.wait().code(130);
    assert!(once(&scenario).is_empty());
}

#[test]
fn a_start_that_fails_leaves_no_container() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["run", "--rm", "--no-deps", "-T", "web", "no-such-program"]).code(1).says("no-such-program");
    assert!(once(&scenario).is_empty());
}

#[test]
fn run_gives_the_container_the_terminal() {
    let scenario = Scenario::new("web_and_db");
    let mut terminal = Terminal::of(&scenario, ["run", "-it", "--rm", "--no-deps", "web", "sh"], (33, 111));
    terminal.types("while [ \"$(stty size)\" != '33 111' ]; do sleep 0.1; done; echo as-large-$((1 + 1)); exit 4\r");
    terminal.until_shows("as-large-2");
    assert_eq!(terminal.wait(), 4);
    assert!(once(&scenario).is_empty());
}

#[test]
fn a_dependency_that_run_replaces_keeps_its_anonymous_volumes() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.inside("db", "echo kept > /cache/file").ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: other");
    let ran = scenario.hoist(["run", "--rm", "-T", "web", "true"]).ok();
    ran.says("environment.MODE");
    assert_eq!(scenario.inside("db", "cat /cache/file").ok().stdout, "kept\n");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_makes_nothing() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["run", "--dry-run", "web", "true"]).ok();
    ran.prints("db").says("would run 'web'");
    scenario.is_gone();
}

#[test]
fn a_quiet_run_says_nothing_itself() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["run", "--rm", "-T", "--quiet", "web", "echo", "hi"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("hi\n", ""));
}

#[test]
fn only_a_name_that_is_taken_is_said_to_be() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    proxy.when("POST", "/containers/create", Fault::Refuse { status: 409, message: "not in this state".into() });
    scenario.through(&proxy);
    scenario
        .hoist(["run", "--rm", "--no-deps", "-T", "web", "true"])
        .code(1)
        .says("not in this state")
        .never_says("is taken");
}
