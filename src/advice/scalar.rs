//! Words without quotes that become another text: `3.10` is the number 3.1, `010` is 8, `1_000` is 1000.

use super::entries;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use crate::load::Loaded;

/// Attributes that are mappings of texts.
const TEXTS: [&str; 8] =
    ["annotations", "args", "driver_opts", "environment", "labels", "options", "storage_opt", "sysctls"];

/// Names values that were written as one text and reach the container as another.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    for (key, section) in entries(Some(loaded.origins.tree())) {
        if !key.as_text().unwrap_or_default().starts_with("x-") {
            walk(section, found);
        }
    }
}

fn walk(node: &Node, found: &mut Diagnostics) {
    for item in node.as_list().unwrap_or_default() {
        walk(item, found);
    }
    for (key, value) in entries(Some(node)) {
        let key = key.as_text().unwrap_or_default();
        if key == "mode" {
            found.push_all(decimal_mode(value));
        }
        if TEXTS.contains(&key) {
            found.push_all(entries(Some(value)).filter_map(|(_, value)| changed(value)));
        } else {
            walk(value, found);
        }
    }
}

fn changed(node: &Node) -> Option<Diagnostic> {
    let Value::Scalar { text, plain: true } = &node.value else { return None };
    let meaning = scalar::resolve(text);
    let becomes = meaning.to_string();
    if becomes == **text || matches!(meaning, Scalar::Null | Scalar::Text(_)) {
        return None;
    }
    let message = format!("'{text}' is read as {} and becomes '{becomes}'", meaning.kind());
    let help = format!("put quotes around it: \"{text}\"");
    Some(Diagnostic::advice("unquoted-value", message).at(node.span).help(help))
}

/// The mode of a file that is octal for people and was written as a decimal number.
fn decimal_mode(node: &Node) -> Option<Diagnostic> {
    let Value::Scalar { text, plain: true } = &node.value else { return None };
    let is_octal = text.len() == 3 && !text.starts_with('0') && text.chars().all(|digit| digit.is_digit(8));
    let Scalar::Int(value) = scalar::resolve(text) else { return None };
    let message = format!("mode {text} is a decimal number: it means {value:04o}");
    is_octal.then(|| Diagnostic::advice("decimal-mode", message).at(node.span).help(format!("write 0{text}")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{advice, on_service};

    #[test]
    fn a_value_that_changes_is_named() {
        let on = |value: &str| on_service("unquoted-value", &format!("image: 'a:1', environment: {{V: {value}}}"));
        assert_eq!(on("3.10"), ["'3.10' is read as a number and becomes '3.1'"]);
        assert_eq!(on("010"), ["'010' is read as a number and becomes '8'"]);
        assert_eq!(on("1_000"), ["'1_000' is read as a number and becomes '1000'"]);
        for value in ["'3.10'", "3.1", "10", "1.2.3", "text", "", "'${SET}'", "null"] {
            assert!(on(value).is_empty(), "{value}");
        }
    }

    #[test]
    fn labels_and_build_arguments_are_texts_too() {
        assert_eq!(on_service("unquoted-value", "image: 'a:1', labels: {v: 1.0}").len(), 1);
        assert_eq!(on_service("unquoted-value", "build: {context: ., args: {PYTHON: 3.10}}").len(), 1);
        let file = "services: {a: {image: 'a:1', scale: 01}}\nx-a: {labels: {v: 1.0}}\n";
        assert!(advice(&[("compose.yaml", file)]).is_empty());
    }

    #[test]
    fn a_mode_without_its_zero_is_named() {
        let mount =
            |mode: &str| format!("image: 'a:1', volumes: [{{type: tmpfs, target: /x, tmpfs: {{mode: {mode}}}}}]");
        assert_eq!(on_service("decimal-mode", &mount("755")), ["mode 755 is a decimal number: it means 1363"]);
        assert!(on_service("decimal-mode", &mount("0755")).is_empty());
    }
}
