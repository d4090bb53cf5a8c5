//! Two hoists at once: the one waits for the other and says so, and whoever has nothing to do waits for nobody.

use crate::support::{Fault, Proxy, Scenario, Terminal, absent, down};
use std::fs::File;
use std::path::PathBuf;

/// A stack that is up, with a runtime folder of its own, and the file that is its lock.
fn locked(case: &str) -> (Scenario, tempfile::TempDir, File) {
    let (mut scenario, runtime) = (Scenario::new(case), tempfile::tempdir().unwrap());
    scenario.set("XDG_RUNTIME_DIR", &runtime.path().display().to_string());
    scenario.hoist(["up", "-d"]).ok();
    let file = File::open(lock_file(&runtime)).unwrap();
    file.lock().unwrap();
    (scenario, runtime, file)
}

fn lock_file(runtime: &tempfile::TempDir) -> PathBuf {
    let mut files = std::fs::read_dir(runtime.path().join("hoist")).unwrap();
    files.next().expect("a lock").unwrap().path()
}

#[test]
fn the_second_waits_for_the_first_and_says_who_that_is() {
    let (scenario, _runtime, file) = locked("killed");
    let before = scenario.containers().len();
    let second = scenario.spawn(["down", "-v"]);
    second.until_says("waiting for another hoist (process ");
    assert_eq!(scenario.containers().len(), before);
    file.unlock().unwrap();
    second.wait().ok();
    scenario.is_gone();
}

#[test]
fn who_does_not_wait_any_longer_changes_nothing_and_exits_130() {
    let (scenario, _runtime, _file) = locked("killed");
    let before: Vec<_> = scenario.containers().iter().map(|one| one.id().to_owned()).collect();
    for words in [["down", "-v"], ["up", "--force-recreate"]] {
        let second = scenario.spawn(words);
        second.until_says("waiting for another hoist");
        second.interrupt();
        second.wait().code(130);
    }
    let after: Vec<_> = scenario.containers().iter().map(|one| one.id().to_owned()).collect();
    assert_eq!(before, after);
}

#[test]
fn who_finds_nothing_to_do_waits_for_nobody_and_asks_for_little() {
    let (mut scenario, _runtime, _file) = locked("killed");
    let proxy = Proxy::new();
    scenario.through(&proxy);
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    scenario.directly();
    let asked: Vec<_> = proxy.requests().iter().map(crate::support::proxy::Request::line).collect();
    assert!(asked.len() <= 5, "{asked:#?}");
    scenario.hoist(["plan"]).ok();
    scenario.hoist(["ps"]).ok();
}

#[test]
fn a_second_up_at_the_same_time_finds_what_the_first_made() {
    let scenario = Scenario::new("web_and_db");
    let [first, second] = [(); 2].map(|()| scenario.spawn(["up", "-d"]));
    first.wait().ok();
    second.wait().ok();
    let scenario = scenario.step("down", down([]), [absent("web"), absent("db")]);
    assert!(scenario.networks().is_empty());
}

#[test]
fn nobody_waits_for_who_only_follows() {
    let scenario = Scenario::new("web_and_db");
    let follower = scenario.spawn(["up"]);
    follower.until_prints("web is up");
    scenario.hoist(["up", "-d", "--scale", "db=2"]).ok();
    assert_eq!(scenario.containers().iter().filter(|one| one.service() == "db").count(), 2);
    scenario.hoist(["down"]).ok();
    follower.wait();
}

const LOOKS_AGAIN: &str = "something else changed the project meanwhile: looking again";

#[test]
fn an_up_that_meets_a_docker_compose_at_work_looks_again() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    let message = format!(
        "Conflict. The container name \"/{}-db-1\" is already in use by container \"0011\". You have to remove (or rename) \
         that container to be able to reuse that name.",
        scenario.project()
    );
    proxy.once("POST", "/containers/create", Fault::Refuse { status: 409, message });
    scenario.through(&proxy);
    let ran = scenario.hoist(["up", "-d"]);
    assert_eq!(["web", "db"].map(|service| scenario.container(service).state().to_owned()), ["running"; 2]);
    ran.ok().says(LOOKS_AGAIN);
}

#[test]
fn a_container_that_somebody_removes_during_an_up_is_looked_for_again() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    proxy.once("POST", "/start", Fault::Refuse { status: 404, message: "No such container: 0011".into() });
    scenario.through(&proxy);
    scenario.hoist(["up", "-d"]).ok().says(LOOKS_AGAIN);
}

#[test]
fn a_fault_that_nobody_else_is_to_blame_for_is_told_at_once() {
    let outside = Scenario::new("web_and_db");
    let (name, file) = (format!("{}-db-1", outside.project()), "compose.yaml");
    outside.docker(["create", "--name", &name, "busybox", "true"]).ok();
    let ran = outside.hoist(["up", "-d"]);
    outside.docker(["rm", &name]).ok();
    ran.code(1).says("is already in use").never_says(LOOKS_AGAIN);

    let unfetched = Scenario::empty();
    unfetched.write(file, "services: {web: {image: 'nowhere/nothing:1', pull_policy: never}}\n");
    unfetched.hoist(["up", "-d"]).code(1).never_says(LOOKS_AGAIN);

    let (mut hooked, proxy) = (Scenario::new("hooks"), Proxy::new());
    proxy.when("POST", "/exec", Fault::Refuse { status: 409, message: "container 0011 is not running".into() });
    hooked.through(&proxy);
    hooked.hoist(["up", "-d"]).code(1).says("is not running").never_says(LOOKS_AGAIN);
}

#[test]
fn an_up_beside_a_docker_compose_leaves_one_container_of_each() {
    let scenario = Scenario::new("web_and_db");
    let (ours, theirs) = (scenario.spawn(["up", "-d"]), scenario.spawn_compose(["up", "-d"]));
    let (ours, theirs) = (ours.wait(), theirs.wait());
    scenario.hoist(["up", "-d"]).ok();
    let names: Vec<_> = scenario.containers().iter().map(|one| one.name().to_owned()).collect();
    assert_eq!(
        names,
        ["db", "web"].map(|one| format!("{}-{one}-1", scenario.project())),
        "{}{}",
        ours.told(),
        theirs.told()
    );
    scenario.step("down", down([]), [absent("web")]);
}

#[test]
fn nobody_waits_for_who_is_asked_whether_to_take_the_rest_down() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let (volume, other) = (scenario.name_of("data"), format!("{}-other", scenario.project()));
    scenario.docker(["create", "--name", &other, "--volume", &format!("{volume}:/data"), "busybox", "true"]).ok();
    let mut asked = Terminal::of(&scenario, ["down", "-v"], (24, 100));
    asked.until_shows("take the rest down?");
    let meanwhile = scenario.hoist(["restart", "web"]);
    asked.types("y\n");
    let code = asked.wait();
    scenario.docker(["rm", "--force", &other]).ok();
    meanwhile.ok().never_says("waiting for another hoist");
    assert!(scenario.containers().is_empty());
    assert_eq!(code, 0);
    scenario.hoist(["down", "-v"]).ok();
}
