//! From the same file `docker compose` and Hoist make the same containers, networks and volumes, field by field.
//!
//! Each folder of `tests/cases/inspect/` is a group: services, networks and volumes, and a list of the rows of the create
//! request that they fill (`x-rows`). Both tools make them, one after the other under the same name, and what the engine
//! then says of them is compared. A container that this machine cannot start can be created all the same; one that cannot
//! even be created is in `refused`.

mod exception;
mod record;
mod refused;
mod row;
mod sheet;

use crate::support::Ran;
use record::{Record, record};
use sheet::{Sheet, stage};
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

groups! {
    api_socket binds block_io built config devices files health host image_mounts limits links memory_mounts models
    namespaces networks one_offs ports provided proxies replaced restart volumes
}

#[test]
fn every_folder_is_a_group() {
    let folder = crate::support::scenario::root().join("tests/cases/inspect");
    let there = std::fs::read_dir(folder).expect("the folder").flatten();
    let there: BTreeSet<String> = there.map(|one| one.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, GROUPS.iter().map(|group| (*group).to_owned()).collect());
}

/// Fails unless both tools make the same of a group, but for its exceptions, all of which occur.
fn alike(group: &str) {
    let (sheet, scenario) = (Sheet::of(group), stage(group));
    let commands = sheet.commands(&scenario);
    let told = |run: &dyn Fn(&[&str]) -> Ran| {
        let words = commands.iter().map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
        words.map(|words| run(&words).ok().told()).collect::<String>()
    };
    told(&|words| scenario.compose_words(words));
    let theirs = record(&scenario);
    scenario.compose(["down", "-v", "--remove-orphans", "-t", "0"]).ok();
    let told = told(&|words| scenario.hoist_words(words));
    let ours = record(&scenario);
    let faults = [row::unset(&sheet, &theirs), exception::judge(group, &differences(&theirs, &ours))].concat();
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
