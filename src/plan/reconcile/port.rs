//! Ports of the host that change hands: who gives one up stops before the one that takes it starts, whichever of the two
//! comes first.

use super::{Draft, home, replica};
use crate::model::Service;
use crate::plan::port::{Claim, held};
use crate::plan::{Kind, Reason, SeenContainer, StepId, Subject};

/// The steps after which the ports are free that a container of a service takes when it starts. What has one and is to
/// be replaced or removed later is stopped for that, when all is done that the start needs. What stays is no matter of
/// the plan's: the ports are looked at before it is carried out.
pub(super) fn freed(draft: &mut Draft<'_>, service: &Service, needs: &[StepId]) -> Vec<StepId> {
    let claims = Claim::of(service);
    let holders = |claim: &Claim| draft.roster.holders(*claim.ports.start()).to_vec();
    let holders: Vec<_> = claims.iter().flat_map(holders).filter(|one| one.service != service.name).collect();
    let mut freed = Vec::new();
    for holder in holders {
        let port = held(holder).into_iter().find(|port| claims.iter().any(|claim| claim.cannot_do_without(port)));
        if let Some(port) = port {
            freed.extend(given_up(draft, holder, Reason::PortMoves(port.port, service.name.clone()), needs));
        }
    }
    freed
}

fn given_up(draft: &mut Draft<'_>, holder: &SeenContainer, because: Reason, needs: &[StepId]) -> Option<StepId> {
    let stopped = draft.stopped.get(&holder.id).map(|(stopped, _)| *stopped);
    if let Some(step) = stopped.or(draft.removed.get(&holder.id).copied()) {
        return Some(step);
    }
    if !replica::makes_way_later(draft, holder) {
        return None;
    }
    let mut needs = needs.to_vec();
    needs.extend(home::clear(draft, holder, &needs));
    let subject = Subject::of(Kind::Container, &holder.name, &holder.service);
    let stopped = draft.stop(holder, because.clone(), &subject, needs);
    draft.stopped.insert(holder.id.clone(), (stopped, because));
    Some(stopped)
}

#[cfg(test)]
mod tests {
    use crate::model::Project;
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Policy, Recreate};
    use crate::testing::{applied, fetched, plan_lines, project, reasons};

    /// Services `a` and `b`, each with a port of the host and something else.
    fn pair([a, b]: [(u16, &str); 2]) -> Project {
        let service = |name, (port, more): (u16, &str)| {
            format!("  {name}: {{image: x, ports: [{{target: 80, published: \"{port}\"}}]{more}}}\n")
        };
        project(&format!("services:\n{}{}", service("a", a), service("b", b)))
    }

    fn up(before: &Project, wanted: &Project, recreate: Recreate) -> Vec<String> {
        let seen = fetched(wanted, &applied(before));
        let policy = Policy { recreate, ..Policy::default() };
        plan_lines(&reconcile(wanted, &seen, &policy).expect("nothing is in the way"))
    }

    #[test]
    fn who_takes_a_port_starts_after_the_one_that_had_it_is_gone() {
        let lines = up(&pair([(8080, ""), (8081, "")]), &pair([(8082, ""), (8080, "")]), Recreate::Diverged);
        assert_eq!(lines.last().map(String::as_str), Some("start b-1 [rename b-1, remove a-1]"));
    }

    #[test]
    fn who_comes_later_and_gives_a_port_up_stops_for_it() {
        let (before, wanted) = (pair([(8080, ""), (8081, "")]), pair([(8081, ""), (8080, "")]));
        let expected = [
            "create-temp a-1",
            "stop a-1 [create-temp a-1]",
            "remove a-1 [stop a-1]",
            "rename a-1 [remove a-1]",
            "stop b-1 [rename a-1]",
            "start a-1 [rename a-1, stop b-1]",
            "create-temp b-1",
            "remove b-1 [create-temp b-1, stop b-1]",
            "rename b-1 [remove b-1]",
            "start b-1 [rename b-1, remove a-1]",
        ];
        assert_eq!(up(&before, &wanted, Recreate::Diverged), expected);
        let plan = reconcile(&wanted, &fetched(&wanted, &applied(&before)), &Policy::default());
        assert_eq!(reasons(&plan.expect("nothing is in the way"))[4], "stop b-1: its port 8081 goes to 'a'");
    }

    #[test]
    fn who_waits_for_the_one_that_takes_its_port_does_not_hold_it_up() {
        let waits = ", depends_on: {b: {condition: service_started}}";
        let lines = up(&pair([(8080, waits), (8081, "")]), &pair([(8082, waits), (8080, "")]), Recreate::Diverged);
        let at = |line: &str| lines.iter().position(|one| one.starts_with(line)).expect("a step of the plan");
        assert!(at("stop a-1") < at("start b-1") && at("start b-1") < at("start a-1"), "{lines:?}");
    }

    #[test]
    fn who_stays_is_not_stopped_for_its_port() {
        let same = pair([(8080, ""), (8081, "")]);
        let lines = up(&same, &pair([(8081, ""), (8081, "")]), Recreate::Diverged);
        assert!(!lines.iter().any(|line| line.starts_with("stop b-1")), "{lines:?}");
    }
}
