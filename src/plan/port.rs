//! Ports of the host that a plan will take, and what is in the way of them.

use super::{Action, Observed, Plan, Replica, SeenContainer, Target};
use crate::model::{Namespace, Networking, Project, Protocol, Service};
use crate::value::{ContainerId, Name};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// A port of the host that one container takes, or several from which the engine chooses one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The service.
    pub service: Name,
    /// The position among the service's `ports`, if it is one of those.
    pub index: Option<usize>,
    /// The address of the host; nothing stands for all.
    pub address: Option<IpAddr>,
    /// The ports, one of which it takes.
    pub ports: RangeInclusive<u16>,
    /// The transport.
    pub protocol: Protocol,
}

/// A port of the host that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The address; nothing stands for all.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// The transport.
    pub protocol: Protocol,
    /// Who has it.
    pub holder: Holder,
}

/// Who has a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A container of any project, or of none.
    Container {
        /// Its id.
        id: ContainerId,
        /// Its name.
        name: String,
        /// Its project.
        project: Option<String>,
    },
    /// A socket of the engine's machine, by its inode.
    Socket(u64),
}

/// A port that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// Who wants it.
    pub claim: Claim,
    /// The port, the first one of several.
    pub port: u16,
    /// What is in the way.
    pub obstacle: Obstacle,
}

/// What is in the way of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Somebody has it.
    Taken(Holder),
    /// The same plan gives it to a container of this service, at this position among its `ports`.
    Claimed(Name, Option<usize>),
}

/// What a plan needs of the ports of the host.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// The ports that are named by the containers that it starts.
    pub claims: Vec<Claim>,
    /// The containers that it stops or starts: what they have now is free, or theirs.
    pub freed: BTreeSet<ContainerId>,
}

impl Demand {
    /// What a plan needs whose containers are, or are made, as the project says.
    pub fn of(wanted: &Project, seen: &Observed, plan: &Plan) -> Self {
        Self { claims: claims(wanted, seen, plan), freed: freed(plan) }
    }

    /// What a plan needs that starts containers as they were made once, which take these ports.
    pub fn of_bindings(wanted: &Project, plan: &Plan, bindings: Vec<Claim>) -> Self {
        Self { claims: bindings.into_iter().map(|claim| claim.found_in(wanted)).collect(), freed: freed(plan) }
    }
}

impl Claim {
    /// What a container was made to take, in the engine's words; nothing where the engine chooses.
    pub fn bound(service: &Name, address: Option<&str>, (ports, protocol): (&str, Protocol)) -> Option<Self> {
        let address = address.and_then(|address| address.parse().ok()).filter(|one: &IpAddr| !one.is_unspecified());
        Some(Self { service: service.clone(), index: None, address, ports: range(ports)?, protocol })
    }

    /// The claim at the place where the project says the same.
    fn found_in(self, wanted: &Project) -> Self {
        let written = wanted.services.get(&self.service).map(Self::of).unwrap_or_default();
        let same = |one: &Self| Self { index: None, ..one.clone() } == self;
        let index = written.iter().find(|one| same(one)).and_then(|one| one.index);
        Self { index, ..self }
    }
}

fn claims(wanted: &Project, seen: &Observed, plan: &Plan) -> Vec<Claim> {
    let starts = plan.steps().filter_map(|(_, step)| match &step.action {
        Action::Start { target } => Some(target),
        _ => None,
    });
    let service = |target: &Target| match target {
        Target::Existing(id) => seen.container(id).map(|container| &container.service),
        Target::MadeBy(step) => match &plan.get(*step)?.action {
            Action::Create { replica: Replica { service, .. }, .. } => Some(service),
            _ => None,
        },
    };
    starts.filter_map(service).filter_map(|name| wanted.services.get(name)).flat_map(Claim::of).collect()
}

/// The containers that a plan starts and does not make.
pub fn revived<'a>(seen: &'a Observed, plan: &Plan) -> Vec<&'a SeenContainer> {
    let revived = plan.steps().filter_map(|(_, step)| match &step.action {
        Action::Start { target: Target::Existing(id) } => seen.container(id),
        _ => None,
    });
    revived.collect()
}

impl Claim {
    /// The ports of the host that one container of a service names.
    pub fn of(service: &Service) -> Vec<Self> {
        if !publishes(service) {
            return Vec::new();
        }
        let named = service.ports.iter().enumerate().filter_map(|(index, port)| {
            let ports = range(port.published.as_deref()?)?;
            let address = port.host_ip.filter(|address| !address.is_unspecified());
            Some(Self { service: service.name.clone(), index: Some(index), address, ports, protocol: port.protocol })
        });
        named.collect()
    }

    /// Whether it cannot be met as long as somebody has a port.
    pub fn cannot_do_without(&self, taken: &Taken) -> bool {
        let leaves_no_choice = *self.ports.start() == taken.port && *self.ports.end() == taken.port;
        leaves_no_choice && self.protocol == taken.protocol && meet(self.address, taken.address)
    }
}

