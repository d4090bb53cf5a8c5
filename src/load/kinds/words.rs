//! What messages about kinds are made of: what a place is called, and what it wants.

use super::super::place::Place;
use super::super::rules::Kind;

/// The text with a small first letter, to go on a sentence.
pub(super) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// `'ports'`, or `an item of 'ports'`.
pub(super) fn subject(place: &Place<'_>) -> String {
    match (place.name(), place.parent()) {
        (Some(name), Some(above))
            if above.attribute().name == "*" || above.attribute().key(name).is_some_and(|row| row.name != "*") =>
        {
            format!("'{name}'")
        }
        (Some(name), Some(above)) => match above.name() {
            Some(section) => format!("'{name}' under '{section}'"),
            None => format!("'{name}'"),
        },
        (None, Some(above)) => match above.name() {
            Some(name) => format!("an item of '{name}'"),
            None => "an item".into(),
        },
        _ => "a compose file".into(),
    }
}

/// `a string, a list or a mapping`. Where a word or number may also be quoted, the string goes without saying.
pub(super) fn wanted(kinds: &[Kind]) -> String {
    let is_cast = kinds.iter().any(|kind| matches!(kind, Kind::Flag | Kind::Number | Kind::Integer | Kind::Range(..)));
    let is_only_cast = is_cast && matches!(kinds, [_, Kind::Text]);
    let mut words: Vec<&str> = Vec::new();
    for kind in kinds {
        let word = match kind {
            Kind::Any => "anything",
            Kind::Duration => "a duration",
            Kind::Text if is_only_cast => continue,
            Kind::Text | Kind::Pattern(..) | Kind::Word(_) => "a string",
            Kind::Integer | Kind::Range(..) => "a whole number",
            Kind::Number => "a number",
            Kind::Flag => "true or false",
            Kind::List(_) => "a list",
            Kind::Map(..) | Kind::Table(_) => "a mapping",
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".into(),
    }
}
