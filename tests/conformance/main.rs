//! Every case and every example through `hoist config` and through `docker compose config`: both accept and mean the
//! same, or both refuse. `make conformance` runs it.
//!
//! `HOIST_ORACLE` is docker compose's plugin. `HOIST_CONFORMANCE_EXTRA` is a folder with more compose files, of any
//! depth. `UPDATE=1` rewrites what docker compose says about common mistakes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

#[path = "../support/mod.rs"]
mod support;

mod difference;
mod oracle;
mod report;
mod verdict;

use oracle::Oracle;
use report::Report;
use std::fs;
use std::path::Path;
use support::case::{files_below, folders};
use support::workers::at_once;
use support::{Case, expectation, scenario};
use verdict::Verdict;

#[test]
fn every_project_means_what_docker_compose_takes_it_for() {
    let Some(oracle) = Oracle::of_environment() else { return };
    let groups = [("cases", Case::all()), ("examples", examples()), ("extra", extra())];
    let report = Report::of(groups.map(|(group, cases)| {
        let verdicts = at_once(&cases, |case| Verdict::of(case, &oracle));
        (group, cases.into_iter().map(|case| case.name).zip(verdicts).collect())
    }));
    report.show(&oracle);
    assert_eq!(report.faults(), 0, "cases differ without a reason, or have a reason and do not differ");
}

#[test]
fn what_docker_compose_says_about_mistakes_is_current() {
    let Some(oracle) = Oracle::of_environment() else { return };
    let mistakes: Vec<_> = Case::all().into_iter().filter(|case| case.sheet.mistake.is_some()).collect();
    let said = at_once(&mistakes, |case| {
        let said = case.plain(&without_times(&case.config(oracle.program(), case.form()).stderr));
        expectation::fault(&case.folder.join("compose.txt"), Some(&said)).into_iter().collect()
    });
    expectation::refuse(mistakes.into_iter().map(|case| case.name).zip(said).collect());
}

/// `time="…" level=warning` without the time.
fn without_times(text: &str) -> String {
    let plain = |line: &str| match line.strip_prefix("time=\"").and_then(|rest| rest.split_once("\" ")) {
        Some((_, rest)) => format!("{rest}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(plain).collect()
}

fn examples() -> Vec<Case> {
    folders(&scenario::root().join("examples")).into_iter().map(Case::bare).collect()
}

/// The compose files below the folder of the environment.
fn extra() -> Vec<Case> {
    let Some(folder) = std::env::var_os("HOIST_CONFORMANCE_EXTRA") else { return Vec::new() };
    let folder = fs::canonicalize(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = files_below(&folder).into_iter().filter(|file| is_compose_file(file));
    let named = |file: &Path| file.strip_prefix(&folder).unwrap().display().to_string();
    files.map(|file| Case { name: named(&file), ..Case::of_file(&file) }).collect()
}

/// A YAML file that is called after compose, or that has services.
fn is_compose_file(file: &Path) -> bool {
    let is_yaml = file.extension().is_some_and(|end| end == "yaml" || end == "yml");
    let is_named = || file.file_name().is_some_and(|name| name.to_string_lossy().contains("compose"));
    let has_services =
        || fs::read_to_string(file).is_ok_and(|text| text.lines().any(|line| line.starts_with("services:")));
    is_yaml && (is_named() || has_services())
}
