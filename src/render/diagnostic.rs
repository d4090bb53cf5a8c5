//! A [`Diagnostic`] as text and as JSON: a headline that editors can follow, the line it is about, and the remedy.

use super::Colours;
use super::snippet::snippet;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::document::{Origins, Variable};
use crate::source::{Location, SourceMap, Span};
use serde_json::{Map, Value, json};

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
pub fn diagnostic_text(diagnostic: &Diagnostic, places: Places<'_>, colours: Colours) -> String {
    let paint = |text: &str| match diagnostic.severity {
        Severity::Error => colours.red(text),
        Severity::Warning => colours.yellow(text),
    };
    let located = places.locate(diagnostic.place);
    let place = located.as_ref().map(place).unwrap_or_default();
    let kind = paint(&format!("{}[{}]", word(diagnostic.severity), diagnostic.code));
    let mut out = format!("{place}{kind}: {}\n", colours.bold(&diagnostic.message));
    out.extend(located.as_ref().map(|location| snippet(location, colours, paint)));
    out.extend(diagnostic.labels.iter().map(|label| note(label, places, colours)));
    let variables = places.variables(diagnostic).iter();
    out.extend(variables.map(|variable| format!("{} {}\n", colours.cyan("note:"), origin(variable))));
    out.extend(diagnostic.help.as_ref().map(|help| format!("{} {help}\n", colours.cyan("help:"))));
    out
}

/// The diagnostic for machines: `severity`, `code`, `message`, and where known `path`, `line`, `column`, `width`,
/// `labels`, `variables` and `help`.
pub fn diagnostic_json(diagnostic: &Diagnostic, places: Places<'_>) -> Value {
    let mut object = Map::new();
    object.insert("severity".into(), json!(word(diagnostic.severity)));
    object.insert("code".into(), json!(diagnostic.code));
    object.insert("message".into(), json!(diagnostic.message));
    object.extend(place_json(places.locate(diagnostic.place)));
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = place_json(places.locate(Some(label.span)));
        object.insert("message".into(), json!(label.text));
        Value::Object(object)
    });
    let variables = places.variables(diagnostic).iter().map(|one| json!({"name": one.name, "from": one.from}));
    for (key, list) in [("labels", labels.collect::<Vec<_>>()), ("variables", variables.collect())] {
        if !list.is_empty() {
            object.insert(key.into(), Value::Array(list));
        }
    }
    object.extend(diagnostic.help.as_ref().map(|help| ("help".to_owned(), json!(help))));
    Value::Object(object)
}

impl<'a> Places<'a> {
    fn locate(self, span: Option<Span>) -> Option<Location<'a>> {
        span.and_then(|span| self.sources.locate(span))
    }

    fn variables(self, diagnostic: &Diagnostic) -> &'a [Variable] {
        diagnostic.place.map_or(&[], |span| self.origins.variables(span))
    }
}

fn place_json(location: Option<Location<'_>>) -> Map<String, Value> {
    let mut object = Map::new();
    if let Some(location) = location {
        object.insert("path".into(), json!(location.path.display().to_string()));
        object.insert("line".into(), json!(location.line));
        object.insert("column".into(), json!(location.column));
        object.insert("width".into(), json!(location.width));
    }
    object
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn place(location: &Location<'_>) -> String {
    format!("{}:{}:{}: ", location.path.display(), location.line, location.column)
}

fn note(label: &Label, places: Places<'_>, colours: Colours) -> String {
    let located = places.locate(Some(label.span));
    let shown = located.as_ref().map(|location| snippet(location, colours, |caret| colours.cyan(caret)));
    let place = located.as_ref().map(place).unwrap_or_default();
    format!("{place}{} {}\n{}", colours.cyan("note:"), label.text, shown.unwrap_or_default())
}

fn origin(variable: &Variable) -> String {
    match &variable.from {
        Some(from) => format!("the value of '{}' came from {from}", variable.name),
        None => format!("'{}' is not set", variable.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        origins.used(span, Variable { name: "PORT".into(), from: Some(".env".into()) });
        let one = Diagnostic::error("invalid-value", "'x' is not a port").at(span);
        let one = one.label(Span::start_of(file).to(0, 1), "first defined here");
        let text = diagnostic_text(&one, Places { sources: &sources, origins: &origins }, Colours::Off);
        let notes: Vec<&str> = text.lines().filter(|line| line.contains("note:")).collect();
        assert_eq!(notes, ["compose.yaml:1:1: note: first defined here", "note: the value of 'PORT' came from .env"]);
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
