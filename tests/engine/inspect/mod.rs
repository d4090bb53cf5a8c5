//! From the same file `docker compose` and Hoist make the same containers, networks and volumes, field by field.
//!
//! Each folder of `tests/cases/inspect/` is a group of rows: a service, network or volume each. Both tools create them,
//! one after the other under the same name, and what the engine then says of them is compared. A row that this machine
//! cannot start can be created all the same; one that cannot even be created is in `refused`.

mod exception;
mod field;
mod record;
mod refused;

use crate::support::Scenario;
use record::{Record, record};
use std::collections::BTreeSet;

macro_rules! groups {
    ($($group:ident)*) => {
        const GROUPS: &[&str] = &[$(stringify!($group)),*];
        $(
            #[test]
            fn $group() {
                alike(stringify!($group));
            }
        )*
    };
}

groups! { binds block_io config devices health host image_mounts limits memory_mounts networks ports restart volumes }

#[test]
fn every_folder_is_a_group() {
    let folder = crate::support::scenario::root().join("tests/cases/inspect");
    let there = std::fs::read_dir(folder).expect("the folder").flatten();
    let there: BTreeSet<String> = there.map(|one| one.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, GROUPS.iter().map(|group| (*group).to_owned()).collect());
}

/// Fails unless both tools make the same of a group, but for its exceptions, all of which occur.
fn alike(group: &str) {
    let mut scenario = Scenario::of("tests/cases/inspect", group);
    let project = scenario.project().to_owned();
    scenario.set("COMPOSE_PROJECT_NAME", &project);
    scenario.set("FROM_SHELL", "from the shell");
    scenario.external_volume("volume");
    scenario.external_network("network");
    scenario.compose(["create"]).ok();
    let theirs = record(&scenario);
    scenario.compose(["down", "-v", "-t", "0"]).ok();
    let told = scenario.hoist(["create"]).ok().told();
    let ours = record(&scenario);
    let faults = [field::unset(group, &theirs), exception::judge(group, &differences(&theirs, &ours))].concat();
    assert!(!theirs.is_empty() && faults.is_empty(), "{}\n{told}", faults.join("\n"));
}

/// A place where two records differ.
struct Difference {
    thing: String,
    path: String,
    theirs: Option<String>,
    ours: Option<String>,
}

fn differences(theirs: &Record, ours: &Record) -> Vec<Difference> {
    let things: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let none = std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for thing in things {
        let (left, right) = (theirs.get(thing).unwrap_or(&none), ours.get(thing).unwrap_or(&none));
        let paths: BTreeSet<_> = left.keys().chain(right.keys()).collect();
        let differ = paths.into_iter().filter(|path| left.get(*path) != right.get(*path));
        found.extend(differ.map(|path| Difference {
            thing: thing.clone(),
            path: path.clone(),
            theirs: left.get(path).cloned(),
            ours: right.get(path).cloned(),
        }));
    }
    found
}
