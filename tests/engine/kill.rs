//! Hoist is killed at every write it makes, before the engine hears of it and after it did it: the next `up` converges,
//! and `down -v` leaves nothing.

use crate::support::{Moment, Proxy, Scenario, engine};
use std::collections::{BTreeMap, BTreeSet};

/// Longer than any plan of the case.
const MOST: usize = 80;

/// The project of which something is killed, and all anonymous volumes that its containers were ever seen with.
struct Crash {
    scenario: Scenario,
    volumes: BTreeSet<String>,
}

impl Crash {
    fn new() -> Self {
        Self { scenario: Scenario::new("killed"), volumes: BTreeSet::new() }
    }

    fn look(&mut self) {
        let all = self.scenario.containers();
        self.volumes.extend(all.iter().flat_map(|one| one.volumes().into_values()));
    }

    /// Runs a command that is killed at its n-th write; gives the request, or nothing when it ended before that.
    fn killed_at<const N: usize>(&mut self, write: usize, moment: Moment, words: [&str; N]) -> Option<String> {
        self.look();
        let proxy = Proxy::new();
        proxy.kill_at(write, moment);
        self.scenario.through(&proxy);
        let killed = proxy.victim(self.scenario.spawn(words));
        self.scenario.directly();
        self.look();
        killed.map(|request| request.line())
    }

    /// Fails unless an `up` brings all that is wanted, under its final name, and nothing else.
    fn converges(&mut self, after: &str) {
        let ran = self.scenario.hoist(["up", "-d"]);
        self.look();
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in self.scenario.containers() {
            let (service, number) = (one.service(), one.label("com.docker.compose.container-number"));
            assert_eq!(one.name(), format!("{}-{service}-{number}", self.scenario.project()), "killed at {after}");
            assert_eq!(one.state(), "running", "killed at {after}: {}\n{}", one.name(), ran.told());
            assert!(seen.entry(service).or_default().insert(number), "killed at {after}: {} is double", one.name());
        }
        // A gap in the numbers stays, as with Compose.
        let counts: Vec<_> = seen.iter().map(|(service, numbers)| (service.as_str(), numbers.len())).collect();
        assert_eq!(counts, [("db", 1), ("web", 2)], "killed at {after}\n{}", ran.told());
        let networks: Vec<_> = self.scenario.networks().into_keys().collect();
        assert_eq!(networks, ["inner", "outer"].map(|key| self.scenario.name_of(key)), "killed at {after}");
        let again = self.scenario.hoist(["plan"]);
        assert_eq!(again.code, Some(0), "killed at {after}: it does not settle\n{}", again.told());
        assert_eq!(ran.code, Some(0), "killed at {after}\n{}", ran.told());
    }

    /// Fails unless `down -v` leaves nothing, no anonymous volume either.
    fn leaves_nothing(&mut self, after: &str) {
        let ran = self.scenario.hoist(["down", "-v"]);
        let containers: Vec<_> = self.scenario.containers().iter().map(|one| one.name().to_owned()).collect();
        let left = (containers, self.scenario.networks(), self.scenario.volumes());
        assert!(
            left.0.is_empty() && left.1.is_empty() && left.2.is_empty(),
            "killed at {after}: left {left:?}\n{}",
            ran.told()
        );
        let leaked: Vec<_> = self.volumes.iter().filter(|name| engine::volume(name).is_some()).collect();
        assert!(leaked.is_empty(), "killed at {after}: left volumes {leaked:?}\n{}", ran.told());
        assert_eq!(ran.code, Some(0), "killed at {after}\n{}", ran.told());
        self.volumes.clear();
    }
}

/// Every n from 1 until a run ends by itself.
fn at_every_write(mut kill: impl FnMut(&mut Crash, usize) -> Option<String>) {
    let mut crash = Crash::new();
    for write in 1..=MOST {
        let Some(request) = kill(&mut crash, write) else {
            assert!(write > 3, "hardly a write was made");
            return;
        };
        let after = format!("write {write}, {request}");
        crash.converges(&after);
        crash.leaves_nothing(&after);
    }
    panic!("more than {MOST} writes");
}

