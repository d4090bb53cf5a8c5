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
}
