//! [`Prepared`] and [`Input`]: the text as the YAML reader is to see it, and where each character of it is written.
//!
//! go-yaml, which Compose reads with, differs from the reader in three things that are settled here, before a token is
//! made: U+0085, U+2028 and U+2029 end a line outside of JSON texts; a tab separates a value from its ':' as a space does;
//! and, beyond go-yaml, the pairs of escapes that JSON writers use for one character are that character. Nothing here knows
//! a node. A fourth one shows only while reading: lines of a [`Region`] may begin in any column, so they are indented.

use super::region::Region;
use saphyr_parser::Input as Source;
use saphyr_parser::input::SkipTabs;
use std::borrow::Cow;

/// Line breaks of YAML 1.1 that are none to the reader.
const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];
/// What stands between two documents.
const BETWEEN: &str = "\n---\n";
/// Two escapes of six letters each.
const PAIR: usize = 12;

/// What the reader is given.
pub(super) struct Prepared<'text> {
    pub text: Cow<'text, str>,
    /// Where each character begins in the text as written; nothing when every character is one byte.
    starts: Option<Vec<u32>>,
    length: usize,
}

impl<'text> Prepared<'text> {
    /// Prepares a text without a byte order mark; the lines of the regions, which are in order, are indented, and at each
    /// of some bytes, which are in order, too, a document ends.
    pub fn new(text: &'text str, regions: &[Region], ends: &[usize]) -> Self {
        let length = text.len();
        let is_json = text.trim_start().starts_with(['{', '[']);
        if text.is_ascii() && regions.is_empty() && ends.is_empty() && !(is_json && text.contains("\\u")) {
            return Self { text: Cow::Borrowed(text), starts: None, length };
        }
        let mut rewritten = String::with_capacity(length);
        let mut starts = Vec::with_capacity(length);
        let mut quoted = false;
        let mut at = 0;
        let mut ends = ends.iter().peekable();
        while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            if ends.next_if(|end| **end <= at).is_some() {
                rewritten.push_str(BETWEEN);
                starts.extend(std::iter::repeat_n(place, BETWEEN.len()));
            }
            starts.push(place);
            let pair = (quoted && letter == '\\').then(|| surrogate_pair(text, at)).flatten();
            let escape = if quoted && letter == '\\' { text.get(at..at + 2) } else { None };
            quoted ^= is_json && letter == '"';
            match (pair, escape) {
                (Some(one), _) => rewritten.push(one),
                (None, Some(escape)) => {
                    starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
                    rewritten.push_str(escape);
                }
                (None, None) if BREAKS.contains(&letter) && !quoted => rewritten.push('\n'),
                (None, None) => rewritten.push(letter),
            }
            at += if pair.is_some() { PAIR } else { escape.map_or(letter.len_utf8(), str::len) };
            if letter == '\n' {
                let indent = indent(regions, at);
                rewritten.extend(std::iter::repeat_n(' ', indent));
                starts.extend(std::iter::repeat_n(u32::try_from(at).unwrap_or(u32::MAX), indent));
            }
        }
        Self { text: Cow::Owned(rewritten), starts: Some(starts), length }
    }

    /// Whether anything is not where it is written.
    pub fn is_moved(&self) -> bool {
        self.starts.is_some()
    }

    /// The byte at which a character, counted from 0, is written.
    pub fn offset(&self, index: usize) -> u32 {
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        match &self.starts {
            None => u32::try_from(index).unwrap_or(u32::MAX).min(length),
            Some(starts) => starts.get(index).copied().unwrap_or(length),
        }
    }
}

/// How far a line that begins at a byte is moved.
fn indent(regions: &[Region], at: usize) -> usize {
    let following = regions.partition_point(|region| region.bytes.start < at);
    let region = following.checked_sub(1).and_then(|index| regions.get(index));
    region.filter(|region| at < region.bytes.end).map_or(0, |region| region.indent)
}

