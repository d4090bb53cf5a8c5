//! Where variables come from, as text and as JSON.

use super::width::tame;
use super::{Colours, Places};
use crate::provenance::{Provenance, Replaced, Source};
use crate::source::Span;
use serde_json::{Map, Value, json};

/// Each variable on a line, what it came from and what it replaced below it.
///
/// ```text
/// LOG_LEVEL=debug
///   from compose.override.yaml:5:18
///   over 'info' of compose.yaml:8:18
///   over 'warn' of env_file web.env:3:11
/// ```
pub fn provenance_text(all: &[Provenance], places: Places<'_>, colours: Colours) -> String {
    let texts: Vec<String> = all.iter().map(|one| variable(one, places, colours)).collect();
    texts.join("")
}

/// Each variable with `name`, `value` (null when nobody sets it), `source` (`environment`, `env_file`, or `project` for a
/// name without a value), its place, `variables` in it, and `replaced`, the strongest first.
pub fn provenance_json(service: &str, all: &[Provenance], places: Places<'_>) -> Value {
    let variables = all.iter().map(|one| {
        let mut object = Map::new();
        object.insert("name".into(), json!(one.name));
        object.extend(said(one.value.as_deref(), one.source, (one.span, places)));
        let variables: Vec<Value> = one.variables.iter().map(|variable| places.variable_json(variable)).collect();
        object.insert("variables".into(), Value::Array(variables));
        let lost = |lost: &Replaced| Value::Object(said(lost.value.as_deref(), lost.source, (lost.span, places)));
        object.insert("replaced".into(), one.replaced.iter().map(lost).collect());
        Value::Object(object)
    });
    json!({"service": service, "variables": variables.collect::<Vec<_>>()})
}

fn said(value: Option<&str>, source: Source, (span, places): (Span, Places<'_>)) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("value".into(), json!(value));
    object.insert("source".into(), json!(source.as_str()));
    object.extend(places.json(Some(span)));
    object
}

fn variable(one: &Provenance, places: Places<'_>, colours: Colours) -> String {
    let head = match &one.value {
        Some(value) => format!("{}={}\n", colours.bold(&one.name), line(value)),
        None => format!("{} {}\n", colours.bold(&one.name), colours.yellow("is not set")),
    };
    let from = format!("  {} {}\n", colours.cyan("from"), origin(one, places));
    let lost = one.replaced.iter().map(|lost| {
        let value = lost.value.as_deref().map_or("a name without a value".into(), |value| format!("'{}'", line(value)));
        format!("  {} {value} of {}\n", colours.dim("over"), place(lost.source, lost.span, places))
    });
    [head, from].into_iter().chain(lost).collect()
}

fn origin(one: &Provenance, places: Places<'_>) -> String {
    let place = place(one.source, one.span, places);
    let sources = one.variables.iter().map(|variable| match places.source(variable) {
        Some(from) => format!("'{}' from {from}", variable.name),
        None => format!("'{}', which is not set", variable.name),
    });
    let sources: Vec<String> = sources.collect();
    match (one.source, one.variables.first()) {
        (Source::Environment, Some(variable)) => match places.source(variable) {
            Some(from) => format!("{from}, asked for by {place}"),
            None => {
                format!("{place}, which leaves it to the environment and '.env': neither has it")
            }
        },
        (_, Some(_)) => format!("{place}, with {}", sources.join(", ")),
        _ => place,
    }
}

fn place(source: Source, span: Span, places: Places<'_>) -> String {
    let kind = if source == Source::EnvFile { "env_file " } else { "" };
    let place = places.locate(Some(span));
    let place = place.map(|place| format!("{}:{}:{}", place.path.display(), place.line, place.column));
    format!("{kind}{}", place.unwrap_or_else(|| "no file".into()))
}

/// A value on one line.
fn line(value: &str) -> String {
    value.split('\n').map(tame).collect::<Vec<_>>().join("\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Origins, Variable};
    use crate::source::SourceMap;

    #[test]
    fn a_variable_says_where_it_is_from_and_what_it_replaced() {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), "A: ${X}\nA: old\n".into());
        let env = sources.add(".env".into(), "\nX=new\n".into());
        let at = |from: usize| Span::start_of(file).to(from, from + 1);
        let place = Some(Span::start_of(env).to(3, 6));
        let one = Provenance {
            name: "A".into(),
            value: Some("two\nlines".into()),
            source: Source::Compose,
            span: at(3),
            variables: vec![Variable { name: "X".into(), from: Some(".env".into()), place }],
            replaced: vec![Replaced { value: Some("old".into()), source: Source::Compose, span: at(11) }],
        };
        let places = Places { sources: &sources, origins: &Origins::default() };
        let text = provenance_text(&[one], places, Colours::Off);
        assert_eq!(
            text,
            "A=two\\nlines\n  from compose.yaml:1:4, with 'X' from .env:2\n  over 'old' of compose.yaml:2:4\n"
        );
    }
}
