//! [`Outsider`]: a container that nobody here makes, and that a container of a plan refers to.

use super::{Action, Kind, Plan};
use crate::document::Path;
use crate::model::{MountsOf, Namespace, Networking, Project, Service};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// A container that nobody here makes, and that a container of a plan refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    /// The service that refers to it.
    pub service: Name,
    /// Where.
    pub place: Path,
    /// Its name or id.
    pub container: String,
    /// What for.
    pub role: Role,
}

/// What a container is needed for, and thereby how it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Another one is created that is to live in its namespaces: it has to be there.
    Host,
    /// The same, and the other one is started: it has to run.
    RunningHost,
    /// Another one has its mounts: it has to be there.
    Mounts,
    /// Another one finds it under a further name: an engine does without it.
    Link,
}

/// The containers that the services of which a plan makes or starts containers refer to, and the service of a one-off.
/// What the plan makes or starts itself is nobody's but ours.
pub fn outsiders(wanted: &Project, plan: &Plan, one_off: Option<&Name>) -> Vec<Outsider> {
    let mut hosts: BTreeMap<&Name, Role> = BTreeMap::new();
    let mut ours: BTreeSet<&str> = BTreeSet::new();
    for (_, step) in plan.steps().filter(|(_, step)| step.subject.kind == Kind::Container) {
        let role = match step.action {
            Action::Create { .. } => Role::Host,
            Action::Start { .. } => Role::RunningHost,
            _ => continue,
        };
        ours.insert(&step.subject.name);
        if let Some(service) = &step.subject.service {
            let known = hosts.entry(service).or_insert(role);
            *known = if role == Role::RunningHost { role } else { *known };
        }
    }
    hosts.extend(one_off.map(|name| (name, Role::RunningHost)));
    let services = hosts.into_iter().filter_map(|(name, host)| Some((wanted.services.get(name)?, host)));
    let mut all: Vec<Outsider> = services.flat_map(|(service, host)| of(service, host)).collect();
    all.retain(|one| !ours.contains(one.container.as_str()));
    all
}

fn of(service: &Service, host: Role) -> Vec<Outsider> {
    let home = Path::of(["services", service.name.as_str()]);
    let outsider = |place: Path, container: &str, role| Outsider {
        service: service.name.clone(),
        place,
        container: container.to_owned(),
        role,
    };
    let network = match &service.networking {
        Networking::Mode(mode) => Some(mode),
        Networking::Attached(_) => None,
    };
    let namespaces = [("network_mode", network), ("ipc", service.ipc.as_ref()), ("pid", service.pid.as_ref())];
    let namespaces = namespaces.into_iter().filter_map(|(key, namespace)| match namespace? {
        Namespace::Container(container) => Some(outsider(home.key(key), container, host)),
        Namespace::Service(_) | Namespace::Mode(_) => None,
    });
    let mounts = service.volumes_from.iter().enumerate().filter_map(|(index, from)| match &from.source {
        MountsOf::Container(container) => {
            Some(outsider(home.key("volumes_from").index(index), container, Role::Mounts))
        }
        MountsOf::Service(_) | MountsOf::Id(_) => None,
    });
    let links = service.external_links.iter().enumerate().map(|(index, link)| {
        let container = link.split_once(':').map_or(link.as_str(), |(container, _)| container);
        outsider(home.key("external_links").index(index), container, Role::Link)
    });
    namespaces.chain(mounts).chain(links).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Observed, Policy, Reach};
    use crate::testing::{applied, fetched, project};

    const ALL: &str = "services:
  a: {image: x, network_mode: 'container:n', ipc: 'container:i', pid: 'container:p'}
  b: {image: x, volumes_from: [a, 'container:v:ro'], external_links: [l, 'm:alias']}
";

    fn found(text: &str, reach: Reach, seen: impl Fn(&Project) -> Observed) -> Vec<String> {
        let wanted = project(text);
        let policy = Policy { reach, ..Policy::default() };
        let plan = reconcile(&wanted, &seen(&wanted), &policy).expect("possible");
        let told = |one: &Outsider| format!("{} {} {:?}", one.place, one.container, one.role);
        outsiders(&wanted, &plan, None).iter().map(told).collect()
    }

    fn fresh(wanted: &Project) -> Observed {
        fetched(wanted, &Observed::default())
    }

    #[test]
    fn all_references_are_found_with_their_places() {
        let expected = [
            "services.a.network_mode n RunningHost",
            "services.a.ipc i RunningHost",
            "services.a.pid p RunningHost",
            "services.b.volumes_from[1] v Mounts",
            "services.b.external_links[0] l Link",
            "services.b.external_links[1] m Link",
        ];
        assert_eq!(found(ALL, Reach::Started, fresh), expected);
        assert_eq!(found(ALL, Reach::Created, fresh)[0], "services.a.network_mode n Host");
    }

    #[test]
    fn what_stays_as_it_is_refers_to_nobody() {
        assert!(found(ALL, Reach::Started, applied).is_empty());
    }

    #[test]
    fn a_container_of_the_project_by_its_name_is_no_outsider() {
        let text = "services:
  vpn: {image: x, container_name: tunnel}
  a: {image: x, network_mode: 'container:tunnel', depends_on: {vpn: {condition: service_started, required: true}}}
";
        assert!(found(text, Reach::Started, fresh).is_empty());
    }
}
