//! The grammar of `.env` and of `env_file`: a close relative of shell, in Compose's dialect.
//!
//! Two deviations, both where Compose makes a variable without a name: a bare name on a last line without line break
//! is taken from the environment like any other bare name, and `=value` is a fault.

use super::allowance::Growth;
use super::interpolate::place;
use super::ledger::Ledger;
use super::template;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use indexmap::IndexMap;

/// Bytes that all values together may grow to: 32 MiB. A file is half of that at most, the rest is for variables.
const MAX_LENGTH: usize = 32 * 1024 * 1024;

/// A variable of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its value, expanded.
    pub value: String,
    /// Where the value is written.
    pub span: Span,
}

/// Variables in the order in which they were first set.
pub(super) type Entries = IndexMap<String, Entry>;

/// How the lines of a file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Quotes, escapes, comments and variables have a meaning.
    Compose,
    /// As `docker run --env-file`: everything behind `=` is the value.
    Raw,
}

/// Reads the variables of a file into those of earlier files. Variables are looked up in `lookup`, then in `known`.
/// The first fault of the file ends it.
pub(super) fn read(
    file: FileId,
    format: Format,
    known: &mut Entries,
    (lookup, ledger): (template::Lookup<'_>, &mut Ledger),
) {
    let text = ledger.sources.text(file).to_owned();
    let length = known.values().map(|entry| entry.value.len()).sum();
    let mut reader = Reader { text: &text, at: 0, file: Span::start_of(file), known, length, lookup, ledger };
    if reader.rest().starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let outcome = match format {
        Format::Compose => reader.statements(),
        Format::Raw => reader.raw_lines(),
    };
    if let Err(fault) = outcome {
        ledger.report(*fault);
    }
}

struct Reader<'a, 'values> {
    text: &'a str,
    at: usize,
    file: Span,
    known: &'a mut Entries,
    /// Bytes of all values so far.
    length: usize,
    lookup: template::Lookup<'values>,
    ledger: &'a mut Ledger,
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

impl<'a> Reader<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn span(&self, from: usize, to: usize) -> Span {
        self.file.to(from, to)
    }

    fn statements(&mut self) -> Result<()> {
        while self.skip_to_statement() {
            let (key, start, bare) = self.key()?;
            if bare {
                self.inherit(key, start)?;
                continue;
            }
            let value = self.value()?;
            self.set(key, value)?;
        }
        Ok(())
    }

    /// Skips blanks and comments; whether anything is left.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if !self.rest().starts_with('#') {
                return !self.rest().is_empty();
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    /// The key, where it begins, and whether it stands alone; the reader is then at its value.
    fn key(&mut self) -> Result<(&'a str, usize, bool)> {
        if let Some(after) = self.rest().strip_prefix("export").filter(|after| after.starts_with(is_blank)) {
            self.at = self.text.len() - after.trim_start_matches(is_blank).len();
        }
        let (rest, start) = (self.rest(), self.at);
        let end = rest.find(['=', ':', '\n']).unwrap_or(rest.len());
        let (written, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let key = written.trim_end();
        let bare = after.is_empty() || after.starts_with('\n');
        if key.is_empty() && !bare {
            let fault = Diagnostic::warning("dotenv", "there is no name in front of the value");
            let place = self.span(start + end, start + end + 1);
            self.ledger.report(fault.at(place).help("write 'NAME=value'"));
        }
        self.check(key, start)?;
        let value = after.get(1..).unwrap_or_default().trim_start_matches(is_blank);
        self.at = self.text.len() - value.len();
        Ok((key, start, bare))
    }

    fn check(&self, key: &str, start: usize) -> Result<()> {
        let allowed = |letter: char| letter.is_alphanumeric() || "_.-[]".contains(letter);
        let Some((at, letter)) = key.char_indices().find(|(_, letter)| !allowed(*letter)) else { return Ok(()) };
        let place = self.span(start + at, start + at + letter.len_utf8());
        Err(Box::new(if letter.is_whitespace() {
            Diagnostic::error("dotenv", "the name of a variable cannot contain a space")
                .at(place)
                .help("write 'NAME=value'")
        } else {
            Diagnostic::error("dotenv", format!("unexpected character '{letter}' in the name of a variable"))
                .at(place)
                .help("names have letters, digits, '_', '.', '-', '[' and ']'")
        }))
    }

    fn inherit(&mut self, key: &str, start: usize) -> Result<()> {
        let Some(value) = (self.lookup)(key) else { return Ok(()) };
        let span = self.span(start, start + key.len());
        if !self.ledger.allow(Growth::Variables, value.len(), span) {
            return Ok(());
        }
        self.set(key, Entry { value: value.to_owned(), span })
    }

    fn set(&mut self, key: &str, entry: Entry) -> Result<()> {
        let span = entry.span;
        self.length += entry.value.len();
        let before = self.known.insert(key.to_owned(), entry);
        self.length -= before.map_or(0, |before| before.value.len());
        if self.length <= MAX_LENGTH {
            return Ok(());
        }
        let fault = Diagnostic::error("dotenv", "the variables up to here hold more than 32 MiB");
        Err(Box::new(fault.at(span).help("variables in variables multiply: write the values out")))
    }

    fn value(&mut self) -> Result<Entry> {
        match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => self.unquoted(),
        }
    }

    fn unquoted(&mut self) -> Result<Entry> {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let value = line.split_once(" #").map_or(line, |(value, _)| value).trim_end();
        let span = self.span(self.at, self.at + value.len());
        self.at += (line.len() + 1).min(self.rest().len());
        self.expand(value, span)
    }

    fn quoted(&mut self, quote: char) -> Result<Entry> {
        let start = self.at;
        let mut value = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            if letter == quote {
                self.at = start + at + 1;
                let span = self.span(start, self.at);
                if quote == '\'' {
                    return Ok(Entry { value, span });
                }
                return self.expand(&unescape(&value), span);
            }
            if letter != '\\' {
                value.push(letter);
                continue;
            }
            match letters.next() {
                Some((_, escaped)) if escaped == quote => value.push(escaped),
                Some((_, kept)) => value.extend(['\\', kept]),
                None => break,
            }
        }
        let line = self.rest().split('\n').next().unwrap_or_default();
        let fault = Diagnostic::error("dotenv", format!("the quote {quote} is never closed"));
        Err(Box::new(fault.at(self.span(start, start + line.len())).help("close it, or put the value without quotes")))
    }

    fn expand(&mut self, value: &str, span: Span) -> Result<Entry> {
        if !value.contains('$') {
            return Ok(Entry { value: value.to_owned(), span });
        }
        if !self.ledger.allow(Growth::Variables, 0, span) {
            return Ok(Entry { value: String::new(), span });
        }
        let (lookup, known) = (self.lookup, &*self.known);
        let find = |name: &str| lookup(name).or_else(|| known.get(name).map(|entry| entry.value.as_str()));
        match template::expand(value, &find) {
            Ok(expanded) => {
                for (name, range) in expanded.unset {
                    self.ledger.unset(&name, place(&self.ledger.sources, value, span, &range));
                }
                self.ledger.allow(Growth::Variables, expanded.text.len(), span);
                Ok(Entry { value: expanded.text, span })
            }
            Err(fault) => {
                let place = place(&self.ledger.sources, value, span, &fault.range);
                Err(Box::new(Diagnostic::error(fault.code, fault.message).at(place).help(fault.help)))
            }
        }
    }

    fn raw_lines(&mut self) -> Result<()> {
        while !self.rest().is_empty() {
            let whole = self.rest().split('\n').next().unwrap_or_default();
            let line = whole.strip_suffix('\r').unwrap_or(whole).trim_start();
            let start = self.at + whole.len() - whole.trim_start().len();
            if !line.is_empty() && !line.starts_with('#') {
                self.raw_line(line, start)?;
            }
            self.at += (whole.len() + 1).min(self.rest().len());
        }
        Ok(())
    }

    fn raw_line(&mut self, line: &str, start: usize) -> Result<()> {
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        if key.is_empty() || key.contains(char::is_whitespace) {
            let what = if key.is_empty() { "there is no name in front of '='" } else { "a name cannot contain blanks" };
            let place = self.span(start, start + key.len().max(1));
            return Err(Box::new(Diagnostic::error("dotenv", what).at(place).help("write 'NAME=value'")));
        }
        match value {
            Some(value) => {
                let span = self.span(start + key.len() + 1, start + line.len());
                self.set(key, Entry { value: value.to_owned(), span })
            }
            None => self.inherit(key, start),
        }
    }
}

