//! [`Region`]: lines in brackets or quotes, which go-yaml lets begin in any column and the reader does not.
//!
//! The reader says where such a text begins; the end is looked for here. When there is none, nothing is a region.

use std::ops::Range;

/// A text in brackets or quotes of several lines.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// Spaces in front of its lines that satisfy the reader: more than the column in which it begins.
    pub indent: usize,
    /// Whether it was found by the shape of its first line; then the reader has to confirm that something begins there.
    pub is_guess: bool,
}

impl Region {
    /// From an opening bracket to the one that closes it, or from a quote to the next one.
    pub fn new(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let length = match rest.chars().next()? {
            '[' | '{' => Brackets::default().length(rest)?,
            quote => closing_quote(rest, quote)?,
        };
        let inside = rest.get(..length)?;
        let is_marker = |line: &str| line.starts_with("---") || line.starts_with("...");
        if inside.lines().skip(1).any(is_marker) {
            return None;
        }
        let line = text.get(..start)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        Some(Self { bytes: start..start + length, indent: start - line + 1, is_guess: false })
    }
}

/// Regions of lines that end with an opening bracket: so that a file of many is not read once for each.
pub(super) fn guesses(text: &str) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.trim_end().len().saturating_sub(1);
        at += line.len();
        let is_inside = found.last().is_some_and(|last| start < last.bytes.end);
        if !is_inside && line.trim_end().ends_with(['[', '{']) {
            found.extend(Region::new(text, start).map(|region| Region { is_guess: true, ..region }));
        }
    }
    found
}

fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().skip(1).find_map(|(at, letter)| {
        let ends = letter == quote && !is_escaped;
        is_escaped = letter == '\\' && quote == '"' && !is_escaped;
        ends.then_some(at + 1)
    })
}

/// The brackets that are open at a letter, as far as quotes and comments do not hide them.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    open: Vec<usize>,
    hidden: Option<char>,
    before: Option<char>,
}

impl Brackets {
    /// Brackets of which one is open.
    pub fn within(open: Option<usize>) -> Self {
        Self { open: open.into_iter().collect(), ..Self::default() }
    }

    /// Where the innermost one that is open behind a text begins; the text begins at an offset.
    pub fn innermost(mut self, text: &str, offset: usize) -> Option<usize> {
        text.char_indices().for_each(|(at, letter)| self.step(offset + at, letter));
        self.open.pop()
    }

    /// Where the outermost one that is open behind a text begins.
    pub fn outermost(mut self, text: &str, offset: usize) -> Option<usize> {
        text.char_indices().for_each(|(at, letter)| self.step(offset + at, letter));
        self.open.first().copied()
    }

    fn length(mut self, text: &str) -> Option<usize> {
        text.char_indices().find_map(|(at, letter)| {
            self.step(at, letter);
            self.open.is_empty().then_some(at + 1)
        })
    }

    fn step(&mut self, at: usize, letter: char) {
        let before = self.before.unwrap_or(' ');
        match (self.hidden, letter) {
            (Some('#'), '\n' | '\r') => self.hidden = None,
            (Some('"'), '"') if before == '\\' => {}
            (Some(end), _) if end == letter && end != '#' => self.hidden = None,
            (None, '"' | '\'') if !before.is_alphanumeric() => self.hidden = Some(letter),
            (None, '#') if before.is_whitespace() => self.hidden = Some(letter),
            (None, '[' | '{') => self.open.push(at),
            (None, ']' | '}') => drop(self.open.pop()),
            _ => {}
        }
        let is_escaped_backslash = letter == '\\' && before == '\\';
        self.before = (!is_escaped_backslash).then_some(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_ends_where_its_bracket_closes() {
        let text = "a: [ # ]\n  \"]\\\"]\", 'x]', {b: [c]}\n]\nd: 1";
        let region = Region::new(text, 3).expect("is closed");
        assert_eq!((region.bytes.end, region.indent), (text.len() - 5, 4));
    }

    #[test]
    fn what_is_not_closed_is_no_region() {
        assert!(Region::new("a: [b,\nc: [d]\n", 3).is_none());
        assert!(Region::new("a: 'b\n---\nc: 'd\n", 3).is_none());
    }
}
