//! Volumes: made when missing. One whose definition changed is kept with its data, and a note says so.

use super::{Declared, Draft, Standing};
use crate::model::Service;
use crate::plan::{Action, Kind, Note, Reason, SeenContainer, StepId, Subject, fingerprint};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

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
            Standing::Changed => draft.plan.note(Note::new(
                format!("the definition of volume '{}' changed; it is kept as it is, with its data", volume.name),
                format!("save the data, then 'docker volume rm {}' and up again", volume.name),
            )),
        }
    }
}

/// Removes the anonymous volumes of containers that were replaced by others with new ones. An engine keeps those that a
/// container had taken over from another, so each is named; one that a container has that stays is kept.
pub(super) fn forget_renewed(draft: &mut Draft<'_>) {
    let renewed = std::mem::take(&mut draft.renewed);
    let mut going: BTreeMap<&str, (&Name, Vec<StepId>)> = BTreeMap::new();
    for (id, removed) in &renewed {
        let Some(container) = draft.seen.container(id) else { continue };
        for volume in container.volumes.iter().filter(|volume| volume.is_anonymous()) {
            going.entry(&volume.name).or_insert((&container.service, vec![])).1.push(*removed);
        }
    }
    let stays = |container: &SeenContainer| renewed.iter().all(|(id, _)| *id != container.id);
    for container in draft.seen.containers.iter().filter(|container| stays(container)) {
        going.retain(|name, _| container.volumes.iter().all(|volume| volume.name != *name));
    }
    for (name, (service, needs)) in going {
        let subject = Subject::of(Kind::Volume, name, service);
        draft.add(Action::RemoveVolume { name: name.to_owned() }, Reason::Replaced, &subject, needs);
    }
}

#[cfg(test)]
mod tests {
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
