//! `extends`: a service that starts from another one, of the same document or of another file.
//!
//! The chain of a service is followed to its end and merged back, so that its length is no depth of calls. Relative paths
//! of another file start from its directory; its networks and volumes stay there.

use super::Phase;
use super::allowance::{Growth, weight};
use super::documents;
use super::find::{self, absolute};
use super::interpolate::interpolate;
use super::merge::{self, Tags};
use super::normalise::entries;
use super::paths::Watched;
use super::place::Place;
use super::unit::{Loader, Scope, key_span};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Node, Path as TreePath, Tag};
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Resolves the services of one document.
pub(super) struct Extends<'a, 'l> {
    loader: &'a mut Loader<'l>,
    scope: &'a Scope,
    /// Services of this document that are done.
    done: HashMap<Box<str>, Node>,
    /// Services of this document that start from what is not there.
    failed: HashSet<Box<str>>,
    /// Services of circles that were reported.
    circles: HashSet<Box<str>>,
}

/// The services of other files as written, by file and by what gave their variables.
#[derive(Debug, Default)]
pub(super) struct Extended(HashMap<(PathBuf, Vec<PathBuf>), Option<Services>>);

/// The services of the documents of a file, in the order of the documents.
type Services = Rc<[Node]>;

/// One service of a chain.
struct Link {
    /// The file that it stands in; nothing for the document itself.
    file: Option<PathBuf>,
    name: Box<str>,
    service: Node,
    /// Where its `extends` names the next one.
    place: Span,
}

impl<'a, 'l> Extends<'a, 'l> {
    /// For the documents of a unit.
    pub fn of(loader: &'a mut Loader<'l>, scope: &'a Scope) -> Self {
        Self { loader, scope, done: HashMap::new(), failed: HashSet::new(), circles: HashSet::new() }
    }

    /// Replaces every `extends` of a document by what it stands for.
    pub fn resolve(mut self, document: &mut Node) {
        let has_any = |(_, service): &(Node, Node)| service.get("extends").is_some();
        let names: Vec<Box<str>> = match document.get("services").and_then(Node::as_map) {
            Some(services) => {
                services.iter().filter(|one| has_any(one)).filter_map(|(key, _)| Some(key.as_text()?.into())).collect()
            }
            None => return,
        };
        if names.is_empty() {
            return;
        }
        let services: Services = document.get("services").cloned().into_iter().collect();
        for name in names {
            self.service(&name, &services);
        }
        for (key, service) in entries(document.get_mut("services")) {
            if key.as_text().is_some_and(|name| self.failed.contains(name)) {
                self.loader.ledger.silence(key.span);
            }
            if let Some(done) = key.as_text().and_then(|name| self.done.remove(name)) {
                *service = done;
            }
        }
    }

    /// Follows the chain of one service and merges it from its far end.
    fn service(&mut self, name: &str, services: &Services) {
        let mut chain: Vec<Link> = Vec::new();
        let mut at: (Option<PathBuf>, Box<str>, Services) = (None, name.into(), Rc::clone(services));
        let (mut base, mut is_whole) = (None, true);
        let mut seen = HashSet::new();
        loop {
            let (file, name, services) = at;
            if file.is_none()
                && let Some(done) = self.done.get(&name)
            {
                base = Some(done.clone());
                is_whole &= !self.failed.contains(&name);
                break;
            }
            let Some(mut service) = self.take(&name, file.as_deref(), &services) else {
                self.report_missing(&chain, &name, &services);
                is_whole = false;
                break;
            };
            let key = key_span(&service, "extends").unwrap_or(service.span);
            let next = service.take("extends").filter(|next| next.tag != Tag::Reset);
            let next = next.map(|next| if next.is_null() { next.at(key) } else { next });
            if let (None, Some(next)) = (&file, &next) {
                self.loader.ledger.origins.take(TreePath::of(["services", &name, "extends"]), next.clone());
            }
            let place = next.as_ref().map_or(service.span, |next| next.get("service").unwrap_or(next).span);
            if !seen.insert((file.clone(), name.clone())) {
                self.report_cycle(&chain, (&file, &name));
                is_whole = false;
                break;
            }
            let followed = next.as_ref().and_then(|next| self.follow(next, file.as_deref(), &services));
            is_whole &= next.is_none() || followed.is_some();
            chain.push(Link { file, name, service, place });
            match followed {
                Some(next) => at = next,
                None => break,
            }
        }
        if !is_whole {
            self.failed.extend(chain.iter().filter(|link| link.file.is_none()).map(|link| link.name.clone()));
        }
        self.merge(chain, base);
    }

    /// What an `extends` leads to: file, name and the services there.
    fn follow(
        &mut self,
        extends: &Node,
        file: Option<&Path>,
        services: &Services,
    ) -> Option<(Option<PathBuf>, Box<str>, Services)> {
        let Some(service) = extends.get("service").filter(|named| !named.is_null()).and_then(Node::as_text) else {
            if extends.as_map().is_some() {
                let fault = Diagnostic::error("missing-value", "'extends' needs a 'service'").at(extends.span);
                self.loader.ledger.report(fault.help("add 'service:', the name of the service to start from"));
            } else if extends.is_null() {
                let fault = Diagnostic::error("wrong-type", "'extends' has no value").at(extends.span);
                self.loader.ledger.report(fault.help("give it the name of a service, or remove it"));
            }
            return None;
        };
        let Some(named) = extends
            .get("file")
            .filter(|named| !named.is_null() && named.as_text().is_some_and(|text| !text.is_empty()))
        else {
            return Some((file.map(Path::to_owned), service.into(), Rc::clone(services)));
        };
        let directory = file.and_then(Path::parent).unwrap_or(&self.scope.directory);
        let path = absolute(&find::at_home(Path::new(named.as_text()?), self.loader.request), directory);
        let services = self.open(&path, named)?;
        Some((Some(path), service.into(), services))
    }

