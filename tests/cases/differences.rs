//! Where Hoist reads otherwise than docker compose 2.40: each case with its reason stands in `docs/compatibility.md`.

use crate::support::{Case, expectation, scenario};
use std::fs;

/// A difference is an exception: more of them than this are no drop-in any more.
const MOST: usize = 25;

const PAGE: &str = "docs/compatibility.md";

const TITLE: &str = "## Where Hoist reads otherwise\n";

#[test]
fn the_page_of_compatibility_lists_every_difference() {
    let page = fs::read_to_string(scenario::root().join(PAGE)).unwrap();
    let (before, rest) = page.split_once(TITLE).unwrap_or_else(|| panic!("'{}' is missing", TITLE.trim_end()));
    let after = rest.find("\n## ").map_or("", |at| &rest[at..]);
    let current = format!("{before}{TITLE}{}{after}", section());
    let fault = expectation::fault(&scenario::root().join(PAGE), Some(&current));
    assert_eq!(fault, None, "UPDATE=1 rewrites it");
}

#[test]
fn differences_are_few_and_each_has_its_reason() {
    let reasons: Vec<_> = Case::all().into_iter().filter_map(|case| case.sheet.differs).collect();
    assert!(reasons.len() <= MOST, "{} differences, {MOST} at most", reasons.len());
    assert!(reasons.iter().all(|reason| reason.contains(' ')), "{reasons:?}");
}

fn section() -> String {
    let differs = |case: Case| Some((case.name, case.sheet.differs?));
    let rows = Case::all().into_iter().filter_map(differs);
    let rows = rows.map(|(name, reason)| format!("- [`{name}`](../tests/cases/load/{name}): {}\n", reason.trim()));
    format!(
        "\nEach is a folder of `tests/cases/load/` with its reason; `make conformance` sees that it still differs.\n\n{}",
        rows.collect::<String>()
    )
}
