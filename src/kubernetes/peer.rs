//! [`Peers`]: services that dial each other in a circle, or themselves, before they are ready, as the members of a cluster do.
//!
//! A Service leads to pods that are ready only, so that none of them would ever be: theirs lead to all of their pods, and a
//! second one, for those that wait, to the ready ones. Who dials whom is known by the names that a file says; a service that
//! is waited for until it is healthy does not need those that start only then.

use super::alias;
use super::dialling::{self, Dial};
use super::host;
use super::kompose;
use super::object_name;
use super::probe;
use super::scene::Scene;
use super::sibling;
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::graph::Services;
use crate::model::{DependencyCondition, Service};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of services that dial each other in a circle.
#[derive(Debug, Default)]
pub(super) struct Peers {
    /// The Services that lead to pods before they are ready.
    early: BTreeSet<String>,
    /// The Services that are dialled at ports that nobody tells: those of them by their name alone, and those of members of
    /// one cluster.
    open: BTreeSet<String>,
    /// The pods that dial each other in a circle and have such Services, by the service that they belong to.
    circles: BTreeMap<Name, BTreeSet<Name>>,
}

/// A name that pods dial, which leads to others or to themselves.
struct Edge<'s> {
    from: &'s Name,
    to: &'s Name,
    name: String,
    dials: BTreeSet<Dial>,
}

impl Peers {
    /// Looks at all services.
    pub fn of(scene: &Scene<'_>) -> Self {
        let edges = edges(scene);
        let reached = reached(&edges);
        let leads_to = |from: &Name, to: &Name| reached.get(from).is_some_and(|all| all.contains(to));
        let mut peers = Self::default();
        for edge in edges.iter().filter(|edge| leads_to(edge.to, edge.from) && is_probed(scene, edge.to)) {
            peers.early.insert(edge.name.clone());
            if edge.dials.iter().any(|dial| !dial.has_port()) {
                peers.open.insert(edge.name.clone());
            }
            let circle = reached.get(edge.to).into_iter().flatten().filter(|other| leads_to(other, edge.to));
            peers.circles.entry(edge.to.clone()).or_default().extend(circle.map(|other| (*other).clone()));
        }
        peers.open.extend(members(scene));
        peers
    }

    /// Whether the Service of this name leads to pods before they are ready.
    pub fn is_early(&self, name: &str) -> bool {
        self.early.contains(name)
    }

    /// Whether the Service of this name is dialled at ports that nobody tells, so that all have to be open.
    pub fn is_open(&self, name: &str) -> bool {
        self.open.contains(name)
    }

    /// The pods that dial each other in a circle with those of a service.
    pub fn circle(&self, owner: &Name) -> Option<&BTreeSet<Name>> {
        self.circles.get(owner)
    }

    /// Says once of each circle why its Services are as they are.
    pub fn advice(&self, scene: &Scene<'_>) -> Vec<Diagnostic> {
        let circles: BTreeSet<&BTreeSet<Name>> = self.circles.values().collect();
        let advice = |circle: &BTreeSet<Name>| {
            let names: Vec<String> = circle.iter().map(|name| format!("'{name}'")).collect();
            let message = match names.as_slice() {
                [one] => format!("service {one} dials itself: its Service leads to pods that are not ready yet, too"),
                all => {
                    let all = all.join(", ");
                    format!("services {all} dial each other: their Services lead to pods that are not ready yet, too")
                }
            };
            let help = "otherwise none would ever be ready; one that does not need the others to be so can be waited for \
                        with 'condition: service_healthy'";
            let place = circle.first().map(|name| Path::of(["services", name.as_str()]));
            let place = place.map_or_else(Default::default, |path| scene.origins().span(&path));
            Diagnostic::advice("unready-peers", message).at(place).help(help)
        };
        circles.into_iter().map(advice).collect()
    }
}

