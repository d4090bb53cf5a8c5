//! Two folders compared by programs that are not ours: one on this machine, one in a container.

use super::Scenario;
use super::engine::Container;
use super::running::Running;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked again.
const PAUSE: Duration = Duration::from_millis(20);

/// Lists all below the working directory: names, kinds, rights, where links lead, and hashes of files.
const LIST: &str = r#"find . ! -type d ! -type f ! -type l -prune -o -exec stat -c '%n|%f' {} + | LC_ALL=C sort
find . -type l -exec sh -c 'for l; do echo "$l -> $(readlink "$l")"; done' - {} + | LC_ALL=C sort
find . -type f -exec sha256sum {} + | LC_ALL=C sort"#;

/// Fails unless a folder of the scenario and one in the container of a service come to hold the same, in time.
#[track_caller]
pub fn until_equal(scenario: &Scenario, (folder, service, target): (&str, &str, &str), running: &Running) {
    let host = || {
        let listed =
            Command::new("sh").args(["-c", LIST]).current_dir(scenario.folder().join(folder)).output().unwrap();
        String::from_utf8_lossy(&listed.stdout).into_owned()
    };
    let inside = || inside(scenario, service, &format!("cd {target} || exit 1\n{LIST}"));
    until(running, || {
        let (host, inside) = (host(), inside());
        (host == inside).then_some(()).ok_or_else(|| difference(&host, &inside))
    });
}

/// The same for every container of the service; gives how long it took, with the looks.
#[track_caller]
pub fn until_same(scenario: &Scenario, (folder, service, target): (&str, &str, &str), running: &Running) -> Duration {
    let began = Instant::now();
    let script = format!("cd {target} || exit 1\n{LIST}");
    until(running, || {
        let listed =
            Command::new("sh").args(["-c", LIST]).current_dir(scenario.folder().join(folder)).output().unwrap();
        let host = String::from_utf8_lossy(&listed.stdout).into_owned();
        for container in scenario.containers().iter().filter(|one| one.service() == service) {
            let inside = scenario.docker(["exec", container.id(), "sh", "-c", &script]).stdout;
            if inside != host {
                return Err(format!("{}: {}", container.name(), difference(&host, &inside)));
            }
        }
        Ok(())
    });
    began.elapsed()
}

/// Fails unless a shell command in the container of a service comes to print this, in time.
#[track_caller]
pub fn until_inside(scenario: &Scenario, (service, script): (&str, &str), text: &str, running: &Running) {
    until(running, || {
        let found = inside(scenario, service, script);
        (found.trim_end() == text).then_some(()).ok_or_else(|| format!("{script} gives '{found}', not '{text}'"))
    });
}

/// What a shell command prints in the container of a service; nothing while there is none, or while it is replaced.
fn inside(scenario: &Scenario, service: &str, script: &str) -> String {
    let containers = scenario.containers();
    let own: Vec<_> = containers.iter().filter(|one| one.service() == service && one.state() == "running").collect();
    let [container] = own[..] else { return String::new() };
    scenario.docker(["exec", container.id(), "sh", "-c", script]).stdout
}

/// The same in one container of several.
#[track_caller]
pub fn until_printed(scenario: &Scenario, (container, script): (&Container, &str), text: &str, running: &Running) {
    until(running, || {
        let found = scenario.docker(["exec", container.id(), "sh", "-c", script]).stdout;
        (found.trim_end() == text).then_some(()).ok_or_else(|| format!("{script} gives '{found}', not '{text}'"))
    });
}

#[track_caller]
fn until(running: &Running, holds: impl Fn() -> Result<(), String>) {
    let end = Instant::now() + PATIENCE;
    loop {
        match holds() {
            Ok(()) => return,
            Err(fault) if Instant::now() > end => panic!("{fault}\n{}", running.so_far()),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

fn difference(host: &str, inside: &str) -> String {
    let only = |one: &str, other: &str, mark: &str| -> String {
        let other: Vec<&str> = other.lines().collect();
        let lines = one.lines().filter(|line| !other.contains(line)).take(20);
        lines.map(|line| [mark, " ", line, "\n"].concat()).collect()
    };
    format!("host (-) and container (+) differ:\n{}{}", only(host, inside, "-"), only(inside, host, "+"))
}
