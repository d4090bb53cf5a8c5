//! Networks: made when missing, made anew when their definition changed, never touched when somebody else's.

use super::{Declared, Draft, Standing, peer, replica};
use crate::model::{Network, Service};
use crate::plan::{Action, Kind, Note, Reason, Recreate, SeenContainer, State, Subject, fingerprint};
use crate::value::{ContainerId, Name};
use std::collections::BTreeSet;

/// Plans the networks that these services use.
pub(super) fn plan(draft: &mut Draft<'_>, services: &[&Service]) {
    let used: BTreeSet<&Name> =
        services.iter().flat_map(|service| service.networking.in_order()).map(|(name, _)| name).collect();
    for (key, network) in draft.wanted.networks.iter().filter(|(key, _)| used.contains(key)) {
        let hash = fingerprint::network_hash(network);
        let declared = Declared { kind: Kind::Network, name: &network.name, external: network.external, hash };
        let seen = draft.seen.network(&network.name).map(|seen| &seen.labels);
        match draft.standing(&declared, seen) {
            Standing::Fine => {}
            Standing::Missing => {
                let subject = Subject::new(Kind::Network, &network.name);
                let step = draft.add(Action::CreateNetwork { key: key.clone() }, Reason::Missing, &subject, vec![]);
                draft.networks.insert(key.clone(), step);
            }
            Standing::Changed => changed(draft, key, network, services),
        }
    }
}

/// Makes a network anew, unless something that this plan leaves alone would lose it.
fn changed(draft: &mut Draft<'_>, key: &Name, network: &Network, services: &[&Service]) {
    let kept = format!("the definition of network '{}' changed; it is kept as it is", network.name);
    if draft.policy.recreate == Recreate::Never {
        draft.plan.note(Note::new(kept, "up again without '--no-recreate'"));
    } else if let Some(container) = staying(draft, key, network, services) {
        draft.plan.note(Note::new(
            format!("{kept}, since '{}' is on it and stays", container.name),
            "up again for all services, with '--remove-orphans' if that one's service is gone",
        ));
    } else {
        renew(draft, key, network);
    }
}

/// A container that is on a network and that this plan neither replaces nor removes.
fn staying<'a>(draft: &Draft<'a>, key: &Name, network: &Network, services: &[&Service]) -> Option<&'a SeenContainer> {
    let stays = |container: &SeenContainer| {
        if draft.is_orphan(container) {
            return !draft.is_removable(container);
        }
        let service = services.iter().find(|service| service.name == container.service && !container.oneoff);
        service.is_none_or(|service| {
            let joins = service.networking.in_order().iter().any(|(joined, _)| *joined == key);
            !joins && replica::divergence(draft, (service, &peer::all(draft, service)), container).is_none()
        })
    };
    let on_it = |container: &SeenContainer| container.is_up() && container.networks.contains_key(&network.name);
    draft.seen.containers.iter().find(|container| on_it(container) && stays(container))
}

/// A network cannot be changed: it is made anew, and the containers on it are put back.
fn renew(draft: &mut Draft<'_>, key: &Name, network: &Network) {
    let subject = Subject::new(Kind::Network, &network.name);
    let because = Reason::NetworkChanged(key.clone());
    let lasts = |container: &SeenContainer| !matches!(container.state, State::Dead | State::Removing);
    let on_it = |container: &&SeenContainer| container.networks.contains_key(&network.name) && lasts(container);
    let reconnect: Vec<ContainerId> =
        draft.seen.containers.iter().filter(on_it).map(|container| container.id.clone()).collect();
    let renewed = draft.add(Action::RenewNetwork { key: key.clone(), reconnect }, because, &subject, vec![]);
    draft.networks.insert(key.clone(), renewed);
    draft.changed_networks.insert(key.clone());
}