impl Scene<'_> {
    /// The Service that leads to the ready pods of a service alone: its own, or one beside it.
    pub fn ready_name(&self, service: &Name) -> String {
        let name = self.name_of(service);
        if !self.peers.is_early(name) {
            return name.to_owned();
        }
        let ready = object_name::label(&format!("{name}-ready"));
        let is_taken = alias::refusal(self, &ready).is_some() || self.is_wished(&ready);
        if is_taken { object_name::hashed(&ready, name) } else { ready }
    }

    /// Whether a name is that of a container, or another name of a service inside or outside of the project.
    fn is_wished(&self, name: &str) -> bool {
        let outside = |text: &String| text.rsplit_once(':').map_or(text.as_str(), |(_, alias)| alias) == name;
        let services = || self.project().services.values();
        alias::holders(self).contains_key(name)
            || services()
                .any(|one| one.container_name.as_deref() == Some(name) || one.external_links.iter().any(outside))
    }
}

/// The names of the services that are members of one cluster: what they dial of each other only their image knows, and some
/// tell each other the addresses that they find.
fn members(scene: &Scene<'_>) -> BTreeSet<String> {
    let project = scene.project();
    let is_member = |service: &&Service| !sibling::of(service, project).is_empty();
    let names: BTreeSet<&Name> = project.services.values().filter(is_member).map(|service| &service.name).collect();
    let aliases = if names.is_empty() { BTreeMap::new() } else { alias::holders(scene) };
    let aliases = aliases.into_iter().filter(|(_, service)| names.contains(&service.name)).map(|(alias, _)| alias);
    names.iter().map(|name| scene.name_of(name)).chain(aliases).map(str::to_owned).collect()
}

/// Whether something asks if a pod is ready.
fn is_probed(scene: &Scene<'_>, owner: &Name) -> bool {
    let runs_on = |service: &Service| scene.home_of(&service.name).is_some_and(|home| !home.ends());
    let is_asked =
        |service: &Service| runs_on(service) && kompose::readiness(service, probe::asked(service).as_ref()).is_some();
    scene.members(owner).into_iter().any(is_asked)
}

/// Who dials whom, but for who starts only when the one that dials is healthy.
fn edges<'s>(scene: &'s Scene<'_>) -> Vec<Edge<'s>> {
    let (names, later) = (names(scene), later(scene));
    let mut edges = Vec::new();
    for service in scene.project().services.values() {
        let Some(home) = scene.home_of(&service.name) else { continue };
        for (host, dials) in dialling::hosts(service) {
            let Some((name, target)) = names.get(&host) else { continue };
            let Some(there) = scene.home_of(target) else { continue };
            let is_later = later.get(*target).is_some_and(|before| before.contains(&service.name));
            let is_needed = if there.owner == home.owner {
                (dials.iter().copied().any(dialling::is_meant) || dialling::joins(service, &host))
                    && host::of_pods(scene, &home.owner).as_deref() != Some(&host)
            } else {
                !is_later
            };
            if is_needed {
                edges.push(Edge { from: &home.owner, to: &there.owner, name: name.clone(), dials });
            }
        }
    }
    edges
}

/// What names lead to: the name of the Service that has it, and the service that is behind it.
fn names<'s>(scene: &'s Scene<'_>) -> BTreeMap<String, (String, &'s Name)> {
    let services = || scene.project().services.values();
    let mut names = BTreeMap::new();
    for service in services() {
        let name = scene.name_of(&service.name).to_owned();
        names.insert(name.clone(), (name, &service.name));
    }
    for service in services() {
        // As it stands in the file; in the cluster it is called otherwise.
        let name = scene.name_of(&service.name).to_owned();
        names.entry(service.name.to_string()).or_insert((name, &service.name));
    }
    let containers = services().filter_map(|service| Some((service.container_name.as_deref()?, service)));
    for (alias, service) in alias::holders(scene).into_iter().chain(containers) {
        if alias::refusal(scene, alias).is_none() {
            names.entry(alias.to_owned()).or_insert((alias.to_owned(), &service.name));
        }
    }
    names
}

