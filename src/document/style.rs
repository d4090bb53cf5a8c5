//! [`Style`]: how a text has to be spelled in YAML so that every reader, of YAML 1.1 too, takes it for that text.

use super::scalar::{self, Scalar};
use std::fmt::Write as _;

/// The spellings of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes, with escapes.
    Double,
    /// As lines behind a `|`.
    Literal,
}

/// The words that YAML 1.1 takes for booleans, besides those that every reader does; and for a default.
const WORDS: [&str; 21] = [
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", "<<", "=",
    "null", "Null", "NULL",
];

/// The spelling of a text that stands where lines are allowed.
pub(super) fn of(text: &str) -> Style {
    let has_lines = text.contains('\n');
    let odd = text.contains(is_odd);
    match () {
        () if has_lines && (odd || text.contains(" \n") || text.ends_with(' ')) => Style::Double,
        () if has_lines => Style::Literal,
        () if odd || text.contains('\t') || means_something(text) => Style::Double,
        () if text.starts_with(' ') || text.ends_with(' ') || has_indicator(text) => Style::Single,
        () => Style::Plain,
    }
}

/// The text with its quotes, if it needs any, on one line.
pub(super) fn on_one_line(text: &str) -> String {
    match of(text) {
        Style::Plain => text.to_owned(),
        Style::Single => format!("'{}'", text.replace('\'', "''")),
        Style::Double | Style::Literal => escaped(text),
    }
}

/// Letters that stand only as escapes: control characters, other line breaks, and those beyond the basic plane.
fn is_odd(letter: char) -> bool {
    !matches!(letter, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}')
}

/// Whether a plain scalar of these letters would be more than text.
fn means_something(text: &str) -> bool {
    !matches!(scalar::resolve(text), Scalar::Text(_)) || WORDS.contains(&text) || is_sexagesimal(text) || is_date(text)
}

/// `1:30`, which is 90 in YAML 1.1.
fn is_sexagesimal(text: &str) -> bool {
    let digits = |part: &str| part.chars().all(|letter| letter.is_ascii_digit() || letter == '_');
    let mut parts = text.strip_prefix(['-', '+']).unwrap_or(text).split(':');
    let starts =
        parts.next().is_some_and(|first| first.starts_with(|letter: char| letter.is_ascii_digit()) && digits(first));
    let mut rest = parts.peekable();
    let sixty = |part: &str| (1..=2).contains(&part.len()) && part.parse::<u8>().is_ok_and(|number| number < 60);
    let is_part = |part: &str| match part.split_once('.') {
        Some((whole, fraction)) => sixty(whole) && digits(fraction),
        None => sixty(part),
    };
    starts && rest.peek().is_some() && rest.all(is_part)
}

/// `2020-01-31`, alone or before a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|part| lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if !digits(parts.next(), 4..=4) || !digits(parts.next(), 1..=2) {
        return false;
    }
    let rest = parts.next().unwrap_or_default();
    let day = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    (1..=2).contains(&day) && rest.get(day..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['T', 't', ' ']))
}

/// Whether a letter of the text would be taken for a mark of YAML.
fn has_indicator(text: &str) -> bool {
    let alone = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let first = text.starts_with(['#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`'])
        || text.strip_prefix(['-', '?', ':']).is_some_and(alone)
        || text.starts_with("---")
        || text.starts_with("...");
    // Faster than a search for either of the two.
    first || text.ends_with(':') || text.as_bytes().windows(2).any(|pair| pair == b": " || pair == b" #")
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            odd if is_odd(odd) => number(&mut out, u32::from(odd)),
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

fn number(out: &mut String, code: u32) {
    match code {
        0..=0xff => write!(out, "\\x{code:02X}"),
        0x100..=0xffff => write!(out, "\\u{code:04X}"),
        _ => write!(out, "\\U{code:08X}"),
    }
    .expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_as_something_else_is_in_double_quotes() {
        for text in [
            "no",
            "on",
            "Y",
            "0777",
            "010",
            "08",
            "1:30",
            "-1:30:00.5",
            "22:22",
            "~",
            "",
            "null",
            "2020-01-31",
            "1_000",
            "<<",
            "=",
            "1e3",
            ".5",
            "true",
            "2001-12-14t21:59:43Z",
        ] {
            assert_eq!(on_one_line(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_only_a_mark_disturbs_is_in_single_quotes() {
        for text in ["a: b", "a #b", " a", "a ", "- a", "-", "*a", "@a", "[a", "a:", "%a", "---", "? a", "{}"] {
            assert_eq!(on_one_line(text), format!("'{text}'"));
        }
        assert_eq!(on_one_line("'a"), "'''a'");
    }

    #[test]
    fn what_is_text_anyway_is_left_alone() {
        for text in [
            "80:80",
            "0.0.0.0:80",
            "a:b",
            "a#b",
            "-a",
            "?a",
            ":a",
            "1.2.3",
            "a'b",
            "a\"b",
            "\\a",
            "é",
            "60:99",
            "nULL",
            "2020-1",
            "$$A",
            "a,b",
            "a]",
        ] {
            assert_eq!(on_one_line(text), text);
        }
    }

    #[test]
    fn what_has_no_letter_is_escaped() {
        let cases =
            [("a\tb", "\"a\\tb\""), ("\u{1f600}", "\"\\U0001F600\""), ("\u{feff}\r\u{1}", "\"\\uFEFF\\r\\x01\"")];
        for (text, wanted) in cases {
            assert_eq!(on_one_line(text), wanted);
        }
        assert_eq!(
            (of("a\nb"), of("a \nb"), of("a\tb\n"), of("a\rb\n")),
            (Style::Literal, Style::Double, Style::Literal, Style::Double)
        );
    }
}
