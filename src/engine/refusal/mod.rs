//! What an engine would refuse, found in the model before anything is made: values that none takes, and what the
//! connected one is too old for. And what only a cluster acts on, for which no engine is asked.
//!
//! It asks for the engine's version only when something needs one that is not there since the oldest that is supported.

mod address;
mod cluster;
mod limit;
mod outside;
mod port;
mod sharing;
mod source;
mod value;
mod version;

use super::{Engine, EngineError, EngineVersion};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path, Segment};
use crate::model::{Project, Service};

/// A fault of one service, and where it is written within that service.
type Fault = (Path, Diagnostic);

/// Errors for what no engine takes, warnings for what only a cluster acts on. No engine is asked.
pub fn judge<'a>(services: impl IntoIterator<Item = &'a Service>, origins: &Origins) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for service in services {
        let home = Path::of(["services", service.name.as_str()]);
        for (place, fault) in faults(service) {
            diagnostics.push(fault.at(origins.place(&within(&home, &place))));
        }
    }
    diagnostics
}

/// All that is found without an engine.
fn faults(service: &Service) -> Vec<Fault> {
    [value::faults(service), sharing::faults(service), cluster::notes(service)].concat()
}

impl Engine {
    /// An error for each thing that this engine is too old for, and for each mounted path of the host that is missing.
    ///
    /// # Errors
    /// When the engine cannot be asked for its version.
    pub async fn refusals<'a>(
        &self,
        project: &Project,
        services: impl IntoIterator<Item = &'a Service>,
        origins: &Origins,
    ) -> Result<Diagnostics, EngineError> {
        let mut diagnostics = Diagnostics::default();
        let mut needs = Vec::new();
        let mut missing = Vec::new();
        for service in services {
            let home = Path::of(["services", service.name.as_str()]);
            let faults = source::faults(service).into_iter();
            missing.extend(faults.map(|(place, fault)| fault.at(origins.place(&within(&home, &place)))));
            let owner = format!("service '{}'", service.name);
            needs.extend(version::of_service(service).into_iter().map(|need| (home.clone(), owner.clone(), need)));
        }
        for (key, need) in version::of_networks(project) {
            needs.push((Path::of(["networks", key.as_str()]), format!("network '{key}'"), need));
        }
        if !missing.is_empty() && self.sees_our_files().await {
            diagnostics.push_all(missing);
        }
        if needs.is_empty() {
            return Ok(diagnostics);
        }
        let version = self.version().await?;
        for (home, owner, need) in needs.iter().filter(|(_, _, need)| version.api < need.since) {
            diagnostics.push(need.fault(owner, &version).at(origins.place(&within(home, &need.place))));
        }
        Ok(diagnostics)
    }
}

impl version::Need {
    fn fault(&self, owner: &str, version: &EngineVersion) -> Diagnostic {
        let Self { place: _, what, since: (major, minor), engine } = self;
        let EngineVersion { release, api: (has_major, has_minor), platform: _ } = version;
        let message = format!(
            "{what} of {owner} needs version {major}.{minor} of the engine's API, engine {release} has {has_major}.{has_minor}"
        );
        Diagnostic::error("engine-too-old", message).help(format!("remove it, or use Docker Engine {engine} or newer"))
    }
}

/// A path that goes on from another one.
fn within(home: &Path, place: &Path) -> Path {
    place.segments().iter().fold(home.clone(), |home, segment| match segment {
        Segment::Key(key) => home.key(key),
        Segment::Index(index) => home.index(*index),
    })
}

fn wrong(message: String, help: impl Into<String>) -> Diagnostic {
    Diagnostic::error("invalid-value", message).help(help)
}

#[cfg(test)]
mod tests;
