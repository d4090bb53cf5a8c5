//! `tests/cases/kubernetes/<case>/`: a project, the manifests that it becomes (`expected.yaml`), and what became of each
//! of its keys (`report.txt`). `x-rows` of its `compose.yaml` names the rows of `kubernetes/README.md` that it covers,
//! `x-options` how it is converted.

mod options;
mod place;
mod truth;

use crate::support::case::{folders, plain};
use crate::support::{expectation, scenario};
use hoist::diagnostic::Diagnostics;
use hoist::document::{Node, Value, parse};
use hoist::kubernetes::{Cluster, Converted, KubeVersion, Options, UNCLAIMED, convert, validate};
use hoist::load::{Loaded, Manifests, Request, load};
use hoist::render::{Conversion, conversion_json, conversion_table};
use hoist::source::{SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_folder_of_kubernetes_is_converted_as_expected() {
    let all = cases().into_iter().map(|folder| {
        let (loaded, converted) = converted(&folder);
        let view = Conversion { rows: &converted.rows, sources: &loaded.sources };
        let notes: Vec<String> = converted
            .diagnostics
            .sorted()
            .into_iter()
            .map(|one| format!("{:?}: {}\n", one.severity, one.message).to_lowercase())
            .collect();
        let report = plain(&folder, &format!("{}{}", conversion_table(view), notes.concat()));
        let given = BTreeMap::from([("expected.yaml", plain(&folder, &converted.stream())), ("report.txt", report)]);
        (folder.display().to_string(), expectation::faults(&folder, &["expected.yaml", "report.txt"], &given))
    });
    expectation::refuse(all.collect());
}

#[test]
fn every_key_is_accounted_for() {
    let all = everything().into_iter().map(|folder| {
        let (loaded, converted) = converted(&folder);
        let unknown =
            converted.rows.iter().filter(|row| row.reason.as_deref().is_some_and(|why| why.contains(UNCLAIMED)));
        let mut faults: Vec<String> = unknown.map(|row| format!("{} has no row of its own", row.key)).collect();
        let places = converted.rows.iter().filter_map(|row| row.place);
        let places: BTreeSet<_> = places.map(|span| (loaded.sources.path(span.file), span.start, span.end)).collect();
        // Other folders are about keys that the loader takes for one, or takes away.
        let is_ours = !folder.starts_with(scenario::root().join("tests/cases/load"));
        for (file, span, text) in leaves(&folder, &loaded).into_iter().filter(|_| is_ours) {
            if !places.contains(&(file.as_path(), span.start, span.end)) {
                faults.push(format!("'{text}' has no row"));
            }
        }
        (folder.display().to_string(), faults)
    });
    expectation::refuse(all.collect());
}

#[test]
fn what_is_in_a_secret_is_in_its_object_alone() {
    for (case, is_held) in [("secrets", true), ("secrets_inline", true), ("secrets_elsewhere", false)] {
        let (loaded, converted) = converted(&scenario::root().join("tests/cases/kubernetes").join(case));
        let view = Conversion { rows: &converted.rows, sources: &loaded.sources };
        let told = format!("{}{}", conversion_table(view), conversion_json(view));
        let told = format!("{told}{:?}{:?}{:?}", converted.diagnostics, converted.rows, loaded.host_files);
        assert!(!told.contains("correct horse"), "{case}");
        let (secrets, others): (Vec<_>, Vec<_>) = converted.manifests.iter().partition(|one| one.kind == "Secret");
        assert!(others.iter().all(|one| !one.text().contains("correct horse")), "{case}");
        assert_eq!(secrets.iter().any(|one| one.text().contains("correct horse")), is_held, "{case}");
    }
}

#[test]
fn every_row_of_the_mapping_has_a_case() {
    let rows = rows();
    let named: BTreeMap<PathBuf, Vec<String>> =
        cases().into_iter().map(|folder| (folder.clone(), covers(&folder))).collect();
    let mut faults: Vec<(String, Vec<String>)> = Vec::new();
    for (folder, covers) in &named {
        let unknown =
            covers.iter().filter(|row| !rows.contains(*row)).map(|row| format!("'{row}' is no row")).collect();
        let none = if covers.is_empty() { vec!["names no row".to_owned()] } else { unknown };
        faults.push((folder.display().to_string(), none));
    }
    let covered: BTreeSet<&String> = named.values().flatten().collect();
    let missing = rows.iter().filter(|row| !covered.contains(row)).map(|row| format!("'{row}' has no case"));
    faults.push(("tests/cases/kubernetes/README.md".into(), missing.collect()));
    expectation::refuse(faults);
}

#[test]
fn the_same_project_is_converted_to_the_same_bytes() {
    for folder in inputs() {
        let first = converted(&folder).1;
        for _ in 1..20 {
            let again = converted(&folder).1;
            assert_eq!(first.stream(), again.stream(), "{}", folder.display());
            assert_eq!(first.rows, again.rows, "{}", folder.display());
        }
    }
}

#[test]
fn a_cluster_of_every_release_takes_what_is_made() {
    let all = inputs().into_iter().map(|folder| {
        let loaded = loaded(&folder).unwrap();
        let options = options::of(&loaded);
        let versions = KubeVersion::ALL
            .into_iter()
            .filter(|version| *version >= options.version || !options::says_version(&loaded));
        let faults = versions.flat_map(|version| refused(&loaded, &Options { version, ..options.clone() }));
        (folder.display().to_string(), faults.collect())
    });
    expectation::refuse(all.collect());
}

#[test]
fn whatever_loads_is_converted_to_what_a_cluster_takes() {
    let all = everything().into_iter().map(|folder| {
        let (loaded, converted) = converted(&folder);
        // What cannot be converted is said, and nothing is written.
        let is_said = converted.diagnostics.has_errors();
        let faults = if is_said { Vec::new() } else { refused(&loaded, &options::of(&loaded)) };
        (folder.display().to_string(), faults)
    });
    expectation::refuse(all.collect());
}

/// What a cluster would refuse of what a project becomes.
fn refused(loaded: &Loaded, options: &Options) -> Vec<String> {
    let mut manifests = Manifests::default();
    let converted = convert(loaded, options);
    for manifest in &converted.manifests {
        manifests.add(manifest.file_name().into(), manifest.text());
    }
    let existing = [options::existing(loaded), converted.existing].concat();
    let cluster = Cluster { version: options.version, features: options.features.clone(), existing };
    let mut all = manifests.faults;
    let of_trees = validate(converted.manifests.iter().map(|one| &one.tree), &cluster);
    let of_texts = validate(&manifests.documents, &cluster);
    assert_eq!(said(&of_trees), said(&of_texts), "a tree is what its text says");
    all.push_all(validate(&manifests.documents, &cluster));
    all.into_iter().map(|one| format!("{}: {:?}: {}", options.version, one.severity, one.message)).collect()
}

/// What is said, wherever it stands.
fn said(faults: &Diagnostics) -> BTreeSet<&str> {
    faults.sorted().into_iter().map(|fault| fault.message.as_str()).collect()
}

/// The project of a folder, and what it becomes.
fn converted(folder: &Path) -> (Loaded, Converted) {
    let loaded = loaded(folder).unwrap_or_else(|message| panic!("{}: {message}", folder.display()));
    let converted = convert(&loaded, &options::of(&loaded));
    (loaded, converted)
}

/// The project of a folder, or what is wrong with it.
fn loaded(folder: &Path) -> Result<Loaded, String> {
    let name = folder.file_name().unwrap().to_string_lossy().replace('_', "-");
    let name = if folder.starts_with(scenario::root()) { name } else { "case".to_owned() };
    let request = Request { working_directory: folder.into(), project_name: Some(name), ..Request::default() };
    let loaded = load(&request).map(|mut loaded| {
        loaded.read_host_files();
        loaded
    });
    loaded.map_err(|refused| {
        refused.diagnostics.sorted().iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("\n")
    })
}

fn cases() -> Vec<PathBuf> {
    folders(&scenario::root().join("tests/cases/kubernetes"))
}

/// All projects of the tree that are there to be loaded: the cases, and the examples.
fn inputs() -> Vec<PathBuf> {
    let examples = folders(&scenario::root().join("examples"));
    cases().into_iter().chain(examples.into_iter().filter(|folder| loaded(folder).is_ok())).collect()
}

/// All of that, and what is there to be loaded, planned and run: it need not mean anything to a cluster.
fn everything() -> Vec<PathBuf> {
    let parents = ["load", "plan", "inspect", "cli"].map(|name| scenario::root().join("tests/cases").join(name));
    let more = parents.iter().flat_map(|parent| folders(parent)).filter(|folder| loaded(folder).is_ok());
    inputs().into_iter().chain(more).collect()
}

/// The rows of the mapping, as the README of the cases lists them: the first cell of each line of its table.
fn rows() -> BTreeSet<String> {
    let text = fs::read_to_string(scenario::root().join("tests/cases/kubernetes/README.md")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| `"));
    lines.filter_map(|line| Some(line.split('`').nth(1)?.to_owned())).collect()
}

/// The rows that a case names.
fn covers(folder: &Path) -> Vec<String> {
    let loaded = loaded(folder).unwrap();
    let rows = loaded.origins.tree().get("x-rows").and_then(Node::as_list).unwrap_or_default();
    rows.iter().filter_map(|row| Some(row.as_text()?.to_owned())).collect()
}

/// All scalars of the compose file, read by itself: the file, the place and the text.
fn leaves(folder: &Path, loaded: &Loaded) -> Vec<(PathBuf, Span, String)> {
    let [file] = loaded.project.identity.files.as_slice() else { return Vec::new() };
    let mut sources = SourceMap::default();
    let shown = file.strip_prefix(folder).unwrap_or(file).to_owned();
    // Some cases are written in other ways than most people write.
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let id = sources.add(shown.clone(), text);
    let Some(tree) = parse::parse(&sources, id).ok().and_then(|mut all| (all.len() == 1).then(|| all.remove(0))) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    scalars(&tree, &mut found);
    found.into_iter().map(|(span, text)| (shown.clone(), span, text)).collect()
}

fn scalars(node: &Node, found: &mut Vec<(Span, String)>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, value)| scalars(value, found)),
        Value::List(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Scalar { text, .. } => found.push((node.span, text.to_string())),
    }
}
