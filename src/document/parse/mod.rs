//! YAML text to [`Node`]s: the only module that knows the YAML reader.
//!
//! Anchors are copied where they are used, with a limit on what the copies add up to; merge keys are resolved; keys are
//! text and occur once. Every fault has a place. What scalars mean is not decided here.
//!
//! Compose reads with go-yaml v3. Where the reader differs from it, [`input`] settles what can be settled in the text,
//! [`tag`] and [`anchors`] the rest; `%YAML 1.2`, tabs on blank lines, `\/` and pairs of escapes in JSON are read beyond
//! it, since they mean one thing only. Dates stay text.

mod anchors;
mod entries;
mod input;
mod syntax;
mod tag;

use super::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use anchors::Anchors;
use entries::Entry;
use input::{Input, Prepared};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use std::borrow::Cow;
use syntax::Stumble;

/// Nesting that no file written by a person reaches.
const MAX_DEPTH: usize = 128;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// The documents of a file, in order. A file of comments only has none.
///
/// # Errors
/// All faults of keys and tags, and the first fault of syntax; what follows that one cannot be read.
pub fn parse(sources: &SourceMap, file: FileId) -> std::result::Result<Vec<Node>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    match read(sources.text(file), file, &mut faults) {
        Ok(documents) if faults.is_empty() => Ok(documents),
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.push(*fault);
            Err(faults)
        }
    }
}

fn read(text: &str, file: FileId, faults: &mut Vec<Diagnostic>) -> Result<Vec<Node>> {
    refuse_control_characters(text, file)?;
    let prepared = Prepared::new(text);
    let events = Parser::new(Input::new(&prepared.text));
    let anchors = Anchors::default();
    let mut reader = Reader { text, prepared: &prepared, file, events, anchors, open: Vec::new(), faults };
    let mut documents = Vec::new();
    let mut start = Span::start_of(file);
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => start = span,
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::Scalar(text, ..) if text.is_empty() => documents.push(Node::null().at(start)),
            other => documents.push(reader.node((other, span), 0)?),
        }
    }
}

/// Nothing but tabs and line breaks may stand in a text without being seen.
fn refuse_control_characters(text: &str, file: FileId) -> Result<()> {
    let is_suspect = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || matches!(byte, 0x7f | 0xc2);
    if !text.bytes().fold(false, |found, byte| found | is_suspect(byte)) {
        return Ok(());
    }
    let is_refused = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{85}');
    let Some((at, letter)) = text.char_indices().find(|(_, letter)| is_refused(*letter)) else { return Ok(()) };
    let place = Span::start_of(file).to(at, at + letter.len_utf8());
    let code = u32::from(letter);
    let fault = fault("control-character", format!("the control character U+{code:04X} is not allowed"), place);
    Err(fault_with_help(fault, format!("remove it, or write \"\\x{code:02x}\" in double quotes")))
}

