//! Commands written as one text, split into words as Compose does: like a shell without a shell.
//!
//! Nothing is expanded. An unquoted `;`, `&`, `|`, `<` or `>` is a letter like any other, with a warning: there is no
//! shell. Compose 2 drops it and all that follows, without a word.

use super::{derive, fault};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Tag, Value};

/// A text becomes the list of its words; null stays.
pub(super) fn shape(node: Node, diagnostics: &mut Diagnostics) -> Node {
    let Some(line) = text(&node) else { return node };
    match split(line) {
        Ok(Split { words, operator }) => {
            if let Some(operator) = operator {
                diagnostics.push(no_shell(&node, operator));
            }
            let words = words.into_iter().map(|word| Node::text(word).at(node.span)).collect();
            derive(&node, Value::List(words))
        }
        Err(why) => {
            diagnostics.push(*fault(&node, why, "write the command as a list: [\"program\", \"argument\"]"));
            derive(&node, Value::List(Vec::new()))
        }
    }
}

/// A text becomes a line for the shell of the image.
pub(super) fn test(node: Node) -> Node {
    let Some(line) = text(&node) else { return node };
    let items = [Node::text("CMD-SHELL").at(node.span), Node::text(line).at(node.span)];
    derive(&node, Value::List(items.into()))
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar { text, plain: false } if node.tag != Tag::Reset => Some(text),
        Value::Scalar { text, plain: true } if node.tag != Tag::Reset => match scalar::resolve(text) {
            Scalar::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn no_shell(node: &Node, operator: char) -> Diagnostic {
    let message = format!("'{operator}' is a letter like any other: the command runs without a shell");
    Diagnostic::warning("shell-operator", message)
        .at(node.span)
        .help("write [\"sh\", \"-c\", \"…\"] for a shell line, or put quotes around the character")
}

/// The words of a line, and the first character in it that only a shell understands.
#[derive(Debug, PartialEq, Eq)]
struct Split {
    words: Vec<String>,
    operator: Option<char>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Open,
    Single,
    Double,
    Backtick,
    /// `$(`, up to `)`.
    Substitution,
}

fn split(line: &str) -> Result<Split, String> {
    let mut splitter = Splitter { words: Vec::new(), word: None, quote: Quote::Open };
    let mut operator = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && splitter.quote != Quote::Single {
            let Some(escaped) = letters.next() else { return Err("the command ends with a '\\'".into()) };
            splitter.push(escaped);
            continue;
        }
        if splitter.quote == Quote::Open && matches!(letter, ';' | '&' | '|' | '<' | '>') {
            operator = operator.or(Some(letter));
        }
        splitter.letter(letter)?;
    }
    match splitter.quote {
        Quote::Open => Ok(Split { words: splitter.finish(), operator }),
        Quote::Single => Err("a quote ' in the command is never closed".into()),
        Quote::Double => Err("a quote \" in the command is never closed".into()),
        Quote::Backtick => Err("a ` in the command is never closed".into()),
        Quote::Substitution => Err("a '$(' in the command is never closed".into()),
    }
}

struct Splitter {
    words: Vec<String>,
    word: Option<String>,
    quote: Quote,
}

impl Splitter {
    fn letter(&mut self, letter: char) -> Result<(), String> {
        match (letter, self.quote) {
            (' ' | '\t' | '\r' | '\n', Quote::Open) => self.words.extend(self.word.take()),
            ('\'', Quote::Open) => self.begin(Quote::Single),
            ('"', Quote::Open) => self.begin(Quote::Double),
            ('\'', Quote::Single) | ('"', Quote::Double) => self.quote = Quote::Open,
            ('`', Quote::Open) => self.keep(letter, Quote::Backtick),
            ('`', Quote::Backtick) | (')', Quote::Substitution) => self.keep(letter, Quote::Open),
            ('(', Quote::Open) if self.word.as_ref().is_some_and(|word| word.ends_with('$')) => {
                self.keep(letter, Quote::Substitution);
            }
            ('(' | ')', Quote::Open) => return Err(format!("a '{letter}' in the command needs quotes")),
            _ => self.push(letter),
        }
        Ok(())
    }

    fn begin(&mut self, quote: Quote) {
        self.word.get_or_insert_default();
        self.quote = quote;
    }

    fn keep(&mut self, letter: char, quote: Quote) {
        self.push(letter);
        self.quote = quote;
    }

    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn finish(mut self) -> Vec<String> {
        self.words.extend(self.word);
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_split_as_compose_splits_it() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a b\n c", &["a", "b", "c"]),
            ("a 'b c' \"d e\" ''", &["a", "b c", "d e", ""]),
            ("a\\ b \"c\\\"d\" '\\n' \\n", &["a b", "c\"d", "\\n", "n"]),
            ("# ! * {a,b}", &["#", "!", "*", "{a,b}"]),
            ("echo $(x y) `x y`", &["echo", "$(x y)", "`x y`"]),
            ("a \\; \";\"", &["a", ";", ";"]),
        ];
        for (line, words) in cases {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(split(line), Ok(Split { words, operator: None }), "{line}");
        }
    }

    #[test]
    fn what_a_shell_would_do_is_kept_with_a_warning() {
        let words = |line| split(line).map(|split| (split.words.join(","), split.operator));
        assert_eq!(words("a && b"), Ok(("a,&&,b".into(), Some('&'))));
        assert_eq!(words("a b 2>&1"), Ok(("a,b,2>&1".into(), Some('>'))));
        assert_eq!(words("a '&&' b"), Ok(("a,&&,b".into(), None)));
        let mut diagnostics = Diagnostics::default();
        shape(Node::text("a | b"), &mut diagnostics);
        assert_eq!(diagnostics.sorted()[0].code, "shell-operator");
    }

    #[test]
    fn an_open_quote_is_a_fault() {
        for line in ["it's", "\"a", "a\\", "(a)", "a)", "$(a"] {
            assert!(split(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_test_in_one_text_is_for_the_shell() {
        let list = test(Node::text("NONE"));
        assert_eq!(list.as_list().map(<[Node]>::len), Some(2));
        assert!(test(Node::null()).is_null());
    }

    proptest! {
        #[test]
        fn words_in_quotes_are_read_as_they_are(words in prop::collection::vec("\\PC{0,12}", 0..6)) {
            let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
            let line = quoted.join(" ");
            prop_assert_eq!(split(&line), Ok(Split { words, operator: None }));
        }

        #[test]
        fn no_text_panics(line in "[a-z0-9 $()`'\";&|<>\\\\]{0,30}|\\PC{0,30}") {
            let _ = split(&line);
        }
    }
}
