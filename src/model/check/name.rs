//! Names that must be unique on an engine.

use super::{Check, labelled, path_of};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::value::Name;
use std::collections::BTreeMap;

impl Check<'_> {
    /// No two services give their containers the same name.
    pub(super) fn container_names(&mut self) {
        let mut seen = BTreeMap::new();
        for service in self.project.services.values() {
            let Some(name) = &service.container_name else { continue };
            let path = path_of(service).key("container_name");
            let Some(first) = seen.insert(name, service) else { continue };
            let message = format!("the container name '{name}' is given to '{}' and '{}'", first.name, service.name);
            let fault = Diagnostic::error("conflict", message).help("a container name is unique on an engine");
            let earlier = self.origins.place(&path_of(first).key("container_name"));
            let fault = match earlier {
                Some(earlier) => labelled(fault, earlier, "the first"),
                None => fault,
            };
            self.fault(fault, &path);
        }
    }

    /// No two keys of a section stand for the same thing of the engine.
    pub(super) fn unique_names<'p>(&mut self, section: &str, all: impl Iterator<Item = (&'p Name, &'p String)>) {
        let mut seen: BTreeMap<&String, &Name> = BTreeMap::new();
        // Without normalisation there is no name yet.
        for (key, name) in all.filter(|(_, name)| !name.is_empty()) {
            if let Some(first) = seen.insert(name, key) {
                let message = format!("'{first}' and '{key}' under '{section}' have the same name '{name}'");
                let diagnostic = Diagnostic::error("conflict", message)
                    .help("give one of them another 'name', or use one key for both");
                self.fault(diagnostic, &Path::of([section, key.as_str()]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;

    #[test]
    fn a_container_name_is_given_once() {
        let text = "services: {a: {image: x, container_name: cn}, b: {image: y, container_name: cn}}";
        assert_eq!(messages(text), ["the container name 'cn' is given to 'a' and 'b'"]);
    }

    #[test]
    fn two_keys_are_two_things() {
        let text = "services: {a: {image: x}}\nvolumes: {v: {name: q}, w: {name: q}}";
        assert_eq!(messages(text), ["'v' and 'w' under 'volumes' have the same name 'q'"]);
    }
}
