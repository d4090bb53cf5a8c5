//! Variables in text: `$NAME`, `${NAME}`, `${NAME:-word}` and their kin, expanded in one pass as Compose does.
//!
//! What a variable holds is never scanned again. A word is read even where it is not needed: so does Compose. This module knows
//! neither trees nor files: a fault names a range of the text.

use indexmap::{IndexMap, IndexSet};
use std::ops::Range;

/// Nesting of words in words that no person writes.
const MAX_DEPTH: usize = 64;
/// Bytes that one text may grow to: 16 MiB.
const MAX_LENGTH: usize = 16 * 1024 * 1024;
const OPERATORS: [&str; 6] = [":-", ":+", ":?", "-", "+", "?"];

/// Gives a variable's value, which is not copied until it is used: it may be long, and asked for often.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// A text with its variables filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The result.
    pub text: String,
    /// The variables that were looked at.
    pub used: IndexSet<String>,
    /// Those that had no value where one was needed, each with where it was needed first, in bytes.
    pub unset: IndexMap<String, Range<usize>>,
}

/// Why a text cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The code of its diagnostic.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// Fills in the variables of a text.
pub(super) fn expand(text: &str, lookup: Lookup<'_>) -> Result<Expanded, Fault> {
    let mut expander = Expander { lookup, used: IndexSet::new(), unset: IndexMap::new() };
    let text = expander.text(Piece { text, at: 0 }, 0)?;
    Ok(Expanded { text, used: expander.used, unset: expander.unset })
}

struct Expander<'a> {
    lookup: Lookup<'a>,
    used: IndexSet<String>,
    unset: IndexMap<String, Range<usize>>,
}

/// A part of the text and where it begins.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Piece<'a> {
    fn skip(self, bytes: usize) -> Self {
        Self { text: self.text.get(bytes..).unwrap_or_default(), at: self.at + bytes }
    }

    fn first(self, bytes: usize) -> &'a str {
        self.text.get(..bytes).unwrap_or(self.text)
    }
}

/// `${name operator word}`, and how many bytes it takes.
struct Braced<'a> {
    name: &'a str,
    operator: &'static str,
    word: Piece<'a>,
    length: usize,
    /// Whether the brace that ends it is the one that was opened.
    is_balanced: bool,
}

impl<'a> Expander<'a> {
    fn text(&mut self, piece: Piece<'_>, depth: usize) -> Result<String, Fault> {
        let mut out = String::new();
        let mut rest = piece;
        while let Some(dollar) = rest.text.find('$') {
            out.push_str(rest.first(dollar));
            rest = rest.skip(dollar);
            if depth > MAX_DEPTH {
                return Err(invalid(rest, format!("variables are nested in more than {MAX_DEPTH} levels")));
            }
            let taken = self.variable(rest, depth, &mut out)?;
            rest = rest.skip(taken);
            if out.len() > MAX_LENGTH {
                return Err(invalid(piece, "the text grows to more than 16 MiB".into()));
            }
        }
        out.push_str(rest.text);
        Ok(out)
    }

    /// Expands what a `$` begins and says how many bytes that was.
    fn variable(&mut self, dollar: Piece<'_>, depth: usize, out: &mut String) -> Result<usize, Fault> {
        let after = dollar.skip(1).text;
        if after.starts_with('$') {
            out.push('$');
            return Ok(2);
        }
        if after.starts_with('{') {
            let braced = braced(dollar)?;
            self.value(&braced, (dollar, depth), out)?;
            return Ok(braced.length);
        }
        let name = name(after);
        if name.is_empty() {
            out.push('$');
        } else {
            out.push_str(self.plain(name, dollar.at..dollar.at + 1 + name.len()));
        }
        Ok(1 + name.len())
    }

    fn plain(&mut self, name: &str, range: Range<usize>) -> &'a str {
        let value = self.look(name);
        if value.is_none() && !self.unset.contains_key(name) {
            self.unset.insert(name.to_owned(), range);
        }
        value.unwrap_or_default()
    }

    fn look(&mut self, name: &str) -> Option<&'a str> {
        if !self.used.contains(name) {
            self.used.insert(name.to_owned());
        }
        (self.lookup)(name)
    }

    fn value(
        &mut self,
        braced: &Braced<'_>,
        (dollar, depth): (Piece<'_>, usize),
        out: &mut String,
    ) -> Result<(), Fault> {
        let Braced { name, operator, word, length, is_balanced } = *braced;
        if operator.is_empty() {
            out.push_str(self.plain(name, dollar.at..dollar.at + length));
            return Ok(());
        }
        let found = self.look(name);
        let state = if found.is_some() { "is empty" } else { "is not set" };
        let value = found.filter(|value| !(operator.starts_with(':') && value.is_empty()));
        let word = self.text(word, depth + 1).map_err(|fault| if is_balanced { fault } else { malformed(dollar) })?;
        match (operator.trim_start_matches(':'), value) {
            ("-" | "?", Some(value)) => out.push_str(value),
            ("+", None) => {}
            ("?", None) => return Err(required(name, state, &word, dollar.at..dollar.at + length)),
            _ => out.push_str(&word),
        }
        Ok(())
    }
}

