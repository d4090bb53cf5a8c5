//! [`Secret`]: a text that nobody may read by accident.

use std::fmt;
use std::sync::Arc;

/// A text that is told to the engine and to nobody else: it prints itself as `…`, also in `{:?}`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text. Only for what goes to the engine, or into a checksum.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!((format!("{secret:?}"), secret.expose()), ("…".to_owned(), "hunter2"));
    }
}
