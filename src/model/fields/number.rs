//! Numbers among the attributes: where Compose takes a string, where it drops a fraction, and where it does neither.

use super::{Fields, invalid_value, wrong_kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use crate::value::{ByteSize, Invalid};

impl Fields<'_> {
    /// A whole number, plain or as a decimal string; `2.0` is one too.
    pub fn integer<T: TryFrom<i128>>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        let value = whole(node).or_else(|| float(node).filter(|value| value.fract() == 0.0).and_then(truncated));
        self.in_range(key, node, value)
    }

    /// A whole number that has a range of its own.
    pub fn ranged<T: TryFrom<i128, Error = Invalid>>(&mut self, key: &'static str) -> Option<T> {
        let place = self.node(key)?.span;
        match T::try_from(self.integer(key)?) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.diagnostics.push(invalid_value(invalid, place));
                None
            }
        }
    }

    /// A number of which Compose keeps the whole part; as a string it must be whole.
    pub fn whole_part<T: TryFrom<i128>>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        self.in_range(key, node, whole(node).or_else(|| float(node).and_then(truncated)))
    }

    /// A number of which Compose keeps the whole part, and which it does not take as a string.
    pub fn unquoted<T: TryFrom<i128>>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        if matches!(node.value, Value::Scalar { plain: false, .. }) {
            self.diagnostics.push(wrong_kind(key, "a number", node).help("remove the quotes"));
            return None;
        }
        self.whole_part(key)
    }

    fn in_range<T: TryFrom<i128>>(&mut self, key: &'static str, node: &Node, value: Option<i128>) -> Option<T> {
        let fits = value.and_then(|value| T::try_from(value).ok());
        if fits.is_none() {
            self.diagnostics.push(no_whole_number(key, node));
        }
        fits
    }

    /// An amount of memory: a whole number of bytes, or a string with a unit.
    pub fn bytes(&mut self, key: &'static str) -> Option<ByteSize> {
        let node = self.node(key)?;
        if let Some(number) = float(node) {
            let fault = wrong_kind(key, "a whole number of bytes or a text with a unit", node);
            let whole = truncated(number).unwrap_or_default();
            self.diagnostics.push(fault.help(format!("docker compose takes it for 0: write '{whole}', or '512m'")));
            return None;
        }
        self.parsed_scalar(key)
    }
}

/// A whole number, plain or as a decimal string.
pub(in crate::model) fn whole_number<T: TryFrom<i128>>(
    what: &str,
    node: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let fits = whole(node).and_then(|value| T::try_from(value).ok());
    if fits.is_none() {
        diagnostics.push(no_whole_number(what, node));
    }
    fits
}

/// `'scale' must be a whole number, 'three' is none`
fn no_whole_number(what: &str, node: &Node) -> Diagnostic {
    match &node.value {
        Value::Scalar { text, .. } if whole(node).is_some() => {
            Diagnostic::error("wrong-type", format!("{text} is out of range for '{what}'")).at(node.span)
        }
        Value::Scalar { text, .. } if !node.is_null() => {
            Diagnostic::error("wrong-type", format!("'{what}' must be a whole number, '{text}' is none")).at(node.span)
        }
        _ => wrong_kind(what, "a whole number", node),
    }
}

fn whole(node: &Node) -> Option<i128> {
    match &node.value {
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Int(value) => Some(value),
            _ => None,
        },
        Value::Scalar { text, plain: false } => text.parse().ok(),
        _ => None,
    }
}

/// A plain number that YAML takes for a float.
fn float(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Float(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The whole part of a number that has one.
fn truncated(value: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is dropped, the bound is checked")]
    (value.abs() < 1e30).then_some(value as i128)
}
