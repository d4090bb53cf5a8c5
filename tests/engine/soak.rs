//! Something happens to Hoist's n-th write: it is killed, or its request is cut, delayed or refused. Whatever is left, the
//! next `up` converges, `down -v` leaves nothing, and no volume loses what was in it.
//!
//! Each test covers every n of one command and one blow. `make soak` takes them all, each of them once for either command
//! that may follow. Otherwise the process is killed at each write, with one of the two that may follow; of the other blows,
//! and of all while it scales, a third is taken, a different one for each, so that every write is struck by something.

use crate::support::{Fault, Moment, Proxy, Scenario, Strike, engine};
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

    fn is_kill(self) -> bool {
        matches!(self, Self::KillBefore | Self::KillAfter)
    }

    /// The writes that are struck in this run, and what follows.
    fn writes(self, kills: Kills) -> Box<dyn Iterator<Item = (usize, Next)>> {
        let (all, turns) = (1..=MOST, [Next::Up, Next::Down].into_iter().cycle());
        let kills = if self.is_kill() { kills } else { Kills::Third };
        let kills = if std::env::var_os("HOIST_SOAK").is_some() { Kills::EachTwice } else { kills };
        let first = match self {
            Self::KillBefore | Self::CutAfter => 1,
            Self::KillAfter | Self::Refuse => 2,
            Self::Cut | Self::Delay => 3,
        };
        match kills {
            Kills::EachTwice => Box::new(all.flat_map(|write| [(write, Next::Up), (write, Next::Down)])),
            Kills::Each => Box::new(all.map(|write| (write, Next::Up))),
            // What follows a kill before a write and one after it are different.
            Kills::InTurn => Box::new(all.zip(turns.skip(first))),
            Kills::Third => Box::new(all.skip(first - 1).step_by(3).zip(turns)),
        }
    }
}

/// At which writes of a command the process is killed when there is no soak.
#[derive(Debug, Clone, Copy)]
enum Kills {
    /// At each, once for either command that may follow.
    EachTwice,
    /// At each, with an `up` that follows.
    Each,
    /// At each, with either command by turns.
    InTurn,
    /// At a third.
    Third,
}

/// The command after the one that was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Up,
    Down,
}

/// A stack to which something happens, and all anonymous volumes that its containers were ever seen with.
struct Victim {
    scenario: Scenario,
    volumes: BTreeSet<String>,
    round: u32,
    /// The words in its volumes.
    remembered: Option<String>,
    /// What was struck, for messages.
    after: String,
}

impl Victim {
    fn new() -> Self {
        let (volumes, after) = (BTreeSet::new(), String::new());
        Self { scenario: Scenario::new("killed"), volumes, round: 0, remembered: None, after }
    }

    fn look(&mut self) {
        let all = self.scenario.containers();
        self.volumes.extend(all.iter().flat_map(|one| one.volumes().into_values()));
    }

    /// Runs a command whose n-th write is struck; whether it came to that write.
    fn is_struck(&mut self, write: usize, blow: Blow, words: &[&str]) -> bool {
        self.look();
        let proxy = Proxy::new();
        proxy.strike_at(write, blow.strike());
        self.scenario.through(&proxy);
        let (ran, request) = proxy.victim(self.scenario.spawn_words(words));
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
        self.remembers();
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
        self.remembered = None;
    }

    /// Brings a number of web servers up, and puts words into an anonymous volume and a named one.
    fn with_words(&mut self, webs: usize) {
        self.scenario.hoist(["up", "-d", "--scale", &format!("web={webs}")]).ok();
        let words = format!("before {}", self.round);
        self.scenario.inside("db", &format!("echo {words} | tee /scratch/file >/data/file")).ok();
        self.remembered = Some(words);
        self.volumes.clear();
    }

    /// Fails unless the words are still there.
    fn remembers(&self) {
        let Some(words) = &self.remembered else { return };
        for file in ["/scratch/file", "/data/file"] {
            let found = self.scenario.inside("db", &format!("cat {file}"));
            assert_eq!(found.stdout.trim(), words, "{}\n{file} is lost\n{}", self.after, found.told());
        }
    }
}

