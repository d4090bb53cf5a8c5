//! [`masked`]: manifests without the values of their Secrets, to be shown to anybody.

/// What stands for a value.
const HIDDEN: &str = "(not shown)";

/// The text with each value of a Secret hidden. What is not written as `hoist convert` writes it is hidden as a whole.
pub(super) fn masked(text: &str) -> String {
    let documents = text.split_inclusive('\n').collect::<Vec<_>>();
    let documents = documents.split_inclusive(|line| line.trim_end() == "---");
    documents.map(|lines| if is_secret(lines) { without_values(lines) } else { lines.concat() }).collect()
}

/// Whether a document may be a Secret.
fn is_secret(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.contains("kind") && line.contains("Secret"))
}

fn without_values(lines: &[&str]) -> String {
    if !lines.iter().any(|line| line.trim_end() == "kind: Secret") {
        return format!("{HIDDEN}\n");
    }
    let mut is_data = false;
    let mut out = String::new();
    for line in lines {
        if let Some(key) = key(line) {
            is_data = matches!(key, "data" | "stringData");
            if is_data {
                out.extend([key, ":\n"]);
            } else {
                out.push_str(line);
            }
        } else if !is_data || line.trim_end() == "---" {
            out.push_str(line);
        } else if let Some(key) = line.strip_prefix("  ").and_then(key) {
            out.extend(["  ", key, ": ", HIDDEN, "\n"]);
        }
    }
    out
}

/// The key of a line that begins an entry of a mapping.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    (!key.is_empty() && key.chars().all(fits)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_hidden_and_nothing_else_is() {
        let pod = "kind: Pod\nspec:\n  data: seen\n";
        let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  KEY: hunter2\n  B: |-\n    -----BEGIN\n\n    more\n# B: note\n  'odd key': x\ntype: Opaque\n";
        let wanted = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  KEY: (not shown)\n  B: (not shown)\ntype: Opaque\n";
        assert_eq!(masked(&format!("{pod}---\n{secret}---\n{pod}")), format!("{pod}---\n{wanted}---\n{pod}"));
    }

    #[test]
    fn a_secret_that_is_written_otherwise_is_hidden_as_a_whole() {
        assert_eq!(masked("{kind: Secret, data: {a: b}}\n"), "(not shown)\n");
        assert_eq!(masked("kind: Secret\ndata: {a: b}\n"), "kind: Secret\ndata:\n");
    }
}
