//! A [`Diagnostic`] as text and as JSON: a headline that editors can follow, the line it is about, and the remedy.

use super::snippet::{Look, snippet};
use super::width::tame;
use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity, clipped};
use crate::document::{Origins, Variable};
use crate::source::{Location, SourceMap, Span};
use serde_json::{Map, Value, json};

/// Variables of one value that are told; it may hold any number of them.
const SHOWN_VARIABLES: usize = 8;

/// What makes a span a place that people know.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// The variables in them.
    pub origins: &'a Origins,
}

/// The diagnostic over several lines, the last one ended too.
///
/// ```text
/// compose.yaml:12:5: error[unknown-key]: 'prots' is not a service attribute
///    |
/// 12 |     prots:
///    |     ^^^^^
/// help: did you mean 'ports'?
/// ```
pub fn diagnostic_text(diagnostic: &Diagnostic, places: Places<'_>, look: impl Into<Look>) -> String {
    let look = look.into();
    let colours = look.colours;
    let paint = |text: &str| match diagnostic.severity {
        Severity::Error => colours.red(text),
        Severity::Warning => colours.yellow(text),
        Severity::Advice => colours.cyan(text),
    };
    let located = places.locate(diagnostic.place);
    let place = located.as_ref().map(place).unwrap_or_default();
    let kind = paint(&format!("{}[{}]", word(diagnostic.severity), diagnostic.code));
    let mut out = format!("{place}{kind}: {}\n", colours.bold(&harmless(&diagnostic.message)));
    out.extend(located.as_ref().map(|location| snippet(location, look, paint)));
    out.extend(diagnostic.labels.iter().map(|label| note(label, places, look)));
    // That a variable is not set need not be said twice.
    let is_told = |variable: &Variable| variable.from.is_none() && diagnostic.code == "unset-variable";
    let mut variables = places.variables(diagnostic).iter().filter(|variable| !is_told(variable));
    let told: Vec<String> = variables.by_ref().take(SHOWN_VARIABLES).map(|variable| places.origin(variable)).collect();
    let more = Some(variables.count()).filter(|more| *more > 0).map(|more| format!("{more} more variables are in it"));
    out.extend(told.iter().chain(&more).map(|text| format!("{} {}\n", colours.cyan("note:"), harmless(text))));
    out.extend(diagnostic.help.as_ref().map(|help| format!("{} {}\n", colours.cyan("help:"), harmless(help))));
    out
}

/// All of them by place with a blank line between two, the last line ended too; nothing for none.
pub fn diagnostics_text(all: &Diagnostics, places: Places<'_>, look: Look) -> String {
    let texts = all.sorted().into_iter().map(|one| diagnostic_text(one, places, look));
    texts.collect::<Vec<_>>().join("\n")
}

/// How many there are of each severity: `2 errors, 1 warning, 3 pieces of advice`.
pub fn summary(all: &Diagnostics) -> String {
    let kinds = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Advice, "piece of advice", "pieces of advice"),
    ];
    let counted = kinds.map(|(severity, one, many)| match all.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    });
    let counted: Vec<String> = counted.into_iter().flatten().collect();
    if counted.is_empty() { "nothing to say".into() } else { counted.join(", ") }
}

/// The diagnostic for machines: `severity`, `code`, `message`, and where known `file`, `line`, `column`, `end` (the place
/// behind it), `labels`, `variables` and `help`. `docs/check.md` promises this shape.
pub fn diagnostic_json(diagnostic: &Diagnostic, places: Places<'_>) -> Value {
    let mut object = Map::new();
    object.insert("severity".into(), json!(word(diagnostic.severity)));
    object.insert("code".into(), json!(diagnostic.code));
    object.insert("message".into(), json!(diagnostic.message));
    object.extend(places.json(diagnostic.place));
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = places.json(Some(label.span));
        object.insert("message".into(), json!(label.text));
        Value::Object(object)
    });
    let variables = places.variables(diagnostic).iter().map(|one| places.variable_json(one));
    for (key, list) in [("labels", labels.collect::<Vec<_>>()), ("variables", variables.collect())] {
        if !list.is_empty() {
            object.insert(key.into(), Value::Array(list));
        }
    }
    object.extend(diagnostic.help.as_ref().map(|help| ("help".to_owned(), json!(help))));
    Value::Object(object)
}

