//! Folders that a person can run by hand: `tests/cases/load/<case>/` with the project that is understood, or with what
//! is wrong with it; `tests/cases/plan/<case>/` with the plan of an `up`. `UPDATE=1 cargo test` rewrites expectations.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]

use hoist::diagnostic::Diagnostics;
use hoist::document::{Origins, json};
use hoist::load::{Loaded, Request, load};
use hoist::plan::reconcile::{images, reconcile};
use hoist::plan::{Images, Observed, Policy, simulate};
use hoist::render::{Colours, Places, diagnostic_text, plan_text};
use hoist::source::SourceMap;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_folder_of_load_is_understood_as_expected() {
    compare_all("load", |folder| match load(&request(folder, "compose.yaml")) {
        Ok(loaded) => {
            let notes = diagnostics(&loaded.notes, (&loaded.sources, &loaded.origins));
            let notes = Some(notes).filter(|notes| !notes.is_empty()).map(|notes| ("notes.txt", notes));
            [("expect.json", json::pretty(&loaded.project.write(hoist::model::Dialect::Json)) + "\n")]
                .into_iter()
                .chain(notes)
                .collect()
        }
        Err(refused) => {
            vec![("expect.txt", diagnostics(&refused.diagnostics, (&refused.sources, &refused.origins)))]
        }
    });
}

#[test]
fn every_folder_of_plan_is_planned_as_expected() {
    compare_all("plan", |folder| {
        let loaded = |file: &str| loaded(folder, file);
        let before = folder.join("before.yaml").exists().then(|| applied(&loaded("before.yaml"), &Observed::default()));
        let (after, seen) = (loaded("compose.yaml"), before.unwrap_or_default());
        let first = images(&after.project, &seen, &Policy::default(), Images::Missing);
        let fetched = simulate(&after.project, &seen, &first).unwrap();
        let text = match reconcile(&after.project, &fetched, &Policy::default()) {
            Ok(second) => {
                let notes = second.notes().iter().map(|note| format!("note: {}\n", note.message));
                plan_text(&[&first, &second]) + &notes.collect::<String>()
            }
            Err(blocked) => format!("blocked: {blocked}\n"),
        };
        vec![("plan.txt", text)]
    });
}

#[test]
fn every_plan_comes_to_rest() {
    for folder in folders("plan") {
        let after = loaded(&folder, "compose.yaml");
        let before = folder.join("before.yaml").exists().then(|| loaded(&folder, "before.yaml"));
        let seen = before.map_or_else(Observed::default, |before| applied(&before, &Observed::default()));
        let Ok(plan) = plan_on_images(&after, &seen) else { continue };
        let settled = simulate(&after.project, &plan.0, &plan.1).unwrap();
        let again = reconcile(&after.project, &settled, &Policy::default()).unwrap();
        assert!(again.is_empty(), "{}: {}", folder.display(), plan_text(&[&again]));
    }
}

/// The world after a project was brought up.
fn applied(loaded: &Loaded, seen: &Observed) -> Observed {
    let (fetched, plan) = plan_on_images(loaded, seen).unwrap();
    simulate(&loaded.project, &fetched, &plan).unwrap()
}

type Planned = (Observed, hoist::plan::Plan);

fn plan_on_images(loaded: &Loaded, seen: &Observed) -> Result<Planned, hoist::plan::reconcile::Blocked> {
    let first = images(&loaded.project, seen, &Policy::default(), Images::Missing);
    let fetched = simulate(&loaded.project, seen, &first).unwrap();
    let plan = reconcile(&loaded.project, &fetched, &Policy::default())?;
    Ok((fetched, plan))
}

fn loaded(folder: &Path, file: &str) -> Loaded {
    load(&request(folder, file)).unwrap_or_else(|refused| {
        panic!("{}: {}", folder.display(), diagnostics(&refused.diagnostics, (&refused.sources, &refused.origins)))
    })
}

/// A load as in the folder; `files`, `environment` and `profiles` of the case say more than `compose.yaml` alone.
fn request(folder: &Path, file: &str) -> Request {
    let lines = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let pairs = lines("environment").into_iter().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let files: Vec<PathBuf> = match file {
        "compose.yaml" => lines("files").into_iter().map(PathBuf::from).collect(),
        other => vec![other.into()],
    };
    Request {
        working_directory: folder.into(),
        project_name: Some("case".into()),
        files,
        profiles: lines("profiles"),
        environment: pairs.collect::<BTreeMap<_, _>>(),
        ..Request::default()
    }
}

fn diagnostics(all: &Diagnostics, (sources, origins): (&SourceMap, &Origins)) -> String {
    let places = Places { sources, origins };
    let texts = all.sorted().into_iter().map(|one| diagnostic_text(one, places, Colours::Off));
    texts.collect::<Vec<_>>().join("\n")
}

fn folders(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(kind);
    let mut all: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    assert!(!all.is_empty(), "no cases in {}", root.display());
    all
}

/// Files that a case is expected to give.
const EXPECTATIONS: [&str; 4] = ["expect.json", "expect.txt", "notes.txt", "plan.txt"];

/// Compares what each case gives with its files; all that differ are named.
fn compare_all(kind: &str, give: impl Fn(&Path) -> Vec<(&'static str, String)>) {
    let update = std::env::var_os("UPDATE").is_some();
    let mut faults = Vec::new();
    for folder in folders(kind) {
        let given: BTreeMap<_, _> =
            give(&folder).into_iter().map(|(file, text)| (file, plain(&folder, &text))).collect();
        for file in EXPECTATIONS {
            let path = folder.join(file);
            let expected = fs::read_to_string(&path).ok();
            match (given.get(file), expected) {
                (given, expected) if given == expected.as_ref() => {}
                (Some(text), _) if update => fs::write(&path, text).unwrap(),
                (None, _) if update => fs::remove_file(&path).unwrap(),
                (given, expected) => faults.push(format!(
                    "{}\n--- expected\n{}\n--- given\n{}",
                    path.display(),
                    expected.unwrap_or_default(),
                    given.cloned().unwrap_or_default()
                )),
            }
        }
    }
    assert!(faults.is_empty(), "UPDATE=1 rewrites what is expected\n{}", faults.join("\n"));
}

fn plain(folder: &Path, text: &str) -> String {
    text.replace(&folder.display().to_string(), "FOLDER")
}
