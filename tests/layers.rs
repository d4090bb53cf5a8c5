//! Reads `src/` as text and refuses an import that points down the house, and a crate named outside its door.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::fs;
use std::path::Path;

/// The order of `docs/architecture.md`: a module may use what stands in front of it.
const ORDER: [&str; 21] = [
    "source",
    "diagnostic",
    "value",
    "document",
    "model",
    "graph",
    "load",
    "plan",
    "advice",
    "provenance",
    "ignore",
    "event",
    "kubernetes",
    "engine",
    "execute",
    "readiness",
    "session",
    "watch",
    "names",
    "render",
    "cli",
];

/// Neighbours that ignore each other.
const STRANGERS: [&[&str]; 2] = [&["kubernetes", "engine"], &["session", "watch", "names"]];

/// A crate, and the modules that may name it; a crate with `*` at its end stands for all that begin so.
const DOORS: [(&str, &[&str]); 16] = [
    ("saphyr_parser", &["document::parse"]),
    ("petgraph", &["graph"]),
    ("bollard", &["engine"]),
    ("hyper", &["engine"]),
    ("hyper_util", &["engine"]),
    ("notify*", &["watch"]),
    ("hickory*", &["names"]),
    ("k8s_openapi", &["kubernetes"]),
    ("indicatif", &["render"]),
    ("anstyle", &["render"]),
    ("clap", &["cli", "main"]),
    ("anyhow", &["cli", "main"]),
    ("tokio*", &["engine", "execute", "readiness", "session", "watch", "names", "render", "cli"]),
    ("std::fs", &["load", "engine", "watch", "names", "cli", "main"]),
    ("std::env", &["load", "engine", "watch", "names", "cli", "main"]),
    ("std::process", &["load", "engine", "watch", "names", "cli", "main"]),
];

#[test]
fn no_import_points_down() {
    refuse(|module, text| paths(text).iter().filter_map(|path| points_down(module, path)).collect());
}

#[test]
fn a_crate_is_named_only_behind_its_door() {
    refuse(|module, text| paths(before_tests(text)).iter().filter_map(|path| outside_its_door(module, path)).collect());
}

#[test]
fn a_file_over_400_lines_says_why() {
    refuse(|_, text| {
        let excused = text.contains("// over 400 lines: because ");
        (before_tests(text).lines().count() > 400 && !excused)
            .then(|| "has over 400 lines".to_owned())
            .into_iter()
            .collect()
    });
}

#[test]
fn every_file_says_what_it_is() {
    refuse(|_, text| (!text.starts_with("//!")).then(|| "does not open with //!".to_owned()).into_iter().collect());
}

#[test]
fn a_wrong_import_is_found_however_it_is_spelled() {
    let down = |module, text| paths(text).iter().filter_map(|path| points_down(module, path)).count();
    assert_eq!(down("plan::step", "use crate::value::Name;"), 0);
    assert_eq!(down("plan::step", "use crate::engine::Engine;"), 1);
    assert_eq!(down("plan::step", "use crate::{\n    value::Name,\n    cli::{Exit},\n};"), 1);
    assert_eq!(down("plan::step", "fn f() { crate::render::tree(); }"), 1);
    assert_eq!(down("plan::step", "use super::super::cli::Exit; use super::action::Action;"), 1);
    assert_eq!(down("plan::step", "//! See [`crate::cli`].\n// crate::cli"), 0);
    assert_eq!(down("session::follow", "use crate::watch::Watch;"), 1);
    let outside = |module, text| paths(text).iter().filter_map(|path| outside_its_door(module, path)).count();
    assert_eq!(outside("engine::image", "use bollard::Docker; use tokio_util::sync::X; use std::{fs, io};"), 0);
    assert_eq!(outside("plan::step", "use bollard::Docker; use tokio_util::sync::X; use std::{fs, io};"), 3);
    assert_eq!(outside("render::output", "fn f() { std::process::exit(1) }"), 1);
    assert_eq!(outside("document::write", "use saphyr_parser::Event;"), 1);
}

/// Fails with every fault of every file.
fn refuse(faults: impl Fn(&str, &str) -> Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for file in files(&root) {
        let relative = file.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('/', "::");
        let module = relative.trim_end_matches("::mod");
        if !["testing", "lib"].contains(&module) {
            let text = fs::read_to_string(&file).unwrap();
            found.extend(faults(module, &text).into_iter().map(|fault| format!("{}: {fault}", file.display())));
        }
    }
    assert!(found.is_empty(), "{} faults\n{}", found.len(), found.join("\n"));
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The text before the unit tests at the end of a file; a whole file of tests has none.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

fn points_down(module: &str, path: &str) -> Option<String> {
    let floor = module.split("::").next().unwrap();
    let used = match path.strip_prefix("crate::") {
        Some(rest) => rest.split("::").next().unwrap().to_owned(),
        None => above(module, path)?,
    };
    let place = |name: &str| ORDER.iter().position(|one| *one == name);
    let strange = STRANGERS.iter().any(|all| floor != used && all.contains(&floor) && all.contains(&used.as_str()));
    (place(&used)? > place(floor)? || strange).then(|| format!("'{floor}' must not use '{path}'"))
}

/// The top module that a chain of `super` ends in; nothing when it stays inside its own.
fn above(module: &str, path: &str) -> Option<String> {
    let ups = path.split("::").take_while(|part| *part == "super").count();
    (ups >= module.split("::").count() && ups > 0).then(|| path.split("::").nth(ups).unwrap_or_default().to_owned())
}

fn outside_its_door(module: &str, path: &str) -> Option<String> {
    let named = |name: &str| match name.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == name || path.starts_with(&format!("{name}::")),
    };
    let inside = |doors: &[&str]| doors.iter().any(|door| format!("{module}::").starts_with(&format!("{door}::")));
    let (name, _) = DOORS.iter().find(|(name, doors)| named(name) && !inside(doors))?;
    Some(format!("'{module}' must not name '{}'", name.trim_end_matches('*')))
}

/// Every path in a text, groups in braces unfolded: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
fn paths(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let mut all = Vec::new();
    let mut rest = code.as_str();
    while let Some(start) = rest.find(|letter: char| letter.is_alphanumeric() || letter == '_') {
        rest = &rest[start..];
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (path, after) = rest.split_at(end);
        rest = after;
        if path.ends_with("::") && after.starts_with('{') {
            let close = closing(after);
            all.extend(paths(&after[1..close]).iter().map(|inner| format!("{path}{inner}")));
            rest = &after[close..];
        } else if path.contains("::") || !path.contains(':') {
            all.push(path.to_owned());
        }
    }
    all
}

/// Where the brace at the beginning of a text closes.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
