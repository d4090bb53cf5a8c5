//! What belongs to whom: containers of other compose files, and of other folders of the same name.

use crate::support::gateway::Tls;
use crate::support::{Container, Scenario};

/// A scenario with a second file of the same project, whose service runs.
fn two_files() -> (Scenario, Container) {
    let scenario = Scenario::new("three_services");
    scenario.write("jobs.yaml", "services: {job: {image: busybox, command: httpd -f, stop_signal: SIGKILL}}\n");
    scenario.hoist(["-f", "jobs.yaml", "up", "-d"]).ok();
    let job = scenario.container("job");
    (scenario, job)
}

#[test]
fn a_container_of_another_file_is_never_removed_and_told_of_once() {
    let (scenario, job) = two_files();
    let ran = scenario.hoist(["up", "-d", "--remove-orphans"]).ok();
    assert_eq!(scenario.container("job").id(), job.id());
    ran.says("made from other compose files of this project, left alone").never_says("--remove-orphans");
    scenario.hoist(["down", "--remove-orphans"]).ok();
    assert_eq!(scenario.container("job").id(), job.id());
}

#[test]
fn a_container_of_a_file_that_is_gone_is_an_orphan() {
    let (scenario, job) = two_files();
    std::fs::remove_file(scenario.folder().join("jobs.yaml")).unwrap();
    scenario.hoist(["up", "-d"]).ok().says(job.name()).says("--remove-orphans");
    scenario.hoist(["up", "-d", "--remove-orphans"]).ok();
    assert!(scenario.containers().iter().all(|one| one.id() != job.id()));
}

#[test]
fn a_file_that_only_the_engines_machine_may_have_is_not_gone() {
    let (tls, (mut scenario, job)) = (Tls::start(), two_files());
    std::fs::remove_file(scenario.folder().join("jobs.yaml")).unwrap();
    scenario.at(&tls.address());
    scenario.set("DOCKER_TLS_VERIFY", "1");
    scenario.set("DOCKER_CERT_PATH", &tls.certificates().display().to_string());
    let ran = scenario.hoist(["up", "-d", "--remove-orphans"]).ok();
    assert_eq!(scenario.container("job").id(), job.id());
    ran.says("made from other compose files of this project, left alone");
    scenario.hoist(["down", "--remove-orphans"]).ok();
    assert_eq!(scenario.container("job").id(), job.id());
}

#[test]
fn a_variable_that_removes_orphans_is_for_what_brings_up_or_takes_down_a_whole_project() {
    let (mut scenario, job) = two_files();
    std::fs::remove_file(scenario.folder().join("jobs.yaml")).unwrap();
    scenario.set("COMPOSE_REMOVE_ORPHANS", "1");
    scenario.hoist(["run", "--rm", "-T", "web", "true"]).ok().says("--remove-orphans");
    scenario.hoist(["create"]).ok().says("--remove-orphans");
    assert_eq!(scenario.container("job").id(), job.id());
    scenario.hoist(["plan"]).code(2).prints("to remove");
    scenario.hoist(["up", "-d"]).ok();
    assert!(scenario.containers().iter().all(|one| one.id() != job.id()));
}

#[test]
fn orphans_can_be_ignored_and_then_not_removed() {
    let (mut scenario, job) = two_files();
    scenario.set("COMPOSE_IGNORE_ORPHANS", "true");
    scenario.hoist(["up", "-d"]).ok().never_says(job.name());
    scenario.hoist(["run", "--rm", "-T", "web", "true"]).ok().never_says(job.name());
    scenario.hoist(["up", "-d", "--remove-orphans"]).code(1).says("COMPOSE_IGNORE_ORPHANS and --remove-orphans");
    scenario
        .hoist(["run", "--remove-orphans", "web", "true"])
        .code(1)
        .says("COMPOSE_IGNORE_ORPHANS and --remove-orphans");
    assert_eq!(scenario.container("job").id(), job.id());
}

/// Another folder of the same name with an edited copy of the file.
fn nested(scenario: &Scenario, from: &str, to: &str) -> String {
    let folder = scenario.folder();
    let nested = folder.join("nested").join(folder.file_name().unwrap());
    std::fs::create_dir_all(&nested).unwrap();
    let text = std::fs::read_to_string(folder.join("compose.yaml")).unwrap();
    assert!(text.contains(from));
    std::fs::write(nested.join("compose.yaml"), text.replace(from, to)).unwrap();
    nested.display().to_string()
}