impl<'a> Places<'a> {
    /// Line and column of a span, where there is one.
    pub fn locate(self, span: Option<Span>) -> Option<Location<'a>> {
        span.and_then(|span| self.sources.locate(span))
    }

    /// The variables in the value that a diagnostic is about.
    pub(super) fn variables(self, diagnostic: &Diagnostic) -> &'a [Variable] {
        diagnostic.place.map_or(&[], |span| self.origins.variables(span))
    }

    /// `file`, `line`, `column` and `end` of a place; empty where there is none.
    pub(super) fn json(self, span: Option<Span>) -> Map<String, Value> {
        let mut object = Map::new();
        let (Some(span), Some(location)) = (span, self.locate(span)) else { return object };
        object.insert("file".into(), json!(location.path.display().to_string()));
        object.insert("line".into(), json!(location.line));
        object.insert("column".into(), json!(location.column));
        if let Some(end) = self.locate(Some(Span { start: span.end.max(span.start), ..span })) {
            object.insert("end".into(), json!({"line": end.line, "column": end.column}));
        }
        object
    }

    /// A variable: `name`, `from` (null when it is not set), and its place where a file says it.
    pub(super) fn variable_json(self, variable: &Variable) -> Value {
        let mut object = Map::new();
        object.insert("name".into(), json!(variable.name));
        object.insert("from".into(), json!(variable.from));
        object.extend(self.json(variable.place));
        Value::Object(object)
    }

    /// Where a variable came from, such as `.env:3`; nothing when it is not set.
    pub(super) fn source(self, variable: &Variable) -> Option<String> {
        match self.locate(variable.place) {
            Some(location) => Some(format!("{}:{}", shown(&location), location.line)),
            None => variable.from.clone(),
        }
    }

    fn origin(self, variable: &Variable) -> String {
        match self.source(variable) {
            Some(from) => format!("the value of '{}' came from {from}", clipped(&variable.name)),
            None => format!("'{}' is not set", clipped(&variable.name)),
        }
    }
}

/// The lines of a text without anything that a terminal obeys: what a file says may end up in a message.
fn harmless(text: &str) -> String {
    text.lines().map(tame).collect::<Vec<_>>().join("\n")
}

pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

pub(super) fn place(location: &Location<'_>) -> String {
    format!("{}:{}:{}: ", shown(location), location.line, location.column)
}

fn shown(location: &Location<'_>) -> String {
    harmless(&location.path.to_string_lossy())
}