/// The services that are healthy, or have ended well, before each one starts.
fn later(scene: &Scene<'_>) -> BTreeMap<Name, BTreeSet<Name>> {
    let mut later: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let project = scene.project();
    for service in Services::of(project).start_order().iter().filter_map(|name| project.services.get(name)) {
        let mut before = BTreeSet::new();
        for (name, dependency) in &service.depends_on {
            before.extend(later.get(name).into_iter().flatten().cloned());
            if dependency.condition != DependencyCondition::Started {
                before.insert(name.clone());
            }
        }
        later.insert(service.name.clone(), before);
    }
    later
}

/// All that each leads to, be it by way of others.
fn reached<'s>(edges: &[Edge<'s>]) -> BTreeMap<&'s Name, BTreeSet<&'s Name>> {
    let mut next: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
    for edge in edges {
        next.entry(edge.from).or_default().insert(edge.to);
    }
    let all_from = |start: &&'s Name| {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Name> = next.get(*start).into_iter().flatten().copied().collect();
        while let Some(name) = open.pop() {
            if found.insert(name) {
                open.extend(next.get(name).into_iter().flatten());
            }
        }
        (*start, found)
    };
    next.keys().map(all_from).collect()
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    /// The Services that lead to pods before they are ready.
    fn early(services: &str) -> Vec<String> {
        let converted = convert(&loaded(&[("compose.yaml", &format!("services:\n{services}"))]), &Options::default());
        let early = |text: &str| text.contains("publishNotReadyAddresses: true");
        let services = converted.manifests.into_iter().filter(|one| one.kind == "Service" && early(&one.text()));
        services.map(|one| one.name).collect()
    }

    /// A service with a health check.
    fn one(name: &str, rest: &str) -> String {
        format!("  {name}: {{image: x, expose: ['80'], healthcheck: {{test: [CMD, ok]}}{rest}}}\n")
    }

    #[test]
    fn a_circle_may_lead_through_others() {
        let env = |host: &str| format!(", environment: {{URL: 'http://{host}'}}");
        let circle = [one("a", &env("b")), one("b", &env("c")), one("c", &env("a")), one("d", &env("a"))].concat();
        assert_eq!(early(&circle), ["a", "b", "c"]);
        assert_eq!(early(&[one("a", &env("b")), one("b", &env("c")), one("c", "")].concat()), [""; 0]);
    }

    #[test]
    fn who_starts_when_another_is_healthy_is_not_needed_by_it() {
        let env = |host: &str| format!(", environment: {{URL: 'http://{host}'}}");
        let waits = |name: &str| format!(", depends_on: {{{name}: {{condition: service_healthy}}}}");
        let a = one("a", &env("b"));
        assert_eq!(early(&[a.clone(), one("b", &env("a"))].concat()), ["a", "b"]);
        assert_eq!(early(&[a.clone(), one("b", &(env("a") + &waits("a")))].concat()), [""; 0]);
        let far = [a, one("b", &(env("a") + ", depends_on: [c]")), one("c", &waits("a"))].concat();
        assert_eq!(early(&far), [""; 0]);
    }

    #[test]
    fn one_without_a_probe_is_ready_anyway() {
        let a = one("a", ", environment: {URL: 'http://b'}");
        assert_eq!(early(&format!("{a}  b: {{image: x, environment: {{URL: 'http://a'}}}}\n")), ["a"]);
    }

    #[test]
    fn who_finds_itself_needs_nobody() {
        let itself = ", environment: {URL: 'http://a'}";
        assert_eq!(early(&one("a", itself)), [""; 0]);
        assert_eq!(early(&one("a", &format!("{itself}, hostname: b"))), ["a"]);
        assert_eq!(early(&one("a", &format!("{itself}, hostname: a"))), [""; 0]);
        assert_eq!(early(&one("a", ", environment: {SEEDS: 'a,b'}, hostname: b")), [""; 0]);
        let alias = ", environment: {URL: 'http://b'}, networks: {default: {aliases: [b, c]}}";
        assert_eq!(early(&one("a", alias)), ["b"]);
    }
}
