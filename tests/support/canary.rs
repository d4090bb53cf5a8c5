//! Words that every secret and password of the suite holds, and that nothing may print, keep in a label or write to a page.

use super::engine;
use serde_json::Value;

/// The words: those of the examples, which people read, and those of the cases.
pub const WORDS: [&str; 2] = ["only-for-this-example", "k4n4ry"];

/// Commands that a person asks for just these values.
const ASKED: [&str; 4] = ["config", "env", "exec", "run"];

/// Whether any of the words is in a text.
pub fn is_in(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// Fails when hoist printed one of the words and was not asked to.
#[track_caller]
pub fn is_kept(command: &str, output: &str) {
    let hoist = command.split(' ').next().is_some_and(|program| program.ends_with("/hoist"));
    let asked = command.split(' ').any(|word| ASKED.contains(&word));
    assert!(!hoist || asked || !is_in(output), "{command} tells a secret:\n{output}");
}

/// Fails when something on the engine carries one of the words in a label.
pub fn is_in_no_label(project: &str) {
    let containers = engine::containers(project);
    let labels = containers.iter().map(|one| (one.name().to_owned(), one.labels()));
    let rest = engine::networks(project).into_iter().chain(engine::volumes(project));
    for (name, labels) in labels.chain(rest) {
        let told: Vec<_> = labels.iter().filter(|(_, value)| is_in(value)).map(|(label, _)| label).collect();
        assert!(told.is_empty(), "labels {told:?} of {name} tell a secret");
    }
}

/// Fails when a file of a folder that hoist may have written holds one of the words.
pub fn is_in_no_page(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            assert!(!is_in(&text), "{} tells a secret", entry.path().display());
        }
    }
}

/// The values of a compose file that ought to hold a word: passwords and keys among the variables, and all secrets.
pub fn secrets_of(compose: &Value, read: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for (name, secret) in map(compose.get("secrets")) {
        let text = |key: &str| secret.get(key).and_then(Value::as_str);
        if let Some(file) = text("file") {
            all.push((format!("secret {name}"), read(file)));
        }
    }
    for (service, definition) in map(compose.get("services")) {
        for (name, value) in map(definition.get("environment")) {
            let secret = ["PASSWORD", "SECRET", "TOKEN"].iter().any(|word| name.contains(word));
            if let Some(text) = value.as_str().filter(|_| secret && !name.ends_with("_FILE")) {
                all.push((format!("{name} of {service}"), text.to_owned()));
            }
        }
    }
    all
}
