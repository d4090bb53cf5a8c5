//! Values in values.

use crate::project::{Project, service};

#[test]
fn deep_nesting_is_refused_where_it_is_too_deep() {
    for depth in [1000, 5000, 10_001, 100_000] {
        let lists = format!("x-a: {}{}\n{}", "[".repeat(depth), "]".repeat(depth), service(""));
        Project::of(lists).config().refused("compose.yaml:1:", "nesting");
        let maps = format!("x-a: {}x{}\n{}", "{a: ".repeat(depth), "}".repeat(depth), service(""));
        Project::of(maps).config().refused("compose.yaml:1:", "nesting");
        let block = format!("x-a:\n {}x\n{}", "- ".repeat(depth), service(""));
        Project::of(block).config().refused("compose.yaml:2:", "nesting");
    }
}

#[test]
fn deep_nesting_that_never_closes_is_refused() {
    Project::of(format!("x-a: {}", "[".repeat(100_000))).config().refused("compose.yaml:1:", "");
    Project::of(format!("x-a: {}", "{a: ".repeat(100_000))).config().refused("compose.yaml:1:", "");
}

#[test]
fn nesting_that_a_person_may_write_is_understood() {
    let text = format!("x-a: {}{}\n{}", "[".repeat(60), "]".repeat(60), service(""));
    Project::of(text).config().understood();
}