/// Reads `${…}`. The word ends at the brace that balances; the letter behind an inner `{` is not looked at, and if none
/// balances it ends at the last brace of the line: both are what Compose does.
fn braced(dollar: Piece<'_>) -> Result<Braced<'_>, Fault> {
    let name = name(dollar.skip(2).text);
    let after = dollar.skip(2 + name.len());
    if !name.is_empty() && after.text.starts_with('}') {
        return Ok(Braced { name, operator: "", word: after, length: name.len() + 3, is_balanced: true });
    }
    let operator = OPERATORS.into_iter().find(|operator| after.text.starts_with(operator));
    let (Some(operator), false) = (operator, name.is_empty()) else { return Err(malformed(dollar)) };
    let body = after.skip(operator.len());
    let Some((end, is_balanced)) = balance(body.text) else { return Err(malformed(dollar)) };
    let word = Piece { text: body.first(end), at: body.at };
    Ok(Braced { name, operator, word, length: body.at + end + 1 - dollar.at, is_balanced })
}

/// Where the brace stands that closes one opened before this text, or else the last brace of the line, and which of both
/// it is. What is behind it is not looked at, so that a line of many variables is read once.
fn balance(text: &str) -> Option<(usize, bool)> {
    let (mut open, mut last) = (1_usize, None);
    let mut bytes = text.bytes().enumerate().take_while(|(_, byte)| *byte != b'\n');
    while let Some((at, byte)) = bytes.next() {
        if byte == b'}' {
            open -= 1;
            last = Some(at);
        } else if byte == b'{' {
            open += 1;
            last = bytes.next().filter(|(_, skipped)| *skipped == b'}').map(|(at, _)| at).or(last);
        }
        if open == 0 {
            break;
        }
    }
    Some((last?, open == 0))
}

fn name(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    match text.get(..end) {
        Some(name) if !name.starts_with(|first: char| first.is_ascii_digit()) => name,
        _ => "",
    }
}

fn malformed(dollar: Piece<'_>) -> Fault {
    let line = dollar.text.split('\n').next().unwrap_or_default();
    match line.find('}') {
        Some(end) => {
            let reference = Piece { text: dollar.first(end + 1), at: dollar.at };
            invalid(reference, format!("'{}' is not a variable that Compose understands", reference.text))
        }
        None => invalid(Piece { text: line, at: dollar.at }, "'${' is not closed on its line".into()),
    }
}

/// A variable in a text, before anyone knows its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use<'a> {
    /// The variable.
    pub name: &'a str,
    /// What stands behind the name, such as `:-`; empty for a plain use.
    pub operator: &'static str,
    /// What stands behind the operator, as written.
    pub word: &'a str,
}

/// All variables of a text, those in words included; what cannot be expanded is passed over.
pub(super) fn uses(text: &str) -> Vec<Use<'_>> {
    let mut all = Vec::new();
    let mut rests = vec![text];
    while let Some(text) = rests.pop() {
        let Some(dollar) = text.find('$') else { continue };
        let rest = Piece { text, at: 0 }.skip(dollar);
        let after = rest.skip(1).text;
        let taken = if after.starts_with('$') {
            2
        } else if let Some(Braced { name, operator, word, length, .. }) =
            after.starts_with('{').then(|| braced(rest).ok()).flatten()
        {
            let word = if operator.is_empty() { "" } else { word.text };
            all.push(Use { name, operator, word });
            rests.push(word);
            length
        } else {
            let name = name(after);
            all.extend((!name.is_empty()).then_some(Use { name, operator: "", word: "" }));
            1 + name.len()
        };
        rests.push(rest.skip(taken).text);
    }
    all
}

fn invalid(piece: Piece<'_>, message: String) -> Fault {
    Fault {
        code: "interpolation",
        message,
        help: "write '${NAME}' or '${NAME:-default}', or '$$' for a dollar sign".into(),
        range: piece.at..piece.at + piece.text.len(),
    }
}

