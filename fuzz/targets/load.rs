//! The whole loader: every place is in its file, a second load gives the same, and what `config` would print loads to
//! what was printed.
//!
//! An input is several files, each behind a line `#=# NAME`; what stands before the first such line is `compose.yaml`.
//! They are written to a folder of this process and removed again. Nothing else is written, and nothing is fetched.

#![no_main]

use hoist::document::{Node, Value, write};
use hoist::load::{Loaded, Refused, Request, load};
use hoist::model::Dialect;
use hoist::render::{Colours, Places, diagnostic_text};
use hoist_fuzz::{check_places, meaning};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::Builder::new().prefix("hoist-fuzz").tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("project")).expect("a folder in it");
    folder
});

fuzz_target!(|text: &str| {
    let folder = FOLDER.path().join("project");
    let written: Vec<PathBuf> = files(text).into_iter().filter_map(|(name, text)| put(&folder, name, text)).collect();
    check(&folder);
    written.iter().for_each(|file| fs::remove_file(file).expect("was written by us"));
});

fn check(folder: &Path) {
    let first = load(&request(folder, None));
    let told = match &first {
        Ok(loaded) => tell(loaded),
        Err(refused) => refusal(refused),
    };
    let again = match load(&request(folder, None)) {
        Ok(loaded) => tell(&loaded),
        Err(refused) => refusal(&refused),
    };
    assert_eq!(told, again, "a second load gives the same");
    if let Ok(loaded) = first {
        let printed = printed(&loaded);
        match load(&request(folder, Some(printed.clone()))) {
            Ok(_) if has_empty_texts(&loaded.project.write(Dialect::Yaml)) => {}
            Ok(again) => assert_eq!(
                meaning(&loaded.project.write(Dialect::Yaml)),
                meaning(&again.project.write(Dialect::Yaml)),
                "{printed}"
            ),
            Err(refused) if is_one_way(&refusal(&refused)) => {}
            Err(refused) => panic!("what was printed is refused: {}\n{printed}", refusal(&refused)),
        }
    }
}

/// What Compose takes and cannot read again once it is printed, since it prints no empty text: a config with
/// `external: false` alone, names and sources that are empty, and what is written once as a number and once as text.
fn is_one_way(refusal: &str) -> bool {
    let words = ["has no source", "an empty name under", "this device has no 'source'", "occurs twice in"];
    words.iter().any(|words| refusal.contains(words))
}

/// Whether a default takes the place of an empty text once it is printed: of a build's context or of a network mode.
fn has_empty_texts(project: &Node) -> bool {
    let services = project.get("services").and_then(Node::as_map).unwrap_or_default();
    services.iter().any(|(_, service)| {
        let is_alone = service.get("networks").is_none() && service.get("network_mode").is_none();
        is_alone || service.get("build").is_some_and(|build| build.get("context").is_none())
    })
}

fn tell(loaded: &Loaded) -> String {
    check_places(&loaded.notes, &loaded.sources);
    let places = Places { sources: &loaded.sources, origins: &loaded.origins };
    let notes = loaded.notes.sorted().into_iter().map(|one| diagnostic_text(one, places, Colours::Off));
    notes.collect::<String>() + &meaning(&loaded.project.write(Dialect::Yaml))
}

fn refusal(refused: &Refused) -> String {
    assert!(refused.diagnostics.has_errors());
    check_places(&refused.diagnostics, &refused.sources);
    let places = Places { sources: &refused.sources, origins: &refused.origins };
    let faults = refused.diagnostics.sorted().into_iter().map(|one| diagnostic_text(one, places, Colours::Off));
    faults.collect()
}

/// What `config` prints.
fn printed(loaded: &Loaded) -> String {
    let mut node = loaded.project.write(Dialect::Yaml);
    double_dollars(&mut node);
    write::yaml(&node)
}

fn double_dollars(node: &mut Node) {
    match &mut node.value {
        Value::Scalar { text, .. } => *text = text.replace('$', "$$").into(),
        Value::List(items) => items.iter_mut().for_each(double_dollars),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| double_dollars(value)),
    }
}

fn request(folder: &Path, stdin: Option<String>) -> Request {
    let file = if stdin.is_some() { "-" } else { "compose.yaml" };
    Request {
        working_directory: folder.into(),
        files: vec![file.into()],
        project_name: Some("fuzz".into()),
        profiles: vec!["*".into()],
        environment: BTreeMap::from([("HOME", "/home/me"), ("SET", "val"), ("EMPTY", "")].map(pair)),
        stdin,
        ..Request::default()
    }
}

fn pair((name, value): (&str, &str)) -> (String, String) {
    (name.into(), value.into())
}

fn files(text: &str) -> Vec<(&str, &str)> {
    let mut parts = text.split("#=# ");
    let first = parts.next().unwrap_or_default();
    let named = parts.filter_map(|part| part.split_once('\n'));
    [("compose.yaml", first)].into_iter().chain(named).collect()
}

/// Writes a file, unless its name leads out of the folder, is taken, or is deeper than a person would write it.
fn put(folder: &Path, name: &str, text: &str) -> Option<PathBuf> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let steps: Vec<&str> = name.split('/').collect();
    let fits = |step: &&str| !step.is_empty() && step.len() < 50 && step.chars().all(plain) && !step.starts_with("..");
    let path = folder.join(name);
    if steps.len() > 3 || !steps.iter().all(|step| fits(step) && *step != ".") || path.exists() {
        return None;
    }
    fs::create_dir_all(path.parent()?).ok()?;
    fs::write(&path, text).ok()?;
    Some(path)
}
