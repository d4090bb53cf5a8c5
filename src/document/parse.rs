//! YAML text to [`Node`]s: the only file that knows the YAML reader.
//!
//! Anchors are copied where they are used, with a limit on what the copies add up to; merge keys are resolved; keys are
//! text and occur once. Every fault has a place. What scalars mean is not decided here.

use super::{Node, Tag, Value, scalar};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Nesting that no file written by a person reaches.
const MAX_DEPTH: usize = 128;
/// Nodes that all copies of anchors may add up to.
const MAX_NODES: usize = 1_000_000;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// The documents of a file, in order. A file of comments only has none.
///
/// # Errors
/// All faults of keys, and the first fault of syntax; what follows that one cannot be read.
pub fn parse(sources: &SourceMap, file: FileId) -> std::result::Result<Vec<Node>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    match read(sources, file, &mut faults) {
        Ok(documents) if faults.is_empty() => Ok(documents),
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.push(*fault);
            Err(faults)
        }
    }
}

fn read(sources: &SourceMap, file: FileId, faults: &mut Vec<Diagnostic>) -> Result<Vec<Node>> {
    let text = sources.text(file);
    if let Some(at) = text.find('\0') {
        let place = Span::start_of(file).to(at, at + 1);
        return Err(fault("yaml-syntax", "the file holds a NUL byte: it is not a text file", place));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        Reader { sources, file, events: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0, faults };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            other => documents.push(reader.node((other, span), 0)?),
        }
    }
}

struct Reader<'a> {
    sources: &'a SourceMap,
    file: FileId,
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    faults: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span)> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, self.span(span.start, span.end))),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::start_of(self.file))),
        }
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(fault("too-deep", format!("more than {MAX_DEPTH} levels of nesting"), span));
        }
        let before = self.nodes;
        self.nodes += 1;
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && !is_text_tag(tag.as_deref());
                (Value::Scalar { text: text.into(), plain }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => (self.list(depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.map(depth)?, anchor, tag),
            _ => return Err(fault("yaml-syntax", "a value was expected here", span)),
        };
        let node = Node { value, span, tag: merge_tag(tag) };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err(fault("alias-cycle", "this alias stands inside the value that it names", span)
                .help_boxed("a value cannot contain itself: copy the part that is meant"));
        };
        self.nodes += size;
        if self.nodes > MAX_NODES {
            return Err(fault("alias-bomb", format!("aliases expand to more than {MAX_NODES} values"), span)
                .help_boxed("aliases of aliases multiply: write the values out"));
        }
        Ok(node.clone())
    }

    fn list(&mut self, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut seen: HashMap<Box<str>, Span> = HashMap::new();
        let mut merges: Option<Node> = None;
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                event => self.node(event, depth + 1)?,
            };
            let event = self.next()?;
            let mut value = self.node(event, depth + 1)?;
            if value.is_null() {
                value = Node { tag: value.tag, ..Node::null() }.at(key.span);
            }
            let text = match key_text(&key) {
                Ok(text) => text,
                Err(fault) => {
                    self.faults.push(*fault);
                    continue;
                }
            };
            if let Some(first) = seen.insert(text.into(), key.span) {
                self.faults.push(
                    Diagnostic::error("duplicate-key", format!("key '{text}' is defined twice in one mapping"))
                        .at(key.span)
                        .label(first, "first defined here")
                        .help("keep one of the two"),
                );
                continue;
            }
            if is_merge_key(&key) {
                merges = Some(value);
            } else {
                entries.push((key, value));
            }
        }
        if let Some(merged) = merges {
            let known = entries.iter().filter_map(|(key, _)| Some(key.as_text()?.into())).collect();
            merge_into(&mut entries, merged, &mut { known })?;
        }
        Ok(Value::Map(entries))
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        let offset = |marker: Marker| self.sources.offset(self.file, marker.line(), marker.col());
        let start = offset(start);
        Span { file: self.file, start, end: offset(end).max(start) }
    }

    #[expect(clippy::unnecessary_box_returns, reason = "it is the error of `Result` here")]
    fn syntax(&self, error: &ScanError) -> Box<Diagnostic> {
        let place = self.span(*error.marker(), *error.marker());
        let line = self.sources.locate(place).map_or("", |location| location.text);
        let diagnostic = Diagnostic::error("yaml-syntax", error.info().to_owned()).at(place);
        Box::new(match syntax_help(line, error.info()) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        })
    }
}

/// The remedy for the faults of syntax that people make most.
fn syntax_help(line: &str, info: &str) -> Option<&'static str> {
    let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
    if indent.contains('\t') {
        Some("indent with spaces: YAML does not allow tabs there")
    } else if info.contains("mapping values") {
        Some("put quotes around a value that holds ': '")
    } else if info.contains("cannot start any token") {
        Some("put quotes around a value that begins with '@', '`' or '%'")
    } else if info.contains("quoted scalar") {
        Some("close the quote, and indent every line of a text in quotes")
    } else if info.contains("anchor") {
        Some("define the anchor with '&name' above its use")
    } else {
        None
    }
}

fn key_text(key: &Node) -> Result<&str> {
    let Value::Scalar { text, plain } = &key.value else {
        return Err(fault("key-not-text", format!("a key must be a string, this is {}", key.kind()), key.span));
    };
    match scalar::resolve(text) {
        scalar::Scalar::Text(_) => Ok(text),
        _ if !plain => Ok(text),
        other => Err(fault("key-not-text", format!("a key must be a string, '{text}' is {}", other.kind()), key.span)
            .help_boxed(format!("put quotes around it: \"{text}\""))),
    }
}

fn is_merge_key(key: &Node) -> bool {
    matches!(&key.value, Value::Scalar { text, plain: true } if &**text == "<<")
}

/// Explicit keys win over merged ones, wherever they stand; among several merged maps the first wins.
fn merge_into(entries: &mut Vec<(Node, Node)>, merged: Node, known: &mut HashSet<Box<str>>) -> Result<()> {
    let span = merged.span;
    match merged.value {
        Value::Map(more) => {
            for (key, value) in more {
                if known.insert(key.as_text().unwrap_or_default().into()) {
                    entries.push((key, value));
                }
            }
            Ok(())
        }
        Value::List(maps) if maps.iter().all(|map| map.as_map().is_some()) => {
            maps.into_iter().try_for_each(|map| merge_into(entries, map, known))
        }
        _ => Err(fault("merge-key", "'<<' needs a mapping or a list of mappings", span)),
    }
}

fn is_text_tag(tag: Option<&saphyr_parser::Tag>) -> bool {
    tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str")
}

fn merge_tag(tag: Option<Cow<'_, saphyr_parser::Tag>>) -> Tag {
    match tag {
        Some(tag) if tag.handle == "!" && tag.suffix == "reset" => Tag::Reset,
        Some(tag) if tag.handle == "!" && tag.suffix == "override" => Tag::Override,
        _ => Tag::None,
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "it is the error of `Result` here")]
fn fault(code: &'static str, message: impl Into<String>, place: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).at(place))
}

trait HelpBoxed {
    fn help_boxed(self, help: impl Into<String>) -> Self;
}

impl HelpBoxed for Box<Diagnostic> {
    fn help_boxed(self, help: impl Into<String>) -> Self {
        Self::new((*self).help(help))
    }
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