#[cfg(test)]
mod tests {
    use crate::model::Project;
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Observed, Orphans, Plan, Policy, Recreate, State};
    use crate::testing::{applied, fetched, notes, plan_lines, project, reasons};

    /// Services `a` and `b` in the network `back`.
    fn joined(names: &[&str], back: &str) -> Project {
        let service = |name: &&str| format!("  {name}: {{image: x, networks: {{back: null}}}}\n");
        let services: String = names.iter().map(service).collect();
        project(&format!("services:\n{services}networks: {{back: {back}}}"))
    }

    fn up(wanted: &Project, seen: &Observed, policy: &Policy) -> Plan {
        reconcile(wanted, &fetched(wanted, seen), policy).expect("nothing is in the way")
    }

    const BEFORE: &str = "{name: p_back}";
    const AFTER: &str = "{name: p_back, internal: true}";

    #[test]
    fn a_network_whose_definition_changed_is_made_anew_and_its_containers_are_put_back() {
        let plan = up(&joined(&["a"], AFTER), &applied(&joined(&["a"], BEFORE)), &Policy::default());
        assert_eq!(reasons(&plan), ["renew network p_back: the definition of network 'back' changed"]);
    }

    #[test]
    fn a_container_with_a_hardware_address_on_a_changed_network_is_replaced() {
        let with = |back: &str| {
            project(&format!(
                "services: {{a: {{image: x, networks: {{back: {{mac_address: '02:42:0a:00:00:01'}}}}}}}}\nnetworks: {{back: {back}}}"
            ))
        };
        let reasons = reasons(&up(&with(AFTER), &applied(&with(BEFORE)), &Policy::default()));
        assert_eq!(reasons[1], "create-temp a-1: the definition of network 'back' changed");
    }

    #[test]
    fn a_container_that_is_off_a_changed_network_is_replaced() {
        let mut seen = applied(&joined(&["a", "b"], BEFORE));
        seen.containers[1].networks.clear();
        let reasons = reasons(&up(&joined(&["a", "b"], AFTER), &seen, &Policy::default()));
        assert_eq!(reasons[1], "create-temp b-1: not connected to network 'back'");
    }

    #[test]
    fn a_changed_network_is_kept_while_something_that_stays_is_on_it() {
        let seen = applied(&joined(&["a", "b"], BEFORE));
        let both = joined(&["a", "b"], AFTER);
        let targets = vec!["a".parse().expect("valid")];
        for (wanted, policy) in [
            (&both, Policy { targets, ..Policy::default() }),
            (&both, Policy { recreate: Recreate::Never, ..Policy::default() }),
            (&joined(&["a"], AFTER), Policy::default()),
        ] {
            let plan = up(wanted, &seen, &policy);
            assert!(plan.is_empty(), "{:?}", plan_lines(&plan));
            assert!(notes(&plan).contains("definition of network 'p_back' changed; it is kept"), "{}", notes(&plan));
        }
        let policy = Policy { orphans: Orphans::Remove, ..Policy::default() };
        assert!(plan_lines(&up(&joined(&["a"], AFTER), &seen, &policy))[0].starts_with("renew network"));
    }

    #[test]
    fn a_stopped_container_that_stays_does_not_hold_a_network() {
        let mut seen = applied(&joined(&["a", "b"], BEFORE));
        seen.containers[1].state = State::Exited(0);
        let lines = plan_lines(&up(&joined(&["a"], AFTER), &seen, &Policy::default()));
        assert_eq!(lines[0], "renew network p_back");
    }

    #[test]
    fn a_network_that_compose_left_without_a_hash_is_not_touched() {
        let mut seen = applied(&joined(&["a"], BEFORE));
        seen.networks[0].labels.remove(crate::plan::labels::CONFIG_HASH);
        assert_eq!(up(&joined(&["a"], AFTER), &seen, &Policy::default()), Plan::default());
    }

    #[test]
    fn a_network_of_somebody_else_is_used_as_it_is_and_named() {
        let mut seen = applied(&joined(&["a"], BEFORE));
        seen.networks[0].labels.clear();
        let plan = up(&joined(&["a"], AFTER), &seen, &Policy::default());
        assert!(plan.is_empty());
        assert_eq!(notes(&plan), "network 'p_back' was not made for this project, it is used as it is");
    }

    #[test]
    fn a_missing_external_network_blocks_and_says_what_to_do() {
        let wanted = joined(&["a"], "{name: outside, external: true}");
        let blocked = reconcile(&wanted, &Observed::default(), &Policy::default()).expect_err("it is missing");
        assert_eq!(blocked.to_string(), "network 'outside' is external and not there");
        let help = blocked.faults[0].help.as_deref().expect("a remedy");
        assert!(help.starts_with("create it with 'docker network create outside'"), "{help}");
    }

    #[test]
    fn a_network_that_nobody_asked_for_uses_is_not_made() {
        let wanted = project("services: {a: {image: x}}\nnetworks: {back: {name: p_back}}");
        assert_eq!(plan_lines(&up(&wanted, &Observed::default(), &Policy::default())).len(), 2);
    }

    #[test]
    fn a_container_that_lost_its_network_is_replaced() {
        let wanted = joined(&["a"], BEFORE);
        let mut seen = applied(&wanted);
        seen.containers[0].networks.clear();
        let reasons = reasons(&up(&wanted, &seen, &Policy::default()));
        assert_eq!(reasons[0], "create-temp a-1: not connected to network 'back'");
    }
}
