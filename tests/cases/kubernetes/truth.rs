//! A report tells the truth: without a key that is exact the objects are others where it says so, and without one that is
//! dropped they are the same.

use super::place::Objects;
use super::{inputs, loaded, options};
use crate::support::expectation;
use hoist::document::{Node, Path as Key, Segment, Value, write};
use hoist::kubernetes::{Converted, Fate, Row, convert};
use hoist::load::Loaded;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn a_key_that_is_exact_is_missed_and_one_that_is_dropped_is_not() {
    let all = inputs().into_iter().map(|folder| (folder.display().to_string(), faults(&folder)));
    expectation::refuse(all.collect());
}

fn faults(folder: &Path) -> Vec<String> {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let _ = std::os::unix::fs::symlink(entry.path(), copy.path().join(entry.file_name()));
    }
    let first = loaded(copy.path()).unwrap();
    let written = written(&first, &all_of(&first));
    let Some((loaded, whole)) = attempt(copy.path(), &written) else {
        return vec!["it does not load in the long spelling".into()];
    };
    let _ = loaded;
    let is_there = |path: &Key| first.origins.node(path).is_some_and(|node| is_of_env_file(&first, node));
    let from_variables = |row: &Row| row.stands_for.iter().any(is_there);
    // How a case is converted, and what its images say, is what the test reads there.
    let is_option = |row: &Row| ["x-options", "x-images"].iter().any(|key| row.key.starts_with(&Key::of([*key])));
    let rows =
        whole.rows.iter().filter(|row| row.fate != Fate::Approximated && !from_variables(row) && !is_option(row));
    rows.filter_map(|row| fault(copy.path(), (&written, row), &whole)).collect()
}

/// What the report says wrongly of a key, if it does.
fn fault(folder: &Path, (written, row): (&Node, &Row), whole: &Converted) -> Option<String> {
    let mut without = written.clone();
    // From the end, so that what stands before keeps its place.
    for path in row.stands_for.iter().rev() {
        remove(&mut without, path.segments(), 0);
    }
    // What the project cannot do without is missed indeed.
    let (_, less) = attempt(folder, &without)?;
    let key = &row.key;
    match row.fate {
        Fate::Dropped if whole.stream() != less.stream() => Some(format!("{key} is dropped, and missed")),
        Fate::Exact if row.becomes.is_empty() => Some(format!("{key} is exact, and nowhere")),
        Fate::Exact => {
            let (before, after) = (Objects::of(whole), Objects::of(&less));
            let same =
                row.becomes.iter().find(|place| before.at(place).is_none() || before.at(place) == after.at(place))?;
            Some(format!("{key} is exact, and not missed at {same}"))
        }
        _ => None,
    }
}

/// Writes a tree as the compose file of a folder and converts it; nothing when it does not load.
fn attempt(folder: &Path, tree: &Node) -> Option<(Loaded, Converted)> {
    for name in ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] {
        let _ = fs::remove_file(folder.join(name));
    }
    fs::write(folder.join("compose.yaml"), write::yaml(tree).replace('$', "$$")).unwrap();
    let loaded = loaded(folder).ok()?;
    let converted = convert(&loaded, &options::of(&loaded));
    Some((loaded, converted))
}

fn all_of(loaded: &Loaded) -> BTreeSet<Key> {
    convert(loaded, &options::of(loaded)).rows.into_iter().flat_map(|row| row.stands_for).collect()
}

/// The keys of a project in the long spelling, and nothing else.
fn written(loaded: &Loaded, keys: &BTreeSet<Key>) -> Node {
    let mut tree = loaded.origins.tree().clone();
    for (path, node) in loaded.origins.taken() {
        if let [Segment::Key(_), Segment::Key(service), Segment::Key(key)] = path.segments()
            && &**key == "env_file"
        {
            let service = tree.get_mut("services").and_then(|services| services.get_mut(service)).unwrap();
            service.set(key, node.clone());
        }
    }
    kept(loaded, &tree, &Key::default(), keys).unwrap()
}

fn kept(loaded: &Loaded, node: &Node, path: &Key, keys: &BTreeSet<Key>) -> Option<Node> {
    if is_of_env_file(loaded, node) {
        return None;
    }
    if keys.contains(path) {
        return Some(node.clone());
    }
    let mut made = node.clone();
    match &mut made.value {
        Value::Map(entries) => {
            let all = std::mem::take(entries).into_iter();
            entries.extend(all.filter_map(|(key, value)| {
                let path = path.key(key.as_text().unwrap());
                Some((key, kept(loaded, &value, &path, keys)?))
            }));
            (!entries.is_empty()).then_some(made)
        }
        Value::List(items) => {
            let all = std::mem::take(items).into_iter().enumerate();
            items.extend(all.filter_map(|(index, item)| kept(loaded, &item, &path.index(index), keys)));
            (!items.is_empty()).then_some(made)
        }
        Value::Scalar { .. } => None,
    }
}

/// Whether a value stands in a file of variables.
fn is_of_env_file(loaded: &Loaded, node: &Node) -> bool {
    node.span.is_somewhere() && loaded.origins.env_files().contains_key(&node.span.file)
}

/// Removes what stands at a path, with the parents that are empty then; services, networks and the like stay.
fn remove(node: &mut Node, path: &[Segment], depth: usize) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match (&mut node.value, first) {
        (Value::Map(entries), Segment::Key(key)) => {
            entries.retain_mut(|(name, value)| name.as_text() != Some(key) || !remove(value, rest, depth + 1));
            entries.is_empty() && depth > 2
        }
        (Value::List(items), Segment::Index(index)) => {
            let mut at = 0;
            items.retain_mut(|item| {
                at += 1;
                at - 1 != *index || !remove(item, rest, depth + 1)
            });
            items.is_empty() && depth > 2
        }
        _ => false,
    }
}
