//! How to write a value that is of the wrong kind.

use super::super::place::Place;
use super::super::rules::{Attribute, Kind};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use std::fmt::Write as _;

pub(super) fn remedy(node: &Node, attribute: &Attribute, place: &Place<'_>) -> Option<String> {
    let takes = |wanted: fn(&Kind) -> bool| attribute.kinds.iter().any(wanted);
    let takes_text = takes(|kind| matches!(kind, Kind::Text | Kind::Pattern(..) | Kind::Word(_)));
    let takes_list = takes(|kind| matches!(kind, Kind::List(_)));
    let takes_map = takes(|kind| matches!(kind, Kind::Map(..) | Kind::Table(_)));
    if (place.depth(), place.name()) == (1, Some("version")) {
        return Some("remove the line: it means nothing any more".into());
    }
    if let Some(name) = too_high(place) {
        return Some(format!("indent '{name}' deeper, under the name of its service"));
    }
    match &node.value {
        Value::Scalar { text, plain } => {
            let is_text = !plain || matches!(scalar::resolve(text), Scalar::Text(_));
            if !is_text && takes(|kind| matches!(kind, Kind::Duration)) {
                return Some(format!("write '{text}s' for seconds; units are ns, us, ms, s, m, h, d, w"));
            }
            if let Some(help) = not_in_quotes(text, is_text, attribute) {
                return Some(help);
            }
            if !is_text && takes_text {
                return Some(format!("put quotes around it: \"{text}\""));
            }
            if takes_list && *plain && text.starts_with('-') && !text.starts_with("--") {
                return Some("put a space behind each '-'".into());
            }
            if takes_list && !text.contains('\n') {
                return Some(format!("write it as a list: [{}]", in_list(text)));
            }
            if takes_map && let Some((key, value)) = text.split_once(':').filter(|(key, _)| is_word(key)) {
                return Some(format!("put a space behind the colon: '{key}: {value}'"));
            }
            takes_map.then(|| instead_of_text(text, place)).flatten()
        }
        Value::List(items) if takes_map && !takes_list => {
            let is_pairs = items.iter().all(|item| item.as_map().is_some());
            if is_pairs && !items.is_empty() {
                return Some("remove the '-' in front of the keys".into());
            }
            if let ([item], true) = (items.as_slice(), takes_text) {
                return item.as_text().map(|text| format!("write the value alone: {text}"));
            }
            let is_name = |text: &&str| is_word(text) && !text.contains(['.', '/']);
            let first = items.iter().find_map(|item| item.as_text().filter(is_name));
            first.map(|first| format!("write '{first}:' instead of '- {first}'"))
        }
        Value::List(items) if !takes_list => match items.as_slice() {
            [Node { value: Value::Scalar { text, .. }, .. }] => Some(format!("write the value alone: {text}")),
            _ => Some("one value goes here".into()),
        },
        Value::Map(entries) if place.name().is_none() && takes_text => pair(node, entries),
        Value::Map(_) if takes_list => Some("begin each item with '- '".into()),
        Value::Map(_) if takes_text && place.name().is_some() => {
            Some("put quotes around a text that holds ': '".into())
        }
        _ => None,
    }
}

/// How an item like `- KEY: value` of a list of texts is written.
fn pair(node: &Node, entries: &[(Node, Node)]) -> Option<String> {
    if let [(key, value)] = entries {
        let (key, value) = (key.as_text()?, value.as_text()?);
        return Some(format!("write '{key}={value}', or leave out the '-' in front of all"));
    }
    let (key, value) = node.get("name").zip(node.get("value"))?;
    Some(format!("write '{}={}'", key.as_text()?, value.as_text()?))
}

/// How to write a number, a boolean or a word that would be as wrong in quotes.
fn not_in_quotes(text: &str, is_text: bool, attribute: &Attribute) -> Option<String> {
    if attribute.kinds.iter().any(|kind| matches!(kind, Kind::Flag)) {
        return Some(match text {
            "1" => "write 'true'".into(),
            "0" => "write 'false'".into(),
            _ => "write 'true' or 'false'".into(),
        });
    }
    let words =
        attribute.kinds.iter().find_map(|kind| if let Kind::Word(words) = kind { Some(words) } else { None })?;
    let list = attribute.item().map_or("", |_| ", or a list");
    let one_of = if words.len() == 1 { "write" } else { "one of" };
    (!is_text).then(|| format!("{one_of} {}{list}", quoted(words)))
}

/// The name of an attribute that stands where services do.
fn too_high<'a>(place: &Place<'a>) -> Option<&'a str> {
    let is_service = place.depth() == 2 && place.parent().and_then(Place::name) == Some("services");
    let table = place.attribute().table().filter(|_| is_service)?;
    place.name().filter(|name| table.row(name).is_some())
}

/// What to write where a mapping is wanted and a text stands.
fn instead_of_text(text: &str, place: &Place<'_>) -> Option<String> {
    let section = place.parent().filter(|_| place.depth() == 2).and_then(Place::name);
    match (section, place.name()?) {
        (Some("services"), _) => Some("give it an 'image' or a 'build'".into()),
        (Some("secrets" | "configs"), _) if is_word(text) => Some(format!("write 'file: {text}' for a file")),
        (Some("networks" | "volumes"), _) if is_word(text) => Some(format!("write 'driver: {text}' or 'name: {text}'")),
        (_, "healthcheck") => Some("put the command under 'test:'".into()),
        (_, "logging") => Some(format!("write 'driver: {text}'")),
        _ => None,
    }
}

fn in_list(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { format!("\"{text}\"") }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "_-./".contains(letter))
}

pub(super) fn quoted(words: &[&str]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let between = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{between}'{word}'");
    }
    text
}
