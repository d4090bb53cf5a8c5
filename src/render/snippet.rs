//! A line of a file with carets under the place that matters. Tabs become blanks; a long line is cut around the place.

use super::Colours;
use super::width::{columns, letter_columns, tame};
use crate::source::Location;

/// Lines are cut to this many columns at most.
const WIDTH: usize = 120;
/// And to no fewer than these, be the terminal as narrow as it may.
const NARROWEST: usize = 30;

/// How text is shown: its colours, and the columns that there are, if that is known.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The colours.
    pub colours: Colours,
    /// The columns of the terminal.
    pub width: Option<usize>,
}

impl From<Colours> for Look {
    fn from(colours: Colours) -> Self {
        Self { colours, width: None }
    }
}

/// The line with its number, and carets under the place; nothing for an empty line.
pub fn snippet(location: &Location<'_>, Look { colours, width }: Look, paint: impl Fn(&str) -> String) -> String {
    let gutter = location.line.to_string().len() + 3;
    let width = width.map_or(WIDTH, |width| width.saturating_sub(gutter).clamp(NARROWEST, WIDTH));
    let window = Window::around(location, width);
    if window.text.is_empty() {
        return String::new();
    }
    let number = location.line.to_string();
    let blank = " ".repeat(number.len());
    let bar = colours.cyan("|");
    let carets = format!("{}{}", " ".repeat(window.indent), paint(&"^".repeat(window.carets)));
    format!("{blank} {bar}\n{} {bar} {}\n{blank} {bar} {carets}\n", colours.cyan(&number), window.text)
}

/// The part of a line that is shown.
struct Window {
    text: String,
    /// Columns before the carets.
    indent: usize,
    carets: usize,
}

impl Window {
    fn around(location: &Location<'_>, width: usize) -> Self {
        let split = location.text.char_indices().nth(location.column - 1).map_or(location.text.len(), |(at, _)| at);
        let (before, rest) = location.text.split_at(split);
        let marked: String = rest.chars().take(location.width).collect();
        let (indent, carets) = (columns(&harmless(before)), columns(&harmless(&marked)).max(1));
        let text = harmless(location.text).trim_end().to_owned();
        if columns(&text) <= width {
            return Self { text, indent, carets };
        }
        let (text, dropped) = slice(&text, indent.saturating_sub(width / 3), width);
        let indent = indent.saturating_sub(dropped);
        Self { text, indent, carets: carets.min(width.saturating_sub(indent)).max(1) }
    }
}

/// Like [`tame`], but blanks at the end stay.
fn harmless(text: &str) -> String {
    let mut tamed = tame(&format!("{text}."));
    tamed.pop();
    tamed
}

/// At most so many columns from a column on, with `…` where something is missing; and by how many columns the text
/// moved to the left.
fn slice(text: &str, first: usize, width: usize) -> (String, usize) {
    let (mut column, mut dropped) = (0, 0);
    let mut out = String::new();
    for letter in text.chars() {
        let wide = letter_columns(letter);
        if column < first {
            dropped = column + wide;
        } else if column + wide < dropped + width - 1 {
            out.push(letter);
        } else {
            out.push('…');
            break;
        }
        column += wide;
    }
    if dropped == 0 { (out, 0) } else { (format!("…{out}"), dropped - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, Span};

    fn shown(source: &str, from: usize, to: usize) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), source.into());
        let location = sources.locate(Span::start_of(file).to(from, to)).expect("the file is known");
        snippet(&location, Colours::Off.into(), str::to_owned)
    }

    #[test]
    fn carets_stand_under_their_text_behind_tabs_and_wide_letters() {
        assert_eq!(shown("\t日本: prots\n", 9, 14), "  |\n1 |     日本: prots\n  |           ^^^^^\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = shown(&format!("{}prots{}\n", "a".repeat(300), "b".repeat(300)), 300, 305);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(columns(lines[1]), 4 + WIDTH);
        assert!(lines[1].starts_with("1 | …aaa") && lines[1].ends_with("bbb…"), "{}", lines[1]);
        let caret = lines[2].find('^').expect("a caret");
        assert_eq!(lines[1].chars().skip(caret).take(5).collect::<String>(), "prots");
    }

    #[test]
    fn a_narrow_terminal_cuts_earlier() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), format!("{}prots: 1{}", "日".repeat(80), " x".repeat(80)));
        let location = sources.locate(Span::start_of(file).to(240, 245)).expect("the file is known");
        let text = snippet(&location, Look { colours: Colours::Off, width: Some(60) }, str::to_owned);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| columns(line) <= 60), "{text}");
        let before = columns(lines[1].split("prots").next().expect("a part"));
        assert_eq!(columns(lines[2].trim_end_matches('^')), before, "{text}");
    }

    #[test]
    fn the_end_of_a_line_can_be_pointed_at() {
        assert_eq!(shown("web:\n", 4, 4), "  |\n1 | web:\n  |     ^\n");
    }
}
