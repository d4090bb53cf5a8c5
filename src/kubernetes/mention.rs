//! Where services say a name: as a word of a variable or of what they run.

use super::copied_text;
use crate::load::Loaded;
use crate::model::{Project, Service};
use crate::value::Name;

/// The places at which services other than this one say a word, such as `web.environment.DB_HOST`, or `web.volumes[0]` for
/// a file that one is given.
pub(super) fn places(loaded: &Loaded, of: &Name, word: &str) -> Vec<String> {
    let others = loaded.project.services.values().filter(|other| other.name != *of);
    others.flat_map(|other| places_in(loaded, other, word)).collect()
}

fn places_in(loaded: &Loaded, service: &Service, word: &str) -> Vec<String> {
    let says = |text: &String| words(text).any(|one| one == word);
    let variables = service.environment.iter().filter(|(_, value)| value.as_ref().is_some_and(says));
    let variables = variables.map(|(key, _)| format!("{}.environment.{key}", service.name));
    let run = [("command", &service.command), ("entrypoint", &service.entrypoint)];
    let run = run.into_iter().filter(|(_, texts)| texts.iter().flatten().any(says));
    let files = copied_text::of(loaded, service).filter(|copied| has_word(copied.text, word));
    let mut files: Vec<String> = files.map(|copied| format!("{}.{}", service.name, copied.key)).collect();
    files.dedup();
    variables.chain(run.map(|(key, _)| format!("{}.{key}", service.name))).chain(files).collect()
}

/// Whether a long text has a word, which is looked for where it stands alone.
fn has_word(text: &str, word: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_none_or(|letter| !is_of_word(letter));
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        ends(before.chars().next_back()) && ends(after.chars().next())
    })
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || ['-', '_', '.'].contains(&letter)
}

/// The places at which services still say an address.
pub(super) fn places_of_address(project: &Project, address: &str) -> Vec<String> {
    let says = |text: &String| says_address(text, address);
    let in_lists = |service: &Service| {
        let lists = [
            ("command", &service.command),
            ("entrypoint", &service.entrypoint),
            ("dns", &Some(service.dns.clone())),
            ("extra_hosts", &Some(service.extra_hosts.clone())),
        ];
        let keys =
            lists.into_iter().filter(|(_, texts)| texts.iter().flatten().any(says)).map(|(key, _)| key.to_owned());
        keys.collect::<Vec<_>>()
    };
    let all = project.services.values().flat_map(|service| {
        let variables = service.environment.iter().filter(|(_, value)| value.as_ref().is_some_and(says));
        let keys = variables.map(|(key, _)| format!("environment.{key}")).chain(in_lists(service));
        keys.map(|key| format!("{}.{key}", service.name)).collect::<Vec<_>>()
    });
    all.collect()
}

/// Whether a text has an address in it, and not as a part of a longer one.
fn says_address(text: &str, address: &str) -> bool {
    let goes_on = |letter: char| letter.is_ascii_hexdigit() || letter == '.' || letter == ':' && address.contains(':');
    text.match_indices(address).any(|(at, _)| {
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + address.len()..).unwrap_or_default());
        !before.ends_with(goes_on) && !behind.starts_with(goes_on)
    })
}

/// The words of a text that may be names of hosts.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_of_word(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{loaded, project};

    #[test]
    fn a_name_is_found_in_addresses_and_commands_of_others_alone() {
        let text = "services:\n  my_db: {image: x, command: [my_db]}\n  web:\n    image: x\n    command: [serve, --db, 'my_db:5432']\n    \
                    configs: [no, yes]\n    environment: {URL: 'postgres://u:p@my_db/x', OTHER: my_db2}\n\
                    configs: {no: {content: my_db2}, yes: {content: 'http://my_db:80'}}\n";
        let loaded = loaded(&[("compose.yaml", text)]);
        let found = places(&loaded, &"my_db".parse().expect("valid"), "my_db");
        assert_eq!(found, ["web.environment.URL", "web.command", "web.configs[1]"]);
    }

    #[test]
    fn an_address_is_found_as_a_whole() {
        let text = "services:\n  a:\n    image: x\n    dns: [10.2.0.100]\n    command: [ask, '10.2.0.1:53']\n    \
                    environment: {A: '10.2.0.10', B: 'dns://10.2.0.100'}\n";
        let project = project(text);
        assert_eq!(places_of_address(&project, "10.2.0.100"), ["a.environment.B", "a.dns"]);
        assert_eq!(places_of_address(&project, "10.2.0.1"), ["a.command"]);
    }
}