    /// The services of another file, its paths starting from its own directory.
    fn open(&mut self, path: &Path, named: &Node) -> Option<Services> {
        let entry = (path.to_owned(), self.scope.environment.included().to_vec());
        if let Some(known) = self.loader.extended.0.get(&entry) {
            return known.clone();
        }
        let services = self.read(path, named).map(Rc::from);
        self.loader.extended.0.insert(entry, services.clone());
        services
    }

    fn read(&mut self, path: &Path, named: &Node) -> Option<Vec<Node>> {
        let request = self.loader.request;
        let shown = find::shown(path, &request.working_directory);
        let remote = Path::new(named.as_text()?);
        if find::is_remote(remote) {
            self.loader.ledger.report(find::elsewhere(remote).at(named.span));
            return None;
        }
        let file = match self.loader.ledger.read(path, &shown) {
            Ok(file) => file,
            Err(unreadable) => {
                self.loader.ledger.report(unreadable.diagnostic("extended file", &shown).at(named.span));
                return None;
            }
        };
        let mut services = Vec::new();
        for mut document in documents::parse(file, self.loader.ledger)? {
            if request.runs(Phase::Interpolation) {
                interpolate(&mut document, &self.scope.environment, self.loader.ledger);
            }
            services.extend(document.take("services").filter(|services| services.as_map().is_some()));
        }
        if services.is_empty() {
            let message = format!("the extended file '{}' has no services", shown.display());
            self.loader.ledger.report(Diagnostic::error("missing-service", message).at(named.span));
            return None;
        }
        Some(services)
    }

    /// A service in its long spelling. Of another file only what is taken is checked, and its paths move here.
    fn take(&mut self, name: &str, file: Option<&Path>, documents: &[Node]) -> Option<Node> {
        let directory = file.and_then(Path::parent);
        let services = Place::ROOT.key("services");
        let place = services.key(name);
        let mut taken = None;
        for service in documents.iter().filter_map(|services| services.get(name)) {
            let Some(directory) = directory else { return Some(service.clone()) };
            let mut service = self.loader.shaped(service.clone(), &place, self.scope);
            let relative = find::relative(directory, &self.scope.directory);
            let start = self.loader.start(&relative, Watched::AsNamed);
            let diagnostics = &mut self.loader.ledger.diagnostics;
            start.resolve_at(&mut service, &place, diagnostics);
            taken = merge::merge_at(taken, service, (&place, Tags::Obeyed), self.loader.ledger);
        }
        taken
    }

    /// Merges a chain from its far end; every service of this document in it is done then.
    fn merge(&mut self, chain: Vec<Link>, mut base: Option<Node>) {
        let services = Place::ROOT.key("services");
        for link in chain.into_iter().rev() {
            let Link { file, name, service, place: extends } = link;
            let place = services.key(&name);
            let tag = service.tag;
            let span = service.span;
            let given = base.take().filter(|base| self.allow(base, &name, extends));
            let faults = &mut *self.loader.ledger;
            let merged = match given {
                Some(base) if tag == Tag::None => {
                    let base = merge::merge_at(None, base, (&place, Tags::Obeyed), faults);
                    merge::merge_at(base, service, (&place, Tags::Kept), faults)
                }
                _ => Some(service),
            };
            let merged = merged.map(|merged| Node { span, ..merged });
            if file.is_none()
                && let Some(merged) = &merged
            {
                self.done.insert(name, merged.clone());
            }
            base = merged;
        }
    }

    /// Whether a service may start from this one; if it is too much, it has no base.
    fn allow(&mut self, base: &Node, name: &str, extends: Span) -> bool {
        let is_allowed = self.loader.ledger.allow(Growth::Extends, weight(base), extends);
        if !is_allowed {
            self.failed.insert(name.into());
        }
        is_allowed
    }

    fn report_missing(&mut self, chain: &[Link], name: &str, services: &[Node]) {
        let Some(last) = chain.last() else { return };
        let names = services.iter().flat_map(|services| services.as_map().unwrap_or_default());
        let names = names.filter_map(|(key, _)| key.as_text());
        let message = format!("service '{}' extends '{name}', which is not a service", last.name);
        let fault = Diagnostic::error("missing-service", message).at(last.place);
        let help = if let Some(near) = did_you_mean(name, names.clone()) {
            format!("did you mean '{near}'?")
        } else {
            let known = names.take(8).map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            format!("a service of the same document or of the 'file' is needed; there are {known}")
        };
        self.loader.ledger.report(fault.help(help));
    }

    fn report_cycle(&mut self, chain: &[Link], (file, name): (&Option<PathBuf>, &str)) {
        let first = chain.iter().position(|link| link.file == *file && &*link.name == name).unwrap_or(0);
        let cycle = chain.get(first..).unwrap_or_default();
        let (Some(start), Some(last)) = (cycle.first(), cycle.last()) else { return };
        let mut names: Vec<&str> = cycle.iter().map(|link| &*link.name).collect();
        names.push(&start.name);
        if !cycle.iter().all(|link| self.circles.insert(link.name.clone())) {
            return;
        }
        let fault = Diagnostic::error("extends-cycle", format!("services extend each other: {}", names.join(" -> ")))
            .at(start.place.min(last.place))
            .help("remove one of the 'extends'");
        self.loader.ledger.report(fault);
    }
}
