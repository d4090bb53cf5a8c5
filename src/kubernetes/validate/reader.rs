//! [`Reader`]: a tree is read into a type of the API, and all that the type does not take is told with its place.
//!
//! What is of the wrong kind is told and counts as empty, so that one reading finds all faults. What only the type
//! itself can refuse ends a reading; it is passed over in the next one.

use super::super::version::gate_of;
use super::cluster::Cluster;
use super::field;
use super::reach::{integer, kind, meaning};
use super::shape;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::scalar::Scalar;
use crate::document::{Node, Value};
use crate::kubernetes::quantity::Quantity;
use crate::source::Span;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// What a reading finds, and what it passes over.
#[derive(Debug)]
pub(super) struct Findings<'c> {
    pub cluster: &'c Cluster,
    pub faults: RefCell<Vec<Diagnostic>>,
    /// Places of values that are nothing, in mappings that take any key.
    pub blanks: RefCell<BTreeSet<Span>>,
    /// Places of values that an earlier reading could not pass.
    pub passed: BTreeSet<Span>,
}

/// Stands at a value of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'run, 'de> {
    pub node: &'de Node,
    pub findings: &'run Findings<'run>,
}

/// Why a reading ended.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    pub message: String,
    /// The value that was refused.
    pub place: Span,
}

impl serde::de::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), place: Span::NOWHERE }
    }

    fn invalid_type(found: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::custom(format_args!("{found} cannot stand here"))
    }
}

impl Refusal {
    fn at(self, place: Span) -> Self {
        if self.place.is_somewhere() { self } else { Self { place, ..self } }
    }
}

impl<'run, 'de> Reader<'run, 'de> {
    fn tell(self, fault: Diagnostic) {
        self.findings.faults.borrow_mut().push(fault);
    }

    /// Tells that something else is wanted here.
    fn wants(self, wanted: &str) {
        let what = match self.node.as_text() {
            Some(text) if !text.is_empty() => format!("'{text}' is {}", kind(self.node)),
            _ => format!("this is {}", kind(self.node)),
        };
        let fault = Diagnostic::error("wrong-type", format!("{wanted} is wanted here, {what}")).at(self.node.span);
        let is_quoted = matches!(self.node.value, Value::Scalar { plain: false, .. });
        self.tell(match self.node.as_text() {
            Some(text) if wanted == "a string" => fault.help(format!("put quotes around it: \"{text}\"")),
            Some(_) if is_quoted && wanted != "a mapping" && wanted != "a list" => fault.help("remove the quotes"),
            _ => fault,
        });
    }

    fn integer(self, least: i64, most: i64) -> i64 {
        match integer(self.node) {
            Some(value) => match i64::try_from(value).ok().filter(|value| (least..=most).contains(value)) {
                Some(value) => return value,
                None => self.wants("a number with fewer digits"),
            },
            None if meaning(self.node) == Some(Scalar::Null) => {}
            None => self.wants("a whole number"),
        }
        0
    }

    fn entries(self, of: Option<Type>) -> Entries<'run, 'de> {
        let entries = self.node.as_map().unwrap_or_default();
        Entries { rest: entries.iter(), value: None, findings: self.findings, of }
    }

