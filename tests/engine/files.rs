//! Configs and secrets: what a container finds, what makes it another one, and who never learns of them.

use crate::support::{Scenario, compose, engine, replaced, running, same_container, up};

/// The value of the secret `password` of the case `files`.
const CANARY: &str = "canary-7e1f";
const SERVICES: [&str; 5] = ["file", "text", "secret", "variable", "none"];

fn files() -> Scenario {
    let scenario = Scenario::new("files");
    scenario.hoist(["up", "-d"]).ok();
    scenario
}

/// Owner, mode and content of all that the case `twin_files` brings into a container.
fn inside(scenario: &Scenario) -> String {
    let files = "/app.conf /relative.conf /etc/app/text.conf /from_shell /run/secrets/* /deep/er/password";
    let script = format!("for file in {files} /etc/app /deep/er; do stat -c '%n %a %u %g' $file; done; cat {files}");
    scenario.inside("all", &script).ok().stdout
}

#[test]
fn a_container_finds_what_compose_brings() {
    let mut scenario = Scenario::new("twin_files");
    scenario.set("FROM_SHELL", "from the shell");
    scenario.compose(["up", "-d"]).ok();
    let theirs = inside(&scenario);
    scenario.compose(["down"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    let ours = inside(&scenario);
    assert_eq!(ours, theirs);
    let wanted = ["/etc/app/text.conf 440 5 6", "/run/secrets/password 444 0 0", "/deep/er/password 400 0 0"];
    assert!(wanted.iter().all(|line| ours.contains(line)) && ours.contains("from the shell"), "{ours}");
}

#[test]
fn neither_tool_replaces_what_the_other_made() {
    let scenario = Scenario::new("files").step("compose up", compose(["up", "-d"]), [running("variable")]);
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    let same = SERVICES.map(same_container);
    let scenario = scenario.step("compose up again", compose(["up", "-d"]), same);
    scenario.compose(["down"]).ok();
    let scenario = scenario.step("hoist up", up(["-d"]), SERVICES.map(running));
    let scenario = scenario.step("compose up", compose(["up", "-d"]), SERVICES.map(same_container));
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn an_edited_file_replaces_exactly_the_services_that_have_it_and_says_so() {
    let edits = [
        ("file", "app.conf", "one", "two", "config 'app.conf' has new content"),
        ("secret", "token", "first", "second", "secret 'token' has new content"),
        ("text", "compose.yaml", "content: one", "content: two", "config 'text' has new content"),
        ("variable", ".env", CANARY, "another", "secret 'password' has new content"),
    ];
    let mut scenario = files();
    for (service, file, from, to, reason) in edits {
        scenario.edit(file, from, to);
        scenario.hoist(["plan"]).code(2).prints(reason).prints("1 to replace");
        let same = SERVICES.iter().filter(|one| **one != service).map(|one| same_container(one));
        let mut checks = same.collect::<Vec<_>>();
        checks.push(replaced(service));
        let checks: [_; 5] = checks.try_into().unwrap_or_else(|_| panic!("five services"));
        scenario = scenario.step(reason, up(["-d"]), checks);
        scenario.hoist(["up", "-d"]).ok().says("up to date");
    }
    scenario.inside("text", "cat /etc/text").ok().prints("two");
    scenario.inside("variable", "cat /run/secrets/password").ok().prints("another");
}

#[test]
fn a_new_content_means_nothing_for_a_container_of_composes() {
    let scenario = Scenario::new("files");
    scenario.compose(["up", "-d"]).ok();
    scenario.edit("app.conf", "one", "two");
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn what_is_in_memory_is_put_in_again_before_each_start() {
    let scenario = files();
    let before = scenario.container("variable");
    scenario.inside("variable", "rm /run/secrets/password").ok();
    scenario.docker(["stop", before.id()]).ok();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("variable").id(), before.id());
    scenario
        .inside("variable", "stat -c %a /run/secrets/password; cat /run/secrets/password")
        .ok()
        .prints("400")
        .prints(CANARY);
}

#[test]
fn what_is_missing_is_told_with_its_place_before_anything_is_made() {
    let faults: [(&str, &str, &str, &str); 6] = [
        (
            "compose.yaml",
            "environment: PASSWORD",
            "environment: NOT_SET",
            "compose.yaml:41:18: error[required-variable]",
        ),
        ("compose.yaml", "file: ./app.conf", "file: ./nowhere", "error[file-not-found]: file '"),
        (
            "compose.yaml",
            "    content: one",
            "    external: true",
            "config 'text' has 'external', which only Docker Swarm",
        ),
        ("compose.yaml", "    content: one", "    content: one\n    template_driver: golang", "'template_driver'"),
        ("compose.yaml", "    configs:\n", "    read_only: true\n    configs:\n", "which is 'read_only'"),
        ("compose.yaml", "mode: 0600", "uid: nobody", "'nobody' is no 'uid' for config 'text'"),
    ];
    for (file, from, to, told) in faults {
        let scenario = Scenario::new("files");
        scenario.edit(file, from, to);
        scenario.hoist(["up", "-d"]).code(1).says(told);
        scenario.is_gone();
        scenario.hoist(["plan"]).code(1).says(told);
    }
}

#[test]
fn owner_and_mode_of_a_file_of_the_host_are_a_warning() {
    let scenario = Scenario::new("files");
    scenario.edit("compose.yaml", "configs: [app.conf]", "configs: [{source: app.conf, mode: 0400}]");
    scenario.hoist(["up", "-d"]).ok().says("'mode' of config 'app.conf' does nothing: its file keeps its own");
}

#[test]
fn a_secret_is_told_to_nobody_but_its_container() {
    let scenario = Scenario::new("files");
    let mut told = String::new();
    for words in [["plan", "--format=json"], ["up", "--dry-run"], ["--progress=json", "plan"]] {
        told += &scenario.hoist(words).told();
    }
    told += &scenario.hoist(["--progress=json", "up", "-d"]).ok().told();
    scenario.edit(".env", CANARY, "canary-other");
    told += &scenario.hoist(["plan", "--format=json"]).told();
    told += &scenario.hoist(["--progress=plain", "up", "-d"]).ok().told();
    scenario.edit(
        "compose.yaml",
        "    command: httpd -f\n    stop_signal: SIGKILL\n    secrets:\n",
        "    command: /none\n    secrets:\n",
    );
    told += &scenario.hoist(["up", "-d"]).code(1).told();
    for one in scenario.containers() {
        told += &engine::get(&format!("/containers/{}/json", one.id())).to_string();
    }
    let found = told.lines().find(|line| line.contains("canary"));
    assert_eq!(found, None);
}
