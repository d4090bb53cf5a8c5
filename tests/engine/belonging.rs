//! What belongs to whom: containers of other compose files, and of other folders of the same name.

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
fn orphans_can_be_ignored_and_then_not_removed() {
    let (mut scenario, job) = two_files();
    scenario.set("COMPOSE_IGNORE_ORPHANS", "true");
    scenario.hoist(["up", "-d"]).ok().never_says(job.name());
    scenario.hoist(["up", "-d", "--remove-orphans"]).code(1).says("COMPOSE_IGNORE_ORPHANS and --remove-orphans");
    assert_eq!(scenario.container("job").id(), job.id());
}

#[test]
fn a_stack_of_another_folder_of_the_same_name_is_not_taken_over_unless_one_agrees() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web");
    let folder = scenario.folder();
    let nested = folder.join("nested").join(folder.file_name().unwrap());
    std::fs::create_dir_all(&nested).unwrap();
    let text = std::fs::read_to_string(folder.join("compose.yaml"))
        .unwrap()
        .replace("image: busybox", "image: busybox\n    environment: {OTHER: here}");
    std::fs::write(nested.join("compose.yaml"), text).unwrap();
    let nested = nested.display().to_string();
    let there = ["--project-directory", &nested, "-f", &format!("{nested}/compose.yaml"), "up", "-d"];
    let ran = scenario.hoist(there).code(1);
    assert_eq!(scenario.container("web").id(), before.id());
    ran.says(&format!("is a stack of {}", folder.display())).says(&nested).says("--yes");
    let [directory, path, file, name, up, detach] = there;
    for words in [[directory, path, file, name, "plan", "--wait"], [directory, path, file, name, up, "--dry-run"]] {
        scenario.hoist(words).code(1).prints("to replace").says("is a stack of").says("--yes");
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
