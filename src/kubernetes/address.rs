//! Addresses in texts: `host:port`, wherever it stands.

/// The least port that is taken for one: what is smaller is the tag of an image, a time or a number of something.
const LEAST: u16 = 80;
/// The least of two ports that stand behind one host: less is a port of the container behind one of the host.
const LEAST_OF_TWO: u16 = 1024;

/// What a text has of the form `host:port`, neither a user with a password, nor a part of something longer; or of the form
/// `host:port:port`, as ensembles are told.
pub(super) fn addresses(text: &str) -> Vec<(&str, u16)> {
    let has_port = |at: usize| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    text.match_indices(':').filter(|(at, _)| has_port(*at)).filter_map(|(at, _)| address(text, at)).flatten().collect()
}

/// The address whose port begins behind this colon.
fn address(text: &str, at: usize) -> Option<impl Iterator<Item = (&str, u16)>> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    let host = before.rsplit(|letter: char| !is_of_name(letter)).next().filter(|host| !host.is_empty())?;
    let front = before.strip_suffix(host)?;
    // `acme/server:2022` is the name of an image, or a path.
    let is_in_path = front.strip_suffix('/').is_some_and(|folder| folder.ends_with(is_of_name));
    let is_begun = !front.ends_with(':') && !is_in_path;
    let (port, rest) = number(after)?;
    let second = rest.strip_prefix(':').and_then(number).filter(|(second, _)| port.min(*second) >= LEAST_OF_TWO);
    let rest = second.map_or(rest, |(_, rest)| rest);
    let is_whole = rest.chars().next().is_none_or(|next| !is_of_name(next) && next != ':' && next != '@');
    let ports = [Some(port), second.map(|(second, _)| second)];
    (is_begun && is_whole && port >= LEAST).then(|| ports.into_iter().flatten().map(move |port| (host, port)))
}

/// The port that a text begins with, and what follows.
fn number(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let all = |text: &'static str| addresses(text);
        assert_eq!(all("redis://:pw@redis:6379/0"), [("redis", 6379)]);
        assert_eq!(all("a:81,b-c.d:29092"), [("a", 81), ("b-c.d", 29_092)]);
        assert_eq!(all("server.1=a:2888:3888;2181"), [("a", 2888), ("a", 3888)]);
        assert_eq!(all("12:30pm http://x :80 a:b c:70000"), []);
        assert_eq!(all("redis:7 admin:1234@db https://a:1433@b at:12:30 [fe80::a:5353] app:3000:80 {count:5}"), []);
    }
}