impl Taken {
    /// Whether two cannot have these at the same time.
    pub fn meets(&self, other: &Self) -> bool {
        self.port == other.port && self.protocol == other.protocol && meet(self.address, other.address)
    }
}

/// The ports of the host that a container has as long as it is up.
pub fn held(container: &SeenContainer) -> Vec<Taken> {
    let holder = Holder::Container { id: container.id.clone(), name: container.name.clone(), project: None };
    let taken = container.ports.iter().filter_map(|port| {
        let address = port.address.parse::<IpAddr>().ok().filter(|address| !address.is_unspecified());
        let all = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
        let protocol = all.into_iter().find(|protocol| protocol.to_string() == port.protocol)?;
        Some(Taken { address, port: port.published?, protocol, holder: holder.clone() })
    });
    taken.collect()
}

/// A container with the network of the host, of another container, or with none publishes nothing.
fn publishes(service: &Service) -> bool {
    match &service.networking {
        Networking::Attached(_) => true,
        Networking::Mode(Namespace::Mode(mode)) => !matches!(mode.as_str(), "host" | "none"),
        Networking::Mode(_) => false,
    }
}

/// `8080`, or `8000-8010`; nothing for 0, for which the engine chooses.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first > 0).then_some(first..=last)
}

/// The containers that a plan starts, stops or removes.
pub fn freed(plan: &Plan) -> BTreeSet<ContainerId> {
    let touched = plan.steps().filter_map(|(_, step)| match &step.action {
        Action::Start { target: Target::Existing(id) }
        | Action::Stop { target: Target::Existing(id), .. }
        | Action::Remove { target: Target::Existing(id), .. } => Some(id.clone()),
        _ => None,
    });
    touched.collect()
}

/// What stays taken while a plan is carried out: not what containers have that it stops, nor the sockets that an engine
/// holds for those.
pub fn stays_taken(mut taken: Vec<Taken>, freed: &BTreeSet<ContainerId>) -> Vec<Taken> {
    let is_freed = |one: &Taken| matches!(&one.holder, Holder::Container { id, .. } if freed.contains(id));
    let gone: Vec<Taken> = taken.iter().filter(|one| is_freed(one)).cloned().collect();
    let for_freed = |one: &Taken| {
        let is_same = |other: &Taken| other.port == one.port && other.protocol == one.protocol;
        matches!(one.holder, Holder::Socket(_)) && gone.iter().any(is_same)
    };
    taken.retain(|one| !is_freed(one) && !for_freed(one));
    taken
}

/// The claims that cannot be met, each entry of a service once. Claims that leave no choice come first.
pub fn collisions(claims: &[Claim], taken: &[Taken]) -> Vec<Collision> {
    let mut met: Vec<(&Claim, u16)> = Vec::new();
    let mut found: Vec<Collision> = Vec::new();
    let has_choice = |claim: &&Claim| claim.ports.start() != claim.ports.end();
    let (ranges, fixed): (Vec<_>, Vec<_>) = claims.iter().partition(has_choice);
    for claim in fixed.into_iter().chain(ranges) {
        let mut first = None;
        let free = claim.ports.clone().find(|port| match obstacle(claim, *port, taken, &met) {
            Some(obstacle) => {
                first.get_or_insert(obstacle);
                false
            }
            None => true,
        });
        let known = |one: &Collision| one.claim == *claim;
        match (free, first) {
            (Some(port), _) => met.push((claim, port)),
            (None, Some(obstacle)) if !found.iter().any(known) => {
                found.push(Collision { claim: claim.clone(), port: *claim.ports.start(), obstacle });
            }
            (None, _) => {}
        }
    }
    found
}

fn obstacle(claim: &Claim, port: u16, taken: &[Taken], met: &[(&Claim, u16)]) -> Option<Obstacle> {
    let holds = |one: &&Taken| one.port == port && one.protocol == claim.protocol && meet(claim.address, one.address);
    if let Some(one) = taken.iter().find(holds) {
        return Some(Obstacle::Taken(one.holder.clone()));
    }
    let claimed = met
        .iter()
        .find(|(one, its)| *its == port && one.protocol == claim.protocol && meet(claim.address, one.address));
    claimed.map(|(one, _)| Obstacle::Claimed(one.service.clone(), one.index))
}

/// Whether two addresses to listen on have one in common.
fn meet(left: Option<IpAddr>, right: Option<IpAddr>) -> bool {
    left.is_none() || right.is_none() || left == right
}

