//! Passwords that stand in command lines: behind a flag, in an address, or given to a variable.

use std::ops::Range;

/// The ends of the names of flags and variables that are followed by a password.
const FLAGS: [&str; 10] = [
    "requirepass",
    "masterauth",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secret-key",
    "token",
    "api-key",
    "apikey",
];
/// Programs whose `-p` is a password when something follows at once.
const CLIENTS: [&str; 6] = ["mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump"];

/// Where passwords stand in the words of a command: the word, and the bytes of it.
pub fn passwords(words: &[String]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let (mut follows, mut is_client) = (false, false);
    for (index, word) in words.iter().enumerate() {
        for token in tokens(word) {
            let text = word.get(token.clone()).unwrap_or_default();
            is_client |= is_a_client(text);
            let within = if follows { Some(0..text.len()) } else { in_token(text, is_client) };
            let within = within.filter(|within| text.get(within.clone()).is_some_and(is_written));
            found.extend(within.map(|within| (index, token.start + within.start..token.start + within.end)));
            follows = text.strip_prefix('-').is_some_and(|name| !name.contains('=') && is_flag(name));
        }
    }
    found
}

/// The parts of a word between blanks and quotes.
fn tokens(word: &str) -> impl Iterator<Item = Range<usize>> {
    let is_end = |letter: char| letter.is_whitespace() || ['"', '\'', ';'].contains(&letter);
    let mut end = 0;
    let parts = word.split_inclusive(is_end).map(move |part| {
        let start = end;
        end += part.len();
        start..start + part.trim_end_matches(is_end).len()
    });
    parts.filter(|part| !part.is_empty())
}

/// The password in `--password=x`, `PASSWORD=x`, `scheme://user:x@host` or `-px`.
fn in_token(text: &str, is_client: bool) -> Option<Range<usize>> {
    if let Some((name, value)) = text.split_once('=').filter(|(name, _)| is_flag(name)) {
        let start = name.len() + 1;
        return Some(start..start + value.len());
    }
    if text.contains("://") {
        return in_address(text);
    }
    let short = text.strip_prefix("-p").filter(|rest| is_client && !rest.starts_with('-'))?;
    Some(2..2 + short.len())
}

/// The password of an address: `postgres://user:password@host`.
pub(super) fn in_address(text: &str) -> Option<Range<usize>> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, _) = authority.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let start = scheme.len() + 3 + name.len() + 1;
    Some(start..start + password.len())
}

fn is_a_client(program: &str) -> bool {
    CLIENTS.contains(&program.rsplit('/').next().unwrap_or_default())
}

/// Whether a flag or variable of this name is followed by a password.
fn is_flag(name: &str) -> bool {
    let name = name.trim_start_matches('-').to_ascii_lowercase().replace('_', "-");
    FLAGS.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with(['-', '.'])))
}

/// Whether a password is written out, and not a variable, the path of a file, or another flag.
fn is_written(text: &str) -> bool {
    !text.is_empty() && !text.contains('$') && !text.starts_with(['/', '-', '<', '{', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        passwords(&words).into_iter().map(|(index, range)| words[index][range].to_owned()).collect()
    }

    #[test]
    fn passwords_are_found_behind_flags_and_in_addresses() {
        assert_eq!(found(&["redis-server", "--requirepass", "s3cret"]), ["s3cret"]);
        assert_eq!(found(&["sh", "-c", "redis-server --requirepass 's3cret' --port 1"]), ["s3cret"]);
        assert_eq!(found(&["app", "--client-secret=abc", "--db-password", "x"]), ["abc", "x"]);
        assert_eq!(found(&["sh", "-c", "PGPASSWORD=y DB_PASSWORD=z psql postgresql://u:pw@db/x"]), ["z", "pw"]);
        assert_eq!(found(&["mysqladmin", "ping", "-pS3cret"]), ["S3cret"]);
    }

    #[test]
    fn what_is_no_password_is_left_alone() {
        for words in [
            &["app", "--password", "$PASSWORD"][..],
            &["app", "--password-file", "/run/secrets/x"],
            &["app", "--token=/run/secrets/x", "--secret"],
            &["app", "--password", "--verbose"],
            &["cp", "-pr", "/var/lib/mysql", "b"],
            &["sh", "-c", "psql postgresql://u@db/x http://a:80/b@c"],
            &["app", "--tokenizer", "bert"],
        ] {
            assert_eq!(found(words), Vec::<String>::new(), "{words:?}");
        }
    }
}
