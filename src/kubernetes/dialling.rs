//! Who dials whom, as variables, commands and health checks tell: in an engine every port of a container is open to its
//! peers, whether its service says so or not.

use crate::model::{HealthTest, Project, Service};
use std::collections::{BTreeMap, BTreeSet};

/// The ports at which each host is dialled, by the name that is dialled.
pub(super) fn dialled(project: &Project) -> BTreeMap<String, BTreeSet<u16>> {
    let mut found: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for text in project.services.values().flat_map(texts) {
        for (host, port) in addresses(&text) {
            if let Some(ports) = found.get_mut(host) {
                ports.insert(port);
            } else {
                found.insert(host.to_owned(), BTreeSet::from([port]));
            }
        }
    }
    found
}

/// Whether a service dials its own name.
pub(super) fn dials_itself(service: &Service) -> bool {
    texts(service).any(|text| dials(&text, service.name.as_str()))
}

/// The texts of a service in which names are dialled; the words of a command are one text.
fn texts(service: &Service) -> impl Iterator<Item = String> {
    let variables = service.environment.values().flatten().cloned();
    let commands = [&service.command, &service.entrypoint].into_iter().flatten().map(|words| words.join(" "));
    let check = service.healthcheck.as_ref().and_then(|check| match check.test() {
        HealthTest::Command(words) => Some(words.join(" ")),
        HealthTest::Shell(line) => Some(line.to_owned()),
        HealthTest::Disabled | HealthTest::Inherited => None,
    });
    variables.chain(commands).chain(check)
}

/// Whether a text dials a name: `http://web/`, `web:80`, `nc web 80` or `-h web`.
fn dials(text: &str, name: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let is_dialled = |at: usize, word: &str| {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        let is_port = words.get(at + 1).is_some_and(|next| next.parse::<u16>().is_ok());
        word == name && (is_port || ["-h", "--host", "--hostname"].contains(&before))
            || word.strip_prefix("--host=") == Some(name)
            || word.split_once("://").is_some_and(|(_, rest)| host_of(rest) == name)
            || addresses(word).any(|(host, _)| host == name)
    };
    words.iter().enumerate().any(|(at, word)| is_dialled(at, word))
}

/// The host of an address without its scheme: `user:password@host:80/path`.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#', ',']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or_default()
}

/// The least port that is taken for one: what is smaller is the tag of an image, a time or a number of something.
const LEAST: u16 = 80;

/// What a text has of the form `host:port`, neither a user with a password, nor a part of something longer.
fn addresses(text: &str) -> impl Iterator<Item = (&str, u16)> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    text.match_indices(':').filter_map(move |(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let host = before.rsplit(|letter: char| !is_of_name(letter)).next().filter(|host| !host.is_empty())?;
        let is_begun = !before.strip_suffix(host)?.ends_with(':');
        let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
        let next = after.get(digits..)?.chars().next();
        let is_whole = next.is_none_or(|next| !is_of_name(next) && next != ':' && next != '@');
        let port = after.get(..digits)?.parse::<u16>().ok()?;
        (is_begun && is_whole && port >= LEAST).then_some((host, port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let all = |text: &'static str| addresses(text).collect::<Vec<_>>();
        assert_eq!(all("redis://:pw@redis:6379/0"), [("redis", 6379)]);
        assert_eq!(all("a:81,b-c.d:29092"), [("a", 81), ("b-c.d", 29_092)]);
        assert_eq!(all("12:30pm http://x :80 a:b c:70000"), []);
        assert_eq!(all("redis:7 admin:1234@db https://a:1433@b at:12:30 [fe80::a:5353] app:3000:80 {count:5}"), []);
    }

    #[test]
    fn ports_are_known_by_those_who_dial_them() {
        let text = "services: {broker: {image: x}, web: {image: y, environment: {KAFKA: 'broker:29092'}}}";
        assert_eq!(dialled(&project(text)).get("broker"), Some(&BTreeSet::from([29_092])));
    }

    #[test]
    fn a_service_that_dials_itself_is_told_from_one_that_has_its_name_for_a_word() {
        for text in ["wget http://a/health", "nc -z a 80", "pg_isready -h a", "curl a:80", "x --host=a"] {
            assert!(dials(text, "a"), "{text}");
        }
        for text in ["pg_isready -U a -d a", "a", "http://b/a", "a-b:80"] {
            assert!(!dials(text, "a"), "{text}");
        }
    }
}
