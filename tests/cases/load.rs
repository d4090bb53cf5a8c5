//! `tests/cases/load/<case>/`: what `hoist config` says about a project, or what it refuses and where.

use crate::support::case::Form;
use crate::support::workers::at_once;
use crate::support::{Case, Ran, expectation};
use std::collections::{BTreeMap, BTreeSet};

/// Files that a case may be expected to give.
const KINDS: [&str; 5] = ["expect.json", "expect.yaml", "lines.txt", "expect.txt", "notes.txt"];

#[test]
fn every_folder_of_load_is_understood_as_expected() {
    let all = Case::all();
    let found = at_once(&all, faults);
    expectation::refuse(all.into_iter().map(|case| case.name).zip(found).collect());
}

/// What is otherwise than the case says. An expectation is never rewritten with the answer to another question.
fn faults(case: &Case) -> Vec<String> {
    let ran = case.hoist(case.form());
    let wrong = match &case.sheet.refused {
        None => accepted(&ran),
        Some(places) => refused(case, places, &ran),
    };
    match wrong {
        Some(wrong) => vec![wrong],
        None => expectation::faults(&case.folder, &KINDS, &given(case, &ran)),
    }
}

fn accepted(ran: &Ran) -> Option<String> {
    (ran.code != Some(0)).then(|| format!("must be accepted; {}", ended(ran)))
}

fn refused(case: &Case, places: &[String], ran: &Ran) -> Option<String> {
    if ran.code != Some(1) || !ran.stdout.is_empty() {
        return Some(format!("must be refused; {}", ended(ran)));
    }
    let nowhere = ["error".to_owned()];
    let wanted: BTreeSet<_> = if places.is_empty() { &nowhere } else { places }.iter().cloned().collect();
    let given: BTreeSet<_> = case.places(&case.plain(&ran.stderr)).into_iter().collect();
    let only = |one: &BTreeSet<String>, other| one.difference(other).cloned().collect::<Vec<_>>().join(", ");
    let (missing, extra) = (only(&wanted, &given), only(&given, &wanted));
    (wanted != given).then(|| format!("refused elsewhere; not given: [{missing}], not wanted: [{extra}]"))
}

/// The end of a command, in a line or a few.
fn ended(ran: &Ran) -> String {
    let code = ran.code.map_or("killed, it does not end".to_owned(), |code| format!("exit code {code}"));
    let said: Vec<_> = ran.stderr.lines().filter(|line| line.contains("error") || line.contains("panicked")).collect();
    [vec![code.as_str()], said].concat().join("\n    ")
}

fn given(case: &Case, ran: &Ran) -> BTreeMap<&'static str, String> {
    if case.sheet.refused.is_some() {
        return BTreeMap::from([("expect.txt", case.plain(&ran.stderr))]);
    }
    let file = match case.form() {
        Form::Json => "expect.json",
        Form::Yaml => "expect.yaml",
        Form::Lines | Form::Set => "lines.txt",
    };
    let notes = Some(("notes.txt", case.plain(&ran.stderr))).filter(|(_, text)| !text.is_empty());
    [(file, case.plain(&ran.stdout))].into_iter().chain(notes).collect()
}
