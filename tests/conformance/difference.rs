//! Where two answers differ first.

use crate::support::case::Form;
use serde_json::Value;
use std::collections::BTreeSet;

/// Lists that docker compose prints in another order each time: what their paths end with.
pub const RANDOM: [&str; 1] = ["build.ssh"];

/// Longer values are cut in messages.
const WIDTH: usize = 60;

/// Where two answers differ first, as `path: docker compose …, hoist …`.
pub fn between(form: Form, theirs: &str, ours: &str) -> Option<String> {
    match form {
        Form::Json => parsed(theirs, ours, |text| serde_json::from_str(text).map_err(|error| error.to_string())),
        Form::Yaml => parsed(theirs, ours, |text| serde_yaml::from_str(text).map_err(|error| error.to_string())),
        Form::Lines => of_texts("", &theirs.lines().collect::<Vec<_>>(), &ours.lines().collect::<Vec<_>>()),
        Form::Set => of_texts("", &sorted(theirs), &sorted(ours)),
    }
}

fn parsed(theirs: &str, ours: &str, parse: impl Fn(&str) -> Result<Value, String>) -> Option<String> {
    // What docker compose itself could not read again says nothing about us.
    let theirs = parse(theirs).ok()?;
    match parse(ours) {
        Ok(ours) => of_values("", &theirs, &ours),
        Err(error) => Some(format!("what hoist prints cannot be read: {error}")),
    }
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

fn of_texts(path: &str, theirs: &[&str], ours: &[&str]) -> Option<String> {
    let list = |lines: &[&str]| Value::from(lines.to_vec());
    of_values(path, &list(theirs), &list(ours))
}

fn of_values(path: &str, theirs: &Value, ours: &Value) -> Option<String> {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            keys.into_iter().find_map(|key| of_members(&joined(path, key), left.get(key), right.get(key)))
        }
        (Value::Array(left), Value::Array(right)) if RANDOM.iter().any(|end| path.ends_with(end)) => {
            let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            (texts(left) != texts(right)).then(|| said(path, Some(theirs), Some(ours)))
        }
        (Value::Array(left), Value::Array(right)) => (0..left.len().max(right.len()))
            .find_map(|at| of_members(&joined(path, &at.to_string()), left.get(at), right.get(at))),
        (theirs, ours) => (!is_same(theirs, ours)).then(|| said(path, Some(theirs), Some(ours))),
    }
}

fn of_members(path: &str, theirs: Option<&Value>, ours: Option<&Value>) -> Option<String> {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => of_values(path, theirs, ours),
        (theirs, ours) => Some(said(path, theirs, ours)),
    }
}

/// Numbers are the same when they mean the same: 1 and 1.0.
fn is_same(theirs: &Value, ours: &Value) -> bool {
    let is_float = theirs.is_f64() || ours.is_f64();
    theirs == ours || (is_float && theirs.as_f64().is_some() && theirs.as_f64() == ours.as_f64())
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn said(path: &str, theirs: Option<&Value>, ours: Option<&Value>) -> String {
    let short = |value: Option<&Value>| value.map_or("nothing".to_owned(), |value| cut(&value.to_string()));
    format!("{path}: docker compose {}, hoist {}", short(theirs), short(ours))
}

/// The beginning of a text.
pub fn cut(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(WIDTH).collect();
    if letters.next().is_some() { start + "…" } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn differ(theirs: &str, ours: &str, expected: Option<&str>) {
        assert_eq!(between(Form::Json, theirs, ours).as_deref(), expected);
    }

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        differ(r#"{"b": [1, 2], "a": 1}"#, r#"{"a": 1.0, "b": [1, 2]}"#, None);
        differ(r#"{"a": {"b": ["x"]}}"#, r#"{"a": {"b": ["y"]}}"#, Some(r#"a.b.0: docker compose "x", hoist "y""#));
        differ(r#"{"a": [1]}"#, r#"{"a": [1, 2]}"#, Some("a.1: docker compose nothing, hoist 2"));
        differ(r#"{"a": null}"#, "{}", Some("a: docker compose null, hoist nothing"));
    }

    #[test]
    fn only_what_is_random_is_a_set() {
        differ(r#"{"build": {"ssh": ["a", "b"]}}"#, r#"{"build": {"ssh": ["b", "a"]}}"#, None);
        assert!(between(Form::Json, r#"["a", "b"]"#, r#"["b", "a"]"#).is_some());
        assert_eq!(between(Form::Set, "a\nb\n", "b\na\n"), None);
        assert!(between(Form::Lines, "a\nb\n", "b\na\n").is_some());
    }
}
