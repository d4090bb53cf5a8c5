//! Words that every secret and password of the suite holds, and that nothing may print, keep in a label or write to a page.

use super::engine;
use serde_json::Value;
use std::path::Path;

/// The words: those of the examples, which people read, and those of the cases, also as the docker client keeps them.
pub const WORDS: [&str; 3] = ["only-for-this-example", "canary-", "Y2FuYXJ5LT"];

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
pub fn is_in_no_page(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            assert!(!is_in(&text), "{} tells a secret", entry.path().display());
        }
    }
}

/// What ought to hold a word in a folder of a case or an example: all secrets, and the passwords among the variables,
/// each with where it stands.
pub fn secrets_of(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (file, text) = (entry.path(), std::fs::read_to_string(entry.path()).unwrap_or_default());
        let found = match file.extension().and_then(|end| end.to_str()) {
            Some("yaml" | "yml") => of_compose_file(&text, folder),
            Some("env") => passwords(text.lines()),
            _ if entry.file_name() == ".env" => passwords(text.lines()),
            _ => Vec::new(),
        };
        all.extend(found.into_iter().map(|(name, value)| (format!("{name} in {}", file.display()), value)));
    }
    let client = std::fs::read_to_string(folder.join("docker/config.json")).unwrap_or_default();
    let client: Value = serde_json::from_str(&client).unwrap_or_default();
    let logins = client.get("auths").and_then(Value::as_object).cloned().unwrap_or_default();
    all.extend(logins.into_iter().map(|(registry, login)| (format!("login of {registry}"), login.to_string())));
    all
}

fn of_compose_file(text: &str, folder: &Path) -> Vec<(String, String)> {
    let compose: Value = serde_yaml::from_str(&text.replace("!override", "")).expect("YAML");
    let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let variables = std::fs::read_to_string(folder.join(".env")).unwrap_or_default();
    let mut all = Vec::new();
    for (name, secret) in map(compose.get("secrets")) {
        let text = |key: &str| secret.get(key).and_then(Value::as_str);
        let of_file =
            text("file").map(|file| std::fs::read_to_string(folder.join(file)).expect("the file of a secret"));
        let of_variable = |name: &str| {
            let line = variables.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().to_owned()
        };
        let value = of_file.or_else(|| text("environment").map(of_variable));
        all.extend(value.map(|value| (format!("secret {name}"), value)));
    }
    for (_, service) in map(compose.get("services")) {
        let environment = service.get("environment");
        let list = environment.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        all.extend(passwords(list));
        let lines: Vec<String> = map(environment)
            .into_iter()
            .filter_map(|(name, value)| value.as_str().map(|value| format!("{name}={value}")))
            .collect();
        all.extend(passwords(lines.iter().map(String::as_str)));
    }
    all
}

/// The lines of `NAME=value` whose name says that nobody else is to know the value.
fn passwords<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let is_secret = |name: &str| ["PASSWORD", "SECRET", "TOKEN", "_KEY"].iter().any(|word| name.contains(word));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let secret = pairs.filter(|(name, value)| is_secret(name) && !name.ends_with("_FILE") && !value.starts_with("${"));
    secret.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
