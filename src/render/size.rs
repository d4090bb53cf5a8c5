//! [`Size`]: how large the terminal is, as far as it is known.

use std::collections::BTreeMap;

/// Columns and lines of the terminal; nothing where nobody says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: Option<usize>,
    /// Lines.
    pub height: Option<usize>,
}

impl Size {
    /// What `COLUMNS` and `LINES` say, else what the terminal says.
    pub fn of(environment: &BTreeMap<String, String>) -> Self {
        let number = |name: &str| environment.get(name).and_then(|text| text.parse().ok()).filter(|&number| number > 0);
        let (width, height) = terminal_size::terminal_size().unzip();
        Self {
            width: number("COLUMNS").or(width.map(|width| usize::from(width.0))),
            height: number("LINES").or(height.map(|height| usize::from(height.0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_no_number_is_unknown() {
        let none = Size::of(&BTreeMap::new());
        let environment = [("COLUMNS", "100"), ("LINES", "tall")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(Size::of(&environment.into()), Size { width: Some(100), height: none.height });
    }
}
