//! [`Stumble`]: where the reader stopped, told as a person sees it: the place to mend, the fault and its remedy.
//!
//! The reader names the token at which it gave up, which is often lines behind the mistake. This looks at the lines around
//! that token, and never reads YAML on its own.

use super::entries::long_key;
use super::region::Brackets;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::did_you_mean;
use crate::source::Span;

/// Letters that may follow a backslash in double quotes.
const ESCAPES: &str = "0abt\tnvfre \"/\\N_LPxuU\r\n";
const QUOTE: &str = "close the quote; lines that continue a text in quotes are indented deeper than its key";
const QUOTES: &str = "put quotes around a value that begins with";
const INDENT: &str = "keys of one mapping begin in the same column: indent it like those that it belongs to";

/// Words of the reader, what they are told as, and the remedy.
const KNOWN: [(&str, &str, &str); 20] = [
    ("unexpected end of stream", "this quote is not closed", QUOTE),
    ("document indicator", "this quote is not closed", QUOTE),
    ("invalid indentation in quoted scalar", "this quote is not closed", QUOTE),
    (
        "trailing content after",
        "something follows the closing quote",
        "put quotes around all of the value; a quote inside it is '' in single quotes, and \\\" in double quotes",
    ),
    ("anchor or alias", "'*' and '&' need a name behind them", "put quotes around a value that begins with '*' or '&'"),
    ("<document start>", "a second document needs '---' in front of it", "indent what belongs to the first document"),
    ("end marker before directive", "a directive stands in front of '---' only", "end the document above with '...'"),
    ("after document end marker", "nothing may follow '...' on its line", "begin the next document with '---'"),
    ("directive", "a line that begins with '%' is a directive, and this is none", "put quotes around it, or indent it"),
    (
        "sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "put each '- ' on a line of its own",
    ),
    ("only valid inside a block", "'- ' has no meaning inside brackets", "separate the items with ','"),
    ("followed by a valid", "a tab cannot indent", "put a space behind '-'"),
    ("recursion limit", "more than 128 levels of nesting", "write the inner values flatter"),
    ("tag", "a word that begins with '!' is a tag, and this is none", "put quotes around a value that begins with '!'"),
    (
        "the handle wasn't declared",
        "a word that begins with '!' is a tag, and this is none",
        "put quotes around a value that begins with '!'",
    ),
    ("block scalar", "a text behind '|' or '>' begins on the next line, indented deeper than its key", "move it there"),
    (
        "comment intercepting",
        "a comment stands inside a text of several lines",
        "move the comment above the key, or put quotes around the text",
    ),
    ("may not precede", "a space is missing behind ':'", "write ': '"),
    (
        "byte order mark",
        "a byte order mark (U+FEFF) stands inside the text",
        "remove it: an editor shows it as nothing",
    ),
    ("separated from other", "a comment needs a space in front of '#'", "add the space"),
];

/// A fault of syntax as the reader names it.
pub(super) struct Stumble<'text> {
    pub text: &'text str,
    /// Any place in the file.
    pub file: Span,
    /// The byte at which the reader stopped.
    pub at: usize,
    /// Its words.
    pub info: &'text str,
    /// Where the innermost list or mapping begins, if the reader told.
    pub open: Option<usize>,
    /// Behind what the reader told last.
    pub told: usize,
}

/// What is said: a place, what is wrong there, and how to mend it.
type Words = (usize, String, String);

