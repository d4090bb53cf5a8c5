//! The table as a JSON Schema, for editors. It says what a file may look like, not what the values must mean.

use super::language::PROJECT;
use super::{Attribute, Keys, Kind, Others, Table};
use serde_json::{Map, Value, json};

/// What services, volumes and their kin may be called.
const NAME: &str = "^[a-zA-Z0-9._-]+$";

/// The JSON Schema of a compose file.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let mut root = Map::new();
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".into(), json!("Compose file"));
    root.insert("description".into(), json!("The compose language as hoist reads it."));
    for kind in PROJECT.kinds {
        if let Kind::Table(table) = kind
            && let Value::Object(top) = describe(table, &mut definitions)
        {
            root.extend(top);
        }
    }
    root.insert("$defs".into(), Value::Object(definitions));
    Value::Object(root)
}

/// A mapping with known keys.
fn describe(table: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    let properties: Map<String, Value> =
        table.rows.iter().map(|row| (row.name.to_owned(), attribute(row, definitions))).collect();
    let required: Vec<&str> = table.rows.iter().filter(|row| row.is_required).map(|row| row.name).collect();
    let mut described = Map::new();
    described.insert("type".into(), json!("object"));
    described.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        described.insert("required".into(), json!(required));
    }
    if table.others != Others::Strict {
        described.insert("patternProperties".into(), json!({"^x-": {}}));
    }
    described.insert("additionalProperties".into(), json!(table.others == Others::Ignored));
    Value::Object(described)
}

/// What an attribute accepts. A value with a variable in it may become anything that a text can.
fn attribute(row: &'static Attribute, definitions: &mut Map<String, Value>) -> Value {
    let mut choices: Vec<Value> = row.kinds.iter().map(|kind| choice(kind, definitions)).collect();
    let takes_text = row.kinds.iter().any(|kind| matches!(kind, Kind::Text | Kind::Any));
    let takes_some = row.kinds.iter().any(|kind| matches!(kind, Kind::Pattern(..) | Kind::Word(_)));
    if takes_some && !takes_text {
        choices.push(json!({"type": "string", "pattern": "\\$"}));
    }
    if row.is_nullable {
        choices.push(json!({"type": "null"}));
    }
    let mut described = match choices.pop() {
        Some(Value::Object(only)) if choices.is_empty() => only,
        Some(last) => {
            choices.push(last);
            Map::from_iter([("anyOf".to_owned(), Value::Array(choices))])
        }
        None => Map::new(),
    };
    if !row.says.is_empty() {
        described.insert("description".into(), json!(row.says));
    }
    Value::Object(described)
}

fn choice(kind: &'static Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Any => json!({}),
        Kind::Text | Kind::Duration => json!({"type": "string"}),
        Kind::Pattern(pattern, _) => json!({"type": "string", "pattern": pattern}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::Range(least, i64::MAX) => json!({"type": "integer", "minimum": least}),
        Kind::Range(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Kind::Number => json!({"type": "number"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::List(each) => json!({"type": "array", "items": attribute(each, definitions)}),
        Kind::Map(keys, each) => {
            let each = attribute(each, definitions);
            match keys {
                Keys::Any => json!({"type": "object", "additionalProperties": each}),
                Keys::Filled => {
                    json!({"type": "object", "patternProperties": {".+": each}, "additionalProperties": false})
                }
                Keys::Names => {
                    json!({"type": "object", "patternProperties": {NAME: each}, "additionalProperties": false})
                }
            }
        }
        Kind::Table(table) => reference(table, definitions),
    }
}

/// A mapping with known keys is defined once and referred to.
fn reference(table: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    let name = table.what.replace(' ', "_");
    if !definitions.contains_key(&name) {
        definitions.insert(name.clone(), Value::Null);
        let described = describe(table, definitions);
        definitions.insert(name.clone(), described);
    }
    json!({"$ref": format!("#/$defs/{name}")})
}