/// The next port above that nobody has or claims.
pub fn next_free(collision: &Collision, claims: &[Claim], taken: &[Taken]) -> Option<u16> {
    let Claim { protocol, ports, .. } = &collision.claim;
    let is_free = |port: &u16| {
        let is_taken = taken.iter().any(|one| one.port == *port && one.protocol == *protocol);
        !is_taken && !claims.iter().any(|one| one.ports.contains(port) && one.protocol == *protocol)
    };
    (ports.end().checked_add(1)?..=u16::MAX).find(is_free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Policy;
    use crate::plan::reconcile::reconcile;
    use crate::testing::{applied, fetched, project};

    fn services(text: &str) -> Project {
        project(&format!("services:\n{text}"))
    }

    fn first_up(text: &str) -> Vec<Claim> {
        let wanted = services(text);
        let seen = fetched(&wanted, &Observed::default());
        let plan = reconcile(&wanted, &seen, &Policy::default()).expect("possible");
        claims(&wanted, &seen, &plan)
    }

    fn by_container(port: u16, address: Option<&str>) -> Taken {
        let holder = Holder::Container { id: ContainerId::new("0a"), name: "x".into(), project: None };
        let address = address.map(|text| text.parse().expect("an address"));
        Taken { address, port, protocol: Protocol::Tcp, holder }
    }

    fn ports(collisions: &[Collision]) -> Vec<u16> {
        collisions.iter().map(|one| one.port).collect()
    }

    const WEB: &str = "  web: {image: x, ports: [{target: 80, published: \"8080\"}]}\n";

    #[test]
    fn what_a_plan_starts_claims_its_ports() {
        let claims = first_up(WEB);
        assert_eq!(ports(&collisions(&claims, &[by_container(8080, None)])), [8080]);
        assert!(collisions(&claims, &[by_container(8081, None)]).is_empty());
        assert!(first_up("  web: {image: x, ports: [{target: 80}, {target: 81, published: \"0\"}]}\n").is_empty());
    }

    #[test]
    fn what_runs_already_claims_nothing() {
        let wanted = services(WEB);
        let seen = applied(&wanted);
        let plan = reconcile(&wanted, &seen, &Policy::default()).expect("possible");
        assert!(claims(&wanted, &seen, &plan).is_empty());
    }

    #[test]
    fn two_addresses_share_a_port() {
        let on = |address: &str| {
            first_up(&format!("  web: {{image: x, ports: [{{target: 80, host_ip: {address}, published: \"80\"}}]}}\n"))
        };
        assert!(collisions(&on("127.0.0.1"), &[by_container(80, Some("127.0.0.2"))]).is_empty());
        assert_eq!(collisions(&on("127.0.0.1"), &[by_container(80, None)]).len(), 1);
        assert_eq!(collisions(&on("0.0.0.0"), &[by_container(80, Some("127.0.0.2"))]).len(), 1);
    }

    #[test]
    fn transports_do_not_meet() {
        let udp = first_up("  dns: {image: x, ports: [{target: 53, published: \"53\", protocol: udp}]}\n");
        assert!(collisions(&udp, &[by_container(53, None)]).is_empty());
    }

    #[test]
    fn a_range_is_full_only_when_all_of_it_is() {
        let claims = first_up("  web: {image: x, scale: 2, ports: [{target: 80, published: 8000-8002}]}\n");
        assert_eq!(claims.len(), 2);
        assert!(collisions(&claims, &[by_container(8001, None)]).is_empty());
        let found = collisions(&claims, &[by_container(8001, None), by_container(8000, None)]);
        assert_eq!((ports(&found), &found[0].claim.service.to_string()), (vec![8000], &"web".to_owned()));
    }

    #[test]
    fn two_of_one_plan_collide_once() {
        let other = "  other: {image: x, ports: [{target: 81, published: \"8080\"}]}\n";
        let found = collisions(&first_up(&format!("{WEB}{other}")), &[]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].claim.service.as_str(), "other");
        assert_eq!(found[0].obstacle, Obstacle::Claimed("web".parse().expect("a name"), Some(0)));
        let many = WEB.replace("image: x", "image: x, scale: 3");
        assert_eq!(collisions(&first_up(&many), &[]).len(), 1);
    }

    #[test]
    fn what_makes_way_frees_its_port_and_its_socket() {
        let socket = Taken { holder: Holder::Socket(1), ..by_container(8080, None) };
        let taken = vec![by_container(8080, None), socket, by_container(9090, None)];
        let freed = BTreeSet::from([ContainerId::new("0a")]);
        assert!(stays_taken(taken.clone(), &freed).is_empty());
        assert_eq!(stays_taken(taken, &BTreeSet::new()).len(), 3);
    }

    #[test]
    fn what_a_container_was_made_to_take_is_found_where_the_file_says_the_same() {
        let wanted = services(WEB);
        let name: Name = "web".parse().expect("a name");
        let bound = |address, ports| Claim::bound(&name, Some(address), (ports, Protocol::Tcp));
        assert_eq!((bound("", "0"), bound("", "")), (None, None));
        let indices = |ports| {
            let demand = Demand::of_bindings(&wanted, &Plan::default(), bound("0.0.0.0", ports).into_iter().collect());
            demand.claims.iter().map(|claim| claim.index).collect::<Vec<_>>()
        };
        assert_eq!((indices("8080"), indices("8081")), (vec![Some(0)], vec![None]));
    }

    #[test]
    fn the_next_free_port_is_nobodys() {
        let claims = first_up(WEB);
        let taken = [by_container(8080, None), by_container(8081, None)];
        let found = collisions(&claims, &taken);
        assert_eq!(next_free(&found[0], &claims, &taken), Some(8082));
    }
}