/// A command that is struck, at each of its writes.
struct Command {
    words: &'static [&'static str],
    /// Web servers afterwards.
    webs: usize,
    /// Brings about what the command finds, whatever is there.
    ready: fn(&mut Victim),
    /// Whether it leaves the anonymous volumes of what it removes to their owner, as Compose does.
    abandons: bool,
    kills: Kills,
}

impl Command {
    fn suffers(&self, blow: Blow) {
        let mut victim = Victim::new();
        for (write, next) in blow.writes(self.kills) {
            victim.round += 1;
            (self.ready)(&mut victim);
            let is_struck = victim.is_struck(write, blow, self.words);
            if self.abandons {
                victim.volumes.clear();
                victim.look();
            }
            match next {
                Next::Up => victim.converges(self.webs),
                Next::Down => victim.leaves_nothing(),
            }
            if !is_struck {
                assert!(write > 3, "hardly a write was made");
                return;
            }
        }
        panic!("more than {MOST} writes");
    }
}

const FIRST_UP: Command =
    Command { words: &["up", "-d"], webs: 2, ready: Victim::leaves_nothing, abandons: false, kills: Kills::InTurn };

/// Of containers with data in anonymous volumes and in named ones.
const REPLACEMENT: Command = Command {
    words: &["up", "-d"],
    webs: 2,
    ready: |victim| {
        victim.with_words(2);
        victim.scenario.set("MODE", &format!("changed {}", victim.round));
    },
    abandons: false,
    kills: Kills::Each,
};

const MORE: Command = Command {
    words: &["up", "-d", "--scale", "web=4"],
    webs: 4,
    ready: |victim| victim.with_words(1),
    abandons: false,
    kills: Kills::Third,
};

const FEWER: Command = Command {
    words: &["up", "-d", "--scale", "web=1"],
    webs: 1,
    ready: |victim| victim.with_words(4),
    abandons: true,
    kills: Kills::Third,
};

const TEARDOWN: Command = Command {
    words: &["down", "-v"],
    webs: 2,
    ready: |victim| drop(victim.scenario.hoist(["up", "-d"]).ok()),
    abandons: false,
    kills: Kills::InTurn,
};

/// One test for each command and blow, so that they run side by side.
macro_rules! soak {
    ($($module:ident $command:ident: $($name:ident $blow:ident),+;)+) => {
        $(mod $module {
            use super::{Blow, $command};
            $(#[test]
            fn $name() {
                $command.suffers(Blow::$blow);
            })+
        })+
    };
}

soak! {
    first_up FIRST_UP:
        killed_before_a_write_converges KillBefore, killed_after_a_write_converges KillAfter,
        cut_before_a_write_converges Cut, cut_after_a_write_converges CutAfter,
        refused_a_write_converges Refuse, delayed_at_a_write_converges Delay;
    replacement REPLACEMENT:
        killed_before_a_write_loses_nothing KillBefore, killed_after_a_write_loses_nothing KillAfter,
        cut_before_a_write_loses_nothing Cut, cut_after_a_write_loses_nothing CutAfter,
        refused_a_write_loses_nothing Refuse, delayed_at_a_write_loses_nothing Delay;
    more MORE:
        killed_before_a_write_converges KillBefore, killed_after_a_write_converges KillAfter,
        cut_before_a_write_converges Cut, cut_after_a_write_converges CutAfter,
        refused_a_write_converges Refuse, delayed_at_a_write_converges Delay;
    fewer FEWER:
        killed_before_a_write_converges KillBefore, killed_after_a_write_converges KillAfter,
        cut_before_a_write_converges Cut, cut_after_a_write_converges CutAfter,
        refused_a_write_converges Refuse, delayed_at_a_write_converges Delay;
    teardown TEARDOWN:
        killed_before_a_write_is_finished_by_the_next KillBefore, killed_after_a_write_is_finished_by_the_next KillAfter,
        cut_before_a_write_is_finished_by_the_next Cut, cut_after_a_write_is_finished_by_the_next CutAfter,
        refused_a_write_is_finished_by_the_next Refuse, delayed_at_a_write_is_finished_by_the_next Delay;
}