fn note(label: &Label, places: Places<'_>, look: Look) -> String {
    let colours = look.colours;
    let located = places.locate(Some(label.span));
    let shown = located.as_ref().map(|location| snippet(location, look, |caret| colours.cyan(caret)));
    let place = located.as_ref().map(place).unwrap_or_default();
    format!("{place}{} {}\n{}", colours.cyan("note:"), harmless(&label.text), shown.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Colours;

    #[test]
    fn a_fault_shows_its_place_its_line_and_its_remedy() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "web:\n  prots:\n".into());
        let one = Diagnostic::error("unknown-key", "'prots' is not a service attribute");
        let one = one.at(Span::start_of(file).to(7, 12)).help("did you mean 'ports'?");
        let places = Places { sources: &sources, origins: &Origins::default() };
        let expected = "\
compose.yaml:2:3: error[unknown-key]: 'prots' is not a service attribute
  |
2 |   prots:
  |   ^^^^^
help: did you mean 'ports'?
";
        assert_eq!(diagnostic_text(&one, places, Colours::Off), expected);
    }

    #[test]
    fn a_fault_without_a_place_is_its_headline() {
        let places = Places { sources: &SourceMap::default(), origins: &Origins::default() };
        let one = Diagnostic::warning("no-services", "the project has no services");
        let text = diagnostic_text(&one, places, Colours::Off);
        assert_eq!(text, "warning[no-services]: the project has no services\n");
    }

    #[test]
    fn other_places_and_variables_are_notes() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "a: 1\nb: ${PORT}\n".into());
        let span = Span::start_of(file).to(8, 15);
        let mut origins = Origins::default();
        origins.used(span, Variable { name: "PORT".into(), from: Some(".env".into()), place: None });
        let one = Diagnostic::error("invalid-value", "'x' is not a port").at(span);
        let one = one.label(Span::start_of(file).to(0, 1), "first defined here");
        let text = diagnostic_text(&one, Places { sources: &sources, origins: &origins }, Colours::Off);
        let notes: Vec<&str> = text.lines().filter(|line| line.contains("note:")).collect();
        assert_eq!(notes, ["compose.yaml:1:1: note: first defined here", "note: the value of 'PORT' came from .env"]);
    }

    #[test]
    fn what_a_file_says_cannot_move_the_cursor() {
        let places = Places { sources: &SourceMap::default(), origins: &Origins::default() };
        let text = diagnostic_text(&Diagnostic::error("x", "'\u{1b}[2J' is no name"), places, Colours::Off);
        assert_eq!(text, "error[x]: '·[2J' is no name\n");
    }

    #[test]
    fn a_value_of_many_variables_tells_a_few() {
        let mut sources = SourceMap::default();
        let file = sources.add("\u{1b}compose.yaml".into(), "a: 1\n".into());
        let span = Span::start_of(file).to(3, 4);
        let mut origins = Origins::default();
        for index in 0..1000 {
            origins.used(span, Variable { name: format!("V{index}"), from: Some("a\u{7}".into()), place: None });
        }
        let one = Diagnostic::error("x", "y").at(span);
        let text = diagnostic_text(&one, Places { sources: &sources, origins: &origins }, Colours::Off);
        assert!(text.ends_with("note: the value of 'V7' came from a·\nnote: 992 more variables are in it\n"), "{text}");
        assert!(text.starts_with("·compose.yaml:1:4: "), "{text}");
    }

    #[test]
    fn a_variable_of_a_file_has_its_line() {
        let mut sources = SourceMap::default();
        let file = sources.add(".env".into(), "A=1\nPORT=x\n".into());
        let place = Some(Span::start_of(file).to(9, 10));
        let variable = Variable { name: "PORT".into(), from: Some(".env".into()), place };
        let origins = Origins::default();
        let origin = Places { sources: &sources, origins: &origins }.origin(&variable);
        assert_eq!(origin, "the value of 'PORT' came from .env:2");
    }

    #[test]
    fn the_summary_counts_each_kind() {
        let mut all = Diagnostics::default();
        assert_eq!(summary(&all), "nothing to say");
        all.push(Diagnostic::error("a", "a"));
        all.push(Diagnostic::error("b", "b"));
        all.push(Diagnostic::advice("c", "c"));
        assert_eq!(summary(&all), "2 errors, 1 piece of advice");
    }

    #[test]
    fn machines_get_the_end_of_a_place() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "web:\n  prots:\n".into());
        let origins = Origins::default();
        let object = Places { sources: &sources, origins: &origins }.json(Some(Span::start_of(file).to(7, 12)));
        let expected = r#"{"file":"compose.yaml","line":2,"column":3,"end":{"line":2,"column":8}}"#;
        assert_eq!(Value::Object(object).to_string(), expected);
    }

    #[test]
    fn machines_read_the_same_facts() {
        let places = Places { sources: &SourceMap::default(), origins: &Origins::default() };
        let one = Diagnostic::error("conflict", "a and b exclude each other").help("remove one");
        let expected =
            r#"{"severity":"error","code":"conflict","message":"a and b exclude each other","help":"remove one"}"#;
        assert_eq!(diagnostic_json(&one, places).to_string(), expected);
    }
}
