//! Passwords, keys and tokens that stand in the compose file itself. A file of variables is the place for them.

use super::{entries, services};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;
use crate::source::Span;

/// What the names of secrets end with.
const ENDINGS: [&str; 15] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "ACCESS_KEY_ID",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "PRIVATE_KEY",
    "ENCRYPTION_KEY",
];
/// Values that switch something on or off.
const SWITCHES: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "0", "1", "none"];

/// Names variables and build arguments that look like secrets and have their value in the file.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    for (service, node) in services(loaded) {
        for (key, value) in entries(node.get("environment")) {
            if is_secret(key, value) && is_literal(loaded, value) || has_written_password(loaded, value) {
                found.push(plain(key, service).at(value.span));
            }
        }
        for (key, value) in entries(node.get("build").and_then(|build| build.get("args"))) {
            if is_secret(key, value) && is_literal(loaded, value) {
                found.push(baked(key, service).at(value.span));
            }
        }
    }
}

fn plain(key: &Node, service: &str) -> Diagnostic {
    let name = key.as_text().unwrap_or_default();
    let message = format!("'{name}' of '{service}' looks like a secret and stands in the file");
    let help = format!("write '${{{name}}}' and set it in '.env', or use an 'env_file' or 'secrets'");
    Diagnostic::advice("plain-secret", message).help(help)
}

fn baked(key: &Node, service: &str) -> Diagnostic {
    let name = key.as_text().unwrap_or_default();
    let message =
        format!("build argument '{name}' of '{service}' looks like a secret and stays in the image's history");
    Diagnostic::advice("plain-secret", message).help("use 'build.secrets' and 'RUN --mount=type=secret'")
}

/// Whether the value is written in a compose file, and not brought by a variable or a file of variables.
fn is_literal(loaded: &Loaded, value: &Node) -> bool {
    let origins = &loaded.origins;
    value.span.is_somewhere()
        && origins.variables(value.span).is_empty()
        && !origins.is_named_alone(value.span)
        && !origins.env_files().contains_key(&value.span.file)
}

fn is_secret(key: &Node, value: &Node) -> bool {
    let (Some(name), Some(text)) = (key.as_text(), value.as_text().filter(|_| !value.is_null())) else { return false };
    names_and_has_one(name, text)
}

/// Whether a variable of this name and value looks like a secret, or is an address with a password.
pub fn looks_secret(name: &str, text: &str) -> bool {
    names_and_has_one(name, text) || has_password(text)
}

fn names_and_has_one(name: &str, text: &str) -> bool {
    let is_something = !text.is_empty() && !SWITCHES.contains(&text.to_ascii_lowercase().as_str());
    is_something && names_a_secret(name) && !points_elsewhere(text)
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    let ends = |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    // `PWD` alone is a directory, and `MYSQL_PWD` a password.
    name != "PWD" && name != "OLDPWD" && ENDINGS.iter().any(ends)
        || ["PGPASSWORD", "MYSQLPASSWORD"].contains(&name.as_str())
}

/// Whether the value is the path of a file or the address of a service, not the secret itself.
fn points_elsewhere(text: &str) -> bool {
    text.starts_with('/') || text.starts_with("./") || text.starts_with("http://") || text.starts_with("https://")
}

/// Whether the file holds an address with a password, be its other parts variables.
fn has_written_password(loaded: &Loaded, value: &Node) -> bool {
    let Span { file, start, end } = value.span;
    let is_compose = !loaded.origins.env_files().contains_key(&file);
    is_compose && loaded.sources.text(file).get(start as usize..end as usize).is_some_and(has_password)
}

/// Whether a text is an address with a password: `postgres://user:password@host`.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.contains('$'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{advice, on_service};

    fn on(environment: &str) -> usize {
        on_service("plain-secret", &format!("image: 'a:1', environment: {environment}")).len()
    }

    #[test]
    fn a_secret_in_the_file_is_named() {
        for one in [
            "{POSTGRES_PASSWORD: example}",
            "[API_KEY=abc]",
            "{jwt_secret: 12345}",
            "{PGPASSWORD: x}",
            "{GITHUB_TOKEN: x}",
            "{DATABASE_URL: 'postgres://u:p@db/x'}",
            "['DATABASE_URL=postgres://u:p@${SET}/x']",
            "{SECRET_KEY_BASE: x}",
        ] {
            assert_eq!(on(one), 1, "{one}");
        }
        assert_eq!(on_service("plain-secret", "build: {context: ., args: {NPM_TOKEN: x}}").len(), 1);
    }

    #[test]
    fn what_only_sounds_like_a_secret_is_left_alone() {
        for one in [
            "{POSTGRES_PASSWORD_FILE: /run/secrets/x}",
            "{POSTGRES_PASSWORD: '${SET}'}",
            "{PASSWORD: ''}",
            "{PASSWORD: }",
            "[SET]",
            "{ALLOW_EMPTY_PASSWORD: 'yes'}",
            "{MYSQL_RANDOM_ROOT_PASSWORD: 1}",
            "{PASSWORD_MIN_LENGTH: 8}",
            "{TOKEN_URL: 'http://x'}",
            "{COMPASS: x}",
            "{KEYBOARD: x}",
            "{SECRET: /run/secrets/x}",
            "{URL: 'postgres://u@db/x'}",
            "{URL: 'postgres://u:${SET}@db/x'}",
            "{PWD: /x}",
        ] {
            assert_eq!(on(one), 0, "{one}");
        }
    }

    #[test]
    fn a_file_of_variables_is_the_place_for_secrets() {
        let compose = "services: {a: {image: 'a:1', env_file: web.env}}";
        assert!(advice(&[("compose.yaml", compose), ("web.env", "PASSWORD=x\n")]).is_empty());
    }
}
