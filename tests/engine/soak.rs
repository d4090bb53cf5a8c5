//! Something happens to Hoist's n-th write: it is killed, or its request is cut, delayed or refused. Whatever is left, the
//! next `up` converges, `down -v` leaves nothing, and no volume loses what was in it.
//!
//! Each test covers every n of one command and one blow. `make soak` takes them all; otherwise a third of them is taken, a
//! different one for each blow, so that every write is struck by something.

use crate::support::{Fault, Moment, Proxy, Ran, Scenario, Strike, engine};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longer than any plan of the case.
const MOST: usize = 80;

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    KillBefore,
    KillAfter,
    Cut,
    CutAfter,
    Refuse,
    Delay,
}

impl Blow {
    fn strike(self) -> Strike {
        match self {
            Self::KillBefore => Strike::Kill(Moment::Before),
            Self::KillAfter => Strike::Kill(Moment::After),
            Self::Cut => Strike::Suffer(Fault::Cut),
            Self::CutAfter => Strike::Suffer(Fault::CutAfter),
            Self::Refuse => Strike::Suffer(Fault::Refuse { status: 500, message: "not this one".into() }),
            Self::Delay => Strike::Suffer(Fault::Delay(Duration::from_millis(700))),
        }
    }

    /// The writes that are struck in this run.
    fn writes(self) -> Box<dyn Iterator<Item = usize>> {
        if std::env::var_os("HOIST_SOAK").is_some() {
            return Box::new(1..=MOST);
        }
        let first = match self {
            Self::KillBefore | Self::CutAfter => 1,
            Self::KillAfter | Self::Refuse => 2,
            Self::Cut | Self::Delay => 3,
        };
        Box::new((first..=MOST).step_by(3))
    }
}

/// A stack to which something happens, and all anonymous volumes that its containers were ever seen with.
struct Victim {
    scenario: Scenario,
    volumes: BTreeSet<String>,
    /// What was struck, for messages.
    after: String,
}

impl Victim {
    fn new() -> Self {
        Self { scenario: Scenario::new("killed"), volumes: BTreeSet::new(), after: String::new() }
    }

    fn look(&mut self) {
        let all = self.scenario.containers();
        self.volumes.extend(all.iter().flat_map(|one| one.volumes().into_values()));
    }

    /// Runs a command whose n-th write is struck; whether it came to that write.
    fn struck<const N: usize>(&mut self, write: usize, blow: Blow, words: [&str; N]) -> bool {
        self.look();
        let proxy = Proxy::new();
        proxy.strike_at(write, blow.strike());
        self.scenario.through(&proxy);
        let (ran, request) = proxy.victim(self.scenario.spawn(words));
        self.scenario.directly();
        self.look();
        let Some(request) = request else { return false };
        self.after = format!("{blow:?} at write {write}, {}: {}", request.line(), ran.told());
        true
    }

    /// Fails unless an `up` brings all that is wanted, under its final name, and nothing else.
    fn converges(&mut self, webs: usize) {
        let ran = self.scenario.hoist(["up", "-d", "--scale", &format!("web={webs}")]);
        self.look();
        let after = &self.after;
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in self.scenario.containers() {
            let (service, number) = (one.service(), one.label("com.docker.compose.container-number"));
            assert_eq!(one.name(), format!("{}-{service}-{number}", self.scenario.project()), "{after}");
            assert_eq!(one.state(), "running", "{after}\n{}\n{}", one.name(), ran.told());
            assert!(seen.entry(service).or_default().insert(number), "{after}\n{} is double", one.name());
        }
        // A gap in the numbers stays, as with Compose.
        let counts: Vec<_> = seen.iter().map(|(service, numbers)| (service.as_str(), numbers.len())).collect();
        assert_eq!(counts, [("db", 1), ("web", webs)], "{after}\n{}", ran.told());
        let networks: Vec<_> = self.scenario.networks().into_keys().collect();
        assert_eq!(networks, ["inner", "outer"].map(|key| self.scenario.name_of(key)), "{after}");
        let again = self.scenario.hoist(["up", "-d", "--scale", &format!("web={webs}")]);
        assert!(again.stderr.contains("up to date"), "{after}\nit does not settle\n{}", again.told());
        assert_eq!(ran.code, Some(0), "{after}\n{}", ran.told());
    }

    /// Fails unless `down -v` leaves nothing, no anonymous volume either.
    fn leaves_nothing(&mut self) {
        let ran = self.scenario.hoist(["down", "-v"]);
        let after = &self.after;
        let containers: Vec<_> = self.scenario.containers().iter().map(|one| one.name().to_owned()).collect();
        let left = (containers, self.scenario.networks(), self.scenario.volumes());
        let nothing = left.0.is_empty() && left.1.is_empty() && left.2.is_empty();
        assert!(nothing, "{after}\nleft {left:?}\n{}", ran.told());
        let leaked: Vec<_> = self.volumes.iter().filter(|name| engine::volume(name).is_some()).collect();
        assert!(leaked.is_empty(), "{after}\nleft volumes {leaked:?}\n{}", ran.told());
        assert_eq!(ran.code, Some(0), "{after}\n{}", ran.told());
        self.volumes.clear();
    }

