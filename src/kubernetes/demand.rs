//! [`Demand`]: what other services ask of each one: that it ends well, or that it answers.

use super::dialling;
use crate::model::{DependencyCondition, Networking, Project, Service};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What other services ask of each one.
#[derive(Debug, Default)]
pub(super) struct Demand {
    ended: BTreeSet<Name>,
    answering: BTreeSet<Name>,
}

impl Demand {
    /// Looks at all services.
    pub fn of(project: &Project) -> Self {
        let mut demand =
            Self { ended: awaited(project, DependencyCondition::CompletedSuccessfully), ..Self::default() };
        // Who dials whom is asked of those alone that may end, since all texts have to be read for it.
        if project.services.values().any(ends_by_policy) {
            demand.answering = awaited(project, DependencyCondition::Healthy);
            demand.answering.extend(dialled(project));
        }
        demand
    }

    /// Whether another service waits until it has ended well.
    pub fn is_end(&self, service: &Name) -> bool {
        self.ended.contains(service)
    }

    /// Whether another service dials it, or waits until it is healthy; known of those that end by their policy.
    pub fn is_answer(&self, service: &Name) -> bool {
        self.answering.contains(service)
    }
}

/// Whether `deploy.restart_policy` does not start a service again that has ended well.
pub(super) fn ends_by_policy(service: &Service) -> bool {
    let policy = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    matches!(policy.and_then(|policy| policy.condition.as_deref()), Some("none" | "on-failure"))
}

/// The services that others wait for in this way.
fn awaited(project: &Project, condition: DependencyCondition) -> BTreeSet<Name> {
    let all = project.services.values().flat_map(|service| &service.depends_on);
    all.filter(|(_, dependency)| dependency.condition == condition).map(|(name, _)| name.clone()).collect()
}

/// The services that others dial, by any of their names.
fn dialled(project: &Project) -> BTreeSet<Name> {
    let names = names(project);
    let of = |service: &Service| {
        let hosts = dialling::hosts(service).into_keys();
        let others = hosts.filter_map(|host| names.get(host.as_str()).copied()).filter(|other| **other != service.name);
        others.cloned().collect::<Vec<_>>()
    };
    project.services.values().flat_map(of).collect()
}

/// The names of the services in an engine.
fn names(project: &Project) -> BTreeMap<&str, &Name> {
    let mut names = BTreeMap::new();
    for service in project.services.values() {
        let aliases: Vec<&String> = match &service.networking {
            Networking::Attached(networks) => networks.values().flatten().flat_map(|one| &one.aliases).collect(),
            Networking::Mode(_) => Vec::new(),
        };
        let more = [&service.container_name, &service.hostname].into_iter().flatten();
        for name in aliases.into_iter().chain(more) {
            names.entry(name.as_str()).or_insert(&service.name);
        }
    }
    names.extend(project.services.keys().map(|name| (name.as_str(), name)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn who_is_dialled_by_any_name_has_to_answer() {
        let deploy = "deploy: {restart_policy: {condition: on-failure}}";
        let web = "web: {image: x, environment: {A_URL: 'http://a/', B_HOST: b1, C: 'd:1234'}, depends_on: {e: {condition: service_started}}}";
        let text = format!(
            "services: {{a: {{image: x, {deploy}}}, b: {{image: x, hostname: b1}}, c: {{image: x}}, \
                            d: {{image: x, environment: {{D: 'd:80'}}}}, e: {{image: x}}, {web}}}"
        );
        let demand = Demand::of(&project(&text));
        let answers = |name: &str| demand.is_answer(&name.parse().expect("valid"));
        assert_eq!(["a", "b", "c", "d", "e"].map(answers), [true, true, false, true, false]);
    }
}