impl Stumble<'_> {
    /// The fault in words.
    pub fn diagnostic(&self) -> Box<Diagnostic> {
        let (at, message, help) = match self.long_key() {
            Some(start) => return long_key(self.file.to(start, self.at)),
            None => self.tab().or_else(|| self.unclosed()).or_else(|| self.by_line()).unwrap_or_else(|| self.by_word()),
        };
        let end = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |letter| at + letter.len_utf8());
        Box::new(Diagnostic::error("yaml-syntax", message).at(self.file.to(at, end)).help(help))
    }

    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.info.contains(word))
    }

    fn letter(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn line(&self, at: usize) -> Line<'_> {
        let (before, after) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let end = after.find(['\n', '\r']).map_or(self.text.len(), |length| at + length);
        Line { start, text: self.text.get(start..end).unwrap_or_default() }
    }

    /// The line above that says something.
    fn above(&self, line: &Line) -> Option<Line<'_>> {
        let mut start = line.start;
        while start > 0 {
            let above = self.line(start.checked_sub(1)?);
            if !above.is_blank() {
                return Some(above);
            }
            start = above.start;
        }
        None
    }

    fn long_key(&self) -> Option<usize> {
        let start = self.line(self.at).content();
        let is_key = self.says(&["mapping values are not allowed", "simple key expect"]) && self.letter() == Some(':');
        (is_key && self.at.saturating_sub(start) > 1024).then_some(start)
    }

    /// A tab that indents, in this line or in one that the reader took for the rest of a value.
    fn tab(&self) -> Option<Words> {
        let tab_of = |line: &Line| line.text.find('\t').filter(|_| !line.is_blank()).map(|tab| line.start + tab);
        let mut line = self.line(self.at);
        let mut tab = tab_of(&line).filter(|tab| *tab < line.content());
        if self.says(&["tab"]) && tab.is_none() {
            while tab.is_none() && line.end() < self.text.len() {
                line = self.line(line.end() + 1);
                tab = tab_of(&line).filter(|tab| *tab < line.content());
            }
        }
        Some((tab?, "a tab cannot indent".into(), "indent with spaces: YAML allows no tabs there".into()))
    }

    /// A bracket whose end is not on its line.
    fn unclosed(&self) -> Option<Words> {
        let is_about_flow = self.says(&[
            "flow",
            "node content",
            "stream",
            "plain scalar",
            "mapping values",
            "simple key",
            "eof",
            "indentation",
            "placement",
        ]);
        let open = self.bracket().filter(|_| is_about_flow)?;
        let is_later = self.line(open).start != self.line(self.at).start || self.at >= self.text.len();
        let bracket = self.text.get(open..)?.chars().next()?;
        let end = if bracket == '[' { ']' } else { '}' };
        is_later.then(|| {
            (
                open,
                format!("this '{bracket}' is not closed"),
                format!("add '{end}', and a ',' between what stands inside"),
            )
        })
    }

    /// The innermost bracket that is open where the reader stopped. It tells of brackets late, so those behind what it
    /// told are looked for here.
    fn bracket(&self) -> Option<usize> {
        let told = self.open.filter(|open| self.text.get(*open..).is_some_and(|rest| rest.starts_with(['[', '{'])));
        Brackets::within(told).innermost(self.text.get(self.told..self.at).unwrap_or_default(), self.told)
    }

    /// Faults that show in the shape of lines: a ':' too many or too few, and indentation.
    fn by_line(&self) -> Option<Words> {
        let line = self.line(self.at);
        if self.says(&["mapping values are not allowed"]) {
            if line.text.get(..self.at - line.start).is_some_and(has_colon) {
                return Some((
                    self.at,
                    "a second ':' in one value".into(),
                    "put quotes around a value that holds ': '".into(),
                ));
            }
            return Some(self.without_colon(&line).unwrap_or_else(|| self.indented(&line)));
        }
        if self.says(&["simple key expect"]) {
            let culprit = if has_colon(line.text) || line.is_blank() { self.above(&line)? } else { line };
            return Some(missing_colon(&culprit));
        }
        let is_key = self.says(&["expected key", "invalid indentation", "expected '-'"]);
        (is_key && !self.says(&["quoted", "anchor"]) && !"]}".contains(self.letter().unwrap_or(' '))).then(|| {
            if self.info.contains("expected '-'") {
                let help = "begin the line with '- ', or indent it as a key of the item above";
                (self.at, "'- ' is expected here, as on the lines above".into(), help.into())
            } else {
                self.indented(&line)
            }
        })
    }

    /// The line above without a ':' that this line, a key, was taken to continue.
    fn without_colon(&self, line: &Line) -> Option<Words> {
        let mut above = self.above(line)?;
        let mut culprit = None;
        while above.indent() == line.indent() && !has_colon(above.text) {
            culprit = Some(missing_colon(&above));
            above = self.above(&above)?;
        }
        culprit
    }

    fn indented(&self, line: &Line) -> Words {
        if line.text.trim_start().starts_with("- ") {
            let help = "indent it like the other items of its list, or write it as a key like its neighbours";
            return (line.content(), "a list item stands where a key is expected".into(), help.into());
        }
        let (at, how) = match self.above(line) {
            _ if self.at > line.content() && !self.says(&["mapping values"]) => {
                (self.at, "does not belong to the value in front of it")
            }
            Some(above) if above.indent() < line.indent() => (line.content(), "is indented deeper than its neighbours"),
            _ => (line.content(), "is indented otherwise than its neighbours"),
        };
        let rest = self.text.get(at..line.end()).unwrap_or_default();
        if rest.starts_with(':') {
            return (
                at,
                "a space is missing behind this ':'".into(),
                "write a key and its value as 'key: value'".into(),
            );
        }
        let name = rest.split([':', ' ', '#']).next().filter(|name| !name.is_empty()).unwrap_or(rest);
        let name: String = name.chars().take(40).collect();
        (at, format!("'{name}' {how}"), INDENT.into())
    }

    fn by_word(&self) -> Words {
        let letter = self.letter().unwrap_or(' ');
        if self.says(&["unknown anchor"]) {
            return self.anchor();
        }
        let above = self.above(&self.line(self.at));
        if self.says(&["<document start>"]) && above.is_some_and(|above| above.text.starts_with('%')) {
            let help = "add '---' on a line of its own, or put quotes around the line with '%'";
            return (self.at, "'---' is missing below a line that begins with '%'".into(), help.into());
        }
        if self.says(&["escape", "hexadecimal"]) && !self.says(&["tag"]) {
            return self.escape();
        }
        let (message, help) = match letter {
            '@' | '`' | '%' if self.says(&["unexpected character"]) => {
                (format!("a value cannot begin with '{letter}'"), format!("{QUOTES} '{letter}'"))
            }
            ']' | '}' if self.says(&["bracket", "node content", "expected"]) && self.bracket().is_none() => {
                (format!("'{letter}' closes nothing"), format!("remove it, or {QUOTES} '{letter}'"))
            }
            _ if self.says(&["trailing content after"]) && self.bracket().is_some() => {
                ("a ',' is missing in front of this".into(), "separate what stands inside brackets with ','".into())
            }
            _ => self.known().map_or_else(
                || (self.info.to_owned(), "put quotes around the value if it is meant as text".into()),
                |(message, help)| (message.to_owned(), help.to_owned()),
            ),
        };
        (self.at, message, help)
    }

    fn known(&self) -> Option<(&'static str, &'static str)> {
        let flow = || {
            self.says(&["flow", "node content", "plain scalar"]).then_some((
                "',' or the closing bracket is expected here",
                "separate what stands inside brackets with ','",
            ))
        };
        KNOWN
            .iter()
            .find(|(word, ..)| self.info.contains(word))
            .map(|(_, message, help)| (*message, *help))
            .or_else(flow)
    }

    fn anchor(&self) -> Words {
        let name = |from: usize| {
            let rest = self.text.get(from..).unwrap_or_default();
            rest.split(|letter: char| letter.is_whitespace() || ",[]{}".contains(letter)).next().unwrap_or_default()
        };
        let wanted = name(self.at + 1);
        let anchors: Vec<&str> =
            self.text.match_indices('&').map(|(at, _)| name(at + 1)).filter(|name| !name.is_empty()).collect();
        let help = if anchors.contains(&wanted) {
            format!("'&{wanted}' stands below: move it above its first use")
        } else if let Some(near) = did_you_mean(wanted, anchors) {
            format!("did you mean '*{near}'?")
        } else {
            format!("define it with '&{wanted}' above its use, or {QUOTES} '*'")
        };
        (self.at, format!("anchor '{wanted}' is not defined"), help)
    }

    /// The reader names the quote; the fault is the escape.
    fn escape(&self) -> Words {
        let digits = |rest: &str, count: usize| {
            rest.chars().skip(2).take(count).filter(char::is_ascii_hexdigit).count() == count
        };
        let mut at = self.at;
        loop {
            let rest = self.text.get(at + 1..).unwrap_or_default();
            let Some(next) = rest.find('\\') else { break };
            at += 1 + next;
            let rest = self.text.get(at..).unwrap_or_default();
            let letter = rest.chars().nth(1).unwrap_or('\\');
            let count = match letter {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            let code = u32::from_str_radix(rest.get(2..2 + count).unwrap_or_default(), 16);
            if count > 0 && digits(rest, count) && code.is_ok_and(|code| (0xd800..0xe000).contains(&code)) {
                return (
                    at,
                    "half a character: YAML has no pairs of escapes".into(),
                    "write the character itself".into(),
                );
            }
            if !ESCAPES.contains(letter) || !digits(rest, count) {
                let help = "write '\\\\' for a backslash, or put single quotes around the text";
                return (at, format!("'\\{letter}' is no escape of a text in double quotes"), help.into());
            }
            at += 1;
        }
        (self.at, self.info.to_owned(), "put single quotes around the text".into())
    }
}

/// A line and the byte at which it begins.
struct Line<'text> {
    start: usize,
    text: &'text str,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        let content = self.text.trim();
        content.is_empty() || content.starts_with('#')
    }

    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    fn content(&self) -> usize {
        self.start + self.indent()
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Whether a line, or its beginning, holds a key with its ':'.
fn has_colon(text: &str) -> bool {
    text.contains(": ") || text.contains(":\t") || text.trim_end().ends_with(':')
}

fn missing_colon(line: &Line) -> Words {
    let content = line.text.trim_start();
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|marker| content.starts_with(marker)) {
        let help = "choose one side, and remove the lines with '<<<<<<<', '=======' and '>>>>>>>'";
        return (line.content(), "a marker of a merge that was not finished".into(), help.into());
    }
    match content.find(':') {
        Some(colon) => (
            line.content() + colon,
            "a space is missing behind this ':'".into(),
            "write a key and its value as 'key: value'".into(),
        ),
        None => {
            (line.content(), "a ':' is missing on this line".into(), "write a key and its value as 'key: value'".into())
        }
    }
}
