//! Where services say a name: as a word of a variable or of what they run.

use crate::model::{Project, Service};
use crate::value::Name;

/// The places at which services other than this one say a word, such as `web.environment.DB_HOST`.
pub(super) fn places(project: &Project, of: &Name, word: &str) -> Vec<String> {
    let others = project.services.values().filter(|other| other.name != *of);
    others.flat_map(|other| places_in(other, word)).collect()
}

fn places_in(service: &Service, word: &str) -> Vec<String> {
    let says = |text: &String| words(text).any(|one| one == word);
    let variables = service.environment.iter().filter(|(_, value)| value.as_ref().is_some_and(says));
    let variables = variables.map(|(key, _)| format!("{}.environment.{key}", service.name));
    let run = [("command", &service.command), ("entrypoint", &service.entrypoint)];
    let run = run.into_iter().filter(|(_, texts)| texts.iter().flatten().any(says));
    variables.chain(run.map(|(key, _)| format!("{}.{key}", service.name))).collect()
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
    text.split(|letter: char| !(letter.is_alphanumeric() || ['-', '_', '.'].contains(&letter)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn a_name_is_found_in_addresses_and_commands_of_others_alone() {
        let text = "services:\n  my_db: {image: x, command: [my_db]}\n  web:\n    image: x\n    command: [serve, --db, 'my_db:5432']\n    \
                    environment: {URL: 'postgres://u:p@my_db/x', OTHER: my_db2}\n";
        let project = project(text);
        let found = places(&project, &"my_db".parse().expect("valid"), "my_db");
        assert_eq!(found, ["web.environment.URL", "web.command"]);
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
