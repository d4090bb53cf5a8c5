//! [`Node`] to YAML: the only file that names the YAML writer.

use super::{Node, Value, scalar};
use serde_yaml::{Mapping, Number, Value as Yaml};

/// YAML with two spaces a level and one final line break; texts that would read as something else are quoted.
///
/// # Errors
/// When the writer refuses, which no tree of texts makes it do.
pub fn yaml(node: &Node) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(&convert(node))
}

fn convert(node: &Node) -> Yaml {
    match &node.value {
        Value::Scalar { text, plain: false } => Yaml::String(text.to_string()),
        Value::Scalar { text, plain: true } => plain(text),
        Value::List(items) => Yaml::Sequence(items.iter().map(convert).collect()),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (convert(key), convert(value)));
            Yaml::Mapping(entries.collect::<Mapping>())
        }
    }
}

fn plain(text: &str) -> Yaml {
    match scalar::resolve(text) {
        scalar::Scalar::Null => Yaml::Null,
        scalar::Scalar::Bool(value) => Yaml::Bool(value),
        scalar::Scalar::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => Yaml::Number(Number::from(value)),
            (_, Ok(value)) => Yaml::Number(Number::from(value)),
            _ => Yaml::String(text.to_owned()),
        },
        scalar::Scalar::Float(value) => Yaml::Number(Number::from(value)),
        scalar::Scalar::Text(text) => Yaml::String(text.to_owned()),
    }
}
