//! Passwords, keys and tokens that stand in the compose file itself. A file of variables is the place for them.

use super::password::{in_address, passwords};
use super::{entries, services};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;
use crate::source::Span;

/// What the names of secrets end with.
const ENDINGS: [&str; 21] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "APP_KEY",
    "ACCESS_KEY",
    "ACCESS_KEY_ID",
    "JWT_KEY",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "SIGNING_KEY",
    "PRIVATE_KEY",
    "ENCRYPTION_KEY",
    "CREDENTIALS",
    "PAT",
    "TOKEN_ID",
];
/// What names end with that are secrets more often than not. It costs nothing to keep such a value where secrets are kept,
/// but would be a nuisance to warn of it.
const PROBABLE: [&str; 9] = ["AUTH", "CREDENTIAL", "JWT", "KEY", "PEPPER", "PRIVATE", "PW", "SALT", "SECRETS"];
/// Words that names end with, also without a mark in front of them.
const GLUED: [&str; 6] = ["PASSWORD", "PASS", "SECRET", "TOKEN", "APIKEY", "APPKEY"];
/// What stands within the names of secrets. The rest of the name may mean something else, so the value has to look it.
const WITHIN: [&str; 6] = ["PASSWORD", "SECRET", "TOKEN", "API_KEY", "ACCESS_KEY", "SECRET_KEY"];
/// So long is a value that looks like one that a machine made.
const MADE: usize = 16;
/// What stands in values that nobody shows: hashes of passwords, and addresses that let in who knows them.
const MARKS: [&str; 8] =
    ["$apr1$", "$2a$", "$2b$", "$2y$", "{SHA}", "$argon2", "hooks.slack.com/services/", "discord.com/api/webhooks/"];
/// What the values of secrets begin with, whatever they are called.
const SIGNS: [&str; 9] = [
    "base64:",
    "ghp_",
    "github_pat_",
    "glpat-",
    "sk_live_",
    "xoxb-",
    "xoxp-",
    "-----BEGIN PRIVATE KEY",
    "-----BEGIN RSA PRIVATE KEY",
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
    names_and_has_one(name, text)
        || is_something(text) && is_probably_one(name) && !points_elsewhere(text)
        || has_password(text)
        || SIGNS.iter().any(|sign| text.trim_start().starts_with(sign))
        || MARKS.iter().any(|mark| text.contains(mark))
        || has_word_within(name) && is_made(text)
        || has_password_among_words(text)
        || has_password_in_lines(text)
        || !passwords(&[text.to_owned()]).is_empty()
}

/// Whether a word for secrets stands anywhere in a name: `INNER_API_KEY_FOR_PLUGIN`.
fn has_word_within(name: &str) -> bool {
    let name = format!("_{}_", snake(name));
    WITHIN.iter().any(|word| name.contains(&format!("_{word}_")))
}

/// Whether a value looks as if a machine had made it: long, of letters and digits.
fn is_made(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '+', '/', '='].contains(&letter);
    text.len() >= MADE
        && text.chars().all(fits)
        && !points_elsewhere(text)
        && text.contains(|letter: char| letter.is_ascii_digit())
        && text.contains(|letter: char| letter.is_ascii_alphabetic())
}

/// Whether a text is lines of settings with a password: `password: abc`.
fn has_password_in_lines(text: &str) -> bool {
    let settings = text.lines().filter_map(|line| line.split_once(':'));
    text.contains('\n')
        && settings.into_iter().any(|(name, value)| {
            let (name, value) = (name.trim().trim_matches(['"', '\'', '-', ' ']), value.trim());
            names_a_secret(name) && is_something(value) && !value.contains('$') && !points_elsewhere(value)
        })
}

fn names_and_has_one(name: &str, text: &str) -> bool {
    is_something(text) && names_a_secret(name) && !points_elsewhere(text)
}

