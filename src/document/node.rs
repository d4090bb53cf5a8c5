//! [`Node`]: one value of a document and the place it was written at.

use crate::source::Span;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What is there.
    pub value: Value,
    /// Where it is written; [`Span::NOWHERE`] for a value that no file says.
    pub span: Span,
    /// The merge instruction in front of it.
    pub tag: Tag,
}

/// The three shapes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text. `plain` text stands without quotes and may mean a number, a boolean or null.
    Scalar {
        /// The text, after escapes.
        text: Box<str>,
        /// Whether the text stands without quotes.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; keys are scalars and occur once.
    Map(Vec<(Node, Node)>),
}

/// What a tag asks of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tag {
    /// No instruction.
    #[default]
    None,
    /// `!reset`: the value of earlier files is removed.
    Reset,
    /// `!override`: the value of earlier files is replaced as a whole.
    Override,
}

impl Default for Node {
    fn default() -> Self {
        Self::null()
    }
}

impl Node {
    /// A quoted text that no file says.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::new(Value::Scalar { text: text.into(), plain: false })
    }

    /// A plain scalar (number, boolean, null) that no file says.
    #[expect(clippy::needless_pass_by_value, reason = "`plain(true)` reads better than `plain(&true)`")]
    pub fn plain(text: impl ToString) -> Self {
        Self::new(Value::Scalar { text: text.to_string().into(), plain: true })
    }

    /// Null.
    pub fn null() -> Self {
        Self::plain("null")
    }

    /// The value of a name that stands alone in a list of `KEY=value`: null until it is looked up.
    pub fn bare() -> Self {
        Self::plain("")
    }

    /// Whether this is the value of a name that stands alone in a list.
    pub fn is_bare(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if text.is_empty())
    }

    /// A list that no file says.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Value::List(items.into_iter().collect()))
    }

    /// A map that no file says.
    pub fn map<K: Into<Box<str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::new(Value::Map(entries.into_iter().map(|(key, value)| (Self::text(key), value)).collect()))
    }

    /// The same value at another place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    fn new(value: Value) -> Self {
        Self { value, span: Span::NOWHERE, tag: Tag::None }
    }

    /// The text of a scalar, plain or quoted.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is a plain scalar that means null.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The entries, when this is a map.
    pub fn as_map(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, when this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a key, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// The value under a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Map(entries) => {
                entries.iter_mut().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Puts a value under a key, in place of the one that is there; nothing happens on what is no map.
    pub fn set(&mut self, key: &str, value: Self) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
        } else if let Value::Map(entries) = &mut self.value {
            let span = value.span;
            entries.push((Self::text(key).at(span), value));
        }
    }

    /// Takes the value under a key out of a map.
    pub fn take(&mut self, key: &str) -> Option<Self> {
        let Value::Map(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|(name, _)| name.as_text() == Some(key))?;
        Some(entries.remove(index).1)
    }

    /// What the value is, in the words of an error message.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar { text, plain: true } => super::scalar::resolve(text).kind(),
            Value::Scalar { .. } => "a string",
        }
    }
}