    /// Puts words into an anonymous volume and a named one.
    fn remember(&self, words: &str) -> Ran {
        self.scenario.inside("db", &format!("echo {words} | tee /scratch/file >/data/file")).ok()
    }

    /// Fails unless the words are still there.
    fn remembers(&self, words: &str) {
        for file in ["/scratch/file", "/data/file"] {
            let found = self.scenario.inside("db", &format!("cat {file}"));
            assert_eq!(found.stdout.trim(), words, "{}\n{file} is lost\n{}", self.after, found.told());
        }
    }
}

/// The first `up`, then another, then `down -v`.
fn first_up(blow: Blow) {
    let mut victim = Victim::new();
    for write in blow.writes() {
        if !victim.struck(write, blow, ["up", "-d"]) {
            assert!(write > 3, "hardly a write was made");
            return;
        }
        if write.is_multiple_of(2) {
            victim.converges(2);
        }
        victim.leaves_nothing();
    }
    panic!("more than {MOST} writes");
}

/// A replacement of containers with data in anonymous volumes and in named ones.
fn replacement(blow: Blow) {
    let mut victim = Victim::new();
    victim.scenario.hoist(["up", "-d"]).ok();
    for write in blow.writes() {
        let words = format!("before {write}");
        victim.remember(&words);
        victim.scenario.set("MODE", &format!("changed {write}"));
        let struck = victim.struck(write, blow, ["up", "-d"]);
        victim.converges(2);
        victim.remembers(&words);
        if !struck {
            victim.leaves_nothing();
            return;
        }
    }
    panic!("more than {MOST} writes");
}

/// More containers, and fewer; those that stay are not touched.
fn scale(blow: Blow) {
    let mut victim = Victim::new();
    victim.scenario.hoist(["up", "-d"]).ok();
    victim.remember("before");
    let (mut up, mut down) = (true, true);
    for write in blow.writes() {
        up = up && victim.struck(write, blow, ["up", "-d", "--scale", "web=4"]);
        victim.converges(4);
        down = down && victim.struck(write, blow, ["up", "-d", "--scale", "web=1"]);
        victim.converges(1);
        victim.remembers("before");
        if !up && !down {
            victim.scenario.hoist(["down", "-v"]).ok();
            return;
        }
    }
    panic!("more than {MOST} writes");
}

/// `down -v`, then `up` or another `down -v`.
fn teardown(blow: Blow) {
    let mut victim = Victim::new();
    for write in blow.writes() {
        victim.scenario.hoist(["up", "-d"]).ok();
        if !victim.struck(write, blow, ["down", "-v"]) {
            assert!(write > 3, "hardly a write was made");
            return;
        }
        if write.is_multiple_of(2) {
            victim.converges(2);
        }
        victim.leaves_nothing();
    }
    panic!("more than {MOST} writes");
}

/// One test for each command and blow, so that they run side by side.
macro_rules! soak {
    ($($command:ident: $($name:ident $blow:ident),+;)+) => {
        $(mod $command {
            use super::{$command, Blow};
            $(#[test]
            fn $name() {
                $command(Blow::$blow);
            })+
        })+
    };
}

soak! {
    first_up:
        killed_before_a_write_converges KillBefore, killed_after_a_write_converges KillAfter,
        cut_before_a_write_converges Cut, cut_after_a_write_converges CutAfter,
        refused_a_write_converges Refuse, delayed_at_a_write_converges Delay;
    replacement:
        killed_before_a_write_loses_nothing KillBefore, killed_after_a_write_loses_nothing KillAfter,
        cut_before_a_write_loses_nothing Cut, cut_after_a_write_loses_nothing CutAfter,
        refused_a_write_loses_nothing Refuse, delayed_at_a_write_loses_nothing Delay;
    scale:
        killed_before_a_write_converges KillBefore, killed_after_a_write_converges KillAfter,
        cut_before_a_write_converges Cut, cut_after_a_write_converges CutAfter,
        refused_a_write_converges Refuse, delayed_at_a_write_converges Delay;
    teardown:
        killed_before_a_write_is_finished_by_the_next KillBefore, killed_after_a_write_is_finished_by_the_next KillAfter,
        cut_before_a_write_is_finished_by_the_next Cut, cut_after_a_write_is_finished_by_the_next CutAfter,
        refused_a_write_is_finished_by_the_next Refuse, delayed_at_a_write_is_finished_by_the_next Delay;
}
