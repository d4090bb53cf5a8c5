//! YAML text to [`Node`]s: the only module that knows the YAML reader.
//!
//! Anchors are copied where they are used, with a limit on what the copies add up to; merge keys are resolved; keys are
//! text and occur once. Every fault has a place. What scalars mean is not decided here.
//!
//! Compose reads with go-yaml v3. Where the reader differs from it, [`input`] settles what can be settled in the text,
//! [`tag`] and [`anchors`] the rest; `%YAML 1.2`, tabs on blank lines, `\/` and pairs of escapes in JSON are read beyond
//! it, since they mean one thing only. Dates stay text.

#![expect(clippy::unnecessary_box_returns, reason = "a boxed fault is the error of `Result` here")]

mod anchors;
mod entries;
mod input;
mod region;
mod stream;
mod syntax;
mod tag;

use super::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use anchors::Anchors;
use entries::Entry;
use input::{Input, Prepared};
use region::{Brackets, Region};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use syntax::Stumble;

/// Nesting that no file written by a person reaches.
const MAX_DEPTH: usize = 128;
/// Bytes that are read again, in all, because of lines that begin in any column.
const MAX_WORK: usize = 128 * 1024 * 1024;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// The documents of a file, in order. A file of comments only has none.
///
/// # Errors
/// All faults of keys and tags, and the first fault of syntax; what follows that one cannot be read.
pub fn parse(sources: &SourceMap, file: FileId) -> std::result::Result<Vec<Node>, Vec<Diagnostic>> {
    read(sources, file, Keys::Text)
}

/// The same of a manifest for a cluster, whose tools make a text of a key that is a number or a boolean, and read each
/// document on its own.
///
/// # Errors
/// As [`parse`].
pub fn manifests(sources: &SourceMap, file: FileId) -> std::result::Result<Vec<Node>, Vec<Diagnostic>> {
    read(sources, file, Keys::Any)
}

/// What may be a key: whose documents these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// A text, as Compose has it.
    Text,
    /// Any scalar but null.
    Any,
}

