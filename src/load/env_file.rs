//! `env_file` and `label_file`: files whose variables become those of one service, below what it says itself.

use super::allowance::{Growth, VALUE};
use super::dotenv::{self, Entries, Format};
use super::environment::Environment;
use super::file::Unreadable;
use super::find;
use super::ledger::Ledger;
use super::normalise::entries;
use super::profile::Profiles;
use super::template::{self, Lookup};
use super::unique;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Dollar, Node, Path as TreePath, Setting, Value};
use crate::source::Span;
use std::path::{Path, PathBuf};

/// Reads the files of all services into the tree and removes the attributes that name them.
pub(super) struct ServiceFiles<'a> {
    pub environment: &'a Environment,
    pub profiles: &'a Profiles,
    pub working_directory: &'a Path,
    pub ledger: &'a mut Ledger,
}

/// Removes the attributes that name files, and reads none.
pub(super) fn leave_out(root: &mut Node) {
    for (_, service) in entries(root.get_mut("services")) {
        service.take("env_file");
        service.take("label_file");
    }
}

/// A file that a service names.
struct Named {
    /// What people call it.
    what: &'static str,
    path: PathBuf,
    place: Node,
    required: bool,
    format: Format,
}

impl ServiceFiles<'_> {
    /// Resolves all services; what is wrong with the files of an inactive one is only a warning.
    pub fn resolve(&mut self, root: &mut Node) {
        for (key, service) in entries(root.get_mut("services")) {
            let path = TreePath::of(["services", key.as_text().unwrap_or_default()]);
            self.looked_up(service);
            let severity = if self.profiles.activate_node(service) { Severity::Error } else { Severity::Warning };
            self.variables(service, severity, &path);
            self.labels(service, severity, &path);
        }
    }

    /// Notes where the variables come from that a service names without a value.
    fn looked_up(&mut self, service: &Node) {
        for (key, value) in service.get("environment").and_then(Node::as_map).unwrap_or_default() {
            if self.ledger.origins.is_named_alone(value.span) {
                let variable = self.environment.origin(key.as_text().unwrap_or_default());
                self.ledger.origins.used(value.span, variable);
            }
        }
    }

    fn variables(&mut self, service: &mut Node, severity: Severity, path: &TreePath) {
        let Some(attribute) = service.take("env_file") else { return };
        let own: Vec<(String, String)> = service.get("environment").map(own).unwrap_or_default();
        let environment = self.environment;
        let lookup = |name: &str| {
            let of_service = || own.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            environment.get(name).or_else(of_service)
        };
        let mut known = Entries::new();
        let path = path.key("environment");
        for named in self.named(&attribute, "env file") {
            let before = known.clone();
            self.read(&named, severity, (&mut known, &lookup));
            self.used(&known, &own);
            self.replaced(before, &known, &path);
        }
        self.hidden(service.get("environment"), &known, &path);
        self.put_below(service, ("environment", &attribute), known);
        self.ledger.origins.take(path.parent().key("env_file"), attribute);
    }

    fn labels(&mut self, service: &mut Node, severity: Severity, path: &TreePath) {
        let Some(attribute) = service.take("label_file") else { return };
        let mut known = Entries::new();
        let files = self.named(&attribute, "label file");
        // Compose hashes where they are.
        let paths: Vec<Node> = files.iter().map(|named| named.place.clone()).collect();
        service.set("label_file", Node::list(paths).at(attribute.span));
        for named in files {
            let earlier = known.clone();
            let lookup = |name: &str| earlier.get(name).map(|entry| entry.value.as_str());
            self.read(&named, severity, (&mut known, &lookup));
        }
        self.hidden(service.get("labels"), &known, &path.key("labels"));
        self.put_below(service, ("labels", &attribute), known);
    }

    fn put_below(&mut self, service: &mut Node, (key, attribute): (&str, &Node), known: Entries) {
        let weight = known.iter().map(|(name, entry)| 2 * VALUE + name.len() + entry.value.len()).sum();
        if self.ledger.allow(Growth::EnvFiles, weight, attribute.span) {
            put_below(service, key, attribute, known);
        }
    }

    /// Keeps which variables took part in the values of files.
    fn used(&mut self, known: &Entries, own: &[(String, String)]) {
        for entry in known.values() {
            let Span { file, start, end } = entry.span;
            let written = self.ledger.sources.text(file).get(start as usize..end as usize).unwrap_or_default();
            let is_expanded = self.ledger.origins.env_files().get(&file) == Some(&Dollar::Variable);
            if !is_expanded || !written.contains('$') || written.starts_with('\'') {
                continue;
            }
            let Ok(expanded) = template::expand(written, &|name| self.environment.get(name)) else {
                continue;
            };
            for name in expanded.used {
                let of_service = own.iter().any(|(key, _)| *key == name);
                let mut variable = self.environment.origin(&name);
                if variable.from.is_none() && of_service {
                    variable.from = Some("'environment' of the service".into());
                } else if let (None, Some(earlier)) = (&variable.from, known.get(&name)) {
                    let path = self.ledger.sources.path(earlier.span.file).display().to_string();
                    (variable.from, variable.place) = (Some(path), Some(earlier.span));
                }
                self.ledger.origins.used(entry.span, variable);
            }
        }
    }

    /// Keeps what the variables of earlier files were before another file set them.
    fn replaced(&mut self, before: Entries, known: &Entries, path: &TreePath) {
        for (name, entry) in before {
            if known.get(&name).is_some_and(|now| now.span != entry.span) {
                let setting = Setting { span: entry.span, value: Some(entry.value) };
                self.ledger.origins.replaced(path.key(&name), setting);
            }
        }
    }

    /// Keeps what the files say of names that the service sets itself.
    fn hidden(&mut self, own: Option<&Node>, known: &Entries, path: &TreePath) {
        for (key, _) in own.and_then(Node::as_map).unwrap_or_default() {
            let name = key.as_text().unwrap_or_default();
            if let Some(entry) = known.get(name) {
                let setting = Setting { span: entry.span, value: Some(entry.value.clone()) };
                self.ledger.origins.replaced(path.key(name), setting);
            }
        }
    }

    fn named(&mut self, attribute: &Node, what: &'static str) -> Vec<Named> {
        match attribute.as_list() {
            Some(items) => items.iter().filter_map(|item| self.one(item, what)).collect(),
            None if attribute.is_null() => Vec::new(),
            None => {
                self.wrong(attribute, "a path or a list of paths was expected");
                Vec::new()
            }
        }
    }

    fn one(&mut self, item: &Node, what: &'static str) -> Option<Named> {
        let path = item.get("path").unwrap_or(item);
        let text = path.as_text().filter(|_| !path.is_null())?;
        let (required, format) = (self.required(item), self.format(item)?);
        Some(Named { what, path: PathBuf::from(text), place: path.clone(), required, format })
    }

    fn required(&mut self, item: &Node) -> bool {
        let Some(node) = item.get("required") else { return true };
        match node.as_text().unwrap_or_default().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => true,
            "false" | "no" | "n" | "off" => false,
            _ => {
                self.wrong(node, "'required' must be true or false");
                true
            }
        }
    }

    fn format(&mut self, item: &Node) -> Option<Format> {
        match item.get("format").map(|node| (node, node.as_text())) {
            None | Some((_, Some(""))) => Some(Format::Compose),
            Some((_, Some("raw"))) => Some(Format::Raw),
            Some((node, _)) => {
                let message = format!("'{}' is not a format of env files", node.as_text().unwrap_or_default());
                let fault = Diagnostic::error("invalid-value", message).at(node.span);
                self.ledger.report(fault.help("the only one is 'raw'; leave it out for the format of '.env'"));
                None
            }
        }
    }

    fn wrong(&mut self, node: &Node, message: &str) {
        let fault = Diagnostic::error("wrong-type", format!("{message}, this is {}", node.kind())).at(node.span);
        self.ledger.report(fault.help("write it like 'env_file: [web.env]' or '- {path: web.env, required: false}'"));
    }

    fn read(&mut self, named: &Named, severity: Severity, (known, lookup): (&mut Entries, Lookup<'_>)) {
        let shown = find::shown(&named.path, self.working_directory);
        match self.ledger.read_variables(&named.path, &shown) {
            Ok(file) => {
                let length = self.ledger.sources.text(file).len();
                if !self.ledger.allow(Growth::EnvFiles, length, named.place.span) {
                    return;
                }
                let dollar = if named.format == Format::Raw { Dollar::Plain } else { Dollar::Variable };
                self.ledger.origins.env_file(file, dollar);
                dotenv::read(file, named.format, known, (lookup, self.ledger));
            }
            Err(Unreadable::Missing) if !named.required => {}
            Err(unreadable) => {
                let mut fault = unreadable.diagnostic(named.what, &shown).at(named.place.span);
                fault.severity = severity;
                let missing = matches!(unreadable, Unreadable::Missing);
                let help = match named.what {
                    "env file" => "create it, or write '- {path: …, required: false}'",
                    _ => "create it, or remove it from the list",
                };
                self.ledger.report(if missing { fault.help(help) } else { fault });
            }
        }
    }
}