/// Blanks that do not end a line.
fn is_blank(letter: char) -> bool {
    matches!(letter, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// Resolves the escapes of a double-quoted value; what is no escape stays.
fn unescape(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let letter = after.chars().next();
        rest = after.get(letter.map_or(0, char::len_utf8)..).unwrap_or_default();
        match letter {
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{b}'),
            Some('$') => out.push_str("$$"),
            Some('0') => rest = octal(rest, &mut out),
            Some('\\') | None => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out.push_str(rest);
    out
}

/// `\0101` is `A`; with fewer or other digits only the zero is lost.
fn octal<'text>(rest: &'text str, out: &mut String) -> &'text str {
    let digits = rest.get(..3).filter(|digits| digits.chars().all(|digit| digit.is_digit(8)));
    let digits = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
    if let Some(byte) = digits {
        out.push(char::from(byte));
        return rest.get(3..).unwrap_or_default();
    }
    out.push('\\');
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(name: &str) -> Option<&'static str> {
        (name == "SET").then_some("val")
    }

    fn run(text: &str, format: Format) -> std::result::Result<Vec<(String, String)>, (String, usize, usize)> {
        let mut ledger = Ledger::default();
        let file = ledger.sources.add("x.env".into(), text.into());
        let mut known = Entries::new();
        read(file, format, &mut known, (&lookup, &mut ledger));
        match ledger.diagnostics.sorted().first() {
            None => Ok(known.into_iter().map(|(key, entry)| (key, entry.value)).collect()),
            Some(fault) => {
                let place = ledger.sources.locate(fault.place.expect("has a place")).expect("in the map");
                Err((fault.message.clone(), place.line, place.column))
            }
        }
    }

    #[test]
    fn a_file_is_read_as_compose_reads_it() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("A=b\n", &[("A", "b")]),
            ("A = b", &[("A", "b")]),
            (" A=b", &[("A", "b")]),
            ("export A=b", &[("A", "b")]),
            ("A:b", &[("A", "b")]),
            ("A : b", &[("A", "b")]),
            ("exportA=b", &[("exportA", "b")]),
            ("export=1", &[("export", "1")]),
            ("export \nB=1\nexport ", &[("B", "1")]),
            ("A\nB=1", &[("B", "1")]),
            ("SET\nB=$SET", &[("SET", "val"), ("B", "val")]),
            ("SET=new\nB=$SET", &[("SET", "new"), ("B", "val")]),
            ("A=", &[("A", "")]),
            ("A==b", &[("A", "=b")]),
            ("A=b=c", &[("A", "b=c")]),
            ("A:=b", &[("A", "=b")]),
            ("A=b # c", &[("A", "b")]),
            ("A=b#c", &[("A", "b#c")]),
            ("A=b\t#c", &[("A", "b\t#c")]),
            ("A=#c", &[("A", "#c")]),
            ("A= # c", &[("A", "# c")]),
            ("A=\"b\" # c", &[("A", "b")]),
            ("A=\"b\"#c", &[("A", "b")]),
            ("A='b\\nc'", &[("A", "b\\nc")]),
            ("A=\"b\\nc\"", &[("A", "b\nc")]),
            ("A=b\\nc", &[("A", "b\\nc")]),
            ("A=\"a\\\\nb\"", &[("A", "a\\nb")]),
            ("A=\"\\x41\\u0041 \\c \\z\"", &[("A", "\\x41\\u0041 \\c \\z")]),
            ("A=\"\\0101 \\101 \\08 \\0+17\"", &[("A", "A \\101 \\8 \\+17")]),
            ("A=\"\\$SET\"", &[("A", "$SET")]),
            ("A=\\$SET", &[("A", "\\val")]),
            ("A='it\\'s'", &[("A", "it's")]),
            ("A=\"m\nn\"", &[("A", "m\nn")]),
            ("A=\"a\\\nb\"", &[("A", "a\\\nb")]),
            ("A=$SET\nB=\"$SET\"\nC='$SET'", &[("A", "val"), ("B", "val"), ("C", "$SET")]),
            ("A=${UNSET:-d}", &[("A", "d")]),
            ("A=$$SET\nB=\"$$SET\"\nC='$$SET'", &[("A", "$SET"), ("B", "$SET"), ("C", "$$SET")]),
            ("A=1\nB=${A}x\nA=2", &[("A", "2"), ("B", "1x")]),
            ("1A=1\nA.B=1\nA-B=1\nA[0]=1\né=1", &[("1A", "1"), ("A.B", "1"), ("A-B", "1"), ("A[0]", "1"), ("é", "1")]),
            ("A=1 B=2", &[("A", "1 B=2")]),
            ("A=1\r\nSET\r\n", &[("A", "1"), ("SET", "val")]),
            ("A=1\rB=2", &[("A", "1\rB=2")]),
            ("\u{feff}A=1", &[("A", "1")]),
            ("A=\"${U:-'q'}\"", &[("A", "'q'")]),
            ("A=${U:-\"q r\"} # c", &[("A", "\"q r\"")]),
            ("A=\u{a0}b", &[("A", "b")]),
            ("# only\n\n  # comments", &[]),
        ];
        for (text, wanted) in cases {
            let wanted: Vec<_> = wanted.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
            assert_eq!(run(text, Format::Compose), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn faults_have_their_line_and_column() {
        let cases = [
            ("A=1\nA@B=1", 2, 2),
            ("A B=1", 1, 2),
            ("set A=1", 1, 4),
            ("\"A\"=1", 1, 1),
            ("A=\"unterm", 1, 3),
            ("A=\"\\\"", 1, 3),
            ("=b", 1, 1),
            ("export =b", 1, 8),
            ("A=${UNSET:?m}", 1, 3),
            ("A=${U:-a #b}", 1, 3),
            ("A=\"x\\n$$${1}\"", 1, 9),
            ("A=1\n\u{feff}B=1", 2, 1),
        ];
        for (text, line, column) in cases {
            let fault = run(text, Format::Compose).expect_err("refused");
            assert_eq!((fault.1, fault.2), (line, column), "{text}: {}", fault.0);
        }
    }

    #[test]
    fn a_raw_file_is_taken_as_it_stands() {
        let read = run("A=\"b\" # $SET\n  B= c\n# no\nSET\nNONE\n", Format::Raw).expect("valid");
        let wanted = [("A", "\"b\" # $SET"), ("B", " c"), ("SET", "val")];
        assert_eq!(read, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(run("A =b", Format::Raw).is_err());
        assert!(run("=b", Format::Raw).is_err());
    }

    #[test]
    fn values_that_double_are_refused() {
        let mut text = format!("A={}\n", "x".repeat(1024 * 1024));
        for _ in 0..20 {
            text.push_str("B=$A\n");
        }
        assert_eq!(run(&text, Format::Compose).map(|all| all.len()), Ok(2), "the last value counts");
        for _ in 0..40 {
            text.push_str("B=$A\n");
        }
        let fault = run(&text, Format::Compose).expect_err("refused, for the work of it");
        assert_eq!((fault.1, fault.2), (34, 3), "{}", fault.0);
    }

    #[test]
    fn a_bare_name_at_the_very_end_is_inherited() {
        assert_eq!(run("SET", Format::Compose), Ok(vec![("SET".into(), "val".into())]));
        assert_eq!(run("A", Format::Compose), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "([A-Z]{1,3}|export |[=:#$'\"\\\\{} \n\r]|\\PC){0,60}") {
            for format in [Format::Compose, Format::Raw] {
                let _ = run(&text, format);
            }
        }

        #[test]
        fn what_is_quoted_is_read_as_it_is(value in "(\\PC|[\\\\\"'$#\n\t]){0,40}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            prop_assert_eq!(run(&format!("A=\"{quoted}\"\n"), Format::Compose), Ok(vec![("A".into(), value)]));
        }

        #[test]
        fn a_raw_value_is_read_as_it_is(value in "\\PC{0,40}") {
            prop_assert_eq!(run(&format!("A={value}\n"), Format::Raw), Ok(vec![("A".into(), value)]));
        }
    }
}
