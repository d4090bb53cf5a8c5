//! [`Fields`]: asks a mapping for typed attributes and reports what does not fit or was never asked for.

mod number;
mod values;

pub(super) use number::whole_number;
pub(super) use values::Values;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, did_you_mean};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::value::{Invalid, Timespan};
use std::collections::BTreeMap;
use std::str::FromStr;

/// The attributes of one mapping while it is read.
pub(super) struct Fields<'a> {
    what: &'static str,
    around: Span,
    entries: &'a [(Node, Node)],
    asked: Vec<&'static str>,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Fields<'a> {
    /// The fields of a mapping; anything else is a fault, null counts as empty.
    pub fn of(what: &'static str, node: &'a Node, diagnostics: &'a mut Diagnostics) -> Option<Self> {
        let entries = match node.as_map() {
            Some(entries) => entries,
            None if node.is_null() => &[],
            None => {
                diagnostics.push(wrong_kind(what, "a mapping", node));
                return None;
            }
        };
        Some(Self { what, around: node.span, entries, asked: Vec::new(), diagnostics })
    }

    /// The raw value of an attribute.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// The raw value together with the place to report faults at.
    pub fn nested(&mut self, key: &'static str) -> Option<(&'a Node, &mut Diagnostics)> {
        let node = self.node(key)?;
        Some((node, self.diagnostics))
    }

    /// The place of an attribute's key.
    pub fn place(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(name, _)| name.span)
    }

    /// The place of the first key: where something that is missing is reported.
    pub fn start(&self) -> Option<Span> {
        self.entries.iter().map(|(name, _)| name.span).filter(|span| span.is_somewhere() && *span != self.around).min()
    }

    /// Reports attributes that exclude each other, at the one that is written later.
    pub fn exclude(&mut self, keys: &[&'static str], help: &str) {
        let mut found: Vec<_> = keys.iter().filter_map(|key| Some((self.place(key)?, *key))).collect();
        found.sort_unstable();
        let Some(((place, later), [.., (first, earlier)])) = found.split_last() else { return };
        let message = format!("'{earlier}' and '{later}' exclude each other");
        let fault = Diagnostic::error("conflict", message).at(*place).help(help);
        self.diagnostics.push(if first.is_somewhere() {
            fault.label(*first, format!("'{earlier}' is here"))
        } else {
            fault
        });
    }

    /// Reports an attribute that a mapping cannot do without.
    pub fn require(&mut self, key: &'static str, help: &str) {
        if self.node(key).is_some() {
            return;
        }
        let fault = Diagnostic::error("missing-value", format!("'{}' needs '{key}'", self.what));
        self.diagnostics.push(fault.at(self.start().unwrap_or(self.around)).help(help));
    }

    /// One word of a few.
    pub fn word<T: Copy>(&mut self, key: &'static str, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
        let node = self.node(key)?;
        let text = text(key, node, self.diagnostics)?;
        let found = all.iter().copied().find(|one| word(*one) == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().copied().map(word).collect();
            let help = did_you_mean(&text, words.iter().copied())
                .map_or_else(|| format!("one of {}", words.join(", ")), |near| format!("did you mean '{near}'?"));
            let message = format!("'{text}' is not a value of '{key}'");
            self.diagnostics.push(Diagnostic::error("invalid-value", message).at(node.span).help(help));
        }
        found
    }

    /// A mapping that is read by a function; null is a fault.
    pub fn mapping<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        if node.is_null() {
            let fault = wrong_kind(key, "a mapping", node).at(self.place(key));
            self.diagnostics.push(fault.help("give it a value or remove the key"));
            return None;
        }
        read(node, self.diagnostics)
    }

    /// A string.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        text(key, node, self.diagnostics)
    }

    /// A string that stands for a value of its own.
    pub fn parsed<T: FromStr<Err = Invalid>>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        let text = text(key, node, self.diagnostics)?;
        self.parse(node.span, &text)
    }

    /// A string that stands for a value of its own; the empty string counts as not written, as in Compose.
    pub fn parsed_unless_empty<T: FromStr<Err = Invalid>>(&mut self, key: &'static str) -> Option<T> {
        if self.node(key)?.as_text() == Some("") && !self.node(key)?.is_null() {
            return None;
        }
        self.parsed(key)
    }

    /// A number or string that stands for a value of its own, such as a size.
    pub fn parsed_scalar<T: FromStr<Err = Invalid>>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        let Some(text) = scalar_text(node) else {
            self.diagnostics.push(wrong_kind(key, "a string or a number", node));
            return None;
        };
        self.parse(node.span, &text)
    }

    /// A duration; a bare number lacks its unit.
    pub fn timespan(&mut self, key: &'static str) -> Option<Timespan> {
        let node = self.node(key)?;
        match &node.value {
            Value::Scalar { text, plain: true }
                if matches!(scalar::resolve(text), Scalar::Int(_) | Scalar::Float(_)) =>
            {
                let fault = wrong_kind(key, "a duration with a unit", node);
                self.diagnostics.push(fault.help(format!("write '{text}s' for seconds")));
                None
            }
            _ => {
                let text = text(key, node, self.diagnostics)?;
                self.parse(node.span, &text)
            }
        }
    }

    fn parse<T: FromStr<Err = Invalid>>(&mut self, place: Span, text: &str) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.diagnostics.push(invalid_value(invalid, place));
                None
            }
        }
    }

    /// A boolean, plain or as one of Compose's words.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        let word = node.as_text().unwrap_or_default().to_ascii_lowercase();
        let value = match word.as_str() {
            "true" | "y" | "yes" | "on" => Some(true),
            "false" | "n" | "no" | "off" => Some(false),
            _ => None,
        };
        match value {
            None => self.diagnostics.push(wrong_kind(key, "true or false", node)),
            Some(value) if word != "true" && word != "false" => self.diagnostics.push(
                Diagnostic::warning("old-boolean", format!("'{word}' is not a boolean in YAML 1.2"))
                    .at(node.span)
                    .help(format!("write '{value}'")),
            ),
            Some(_) => {}
        }
        value
    }

    /// A list of strings; null is a fault.
    pub fn texts(&mut self, key: &'static str) -> Vec<String> {
        if let Some(node) = self.node(key).filter(|node| node.is_null()) {
            self.diagnostics.push(wrong_kind(key, "a list", node).help("give it a value or remove the key"));
        }
        self.optional_texts(key).unwrap_or_default()
    }

    /// A list of strings, or nothing when it is not there or null.
    pub fn optional_texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let node = self.node(key).filter(|node| !node.is_null())?;
        let Some(items) = node.as_list() else {
            self.diagnostics.push(wrong_kind(key, "a list", node));
            return None;
        };
        Some(items.iter().filter_map(|item| text(key, item, self.diagnostics)).collect())
    }

    /// A list of strings and whole numbers, which become strings.
    pub fn scalars(&mut self, key: &'static str) -> Vec<String> {
        self.items(key, |item, diagnostics| {
            if Values::Whole.take(item) {
                return scalar_text(item);
            }
            diagnostics.push(wrong_kind(key, "a list of strings and whole numbers", item).help("put quotes around it"));
            None
        })
    }

    /// A mapping to text; numbers and booleans become text, null becomes nothing.
    pub fn optional_map(&mut self, key: &'static str) -> BTreeMap<String, Option<String>> {
        let Some(node) = self.node(key) else { return BTreeMap::new() };
        let Some(entries) = node.as_map() else {
            self.diagnostics.push(wrong_kind(key, "a mapping or a list", node));
            return BTreeMap::new();
        };
        let mut map = BTreeMap::new();
        for (name, value) in entries {
            let name = name.as_text().unwrap_or_default().to_owned();
            if value.is_null() {
                map.insert(name, None);
            } else if let Some(text) = scalar_text(value) {
                map.insert(name, Some(text));
            } else {
                self.diagnostics.push(wrong_kind(key, "a string, a number, a boolean or null", value));
            }
        }
        map
    }

    /// A mapping to text in which null is the empty text.
    pub fn map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        self.optional_map(key).into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect()
    }

    /// A list of strings that stand for values of their own.
    pub fn parsed_items<T: FromStr<Err = Invalid>>(&mut self, key: &'static str) -> Vec<T> {
        self.items(key, |item, diagnostics| {
            let text = text(key, item, diagnostics)?;
            text.parse().map_err(|invalid| diagnostics.push(invalid_value(invalid, item.span))).ok()
        })
    }

    /// The items of a list, each read by a function.
    pub fn items<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&Node, &mut Diagnostics) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let Some(items) = node.as_list() else {
            self.diagnostics.push(wrong_kind(key, "a list", node));
            return Vec::new();
        };
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            if item.is_null() {
                let message = format!("an item of '{key}' is empty");
                self.diagnostics.push(Diagnostic::error("wrong-type", message).at(item.span).help("remove it"));
            } else {
                all.extend(read(item, self.diagnostics));
            }
        }
        all
    }

    /// Ends the reading: attributes nobody asked for are unknown.
    pub fn finish(self) {
        for (name, place) in self.unasked() {
            let near = did_you_mean(name, self.asked.iter().copied());
            self.diagnostics.push(unknown_key(self.what, name, place, near));
        }
    }

    /// Ends the reading where Compose takes any attribute: those nobody asked for do nothing, and a warning says so.
    pub fn finish_with_warnings(self) {
        for (name, place) in self.unasked() {
            let unknown = unknown_key(self.what, name, place, did_you_mean(name, self.asked.iter().copied()));
            self.diagnostics.push(Diagnostic { severity: Severity::Warning, ..unknown });
        }
    }

    /// Reports extensions, where Compose takes none.
    pub fn refuse_extensions(&mut self) {
        let keys = self.entries.iter().map(|(key, _)| (key.as_text().unwrap_or_default(), key.span));
        for (name, place) in keys.filter(|(name, _)| name.starts_with("x-")) {
            let message = format!("'{name}' cannot stand in '{}'", self.what);
            self.diagnostics.push(Diagnostic::error("unknown-key", message).at(place).help("move it to the service"));
        }
    }

    /// The attributes nobody asked for, without extensions.
    fn unasked(&self) -> Vec<(&'a str, Span)> {
        let all = self.entries.iter().map(|(key, _)| (key.as_text().unwrap_or_default(), key.span));
        all.filter(|(name, _)| !self.asked.contains(name) && !name.starts_with("x-")).collect()
    }

    /// Reports a value that cannot be used.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// The text of a scalar; null has none.
