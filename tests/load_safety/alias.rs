//! Values with a name and their copies.

use crate::project::{Project, pieces, service};
use std::fmt::Write as _;

/// A file in which each anchor uses the one before it several times; `wrap` makes a value of the uses.
fn bomb(levels: usize, uses: usize, wrap: impl Fn(&str) -> String) -> String {
    let first = wrap(&vec!["x"; uses].join(", "));
    let levels = pieces(levels, |level| {
        let aliases = vec![format!("*a{level}"); uses].join(", ");
        format!("x-{}: &a{} {}\n", level + 1, level + 1, wrap(&aliases))
    });
    format!("x-0: &a0 {first}\n{levels}{}", service(""))
}

/// Uses as the values of a map.
fn as_map(uses: &str) -> String {
    let entries: Vec<String> = uses.split(", ").enumerate().map(|(index, one)| format!("k{index}: {one}")).collect();
    format!("{{{}}}", entries.join(", "))
}

#[test]
fn an_alias_bomb_of_lists_is_refused_where_it_goes_off() {
    Project::of(bomb(7, 10, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
}

#[test]
fn an_alias_bomb_of_maps_is_refused_where_it_goes_off() {
    Project::of(bomb(7, 10, as_map)).config().refused("compose.yaml:", "alias");
}

#[test]
fn an_alias_bomb_that_doubles_is_refused_where_it_goes_off() {
    Project::of(bomb(25, 2, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
    Project::of(bomb(1000, 2, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
}

#[test]
fn a_merge_key_bomb_ends() {
    let mut text = format!("x-0: &a0 {}\n", as_map(&["x"; 10].join(", ")));
    for level in 1..=9 {
        let uses = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "x-{level}: &a{level} {{<<: [{uses}]}}").unwrap();
    }
    Project::of(text + &service("")).config().right_or_clear("compose.yaml:");
}

#[test]
fn a_value_that_contains_itself_is_refused_at_the_alias() {
    for (value, column) in [("{b: *a}", 13), ("[*a]", 10), ("{<<: *a}", 14), ("{b: {<<: [*a]}}", 19)] {
        let place = format!("compose.yaml:1:{column}: ");
        Project::of(format!("x-a: &a {value}\n{}", service(""))).config().refused(&place, "alias");
    }
}