fn read(sources: &SourceMap, file: FileId, keys: Keys) -> std::result::Result<Vec<Node>, Vec<Diagnostic>> {
    let text = sources.text(file);
    refuse_control_characters(text, file).map_err(|fault| vec![*fault])?;
    let ends = if keys == Keys::Any { stream::ends(text) } else { Vec::new() };
    let mut regions: Vec<Region> = Vec::new();
    let mut first: Option<(usize, Vec<Diagnostic>)> = None;
    let mut passes = 0;
    // A region that was tried before has made room for one that crosses it: neither is one.
    let mut tried: BTreeSet<usize> = BTreeSet::new();
    loop {
        let prepared = Prepared::new(text, &regions, &ends);
        let mut reader = Reader { keys, ..Reader::new(text, &prepared, file) };
        let result = reader.documents();
        let guessed = regions.len();
        regions.retain(|region| {
            !region.is_guess || region.bytes.start >= reader.told || reader.flows.contains(&region.bytes.start)
        });
        passes += 1;
        let fault = match result {
            _ if regions.len() < guessed => continue,
            Ok(documents) if reader.faults.is_empty() => return Ok(documents),
            Ok(_) => return Err(reader.faults),
            Err(fault) => fault,
        };
        let (stopped, region) = (reader.stopped, reader.shallow.take());
        reader.faults.push(*fault);
        // A region behind whose end, on the same line, the reader stops again was none: the first fault is the true one.
        let is_consequence = first.as_ref().is_some_and(|(end, _)| stopped <= *end);
        match region {
            _ if is_consequence => return Err(first.map_or(reader.faults, |(_, faults)| faults)),
            Some(region) if text.len().saturating_mul(passes) <= MAX_WORK && tried.insert(region.bytes.start) => {
                let rest = text.get(region.bytes.end..).unwrap_or_default();
                let line = rest.find('\n').unwrap_or(rest.len());
                first = Some((region.bytes.end + line, reader.faults));
                if passes == 1 {
                    regions = region::guesses(text);
                }
                regions.retain(|known| known.bytes.end <= region.bytes.start || region.bytes.end <= known.bytes.start);
                let following = regions.partition_point(|known| known.bytes.start < region.bytes.start);
                regions.insert(following, region);
            }
            _ => return Err(reader.faults),
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
    keys: Keys,
    events: Parser<'a, Input<'a>>,
    anchors: Anchors,
    /// Where the lists and mappings begin that are being read.
    open: Vec<Span>,
    /// Behind the last event.
    told: usize,
    /// Where brackets open that the reader told of.
    flows: HashSet<usize>,
    /// Where the reader stopped.
    stopped: usize,
    /// The region in which the reader stopped at the column of a line.
    shallow: Option<Region>,
    faults: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, prepared: &'a Prepared<'a>, file: FileId) -> Self {
        let events = Parser::new(Input::new(&prepared.text));
        let (anchors, open, faults) = (Anchors::default(), Vec::new(), Vec::new());
        Self {
            text,
            prepared,
            file,
            keys: Keys::Text,
            events,
            anchors,
            open,
            flows: HashSet::new(),
            told: 0,
            stopped: 0,
            shallow: None,
            faults,
        }
    }

    fn documents(&mut self) -> Result<Vec<Node>> {
        let mut documents = Vec::new();
        let mut start = Span::start_of(self.file);
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(documents),
                Event::DocumentStart(_) => {
                    start = span;
                    if self.keys == Keys::Any {
                        self.anchors.forget();
                    }
                }
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() => {
                    documents.push(Node::null().at(start));
                }
                other => documents.push(self.node((other, span), 0)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span)> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                let offset = |index| self.prepared.offset(index);
                let start = offset(span.start.index());
                let end = offset(span.end.index()).max(start);
                self.told = end as usize;
                Ok((event, Span { file: self.file, start, end }))
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
            Event::Alias(anchor) => {
                return self.anchors.copy(anchor, span).map_err(|fault| self.with_anchor(fault, span));
            }
            Event::Scalar(text, style, anchor, tag) => (self.scalar(text, style, (tag.as_deref(), span)), anchor, tag),
            Event::SequenceStart(anchor, tag) => (self.list(span, depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.map(span, depth)?, anchor, tag),
            _ => return Err(fault("yaml-syntax", "a value was expected here", span)),
        };
        let span = if anchor > 0 || tag.is_some() { self.content(span) } else { span };
        let node = Node { value, span, tag: tag::instruction(tag.as_deref()) };
        if anchor > 0 {
            self.anchors.keep(anchor, &node)?;
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

    fn enter(&mut self, span: Span) {
        self.open.push(span);
        if self.prepared.is_moved() {
            self.flows.insert(self.content(span).start as usize);
        }
    }

    fn list(&mut self, span: Span, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        self.enter(span);
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
        self.enter(span);
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
            if let Err(fault) = entries::check_key(&key, self.keys) {
                self.faults.push(entries::with_value(*fault, &key, &value));
            } else if !entries::is_merge_key(&key) {
                entries.push((key, value));
            } else if let Some((first, _)) = merged {
                self.faults.push(entries::duplicate("<<", first, key.span));
            } else {
                merged = Some((key.span, value));
            }
        }
        self.open.pop();
        entries::duplicates(&entries, &mut self.faults);
        if let Some((key, merged)) = merged
            && let Err(fault) = entries::merge(&mut entries, merged)
        {
            self.faults.push(entries::at_merge_key(*fault, key));
        }
        Ok(Value::Map(entries))
    }

    /// A fault of an alias, with the place of its anchor.
    fn with_anchor(&self, fault: Box<Diagnostic>, alias: Span) -> Box<Diagnostic> {
        let (start, end) = (alias.start as usize, alias.end as usize);
        let name = self.text.get(start + 1..end).unwrap_or_default();
        match self.text.get(..start).and_then(|before| before.rfind(&format!("&{name}"))) {
            Some(at) => Box::new(fault.label(alias.to(at, at + 1 + name.len()), "the anchor is here")),
            None => fault,
        }
    }

    fn stumble(&mut self, error: &ScanError) -> Box<Diagnostic> {
        let file = Span::start_of(self.file);
        let at = self.prepared.offset(error.marker().index()) as usize;
        self.stopped = at;
        if error.info().contains("recursion limit") {
            return too_deep(file.to(at, at + 1));
        }
        if error.info().contains("invalid indentation") && !error.info().contains("anchor") {
            self.shallow = self.region(at);
        }
        let open = self.open.last().map(|span| self.content(*span).start as usize);
        Stumble { text: self.text, file, at, info: error.info(), open, told: self.told }.diagnostic()
    }

    /// The text in quotes that begins here, or the brackets around this place.
    fn region(&self, at: usize) -> Option<Region> {
        let starts = self.open.iter().map(|span| self.content(*span).start as usize);
        let told =
            starts.into_iter().find(|start| self.text.get(*start..).is_some_and(|rest| rest.starts_with(['[', '{'])));
        let start = Brackets::within(told).outermost(self.text.get(self.told..at)?, self.told);
        let is_quote = self.text.get(at..)?.starts_with(['"', '\'']);
        Region::new(self.text, start.or(is_quote.then_some(at))?)
    }
}

fn too_deep(place: Span) -> Box<Diagnostic> {
    let fault = fault("too-deep", format!("more than {MAX_DEPTH} levels of nesting"), place);
    fault_with_help(fault, "write the inner values flatter")
}

fn fault(code: &'static str, message: impl Into<String>, place: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).at(place))
}

fn fault_with_help(mut fault: Box<Diagnostic>, help: impl Into<String>) -> Box<Diagnostic> {
    fault.help = Some(help.into());
    fault
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

    fn value(text: &str, key: &str) -> String {
        let root = read(text).expect("valid").remove(0);
        root.get(key).and_then(Node::as_text).expect("is there").to_owned()
    }

    #[test]
    fn brackets_and_quotes_may_go_on_in_any_column() {
        let text = "a:\n  b: [\n    x,\n  ]\n  c: \"one\n two\"\n  d: {\ne: [\nf]}\n";
        let a = read(text).expect("valid").remove(0).take("a").expect("is there");
        assert_eq!(a.get("c").and_then(Node::as_text), Some("one two"));
        assert_eq!(a.get("d").and_then(|d| d.get("e")).and_then(Node::as_list).map(<[_]>::len), Some(1));
    }

    #[test]
    fn values_in_moved_lines_know_their_place() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "a:\n  b: [\n  é,\n  x\n  ]\n".into());
        let root = parse(&sources, file).expect("valid").remove(0);
        let b = root.get("a").and_then(|a| a.get("b")).and_then(Node::as_list).expect("is there");
        let place = sources.locate(b[1].span).expect("in the map");
        assert_eq!((place.line, place.column, place.width), (4, 3, 1));
    }

    #[test]
    fn a_text_that_looks_like_brackets_is_not_moved() {
        let text = "a:\n  b: |\n    x [\n    y\n    ]\n  c: [\n  d\n  ]\n";
        let a = read(text).expect("valid").remove(0).take("a").expect("is there");
        assert_eq!(a.get("b").and_then(Node::as_text), Some("x [\ny\n]\n"));
    }

    #[test]
    fn thousands_of_lists_in_any_column_are_read_in_a_few_passes() {
        let lists = (0..5000).map(|index| format!("a{index}:\n  b: [\n    x\n  ]\n")).collect::<Vec<_>>().concat();
        assert_eq!(read(&lists).expect("valid").remove(0).as_map().map(<[_]>::len), Some(5000));
    }

    #[test]
    fn a_fault_behind_moved_lines_is_told_and_not_their_own() {
        let (message, line, column) = read("a:\n  b: [\n  x\n  ]\n  c: d: e\n").expect_err("refused");
        assert_eq!((message.as_str(), line, column), ("a second ':' in one value", 5, 7));
    }

    #[test]
    fn a_bracket_or_quote_without_end_is_named_where_it_opens() {
        assert_eq!(read("a:\n  b: [x\n  c: d\n").expect_err("refused"), ("this '[' is not closed".into(), 2, 6));
        assert_eq!(read("a:\n  b: \"x\n  c: \"d\"\n").expect_err("refused"), ("this quote is not closed".into(), 2, 6));
    }

    #[test]
    fn tabs_separate_and_do_not_indent() {
        assert_eq!(value("a:\tb\t# c\n", "a"), "b");
        assert_eq!(read("a:\n  b: 1\n\tc: 2\n").expect_err("refused"), ("a tab cannot indent".into(), 3, 1));
    }

    #[test]
    fn every_line_break_of_yaml_1_1_ends_a_comment() {
        for end in ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(value(&format!("a: 1 # x{end}b: 2{end}"), "b"), "2", "{end:?}");
        }
    }

    #[test]
    fn brackets_that_cross_are_given_up_at_once() {
        let text = "# Every spelling of the environment, apattern:bels.\nservices:\n  as-# Anchors, extensions, two files, a profile that is on and one that is off.\nname: ${COMPOSE_PROJCET_NAME}\nx-common: &common\n  image: busybox\n  command: httpd -f\n  stop_signal: SIGKILL\n  environment: &environment[ {A: \"1\", B: \"2\"}\nservices:\n  one:\n    <<: *common\n    x-note: of he file ${FR: 42\n      fOM_DOTENV:-no}\n    labels:\n      number: 42\n      flag: \"false\"\n";
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), text.into());
        let started = std::time::Instant::now();
        assert!(parse(&sources, file).is_err());
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn tags_decide_what_a_scalar_is() {
        let plain = |text: &str| match read(text).expect("valid").remove(0).take("a").expect("is there").value {
            Value::Scalar { text, plain } => (text.to_string(), plain),
            _ => panic!("is no scalar"),
        };
        assert_eq!(plain("a: !!str 010"), ("010".into(), false));
        assert_eq!(plain("a: !mine 010"), ("010".into(), false));
        assert_eq!(plain("a: ! 010"), ("010".into(), true));
        assert_eq!(plain("a: !!int \"7\""), ("7".into(), true));
        assert_eq!(plain("a: !!binary aGk="), ("hi".into(), false));
        assert_eq!(plain("a: !!null ''"), ("null".into(), true));
        assert_eq!(plain("a: !!merge '<<'"), ("<<".into(), true));
        for text in ["a: !!int b", "a: !!merge b", "a: !!bool yes", "a: !!null x", "a: !!float x", "a: !!binary '%'"] {
            assert_eq!(read(text).expect_err("refused").2, 4, "{text}");
        }
    }

    #[test]
    fn anchors_live_until_the_file_ends() {
        let documents = read("a: &a 1\n---\nb: *a\n").expect("valid");
        assert_eq!(documents[1].get("b").and_then(Node::as_text), Some("1"));
    }

    #[test]
    fn a_copy_does_not_reset() {
        let root = read("a: &a {x: !reset null, y: 1}\nb: *a\nc: {<<: *a}\n").expect("valid").remove(0);
        assert!(root.get("a").is_some_and(|a| a.get("x").is_some()));
        assert!(["b", "c"].iter().all(|key| root.get(key).is_some_and(|copy| copy.get("x").is_none())));
    }

    #[test]
    fn an_unknown_anchor_suggests_a_near_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "a: &base 1\nb: *bsae\n".into());
        let faults = parse(&sources, file).expect_err("refused");
        assert_eq!(faults[0].help.as_deref(), Some("did you mean '*base'?"));
    }

    #[test]
    fn a_value_that_contains_itself_is_refused() {
        for text in ["a: &a {b: *a}", "a: &a {<<: *a}", "a: &a [*a]"] {
            assert_eq!(read(text).expect_err("refused").0, "this alias stands inside the value that it names");
        }
    }

    #[test]
    fn a_merge_bomb_is_cheap() {
        let mut text = String::from("a0: &a0 {x: 1}\n");
        for level in 1..40 {
            let uses = vec![format!("*a{}", level - 1); 10].join(", ");
            text = format!("{text}a{level}: &a{level} {{<<: [{uses}], k{level}: 1}}\n");
        }
        let root = read(&text).expect("valid").remove(0);
        assert_eq!(root.get("a39").and_then(Node::as_map).map(<[_]>::len), Some(40));
    }

    #[test]
    fn merging_nothing_is_a_fault_with_a_place() {
        for text in ["a: {<<: x}", "a: {<<: [x]}", "a: {<<: 1}"] {
            assert_eq!(read(text).expect_err("refused").0, "'<<' needs a mapping or a list of mappings", "{text}");
        }
        assert_eq!(read("a:\n  <<:\n").expect_err("refused").1, 2);
        assert_eq!(read("a: {<<: {b: 1}, <<: {c: 1}}").expect_err("refused").2, 17);
    }

    #[test]
    fn all_faults_of_keys_are_told() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "1: a\nTRUE: b\nnull: c\n? [d]\n: e\nf: 1\nf: 2\n".into());
        assert_eq!(parse(&sources, file).expect_err("refused").len(), 5);
    }

    #[test]
    fn a_long_key_is_refused_in_blocks_and_brackets() {
        let key = "k".repeat(1025);
        for text in [format!("{key}: 1\n"), format!("{{{key}: 1}}\n"), format!("a:\n  {key}: 1\n")] {
            assert_eq!(read(&text).expect_err("refused").0, "a key has more than 1024 bytes");
        }
        assert!(read(&format!("{}: 1\n", "k".repeat(1000))).is_ok());
    }

    #[test]
    fn a_mapping_of_many_keys_finds_its_duplicate() {
        let lines = (0..100).map(|index| format!("k{index}: 1\n")).collect::<Vec<_>>().concat();
        assert_eq!(read(&format!("{lines}k7: 2\n")).expect_err("refused").1, 101);
    }

    #[test]
    fn a_forgotten_space_or_colon_is_found_above_where_the_reader_stops() {
        assert_eq!(
            read("a:\n  b:c\n  d: e\n").expect_err("refused"),
            ("a space is missing behind this ':'".into(), 2, 4)
        );
        assert_eq!(read("a:\n  b c\n  d: e\n").expect_err("refused"), ("a ':' is missing on this line".into(), 2, 3));
        assert_eq!(read("a: 1\nb\nc: 2\n").expect_err("refused"), ("a ':' is missing on this line".into(), 2, 1));
    }

    #[test]
    fn bad_indentation_is_named_on_its_line() {
        assert_eq!(
            read("a:\n  b: c\n    d: e\n").expect_err("refused"),
            ("'d' is indented deeper than its neighbours".into(), 3, 5)
        );
        assert_eq!(
            read("a:\n    b: c\n  d: e\n").expect_err("refused"),
            ("'d' is indented otherwise than its neighbours".into(), 3, 3)
        );
    }

    #[test]
    fn a_wrong_escape_is_named_where_it_stands() {
        assert_eq!(
            read(r#"a: "b \n \d""#).expect_err("refused"),
            ("'\\d' is no escape of a text in double quotes".into(), 1, 10)
        );
    }

    #[test]
    fn an_unseen_character_is_refused_and_a_written_one_is_not() {
        assert_eq!(
            read("a: é\u{7}\n").expect_err("refused"),
            ("the control character U+0007 is not allowed".into(), 1, 5)
        );
        assert_eq!(read("a: \u{80}\n").expect_err("refused").2, 4);
        assert_eq!(value(r#"a: "\x07\0""#, "a"), "\u{7}\0");
    }

    #[test]
    fn directives_of_both_versions_are_read() {
        assert_eq!(value("%YAML 1.1\n---\na: 1\n", "a"), "1");
        assert_eq!(value("%YAML 1.2\n---\na: 1\n", "a"), "1");
    }

    #[test]
    fn nothing_behind_a_document_marker_stands_at_the_marker() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "a: 1\n---\n".into());
        let documents = parse(&sources, file).expect("valid");
        assert_eq!(sources.locate(documents[1].span).map(|place| (place.line, place.column)), Some((2, 1)));
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
        let brackets = read(&format!("a: {}", "[".repeat(5000))).expect_err("refused");
        let items = read(&format!("a: {}x", "- ".repeat(5000)).replace("a: ", "")).expect_err("refused");
        assert_eq!([brackets.0, items.0], ["more than 128 levels of nesting"; 2]);
    }

    #[test]
    fn a_file_of_comments_has_no_document() {
        assert_eq!(read("# nothing\n").expect("valid").len(), 0);
    }
}
