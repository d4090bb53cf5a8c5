//! What a single field takes, whatever stands around it.

mod accepts;
mod table;

use super::choice;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::kubernetes::name::Form;
use crate::source::Span;
use accepts::Accepts;
use std::net::IpAddr;

/// Looks at an entry of a type: is what it says something that the field takes?
pub(super) fn check((of, field): (&str, &str), (key, value): (&Node, &Node), faults: &mut Vec<Diagnostic>) {
    if value.is_null() {
        return;
    }
    let single = std::slice::from_ref(value);
    let values = value.as_list().unwrap_or(single);
    if let Some(words) = choice::of(of, field) {
        faults.extend(values.iter().filter_map(|value| wrong_word(field, value, words)));
    }
    let Some(accepts) = table::of(of, field) else { return };
    match accepts {
        Accepts::Keys(form) => keys(form, value, faults),
        Accepts::Annotations => annotations(value, faults),
        Accepts::Labels => labels(value, faults),
        _ => faults.extend(values.iter().filter_map(|value| accepts.fault(key, value))),
    }
}

fn wrong_word(field: &str, value: &Node, words: &[&str]) -> Option<Diagnostic> {
    let text = value.as_text().filter(|text| !text.is_empty() && !words.contains(text))?;
    let fault = Diagnostic::error("invalid-choice", format!("'{text}' is not a value of '{field}'")).at(value.span);
    let same = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text));
    Some(match same.or_else(|| did_you_mean(text, words.iter().copied())) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault.help(format!("use one of {}", words.join(", "))),
    })
}

/// The fault of a name that is not spelled as it has to be.
pub(super) fn misspelt(form: Form, what: &str, value: &Node) -> Option<Diagnostic> {
    let text = value.as_text().filter(|text| !form.accepts(text))?;
    let message = format!("'{text}' cannot be {what}");
    Some(Diagnostic::error("invalid-name", message).at(value.span).help(form.remedy()))
}

fn keys(form: Form, value: &Node, faults: &mut Vec<Diagnostic>) {
    let keys = value.as_map().unwrap_or_default().iter().map(|(key, _)| key);
    faults.extend(keys.filter_map(|key| misspelt(form, "a key", key)));
}

/// Their keys are looked at in small letters.
fn annotations(value: &Node, faults: &mut Vec<Diagnostic>) {
    let keys = value.as_map().unwrap_or_default().iter().map(|(key, _)| key);
    let is_odd = |key: &&Node| !Form::LabelKey.accepts(&key.as_text().unwrap_or_default().to_ascii_lowercase());
    faults.extend(keys.filter(is_odd).filter_map(|key| misspelt(Form::LabelKey, "a key", key)));
}

fn labels(value: &Node, faults: &mut Vec<Diagnostic>) {
    keys(Form::LabelKey, value, faults);
    let values = value.as_map().unwrap_or_default().iter().map(|(_, value)| value);
    faults.extend(values.filter_map(|value| misspelt(Form::LabelValue, "the value of a label", value)));
}

/// The fault of a number that a field does not go to.
pub(super) fn beyond(field: &str, number: i128, place: Span) -> Diagnostic {
    Diagnostic::error("out-of-range", format!("'{field}' cannot be {number}")).at(place)
}

/// Whether a text is an address; parts of IPv4 may begin with 0, as they could always.
pub(super) fn is_address(text: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit()) && part.parse::<u8>().is_ok();
    text.parse::<IpAddr>().is_ok() || text.split('.').count() == 4 && text.split('.').all(is_part)
}