/// What a service sets itself.
fn own(node: &Node) -> Vec<(String, String)> {
    let entries = node.as_map().unwrap_or_default().iter();
    entries
        .filter(|(_, value)| !value.is_null())
        .filter_map(|(key, value)| Some((key.as_text()?.to_owned(), unique::text(value)?)))
        .collect()
}

/// Adds variables that the service does not name itself, not even without a value.
fn put_below(service: &mut Node, key: &str, attribute: &Node, known: Entries) {
    if known.is_empty() {
        return;
    }
    if service.get(key).is_none_or(Node::is_null) {
        service.set(key, Node::map::<&str>([]).at(attribute.span));
    }
    let Some(target) = service.get_mut(key) else { return };
    let Value::Map(own) = &mut target.value else { return };
    let named: std::collections::HashSet<String> =
        own.iter().filter_map(|(key, _)| key.as_text().map(str::to_owned)).collect();
    for (name, entry) in known.into_iter().filter(|(name, _)| !named.contains(name)) {
        own.push((Node::text(name).at(entry.span), Node::text(entry.value).at(entry.span)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Request;
    use crate::load::tests::compact;
    use std::fs;

    fn run(files: &[(&str, &str)], service: Node) -> (String, Ledger) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("is written");
        }
        let environment = Environment::of_pairs([("SET", "val")]);
        let profiles = Profiles::of(&Request::default(), &environment);
        let mut ledger = Ledger::default();
        let mut service = service;
        if let Some(Value::List(items)) = service.get_mut("env_file").map(|node| &mut node.value) {
            for path in items.iter_mut().filter_map(|item| item.get_mut("path")) {
                let full = folder.path().join(path.as_text().expect("a text")).display().to_string();
                *path = Node::text(full);
            }
        }
        let mut root = Node::map([("services", Node::map([("a", service)]))]);
        let working_directory = folder.path();
        ServiceFiles { environment: &environment, profiles: &profiles, working_directory, ledger: &mut ledger }
            .resolve(&mut root);
        let environment = root.get("services").and_then(|all| all.get("a")?.get("environment")).map(compact);
        (environment.unwrap_or_default(), ledger)
    }

    fn file(path: &str) -> Node {
        Node::map([("path", Node::text(path))])
    }

    #[test]
    fn later_files_win_and_the_service_wins_over_all() {
        let service = Node::map([
            ("environment", Node::map([("A", Node::text("own")), ("M", Node::null())])),
            ("env_file", Node::list([file("1"), file("2")])),
        ]);
        let files = [("1", "A=1\nB=1\nM=1\nC=$SET$A\n"), ("2", "B=2\nD=$C\n")];
        let (environment, _) = run(&files, service);
        assert_eq!(environment, r#"{"A":"own","M":null,"B":"2","C":"valown","D":"valown"}"#);
    }

    #[test]
    fn a_missing_file_is_a_fault_unless_it_is_not_required() {
        let with = |item| Node::map([("env_file", Node::list([item]))]);
        let (_, ledger) = run(&[], with(file("no")));
        assert_eq!(ledger.diagnostics.sorted()[0].message, "env file 'no' not found");
        let optional = Node::map([("path", Node::text("no")), ("required", Node::plain(false))]);
        assert!(run(&[], with(optional)).1.diagnostics.is_empty());
    }

    #[test]
    fn an_inactive_service_without_its_file_is_a_warning() {
        let service =
            Node::map([("profiles", Node::list([Node::text("debug")])), ("env_file", Node::list([file("no")]))]);
        let (_, ledger) = run(&[], service);
        assert!(!ledger.diagnostics.is_empty() && !ledger.diagnostics.has_errors());
    }
}