struct Reader<'a> {
    text: &'a str,
    prepared: &'a Prepared<'a>,
    file: FileId,
    events: Parser<'a, Input<'a>>,
    anchors: Anchors,
    /// Where the lists and mappings begin that are being read.
    open: Vec<Span>,
    faults: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span)> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                let offset = |index| self.prepared.offset(index);
                let start = offset(span.start.index());
                Ok((event, Span { file: self.file, start, end: offset(span.end.index()).max(start) }))
            }
            Some(Err(error)) => Err(self.stumble(&error)),
            None => Ok((Event::StreamEnd, Span::start_of(self.file))),
        }
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => return self.anchors.copy(anchor, span),
            Event::Scalar(text, style, anchor, tag) => (self.scalar(text, style, (tag.as_deref(), span)), anchor, tag),
            Event::SequenceStart(anchor, tag) => (self.list(span, depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.map(span, depth)?, anchor, tag),
            _ => return Err(fault("yaml-syntax", "a value was expected here", span)),
        };
        let span = if anchor > 0 || tag.is_some() { self.content(span) } else { span };
        let node = Node { value, span, tag: tag::instruction(tag.as_deref()) };
        if anchor > 0 {
            self.anchors.keep(anchor, &node);
        }
        Ok(node)
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        (tag, place): (Option<&saphyr_parser::Tag>, Span),
    ) -> Value {
        let plain = style == ScalarStyle::Plain;
        let Some(tag) = tag else { return Value::Scalar { text: text.into(), plain } };
        tag::scalar(text, plain, tag).unwrap_or_else(|message| {
            let help = "correct the value, or remove the tag: numbers and words need none";
            self.faults.push(Diagnostic::error("wrong-tag", message).at(place).help(help));
            Value::Scalar { text: "".into(), plain: true }
        })
    }

    /// The span of a value without the anchor and the tag in front of it, if anything stands behind them.
    fn content(&self, span: Span) -> Span {
        let mut start = span.start as usize;
        while let Some(rest) = self.text.get(start..).filter(|rest| rest.starts_with(['&', '!', '#'])) {
            let is_comment = rest.starts_with('#');
            let ends = |letter: char| if is_comment { letter == '\n' } else { letter.is_whitespace() };
            let word = rest.find(ends).unwrap_or(rest.len());
            let blanks = rest.get(word..).map_or(0, |rest| rest.len() - rest.trim_start().len());
            start += word + blanks;
        }
        if start <= span.end as usize { span.to(start, span.end as usize) } else { span }
    }

    fn list(&mut self, span: Span, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        self.open.push(span);
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                event => items.push(self.node(event, depth + 1)?),
            }
        }
        self.open.pop();
        Ok(Value::List(items))
    }

    fn map(&mut self, span: Span, depth: usize) -> Result<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Option<(Span, Node)> = None;
        self.open.push(span);
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                event => self.node(event, depth + 1)?,
            };
            let event = self.next()?;
            let mut value = self.node(event, depth + 1)?;
            if value.is_null() {
                value.span = key.span;
            }
            if let Err(fault) = entries::check_key(&key) {
                self.faults.push(*fault);
            } else if !entries::is_merge_key(&key) {
                entries.push((key, value));
            } else if let Some((first, _)) = merged {
                self.faults.push(entries::duplicate("<<", first, key.span));
            } else {
                merged = Some((key.span, value));
            }
        }
        self.open.pop();
        entries::duplicates(&entries, self.faults);
        if let Some((_, merged)) = merged
            && let Err(fault) = entries::merge(&mut entries, merged)
        {
            self.faults.push(*fault);
        }
        Ok(Value::Map(entries))
    }

    fn stumble(&self, error: &ScanError) -> Box<Diagnostic> {
        let file = Span::start_of(self.file);
        let at = self.prepared.offset(error.marker().index()) as usize;
        if error.info().contains("recursion limit") {
            return too_deep(file.to(at, at + 1));
        }
        let bracket = |span: &&Span| {
            let start = self.content(**span).start as usize;
            self.text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{']))
        };
        let open = self.open.last().filter(bracket).map(|span| self.content(*span).start as usize);
        Stumble { text: self.text, file, at, info: error.info(), open }.diagnostic()
    }
}

fn too_deep(place: Span) -> Box<Diagnostic> {
    let fault = fault("too-deep", format!("more than {MAX_DEPTH} levels of nesting"), place);
    fault_with_help(fault, "write the inner values flatter")
}

#[expect(clippy::unnecessary_box_returns, reason = "it is the error of `Result` here")]
fn fault(code: &'static str, message: impl Into<String>, place: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).at(place))
}

fn fault_with_help(fault: Box<Diagnostic>, help: impl Into<String>) -> Box<Diagnostic> {
    Box::new((*fault).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Vec<Node>, (String, usize, usize)> {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), text.into());
        parse(&sources, file).map_err(|faults| {
            let fault = &faults[0];
            let place = sources.locate(fault.place.expect("syntax faults have a place")).expect("in the map");
            (fault.message.clone(), place.line, place.column)
        })
    }

    #[test]
    fn values_know_their_place() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "services:\n  web:\n    image: nginx\n".into());
        let root = parse(&sources, file).expect("valid").remove(0);
        let image = root.get("services").and_then(|all| all.get("web")).and_then(|web| web.get("image"));
        let place = sources.locate(image.expect("is there").span).expect("in the map");
        assert_eq!((place.line, place.column, place.width), (3, 12, 5));
    }

    #[test]
    fn explicit_keys_win_over_merged_ones() {
        let root = read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n").expect("valid").remove(0);
        let b = root.get("b").expect("is there");
        assert_eq!(b.get("x").and_then(Node::as_text), Some("3"));
        assert_eq!(b.get("y").and_then(Node::as_text), Some("2"));
    }

    #[test]
    fn a_duplicate_key_points_at_the_second() {
        let (message, line, column) = read("a: 1\nb: 2\na: 3\n").expect_err("refused");
        assert_eq!((message.as_str(), line, column), ("key 'a' is defined twice in one mapping", 3, 1));
    }

    #[test]
    fn a_number_is_no_key() {
        assert_eq!(read("80: 80\n").expect_err("refused").0, "a key must be a string, '80' is a number");
        assert!(read("\"80\": 80\n").is_ok());
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let uses = vec![format!("*a{}", level - 1); 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{uses}]\n");
        }
        assert!(read(&text).expect_err("refused").0.contains("aliases expand"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(read(&format!("a: {}", "[".repeat(5000))).is_err());
    }

    #[test]
    fn a_file_of_comments_has_no_document() {
        assert_eq!(read("# nothing\n").expect("valid").len(), 0);
    }
}