pub(super) fn scalar_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => None,
        Value::Scalar { text, plain: true } => Some(scalar::resolve(text).to_string()),
        Value::Scalar { text, plain: false } => Some(text.to_string()),
        _ => None,
    }
}

fn text(key: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    match &node.value {
        Value::Scalar { text, plain: false } => Some(text.to_string()),
        Value::Scalar { text, plain: true } => {
            if let Scalar::Text(text) = scalar::resolve(text) {
                return Some(text.to_owned());
            }
            let diagnostic = wrong_kind(key, "a string", node);
            diagnostics.push(if node.is_null() {
                diagnostic.help("give it a value or remove the key")
            } else {
                diagnostic.help(format!("put quotes around it: \"{text}\""))
            });
            None
        }
        _ => {
            diagnostics.push(wrong_kind(key, "a string", node));
            None
        }
    }
}

/// `'image' must be a string, this is a number`
pub(super) fn wrong_kind(what: &str, wanted: &str, node: &Node) -> Diagnostic {
    Diagnostic::error("wrong-type", format!("'{what}' must be {wanted}, this is {}", node.kind())).at(node.span)
}

/// A text that does not parse as the value it stands for.
pub(super) fn invalid_value(invalid: Invalid, place: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error("invalid-value", invalid.message).at(place);
    match invalid.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// `'prots' is not a service attribute`
pub(crate) fn unknown_key(what: &str, name: &str, place: Span, near: Option<&str>) -> Diagnostic {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let diagnostic = Diagnostic::error("unknown-key", format!("'{name}' is not {article} {what} attribute")).at(place);
    match near {
        Some(near) => diagnostic.help(format!("did you mean '{near}'?")),
        None => diagnostic.help("remove it, or prefix it with 'x-' to keep it as a note"),
    }
}