/// Whether a value is more than nothing, and does not merely switch something on or off.
fn is_something(text: &str) -> bool {
    !text.is_empty() && !SWITCHES.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a name may be that of a secret: by a word at its end, or without a word's beginning: `DBPASS`.
fn is_probably_one(name: &str) -> bool {
    let name = snake(name);
    let name =
        name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches("_V").trim_end_matches('_');
    let is_public = name.ends_with("PUBLIC_KEY") || name.ends_with("COMPASS") || name.ends_with("BYPASS");
    !is_public
        && (PROBABLE.iter().any(|ending| ends(name, ending)) || GLUED.iter().any(|ending| name.ends_with(ending)))
}

/// Whether a name ends with a word.
fn ends(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
}

fn names_a_secret(name: &str) -> bool {
    let name = snake(name);
    // `PWD` alone is a directory, and `MYSQL_PWD` a password.
    name != "PWD" && name != "OLDPWD" && ENDINGS.iter().any(|ending| ends(&name, ending))
        || ["PGPASSWORD", "PGPASS", "MYSQLPASSWORD"].contains(&name.as_str())
}

/// The name as variables are written mostly: `dbPassword` is `DB_PASSWORD`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if before.is_ascii_lowercase() && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(if letter == '-' || letter == '.' { '_' } else { letter.to_ascii_uppercase() });
        before = letter;
    }
    snake
}

/// Whether a text is a list of settings with a password: `Server=db;Password=abc`, `host=db password=abc`.
fn has_password_among_words(text: &str) -> bool {
    let settings = text.split([';', ' ', '&']).filter_map(|word| word.split_once('='));
    let is_one = |(name, value): (&str, &str)| {
        let name = name.trim().to_ascii_lowercase();
        ["password", "pwd"].contains(&name.as_str()) && !value.trim().is_empty() && !value.contains('$')
    };
    text.contains('=') && settings.into_iter().any(is_one)
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
    let password = in_address(text).and_then(|within| text.get(within));
    password.is_some_and(|password| !password.is_empty() && !password.contains('$'))
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
            "{dbPassword: x}",
            "{GITHUB_PAT: x}",
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
    fn values_tell_secrets_too() {
        for text in [
            "Server=db;User=sa;Password=abc",
            "host=db password=abc",
            "-----BEGIN PRIVATE KEY-----\nx",
            "ghp_1",
            "base64:aGk=",
            "admin:$apr1$x$y",
            "https://hooks.slack.com/services/T0/B0/x",
            "--requirepass foo",
            "db:\n  user: kemal\n  password: kemal\n",
        ] {
            assert!(super::looks_secret("VALUE", text), "{text}");
        }
        for text in [
            "Server=db;Password=",
            "password",
            "a=b",
            "host=db password=$P",
            "-----BEGIN CERTIFICATE-----",
            "db:\n  password: $P\n",
            "--password-file /x",
        ] {
            assert!(!super::looks_secret("VALUE", text), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_kept_as_one_without_a_word() {
        for name in [
            "DBPASS",
            "TOKENSECRET",
            "MM_BOTTOKEN",
            "WEBPASSWORD",
            "REDIS_AUTH",
            "SALT",
            "ENC_KEY",
            "_APP_OPENSSL_KEY_V1",
            "ROOT_PW",
        ] {
            assert!(super::looks_secret(name, "x") && on(&format!("{{{name}: x}}")) == 0, "{name}");
        }
        for name in ["PUBLIC_KEY", "COMPASS", "KEYBOARD", "AUTHOR", "PASSAGE"] {
            assert!(!super::looks_secret(name, "x"), "{name}");
        }
        assert!(super::looks_secret("INNER_API_KEY_FOR_PLUGIN", "QaHbTe77CtuXmsfyhR7YDt"));
        for (name, value) in
            [("TOKEN_EXPIRY", "30d"), ("SECRET_NAME", "the-name-of-a-secret"), ("TOKEN_URL", "http://a/1")]
        {
            assert!(!super::looks_secret(name, value), "{name}");
        }
    }

    #[test]
    fn a_file_of_variables_is_the_place_for_secrets() {
        let compose = "services: {a: {image: 'a:1', env_file: web.env}}";
        assert!(advice(&[("compose.yaml", compose), ("web.env", "PASSWORD=x\n")]).is_empty());
    }
}