fn required(name: &str, state: &str, why: &str, range: Range<usize>) -> Fault {
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Fault {
        code: "required-variable",
        message: format!("required variable '{name}' {state}{why}"),
        help: format!("set '{name}' in the environment or in '.env'"),
        range,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(name: &str) -> Option<&'static str> {
        match name {
            "SET" => Some("val"),
            "EMPTY" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn what_compose_gives_is_given() {
        let cases = [
            ("$SET ${SET} ${SET}x $SET.x $SET-x", "val val valx val.x val-x"),
            ("$SETx|$SET_x", "|"),
            ("${UNSET:-d} ${EMPTY:-d} ${EMPTY-d}", "d d "),
            ("${SET:+alt} ${EMPTY+alt} ${UNSET+alt}", "alt alt "),
            ("${EMPTY?err}", ""),
            ("${UNSET:-${ALSO:-${SET}}}", "val"),
            ("${UNSET:-pre${SET}post}", "prevalpost"),
            ("${UNSET:-$SET-x}", "val-x"),
            ("${UNSET:-a}${SET} ${UNSET:-a} ${SET} b", "aval a val b"),
            ("${UNSET:-a}}", "a}"),
            ("${UNSET:-{a}}", "{a}"),
            ("${UNSET:-{}}", "{}"),
            ("${UNSET:-a{b}c}d", "a{b}cd"),
            ("{{${SET}}}", "{{val}}"),
            ("$$SET $$$SET $$$$SET $${SET}", "$SET $val $$SET ${SET}"),
            ("${UNSET:-$$SET}", "$SET"),
            ("$ a$ $ a $1 $(cmd) $((1+1)) $-", "$ a$ $ a $1 $(cmd) $((1+1)) $-"),
            ("a$b$", "a$"),
            ("${UNSET-a:-b} ${UNSET:-a-b} ${UNSET-a?b}", "a:-b a-b a?b"),
            ("${UNSET--1} ${UNSET:-:-}", "-1 :-"),
            ("${UNSET:-http://x:80}", "http://x:80"),
            ("${UNSET:-\"q\"} ${UNSET:-'q'}", "\"q\" 'q'"),
            ("${UNSET:- x }", " x "),
            ("\\$SET \\${SET}", "\\val \\val"),
        ];
        for (text, wanted) in cases {
            assert_eq!(expand(text, &lookup).map(|done| done.text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_compose_refuses_is_refused() {
        let cases = [
            "${}",
            "${1}",
            "${ SET}",
            "${SET }",
            "${SET",
            "${UNSET:-x",
            "${SET:x}",
            "${SET=d}",
            "${SET:=d}",
            "${SET%x}",
            "${SET#x}",
            "${#SET}",
            "${!SET}",
            "${SET,,}",
            "${SET/a/b}",
            "${SET:0:2}",
            "${A.B:-x}",
            "${SET:-a\nb}",
            "${UNSET:-{}} and ${SET}",
        ];
        for text in cases {
            assert_eq!(expand(text, &lookup).map_err(|fault| fault.code), Err("interpolation"), "{text}");
        }
    }

    #[test]
    fn a_required_variable_says_what_its_author_wrote() {
        let cases = [
            ("${UNSET:?err}", "required variable 'UNSET' is not set: err"),
            ("${EMPTY:?err msg}", "required variable 'EMPTY' is empty: err msg"),
            ("${UNSET:?}", "required variable 'UNSET' is not set"),
            ("${UNSET:?${SET} must}", "required variable 'UNSET' is not set: val must"),
            ("${UNSET??}", "required variable 'UNSET' is not set: ?"),
        ];
        for (text, wanted) in cases {
            assert_eq!(expand(text, &lookup).map_err(|fault| fault.message), Err(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_fault_in_a_word_is_placed_in_the_whole_text() {
        let fault = expand("ab ${UNSET:-x ${1}}", &lookup).expect_err("refused");
        assert_eq!(fault.range, 14..18);
    }

    #[test]
    fn only_a_plain_use_needs_a_value() {
        let done = expand("${A:-x} ${B:+x} $C ${C}", &lookup).expect("valid");
        let used: Vec<_> = done.used.iter().map(String::as_str).collect();
        assert_eq!(used, ["A", "B", "C"]);
        assert_eq!(done.unset, IndexMap::from([("C".to_owned(), 16..18)]));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{}x{}", "${U:-".repeat(10_000), "}".repeat(10_000));
        assert!(expand(&text, &lookup).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_or_grows(text in "(\\PC|[${}:?+-]|SET|UNSET){0,60}") {
            let dollars = text.matches('$').count();
            match expand(&text, &lookup) {
                Ok(done) => prop_assert!(done.text.len() <= text.len() + dollars * "val".len()),
                Err(fault) => prop_assert!(text.get(fault.range).is_some_and(|part| part.starts_with('$'))),
            }
        }

        #[test]
        fn a_text_with_doubled_dollars_is_itself(text in "(\\PC|[${}:?+-]|SET){0,60}") {
            let done = expand(&text.replace('$', "$$"), &lookup).expect("valid");
            prop_assert_eq!((done.text, done.used.len()), (text, 0));
        }

        #[test]
        fn a_word_stands_for_a_variable_that_is_not_set(word in "[a-z .:/@=,]{0,20}", operator in ":?-") {
            let text = format!("<${{UNSET{operator}{word}}}>");
            prop_assert_eq!(expand(&text, &lookup).expect("valid").text, format!("<{word}>"));
        }
    }
}