fn fresh_up(moment: Moment) {
    at_every_write(|crash, write| crash.killed_at(write, moment, ["up", "-d"]));
}

fn replacement(moment: Moment) {
    at_every_write(|crash, write| {
        crash.scenario.hoist(["up", "-d"]).ok();
        crash.scenario.set("MODE", &format!("changed {write}"));
        crash.killed_at(write, moment, ["up", "-d"])
    });
}

/// As [`replacement`], with something in an anonymous volume and in a named one.
fn replacement_with_data(moment: Moment) {
    let mut crash = Crash::new();
    for write in 1..=MOST {
        crash.scenario.hoist(["up", "-d"]).ok();
        let precious = format!("written before {write}");
        crash.scenario.inside("db", &format!("echo {precious} | tee /scratch/file >/data/file")).ok();
        crash.scenario.set("MODE", &format!("changed {write}"));
        let Some(request) = crash.killed_at(write, moment, ["up", "-d"]) else { return };
        let after = format!("write {write}, {request}");
        crash.converges(&after);
        for file in ["/scratch/file", "/data/file"] {
            let found = crash.scenario.inside("db", &format!("cat {file}"));
            assert_eq!(found.stdout.trim(), precious, "killed at {after}: {file} is lost\n{}", found.told());
        }
    }
    panic!("more than {MOST} writes");
}

/// As [`fresh_up`], and nothing but `down -v` afterwards.
fn up_then_down(moment: Moment) {
    let mut crash = Crash::new();
    for write in 1..=MOST {
        let Some(request) = crash.killed_at(write, moment, ["up", "-d"]) else { return };
        crash.leaves_nothing(&format!("write {write}, {request}"));
    }
    panic!("more than {MOST} writes");
}

fn teardown(moment: Moment) {
    at_every_write(|crash, write| {
        crash.scenario.hoist(["up", "-d"]).ok();
        crash.killed_at(write, moment, ["down", "-v"])
    });
}

/// As [`teardown`], and another `down -v` at once.
fn teardown_twice(moment: Moment) {
    let mut crash = Crash::new();
    for write in 1..=MOST {
        crash.scenario.hoist(["up", "-d"]).ok();
        let Some(request) = crash.killed_at(write, moment, ["down", "-v"]) else { return };
        crash.leaves_nothing(&format!("write {write}, {request}"));
    }
    panic!("more than {MOST} writes");
}

#[test]
fn an_up_killed_before_any_write_converges() {
    fresh_up(Moment::Before);
}

#[test]
fn an_up_killed_after_any_write_converges() {
    fresh_up(Moment::After);
}

#[test]
fn a_replacement_killed_before_any_write_converges() {
    replacement(Moment::Before);
}

#[test]
fn a_replacement_killed_after_any_write_converges() {
    replacement(Moment::After);
}

#[test]
fn no_data_is_lost_when_a_replacement_is_killed_before_any_write() {
    replacement_with_data(Moment::Before);
}

#[test]
fn no_data_is_lost_when_a_replacement_is_killed_after_any_write() {
    replacement_with_data(Moment::After);
}

#[test]
fn an_up_killed_before_any_write_is_cleaned_by_down() {
    up_then_down(Moment::Before);
}

#[test]
fn an_up_killed_after_any_write_is_cleaned_by_down() {
    up_then_down(Moment::After);
}

#[test]
fn a_down_killed_before_any_write_is_undone_by_up() {
    teardown(Moment::Before);
}

#[test]
fn a_down_killed_after_any_write_is_undone_by_up() {
    teardown(Moment::After);
}

#[test]
fn a_down_killed_before_any_write_is_finished_by_the_next() {
    teardown_twice(Moment::Before);
}

#[test]
fn a_down_killed_after_any_write_is_finished_by_the_next() {
    teardown_twice(Moment::After);
}
