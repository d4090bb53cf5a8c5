//! Names that Kubernetes takes: labels of DNS, names of ports, values of labels.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The longest label of DNS.
const LABEL: usize = 63;
/// The longest name of a port.
const PORT: usize = 15;
/// Letters of a hash in a name.
const HASH: usize = 10;

/// The text as a label of DNS (RFC 1035): lower case, digits and dashes, a letter first, 63 characters at most.
pub(super) fn label(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let letters = lower.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let plain: String = letters.collect();
    let mut name = plain.trim_matches('-').to_owned();
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        name.insert_str(0, if name.is_empty() { "x" } else { "x-" });
    }
    if name.len() > LABEL {
        name = format!("{}-{}", name.get(..LABEL - HASH - 1).unwrap_or_default().trim_end_matches('-'), hash(text));
    }
    name
}

/// A label in at most so many letters; one that has more ends in what tells it from others.
pub(super) fn shortened(label: &str, most: usize) -> String {
    if label.len() <= most {
        return label.to_owned();
    }
    let begin = label.get(..most.saturating_sub(HASH + 1)).unwrap_or_default();
    format!("{}-{}", begin.trim_end_matches('-'), hash(label))
}

/// Whether the text is a label of DNS (RFC 1123), which may begin with a digit.
pub(super) fn is_digit_label(text: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    !text.is_empty() && text.len() <= LABEL && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// Whether the text is a domain name: labels (RFC 1123) with dots between them.
pub(super) fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_digit_label)
}

/// Whether the text is the name of a port: a label of at most 15 letters with a letter in it, and no two dashes in a row.
pub(super) fn is_port_name(text: &str) -> bool {
    let has_letter = text.bytes().any(|letter| letter.is_ascii_lowercase());
    is_digit_label(text) && text.len() <= PORT && has_letter && !text.contains("--")
}

/// Whether the text is the name of an annotation or a label: `name` or `domain/name`.
pub(super) fn is_qualified(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    is_word(name) && prefix.is_none_or(is_domain)
}

/// Whether the text is the value of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_word(text)
}

/// Letters, digits, dashes, underscores and dots, with a letter or digit at both ends.
fn is_word(text: &str) -> bool {
    let is_plain = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    text.len() <= LABEL && is_plain(text.chars().next()) && is_plain(text.chars().last()) && text.chars().all(fits)
}

/// Ten letters that tell one content from another.
pub(super) fn hash(content: &str) -> String {
    hash_of(content.as_bytes())
}

fn hash_of(content: &[u8]) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(content) {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
    }
    hex.truncate(HASH);
    hex
}

/// A name that changes with its content: `web-env-1a2b3c4d5e`.
pub(super) fn hashed(name: &str, content: &str) -> String {
    hashed_bytes(name, content.as_bytes())
}

/// The same for what is no text.
pub(super) fn hashed_bytes(name: &str, content: &[u8]) -> String {
    let room = LABEL - HASH - 1;
    let short = name.get(..room.min(name.len())).unwrap_or(name).trim_end_matches('-');
    format!("{short}-{}", hash_of(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_label() {
        let cases = [("web", "web"), ("My_Db.1", "my-db-1"), ("1st", "x-1st"), ("_a_", "a"), ("é", "x")];
        for (text, wanted) in cases {
            assert_eq!(label(text), wanted, "{text}");
        }
        let (long, other) = (label(&"a".repeat(70)), label(&format!("{}b", "a".repeat(69))));
        assert!(long.len() <= LABEL && label(&long) == long && long != other, "{long}");
    }

    #[test]
    fn a_label_that_is_too_long_is_shortened() {
        let (short, long) = ("a".repeat(52), "a".repeat(53));
        assert_eq!(shortened(&short, 52), short);
        assert!(shortened(&long, 52).len() == 52 && shortened(&long, 52) != shortened(&format!("{long}b"), 52));
    }

    #[test]
    fn names_of_ports_and_annotations_are_told_from_others() {
        for (text, is_name) in
            [("http", true), ("8080", false), ("a--b", false), ("sixteen-letters-", false), ("", false)]
        {
            assert_eq!(is_port_name(text), is_name, "{text}");
        }
        for (text, is_name) in [("a", true), ("com.example/a_b", true), ("a/b/c", false), ("a b", false), ("-a", false)]
        {
            assert_eq!(is_qualified(text), is_name, "{text}");
        }
    }

    #[test]
    fn a_hashed_name_changes_with_its_content() {
        assert_eq!(hashed("web-env", "a"), hashed("web-env", "a"));
        assert_ne!(hashed("web-env", "a"), hashed("web-env", "b"));
        let long = hashed(&"a".repeat(63), "a");
        assert_eq!(label(&long), long);
    }
}
