//! `docs/mistakes.md`: what each tool says about a common mistake, made from the cases that have a title for it.

use crate::support::{Case, expectation, scenario};
use std::fs;

const HEAD: &str = "\
# Common mistakes

What Hoist says about them, and what docker compose 2.40 says. `FOLDER` is where the project is.

This page is made from the folders of `tests/cases/load/` whose `case.yaml` has a `mistake`.
";

#[test]
fn the_page_of_mistakes_is_what_the_cases_say() {
    let mut mistakes: Vec<_> = Case::all().into_iter().filter(|case| case.sheet.mistake.is_some()).collect();
    mistakes.sort_by(|one, other| one.sheet.mistake.cmp(&other.sheet.mistake));
    let page = HEAD.to_owned() + &mistakes.iter().map(section).collect::<String>();
    let fault = expectation::fault(&scenario::root().join("docs/mistakes.md"), Some(&page));
    assert_eq!(fault, None, "UPDATE=1 rewrites it");
}

#[test]
fn every_mistake_is_refused() {
    let accepted = Case::all().into_iter().filter(|case| case.sheet.mistake.is_some() && case.sheet.refused.is_none());
    assert_eq!(accepted.map(|case| case.name).collect::<Vec<_>>(), Vec::<String>::new());
}

fn section(case: &Case) -> String {
    let title = case.sheet.mistake.as_deref().unwrap_or_default();
    let ours = case.plain(&case.hoist(case.form()).stderr);
    let theirs = fs::read_to_string(case.folder.join("compose.txt"));
    let theirs = theirs.unwrap_or_else(|_| panic!("{}: no compose.txt; UPDATE=1 make conformance makes it", case.name));
    let (files, ours, theirs) = (files(case), fenced("text", &ours), fenced("text", &theirs));
    format!("\n## {title}\n\n{files}\nHoist:\n\n{ours}\ndocker compose:\n\n{theirs}")
}

/// The files of the project, by name where there are several.
fn files(case: &Case) -> String {
    let all = case.files();
    let shown = all.iter().map(|file| {
        let name = file.strip_prefix(&case.folder).unwrap().display();
        let title = if all.len() > 1 { format!("`{name}`:\n\n") } else { String::new() };
        title + &fenced("yaml", &fs::read_to_string(file).unwrap())
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}
