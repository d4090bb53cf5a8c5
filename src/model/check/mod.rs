//! Rules across attributes: references that lead nowhere, attributes that exclude each other, names used twice.
//!
//! Faults inside one attribute are found where it is read; unreachable dependencies and cycles in `graph`.

mod dependency;
mod develop;
mod image;
mod mount;
mod name;
mod reference;
mod replica;
mod twin;

pub use develop::check_watch;

use super::{Project, Service};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::{Origins, Path};
use crate::source::Span;
use crate::value::Name;

/// Checks a project; everything found is added to the diagnostics.
pub fn check(project: &Project, origins: &Origins, diagnostics: &mut Diagnostics) {
    let mut check = Check { project, origins, diagnostics };
    for service in project.services.values() {
        check.source(service);
        check.platforms(service);
        check.additional_contexts(service);
        check.dependencies(service);
        check.health_conditions(service);
        check.references(service);
        check.mounts(service);
        check.reloads(service);
        check.replicas(service);
        check.twins(service);
    }
    check.container_names();
    let networks = project.networks.iter().filter(|(_, one)| !one.external);
    check.unique_names("networks", networks.map(|(key, one)| (key, &one.name)));
    let volumes = project.volumes.iter().filter(|(_, one)| !one.external);
    check.unique_names("volumes", volumes.map(|(key, one)| (key, &one.name)));
}

struct Check<'a> {
    project: &'a Project,
    origins: &'a Origins,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    /// Reports a fault at a path.
    fn fault(&mut self, diagnostic: Diagnostic, path: &Path) {
        self.diagnostics.push(diagnostic.at(self.origins.place(path)));
    }

    /// Reports attributes that cannot stand together, at the one that is written later.
    fn conflict(&mut self, diagnostic: Diagnostic, one: (&str, &Path), other: (&str, &Path)) {
        let place = |(name, path): (&str, &Path)| (self.origins.span(path), name.to_owned());
        let (first, second) = (place(one), place(other));
        let ((earlier, name), (later, _)) = if first.0 <= second.0 { (first, second) } else { (second, first) };
        let diagnostic = diagnostic.at(later);
        self.diagnostics.push(match earlier.filter(|earlier| Some(*earlier) != later) {
            Some(earlier) => labelled(diagnostic, earlier, &name),
            None => diagnostic,
        });
    }
}

fn labelled(diagnostic: Diagnostic, place: Span, name: &str) -> Diagnostic {
    diagnostic.label(place, format!("{name} is here"))
}

/// The path of a service.
fn path_of(service: &Service) -> Path {
    Path::of(["services", service.name.as_str()])
}

/// The key that was meant, or how to declare what is missing.
fn remedy<'a>(name: &str, known: impl Iterator<Item = &'a Name>, otherwise: String) -> String {
    did_you_mean(name, known.map(Name::as_str)).map_or(otherwise, |near| format!("did you mean '{near}'?"))
}

/// The messages with which a text is refused or warned about.
#[cfg(test)]
fn messages(text: &str) -> Vec<String> {
    let mut origins = Origins::default();
    origins.record(crate::testing::tree(text));
    let mut diagnostics = Diagnostics::default();
    check(&crate::testing::project(text), &origins, &mut diagnostics);
    diagnostics.sorted().into_iter().map(|one| one.message.clone()).collect()
}

/// The places of faults, each as the text from there to the end of its line.
#[cfg(test)]
fn places(text: &str) -> Vec<String> {
    let mut origins = Origins::default();
    origins.record(crate::testing::tree(text));
    let mut diagnostics = Diagnostics::default();
    check(&crate::testing::project(text), &origins, &mut diagnostics);
    let at = |one: &&Diagnostic| one.place.map_or(0, |place| place.start as usize);
    let rest = |one| text[at(&one)..].lines().next().unwrap_or_default().to_owned();
    diagnostics.sorted().into_iter().map(rest).collect()
}
