//! Volumes: made when missing. One whose definition changed is kept with its data, and a note says so, unless the user
//! agreed that it is made anew.

use super::{Declared, Draft, Standing};
use crate::model::{Project, Service, Volume};
use crate::plan::{
    Action, AnonymousVolumes, Kind, Note, Observed, Reason, SeenContainer, State, StepId, Subject, Target, fingerprint,
    labels,
};
use crate::value::{ContainerId, Name};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the project's own volumes whose definition changed: what a user may be asked about.
pub fn changed(wanted: &Project, seen: &Observed) -> Vec<String> {
    let is_changed = |volume: &&Volume| {
        let marks = seen.volume(&volume.name).filter(|_| !volume.external).map(|seen| &seen.labels);
        let label = |name: &str| marks.and_then(|marks| marks.get(name));
        let ours = label(labels::PROJECT).is_some_and(|project| project == wanted.name().as_str());
        ours && label(labels::CONFIG_HASH).is_some_and(|made_from| *made_from != fingerprint::volume_hash(volume))
    };
    wanted.volumes.values().filter(is_changed).map(|volume| volume.name.clone()).collect()
}

/// Plans the volumes that these services use.
pub(super) fn plan(draft: &mut Draft<'_>, services: &[&Service]) {
    let used: BTreeSet<&Name> = services.iter().flat_map(|service| service.volume_keys()).collect();
    for (key, volume) in draft.wanted.volumes.iter().filter(|(key, _)| used.contains(key)) {
        let hash = fingerprint::volume_hash(volume);
        let declared = Declared { kind: Kind::Volume, name: &volume.name, external: volume.external, hash };
        let seen = draft.seen.volume(&volume.name).map(|seen| &seen.labels);
        match draft.standing(&declared, seen) {
            Standing::Fine => {}
            Standing::Missing => {
                let subject = Subject::new(Kind::Volume, &volume.name);
                let step = draft.add(Action::CreateVolume { key: key.clone() }, Reason::Missing, &subject, vec![]);
                draft.volumes.insert(key.clone(), step);
            }
            Standing::Changed => renew(draft, key, volume, services),
        }
    }
}

/// Removes the anonymous volumes of containers that were replaced by others with new ones. An engine keeps those that a
/// container had taken over from another, so each is named; one that a container has that stays is kept.
pub(super) fn forget_renewed(draft: &mut Draft<'_>) {
    let renewed = std::mem::take(&mut draft.renewed);
    let mut going: BTreeMap<&str, (&Name, Vec<StepId>)> = BTreeMap::new();
    for (id, removed) in &renewed {
        let Some(container) = draft.roster.container(id) else { continue };
        for volume in container.volumes.iter().filter(|volume| volume.is_anonymous()) {
            going.entry(&volume.name).or_insert((&container.service, vec![])).1.push(*removed);
        }
    }
    let renewed: BTreeSet<&ContainerId> = renewed.iter().map(|(id, _)| id).collect();
    for container in draft.seen.containers.iter().filter(|container| !renewed.contains(&container.id)) {
        for volume in &container.volumes {
            going.remove(volume.name.as_str());
        }
    }
    for (name, (service, needs)) in going {
        let subject = Subject::of(Kind::Volume, name, service);
        draft.add(Action::RemoveVolume { name: name.to_owned() }, Reason::Replaced, &subject, needs);
    }
}

/// Makes a volume anew if the user agreed, unless something that this plan leaves alone has it.
fn renew(draft: &mut Draft<'_>, key: &Name, volume: &Volume, services: &[&Service]) {
    let kept = format!("the definition of volume '{}' changed; it is kept as it is, with its data", volume.name);
    if !draft.policy.renew.contains(&volume.name) {
        draft.plan.note(Note::new(kept, "'--yes' makes it anew, without the data"));
        return;
    }
    let seen = draft.seen;
    let users: Vec<_> =
        seen.containers.iter().filter(|one| one.volumes.iter().any(|mounted| mounted.name == volume.name)).collect();
    if let Some(user) = users.iter().find(|one| stays(draft, one, services)) {
        let help = "up again for all services, with '--remove-orphans' if that one's service is gone";
        draft.plan.note(Note::new(format!("{kept}, since '{}' has it and stays", user.name), help));
        return;
    }
    let because = Reason::VolumeChanged(key.clone());
    let gone = users.into_iter().map(|user| make_way(draft, user, key)).collect();
    let subject = Subject::new(Kind::Volume, &volume.name);
    let remove = Action::RemoveVolume { name: volume.name.clone() };
    let removed = draft.add(remove, because.clone(), &subject, gone);
    let created = draft.add(Action::CreateVolume { key: key.clone() }, because, &subject, vec![removed]);
    draft.volumes.insert(key.clone(), created);
}

/// Whether this plan has nothing to do with a container.
fn stays(draft: &Draft<'_>, container: &SeenContainer, services: &[&Service]) -> bool {
    if draft.is_orphan(container) {
        return !draft.is_removable(container);
    }
    let ours = |service: &&&Service| service.name == container.service && !container.oneoff;
    container.state == State::Removing || !services.iter().any(|service| ours(&service))
}

