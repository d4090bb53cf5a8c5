//! What a case is expected to give: a file in its folder for each kind of answer. `UPDATE=1` rewrites them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Whether expectations are rewritten instead of compared.
pub fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares answers with files of a folder; one kind that is not given must not be there. Each fault is a line or two.
pub fn faults(folder: &Path, kinds: &[&str], given: &BTreeMap<&str, String>) -> Vec<String> {
    kinds.iter().filter_map(|kind| fault(&folder.join(kind), given.get(kind).map(String::as_str))).collect()
}

/// Compares one text with its file.
pub fn fault(file: &Path, given: Option<&str>) -> Option<String> {
    let expected = fs::read_to_string(file).ok();
    if given == expected.as_deref() {
        return None;
    }
    let name = file.file_name().expect("a file").to_string_lossy();
    match (given, expected) {
        (Some(text), _) if updates() => fs::write(file, text).map_err(|error| format!("{name}: {error}")).err(),
        (None, _) if updates() => fs::remove_file(file).map_err(|error| format!("{name}: {error}")).err(),
        (Some(text), Some(expected)) => Some(format!("{name}, {}", first_difference(&expected, text))),
        (Some(text), None) => Some(format!("{name} is missing; {} lines are given", text.lines().count())),
        (None, _) => Some(format!("{name} is there, and nothing of that kind is given")),
    }
}

fn first_difference(expected: &str, given: &str) -> String {
    let mut lines = (1..).zip(expected.lines().zip(given.lines()));
    match lines.find(|(_, (expected, given))| expected != given) {
        Some((line, (expected, given))) => format!("line {line}\n    expected {expected}\n    given    {given}"),
        None => format!("{} lines expected, {} given", expected.lines().count(), given.lines().count()),
    }
}

/// Fails with all faults of all folders, one block each.
#[track_caller]
pub fn refuse(faults: Vec<(String, Vec<String>)>) {
    let blamed: Vec<_> = faults.into_iter().filter(|(_, faults)| !faults.is_empty()).collect();
    let blocks = blamed.iter().map(|(name, faults)| format!("{name}\n  {}", faults.join("\n  ")));
    let text = blocks.collect::<Vec<_>>().join("\n");
    assert!(blamed.is_empty(), "{} faulty; UPDATE=1 rewrites what is expected\n{text}\n", blamed.len());
}
