//! Who has the name of a container: an engine has each name once, for all projects.

use super::{Engine, EngineError, port_holder};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Origins;
use crate::plan::{Named, labels};
use crate::value::ProjectName;
use bollard::query_parameters::ListContainersOptionsBuilder;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A container that has a name which another one is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHolder {
    /// The project that it belongs to.
    pub project: Option<String>,
    /// The container with its project, in words.
    pub words: String,
}

impl NameHolder {
    /// Whether it is a container of this project.
    pub fn is_of(&self, project: &ProjectName) -> bool {
        self.project.as_deref() == Some(project.as_str())
    }
}

impl Engine {
    /// The containers of all projects, in every state, that have one of these names, by it. One request, none for no name.
    pub async fn name_holders(&self, names: &BTreeSet<&str>) -> Result<BTreeMap<String, NameHolder>, EngineError> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filters = HashMap::from([("name", names.iter().map(|name| format!("^/?{name}$")).collect::<Vec<_>>())]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await.map_err(|fault| self.sorted(fault))?;
        let holders = listed.into_iter().filter_map(|container| {
            let words = port_holder::described(&container);
            let project = container.labels.and_then(|labels| labels.get(labels::PROJECT).cloned());
            // The filter is a pattern, in which a dot is any letter.
            let called = container.names.unwrap_or_default();
            let name = called.iter().find_map(|name| names.get(name.trim_start_matches('/')))?;
            Some(((*name).to_owned(), NameHolder { project, words }))
        });
        Ok(holders.collect())
    }

    /// An error for each name that a container of somebody else has.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn names_taken(
        &self,
        project: &ProjectName,
        named: &[Named],
        origins: &Origins,
    ) -> Result<Diagnostics, EngineError> {
        let holders = self.name_holders(&named.iter().map(|one| one.name.as_str()).collect()).await?;
        let mut diagnostics = Diagnostics::default();
        for one in named {
            let holder = holders.get(&one.name);
            if let Some(fault) = holder.and_then(|holder| fault(one, holder, project)) {
                diagnostics.push(fault.at(origins.place(&one.place)));
            }
        }
        Ok(diagnostics)
    }
}

/// What has it in the same project is about to give it up, or was made meanwhile.
fn fault(Named { service, name, .. }: &Named, holder: &NameHolder, project: &ProjectName) -> Option<Diagnostic> {
    if holder.is_of(project) {
        return None;
    }
    let message = format!("'container_name' of service '{service}' is taken: {} has the name '{name}'", holder.words);
    let help = format!("remove it with 'docker rm -f {name}', or choose another name here");
    Some(Diagnostic::error("name-taken", message).help(help))
}