    fn text(self) -> &'de str {
        match (meaning(self.node), self.node.as_text()) {
            (Some(Scalar::Text(text)), _) => return text,
            (Some(Scalar::Null), _) => {}
            _ => self.wants("a string"),
        }
        ""
    }

    /// The text of bytes; line breaks in it do not count.
    fn bytes(self) -> String {
        let text = self.text().replace(['\n', '\r'], "");
        let engine = base64::engine::general_purpose::STANDARD;
        if base64::Engine::decode(&engine, &text).is_ok() {
            return text;
        }
        let fault = Diagnostic::error("not-encoded", "the value is not base64").at(self.node.span);
        self.tell(
            fault.help("encode it, or write it as it is under 'stringData' of a Secret or 'data' of a ConfigMap"),
        );
        String::new()
    }

    /// The text of a moment; one that says something else counts as the first of all.
    fn time(self) -> BorrowedStrDeserializer<'de, Refusal> {
        let text = self.text();
        BorrowedStrDeserializer::new(if text.is_empty() { "1970-01-01T00:00:00Z" } else { text })
    }

    fn quantity(self) -> String {
        let is_amount = matches!(meaning(self.node), Some(Scalar::Text(_) | Scalar::Int(_) | Scalar::Float(_)));
        let Some(text) = self.node.as_text().filter(|_| is_amount) else {
            self.wants("a quantity");
            return "0".to_owned();
        };
        if text.parse::<Quantity>().is_err() {
            let fault = Diagnostic::error("invalid-quantity", format!("'{text}' is not a quantity"));
            let help = "write a number, with one of m, k, M, G, T, Ki, Mi, Gi and Ti behind it: 500m, 256Mi, 1.5Gi";
            self.tell(fault.at(self.node.span).help(help));
        }
        text.to_owned()
    }
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match (meaning(self.node), &self.node.value) {
            (Some(Scalar::Null), _) => visitor.visit_unit(),
            (Some(Scalar::Bool(value)), _) => visitor.visit_bool(value),
            (Some(Scalar::Int(value)), _) => match i64::try_from(value) {
                Ok(value) => visitor.visit_i64(value),
                Err(_) => visitor.visit_u64(u64::try_from(value).unwrap_or(u64::MAX)),
            },
            (Some(Scalar::Float(value)), _) => visitor.visit_f64(value),
            (Some(Scalar::Text(text)), _) => visitor.visit_borrowed_str(text),
            (None, Value::List(_)) => self.deserialize_seq(visitor),
            (None, _) => self.deserialize_map(visitor),
        }
        .map_err(|refusal| refusal.at(self.node.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Some(Scalar::Bool(value)) = meaning(self.node) else {
            self.wants("a boolean");
            return visitor.visit_bool(false);
        };
        visitor.visit_bool(value)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let value = self.integer(i32::MIN.into(), i32::MAX.into());
        visitor.visit_i32(i32::try_from(value).unwrap_or_default())
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_i64(self.integer(i64::MIN, i64::MAX))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_borrowed_str(self.text())
    }

    /// Only bytes are asked for in this way: times are read elsewhere, and all other texts become a text of their own.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_string(self.bytes())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let items = self.node.as_list().unwrap_or_else(|| {
            if !self.node.is_null() {
                self.wants("a list");
            }
            &[]
        });
        visitor.visit_seq(Items { rest: items.iter(), findings: self.findings })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.node.as_map().is_none() && !self.node.is_null() {
            self.wants("a mapping");
        }
        visitor.visit_map(self.entries(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        if self.node.as_map().is_none() {
            self.wants("a mapping");
        } else {
            shape::check(name, self.node, &mut self.findings.faults.borrow_mut());
        }
        visitor.visit_map(self.entries(Some(Type { name, fields })))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        match name {
            "Quantity" => visitor.visit_string(self.quantity()),
            "Time" | "MicroTime" => visitor.visit_newtype_struct(self.time()),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
        ignored_any
    }
}

/// The items of a list.
struct Items<'run, 'de> {
    rest: std::slice::Iter<'de, Node>,
    findings: &'run Findings<'run>,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        let findings = self.findings;
        let Some(node) = self.rest.find(|node| !findings.passed.contains(&node.span)) else { return Ok(None) };
        seed.deserialize(Reader { node, findings }).map(Some).map_err(|refusal| refusal.at(node.span))
    }
}

/// A type of the API and its fields.
#[derive(Clone, Copy)]
struct Type {
    name: &'static str,
    fields: &'static [&'static str],
}

/// The entries of a map; those of a type are looked at one by one.
struct Entries<'run, 'de> {
    rest: std::slice::Iter<'de, (Node, Node)>,
    value: Option<&'de Node>,
    findings: &'run Findings<'run>,
    of: Option<Type>,
}

impl Entries<'_, '_> {
    /// Whether an entry is read on: not when it was refused before, or the type does not have it.
    fn admits(&self, (key, value): &(Node, Node)) -> bool {
        let (name, mut faults) = (key.as_text().unwrap_or_default(), self.findings.faults.borrow_mut());
        let Some(of) = self.of else {
            if value.is_null() {
                self.findings.blanks.borrow_mut().insert(value.span);
            }
            return !self.findings.passed.contains(&value.span);
        };
        if !of.fields.contains(&name) {
            faults.push(unknown(name, of, key.span));
            return false;
        }
        faults.extend(gate(of, key, self.findings.cluster));
        field::check((of.name, name), (key, value), &mut faults);
        !self.findings.passed.contains(&value.span)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        while let Some(entry) = self.rest.next() {
            if self.admits(entry) {
                self.value = Some(&entry.1);
                return seed.deserialize(BorrowedStrDeserializer::new(entry.0.as_text().unwrap_or_default())).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let node = self.value.take().expect("serde asks for a key first");
        seed.deserialize(Reader { node, findings: self.findings }).map_err(|refusal| refusal.at(node.span))
    }
}

fn unknown(name: &str, of: Type, place: Span) -> Diagnostic {
    let message = format!("'{name}' is not a field of {}", of.name);
    let fault = Diagnostic::error("unknown-key", message).at(place);
    match did_you_mean(name, of.fields.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault,
    }
}

/// What an older release does not know, or does nothing about.
fn gate(of: Type, key: &Node, cluster: &Cluster) -> Option<Diagnostic> {
    let name = key.as_text()?;
    let (gate, version) = (gate_of(of.name, name)?, cluster.version);
    if gate.known > version {
        let message = format!("'{name}' of {} is known since Kubernetes {}, not in {version}", of.name, gate.known);
        return Some(
            Diagnostic::error("newer-kubernetes", message).at(key.span).help("leave it out, or update the cluster"),
        );
    }
    (!cluster.enables(of.name, name)).then(|| {
        let message = format!("'{name}' of {} does nothing in Kubernetes {version} unless it is switched on", of.name);
        Diagnostic::warning("feature-gate", message).at(key.span).help("ask who runs the cluster for its feature gate")
    })
}