#[test]
fn a_stack_of_another_folder_of_the_same_name_is_not_taken_over_unless_one_agrees() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web");
    let folder = scenario.folder();
    let nested = nested(&scenario, "image: busybox", "image: busybox\n    environment: {OTHER: here}");
    let there = ["--project-directory", &nested, "-f", &format!("{nested}/compose.yaml"), "up", "-d"];
    let ran = scenario.hoist(there).code(1);
    assert_eq!(scenario.container("web").id(), before.id());
    ran.says(&format!("is a stack of {}", folder.display())).says(&nested).says("--yes");
    let [directory, path, file, name, up, detach] = there;
    for words in [[directory, path, file, name, "plan", "--wait"], [directory, path, file, name, up, "--dry-run"]] {
        scenario.hoist(words).code(1).prints("to replace").says("is a stack of").says("--yes");
    }
    for words in [vec!["scale", "other=2"], vec!["run", "--rm", "other", "true"]] {
        let ran = scenario.hoist_words(&[&[directory, path, file, name], &words[..]].concat()).code(1);
        ran.says("is a stack of")
            .says(&format!("'-p {}' takes the other one over", scenario.project()))
            .never_says("--yes");
    }
    scenario.hoist([directory, path, file, name, "-p", scenario.project(), up, detach, "--dry-run"]).ok();
    scenario.hoist([directory, path, file, name, up, detach, "--yes"]).ok();
    assert_ne!(scenario.container("web").id(), before.id());
}

#[test]
fn a_link_to_the_folder_leads_to_the_same_stack() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web");
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join(scenario.project());
    std::os::unix::fs::symlink(scenario.folder(), &link).unwrap();
    let file = link.join("compose.yaml").display().to_string();
    scenario.hoist(["-f", &file, "up", "-d"]).ok().says("up to date");
    assert_eq!(scenario.container("web").id(), before.id());
}

#[test]
fn a_stack_that_is_taken_over_keeps_its_data_whatever_its_volumes_are_said_to_be() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("db");
    scenario.inside("db", "echo precious > /data/file").ok();
    let text = std::fs::read_to_string(scenario.folder().join("compose.yaml")).unwrap();
    let nested = nested(
        &scenario,
        &text,
        &text.replace("MODE: plain", "MODE: other").replace("  data:\n", "  data: {labels: {tier: gold}}\n"),
    );
    let file = format!("{nested}/compose.yaml");
    let there = ["--project-directory", &nested, "-f", &file];
    let [directory, path, flag, name] = there;
    scenario.hoist([directory, path, flag, name, "up", "-d", "--yes", "--dry-run"]).ok().says("with its data");
    // The second one meets containers of both folders.
    for _ in 0..2 {
        let ran = scenario.hoist([directory, path, flag, name, "up", "-d", "--yes"]).ok();
        assert_ne!(scenario.container("db").id(), before.id());
        scenario.inside("db", "cat /data/file").ok().prints("precious");
        ran.says("it is kept as it is, with its data");
    }
    scenario.hoist([directory, path, flag, name, "-p", scenario.project(), "up", "-d", "--yes"]).ok();
    scenario.inside("db", "test ! -e /data/file").ok();
}

/// A service that names its container.
fn christened(name: &str) -> String {
    format!(
        "services:\n  web:\n    image: busybox\n    command: httpd -f\n    stop_signal: SIGKILL\n    container_name: {name}\n    \
         volumes: [data:/data]\nvolumes:\n  data:\n"
    )
}

#[test]
fn a_name_that_somebody_else_has_is_told_before_anything_is_made() {
    let scenario = Scenario::empty();
    let name = format!("{}-outside-shop", scenario.project());
    scenario.write("compose.yaml", &christened(&name));
    scenario.docker(["create", "--name", &name, "busybox", "true"]).ok();
    let ran = scenario.hoist(["up", "-d"]);
    let made = scenario.networks().len() + scenario.volumes().len();
    let plan = scenario.hoist(["plan"]);
    scenario.docker(["rm", &name]).ok();
    assert_eq!(made, 0, "{}", ran.told());
    let ran = ran.code(1).says("compose.yaml:6:21").says(&format!("container '{name}' has the name '{name}'"));
    ran.says("docker rm -f").never_says("looking again");
    plan.code(1).says("'container_name' of service 'web' is taken");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("web").name(), name);
    scenario.hoist(["up", "-d", "--force-recreate"]).ok();
}
