//! A manifest with one thing changed.

use serde_json::Value;

/// A file for each change of each object of a text: a key that is missing, one that is unknown, and a value of another
/// kind. The release only turns which value is put in, so that all kinds are tried everywhere.
pub fn twisted(text: &str, release: &str) -> Vec<String> {
    let turn = release.bytes().map(usize::from).sum::<usize>();
    let documents = text.split("\n---\n").filter(|document| document.contains("kind:"));
    let objects = documents.map(|document| serde_yaml::from_str::<Value>(document).unwrap());
    let mut all = Vec::new();
    for object in objects.filter(|object| object["kind"] != "List") {
        for (number, path) in paths(&object).iter().enumerate() {
            let change = [Change::Remove, Change::Other(number / 3), Change::Unknown][(number + turn) % 3];
            let mut other = object.clone();
            change.apply(&mut other, path);
            all.push(other.to_string());
        }
    }
    all
}

#[derive(Clone, Copy)]
enum Change {
    /// The value is left out.
    Remove,
    /// Another value stands in its place.
    Other(usize),
    /// Beside it stands a key that nobody knows.
    Unknown,
}

impl Change {
    fn apply(self, object: &mut Value, path: &str) {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let key = &*key.replace("~1", "/").replace("~0", "~");
        let others = [Value::Null, 7.into(), "seven".into(), true.into(), Value::Array(vec![]), serde_json::json!({})];
        match (self, object.pointer_mut(parent).unwrap()) {
            (Self::Remove, Value::Object(map)) => drop(map.shift_remove(key)),
            (Self::Remove, Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
            (Self::Unknown, Value::Object(map)) => drop(map.insert("nobodyKnows".into(), 1.into())),
            (_, Value::Object(map)) => map[key] = others[path.len() % others.len()].clone(),
            (Self::Other(turn), Value::Array(items)) => {
                items[key.parse::<usize>().unwrap()] = others[turn % others.len()].clone();
            }
            _ => {}
        }
    }
}

/// The places of all values in a tree, as JSON pointers.
fn paths(value: &Value) -> Vec<String> {
    let below = |key: &str, value: &Value| -> Vec<String> {
        let name = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
        let deeper = paths(value).into_iter().map(|path| format!("{name}{path}")).collect::<Vec<_>>();
        [vec![name], deeper].concat()
    };
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| below(key, value)).collect(),
        Value::Array(items) => items.iter().enumerate().flat_map(|(at, item)| below(&at.to_string(), item)).collect(),
        _ => Vec::new(),
    }
}