/// The character of `\ud83d\ude00`, two halves as UTF-16 has them.
fn surrogate_pair(text: &str, at: usize) -> Option<char> {
    let half = |from: usize| {
        let digits = text.get(from..from + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    char::decode_utf16([half(at)?, half(at + PAIR / 2)?]).next()?.ok().filter(|one| one.len_utf16() == 2)
}

/// The reader's door to a text. It says of a tab what it says of a space where both may separate.
#[derive(Clone, Copy)]
pub(super) struct Input<'text> {
    rest: &'text str,
}

impl<'text> Input<'text> {
    /// All of a text.
    pub fn new(text: &'text str) -> Self {
        Self { rest: text }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Passes what is neither a line break nor a byte order mark, and counts its characters.
    fn pass_line(&mut self) -> usize {
        let end = self.rest.find(['\n', '\r', '\0', '\u{feff}']).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        line.chars().count()
    }
}

impl Source for Input<'_> {
    #[inline]
    fn lookahead(&mut self, _count: usize) {}

    /// All of the text is there at any time.
    #[inline]
    fn buflen(&self) -> usize {
        usize::MAX
    }

    /// How many characters the reader takes in one go.
    #[inline]
    fn bufmaxlen(&self) -> usize {
        16
    }

    #[inline]
    fn raw_read_ch(&mut self) -> char {
        let letter = self.peek();
        self.skip();
        letter
    }

    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let letter = self.peek_opt().filter(|letter| !['\n', '\r', '\0', '\u{feff}'].contains(letter))?;
        self.skip();
        Some(letter)
    }

    #[inline]
    fn skip(&mut self) {
        let bytes = match self.rest.as_bytes().first() {
            Some(byte) if byte.is_ascii() => 1,
            Some(_) => self.rest.chars().next().map_or(0, char::len_utf8),
            None => 0,
        };
        self.advance(bytes);
    }

    #[inline]
    fn skip_n(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    #[inline]
    fn peek(&self) -> char {
        self.peek_opt().unwrap_or('\0')
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        match self.rest.as_bytes() {
            [first, second, ..] if n == 1 && first.is_ascii() && second.is_ascii() => char::from(*second),
            _ => self.rest.chars().nth(n).unwrap_or('\0'),
        }
    }

    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.rest.chars().next()
    }

    #[inline]
    fn next_is_blank_or_breakz(&self) -> bool {
        matches!(self.rest.as_bytes().first(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | 0))
    }

    fn skip_ws_to_eol(&mut self, tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let is_passed = |byte: &u8| *byte == b' ' || *byte == b'\t' && tabs != SkipTabs::No;
        let blanks = self.rest.bytes().take_while(is_passed).count();
        let had_tab = self.rest.bytes().take(blanks).any(|byte| byte == b'\t');
        self.advance(blanks);
        if !self.rest.starts_with('#') {
            return (blanks, Ok(SkipTabs::Result(had_tab, blanks > 0)));
        }
        if blanks == 0 {
            return (0, Err("comments must be separated from other tokens by whitespace"));
        }
        (blanks + self.pass_line(), Ok(SkipTabs::Result(had_tab, true)))
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        self.pass_line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_of_yaml_1_1_become_plain_ones_and_keep_their_place() {
        let prepared = Prepared::new("é\u{2028}b", &[], &[]);
        assert_eq!(prepared.text, "é\nb");
        assert_eq!((prepared.offset(1), prepared.offset(2), prepared.offset(9)), (2, 5, 6));
    }

    #[test]
    fn a_pair_of_escapes_in_json_is_one_character() {
        let prepared = Prepared::new(r#"{"a": "\ud83d\ude00x", "b": "\\ud83d\u00e9"}"#, &[], &[]);
        assert_eq!(prepared.text, "{\"a\": \"\u{1f600}x\", \"b\": \"\\\\ud83d\\u00e9\"}");
        assert_eq!(prepared.offset(8), 19);
    }

    #[test]
    fn a_line_separator_inside_a_json_text_stays() {
        let text = "{\"a\": \"x\u{2028}y\"}";
        assert_eq!(Prepared::new(text, &[], &[]).text, text);
    }
}