/// Removes a container that has the volume; it is made again afterwards.
fn make_way(draft: &mut Draft<'_>, container: &SeenContainer, key: &Name) -> StepId {
    draft.making_way.insert(container.id.clone(), key.clone());
    if let Some(removed) = draft.removed.get(&container.id) {
        return *removed;
    }
    let orphan = draft.is_orphan(container);
    let because = if orphan { Reason::Orphan } else { Reason::VolumeChanged(key.clone()) };
    let subject = Subject::of(Kind::Container, &container.name, &container.service);
    let target = Target::Existing(container.id.clone());
    let stopped = draft.stop(container, because.clone(), &subject, vec![]);
    let remove = Action::Remove { target, volumes: AnonymousVolumes::Keep };
    let removed = draft.add(remove, because, &subject, vec![stopped]);
    draft.removed.insert(container.id.clone(), removed);
    removed
}

#[cfg(test)]
mod tests {
    use super::changed;
    use crate::model::Project;
    use crate::plan::reconcile::{Blocked, reconcile};
    use crate::plan::{Observed, Plan, Policy};
    use crate::testing::{applied, fetched, notes, plan_lines, project, reasons};

    fn db(data: &str) -> Project {
        let mount = "{type: volume, source: data, target: /data}";
        project(&format!("services: {{db: {{image: x, volumes: [{mount}]}}}}\nvolumes: {{data: {data}}}"))
    }

    fn up(wanted: &Project, seen: &Observed) -> Result<Plan, Blocked> {
        reconcile(wanted, &fetched(wanted, seen), &Policy::default())
    }

    #[test]
    fn a_missing_volume_is_made_before_the_container_that_mounts_it() {
        let plan = up(&db("{name: p_data}"), &Observed::default()).expect("nothing is in the way");
        assert_eq!(plan_lines(&plan)[..2], ["create volume p_data", "create db-1 [create volume p_data]"]);
    }

    #[test]
    fn a_volume_whose_definition_changed_is_kept_with_its_data_and_named() {
        let seen = applied(&db("{name: p_data}"));
        let plan = up(&db("{name: p_data, labels: {tier: gold}}"), &seen).expect("nothing is in the way");
        assert!(plan.is_empty());
        assert_eq!(notes(&plan), "the definition of volume 'p_data' changed; it is kept as it is, with its data");
    }

    #[test]
    fn a_volume_that_the_user_gives_up_is_made_anew_after_its_containers_went() {
        let seen = applied(&db("{name: p_data}"));
        let wanted = db("{name: p_data, labels: {tier: gold}}");
        assert_eq!(changed(&wanted, &seen), ["p_data"]);
        let policy = Policy { renew: ["p_data".to_owned()].into(), ..Policy::default() };
        let plan = reconcile(&wanted, &fetched(&wanted, &seen), &policy).expect("nothing is in the way");
        let expected = [
            "stop db-1",
            "remove db-1 [stop db-1]",
            "remove volume p_data [remove db-1]",
            "create volume p_data [remove volume p_data]",
            "create db-1 [remove db-1, create volume p_data]",
            "start db-1 [create db-1]",
        ];
        assert_eq!(plan_lines(&plan), expected);
        assert_eq!(plan.losses().len(), 1);
        assert!(reasons(&plan).iter().all(|line| line.ends_with("the definition of volume 'data' changed")));
    }

    #[test]
    fn a_volume_that_something_else_has_is_kept_whatever_the_user_gives_up() {
        let mut seen = applied(&db("{name: p_data}"));
        let mut other = seen.containers[0].clone();
        (other.id, other.name) = (crate::value::ContainerId::new("run"), "p-db-run-1".into());
        other.oneoff = true;
        seen.containers.push(other);
        let policy = Policy { renew: ["p_data".to_owned()].into(), ..Policy::default() };
        let wanted = db("{name: p_data, labels: {tier: gold}}");
        let plan = reconcile(&wanted, &fetched(&wanted, &seen), &policy).expect("nothing is in the way");
        assert!(plan.is_empty());
        assert!(notes(&plan).ends_with("with its data, since 'p-db-run-1' has it and stays"), "{}", notes(&plan));
    }

    #[test]
    fn a_volume_with_another_name_is_made_and_mounted_and_the_old_one_stays() {
        let seen = applied(&db("{name: p_data}"));
        let plan = up(&db("{name: other}"), &seen).expect("nothing is in the way");
        assert_eq!(plan_lines(&plan)[0], "create volume other");
        assert_eq!(reasons(&plan)[1], "create-temp db-1: volume 'data' is not mounted");
        assert!(plan.losses().is_empty());
    }

    #[test]
    fn a_volume_of_somebody_else_is_used_as_it_is_and_named() {
        let mut seen = applied(&db("{name: p_data}"));
        seen.volumes[0].labels.clear();
        let plan = up(&db("{name: p_data, labels: {tier: gold}}"), &seen).expect("nothing is in the way");
        assert!(plan.is_empty());
        assert_eq!(notes(&plan), "volume 'p_data' was not made for this project, it is used as it is");
    }

    #[test]
    fn all_that_is_missing_outside_is_named_at_once() {
        let text = "services: {db: {image: x, networks: {n: null}, volumes: [{type: volume, source: v, target: /v}]}}
networks: {n: {name: n, external: true}}
volumes: {v: {name: v, external: true}}";
        let blocked = up(&project(text), &Observed::default()).expect_err("both are missing");
        let expected = "network 'n' is external and not there; volume 'v' is external and not there";
        assert_eq!(blocked.to_string(), expected);
        assert!(blocked.faults.iter().all(|fault| fault.help.is_some()));
    }
}
