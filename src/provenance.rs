//! Where each variable of a container comes from, and what it replaced. Pure: reads what a load kept.
//!
//! What the image sets is not known here: no engine is asked.

use crate::document::{Node, Origins, Path, Setting, Value, Variable, scalar};
use crate::load::Loaded;
use crate::source::Span;
use crate::value::Name;

/// A variable of a service's containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Its name.
    pub name: String,
    /// Its value; nothing when the file names it and nobody sets it: the image decides then.
    pub value: Option<String>,
    /// Which kind of file says it.
    pub source: Source,
    /// The place that says it.
    pub span: Span,
    /// The variables that took part in the value.
    pub variables: Vec<Variable>,
    /// What it replaced, the strongest first.
    pub replaced: Vec<Replaced>,
}

/// A value that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its value; nothing for a name without a value.
    pub value: Option<String>,
    /// Which kind of file says it.
    pub source: Source,
    /// The place that says it.
    pub span: Span,
}

/// The kinds of places that set a variable, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A file that `env_file` names.
    EnvFile,
    /// `environment` of a compose file.
    Compose,
    /// The project's environment, for a name without a value: that of the process, or `.env`.
    Environment,
}

impl Source {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvFile => "env_file",
            Self::Compose => "environment",
            Self::Environment => "project",
        }
    }
}

/// The variables of a service that files set, by name.
pub fn of_service(loaded: &Loaded, service: &Name) -> Vec<Provenance> {
    let path = Path::of(["services", service.as_str(), "environment"]);
    let node = loaded.origins.tree().get("services").and_then(|all| all.get(service.as_str())?.get("environment"));
    let entries = node.and_then(Node::as_map).unwrap_or_default().iter();
    let mut all: Vec<Provenance> = entries
        .filter_map(|(key, value)| Some(of_variable(&loaded.origins, (key, key.as_text()?), (value, &path))))
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn of_variable(origins: &Origins, (key, name): (&Node, &str), (node, environment): (&Node, &Path)) -> Provenance {
    // A name without a value stands where its key does.
    let (source, span) = match node.span {
        alone if origins.is_named_alone(alone) => (Source::Environment, key.span),
        span => (source(origins, span), span),
    };
    let mut replaced: Vec<Replaced> = origins
        .replaced_at(&environment.key(name))
        .iter()
        .map(|Setting { span, value }| Replaced {
            value: value.clone(),
            source: self::source(origins, *span),
            span: *span,
        })
        .collect();
    // They were found in the order of the files: later ones are stronger, and every compose file is than an env file.
    replaced.reverse();
    replaced.sort_by_key(|one| std::cmp::Reverse(one.source));
    let variables = origins.variables(node.span).to_vec();
    Provenance { name: name.to_owned(), value: value(node), source, span, variables, replaced }
}

fn source(origins: &Origins, span: Span) -> Source {
    if origins.env_files().contains_key(&span.file) { Source::EnvFile } else { Source::Compose }
}

/// The value as the container gets it.
fn value(node: &Node) -> Option<String> {
    match &node.value {
        _ if node.is_null() => None,
        Value::Scalar { text, plain: true } => Some(scalar::resolve(text).to_string()),
        Value::Scalar { text, plain: false } => Some(text.to_string()),
        Value::List(_) | Value::Map(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Request, load};
    use std::fs;

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("is written");
        }
        let environment = [("SET".to_owned(), "val".to_owned())].into();
        let request = Request { working_directory: folder.path().into(), environment, ..Request::default() };
        let request = Request { project_name: Some("p".into()), ..request };
        let loaded = load(&request).unwrap_or_else(|refused| panic!("{:?}", refused.diagnostics));
        let place = |span: Span| {
            let place = loaded.sources.locate(span).expect("is in a file");
            format!("{}:{}", place.path.display(), place.line)
        };
        let one = |one: Provenance| {
            let replaced = one.replaced.iter().map(|lost| format!(" over {}={:?}", place(lost.span), lost.value));
            let from: Vec<_> = one.variables.iter().map(|one| format!(" with {}", one.name)).collect();
            let (value, source) = (one.value.as_deref().unwrap_or("?"), one.source.as_str());
            let head = format!("{}={value} {source} {}{}", one.name, place(one.span), from.join(""));
            format!("{head}{}", replaced.collect::<String>())
        };
        of_service(&loaded, &"a".parse().expect("a name")).into_iter().map(one).collect()
    }

    #[test]
    fn a_variable_knows_every_value_that_it_replaced() {
        let all = of(&[
            (
                "compose.yaml",
                "services:\n  a:\n    image: x\n    env_file: [1.env, 2.env]\n    environment:\n      A: one\n      N: 3.10\n",
            ),
            ("compose.override.yaml", "services:\n  a:\n    environment:\n      - A=${SET}\n"),
            ("1.env", "A=first\nB=first\n"),
            ("2.env", "# second\nA=second\nB=second\n"),
        ]);
        let wanted = [
            "A=val environment compose.override.yaml:4 with SET over compose.yaml:6=Some(\"one\") \
             over 2.env:2=Some(\"second\") over 1.env:1=Some(\"first\")",
            "B=second env_file 2.env:3 over 1.env:2=Some(\"first\")",
            "N=3.1 environment compose.yaml:7",
        ];
        assert_eq!(all, wanted);
    }

    #[test]
    fn a_name_without_a_value_is_looked_up() {
        let file = "services:\n  a:\n    image: x\n    environment:\n      SET:\n      FILE:\n      NOT:\n";
        let all = of(&[("compose.yaml", file), (".env", "FILE=f\n")]);
        let wanted = [
            "FILE=f project compose.yaml:6 with FILE",
            "NOT=? project compose.yaml:7 with NOT",
            "SET=val project compose.yaml:5 with SET",
        ];
        assert_eq!(all, wanted);
    }

    #[test]
    fn a_list_names_them_as_a_map_does() {
        let file = "services:\n  a:\n    image: x\n    environment: [SET, NOT, A=b]\n";
        let wanted = [
            "A=b environment compose.yaml:4",
            "NOT=? project compose.yaml:4 with NOT",
            "SET=val project compose.yaml:4 with SET",
        ];
        assert_eq!(of(&[("compose.yaml", file)]), wanted);
    }
}
