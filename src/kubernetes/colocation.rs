//! [`Colocation`]: pods that share a volume run on one machine, where that is asked for: a disk that one machine alone can
//! have is enough for them then, as it was in Compose.

use super::claim::{self, Backing};
use super::draft::Draft;
use super::host_folder::HostFolder;
use super::kind::Kind;
use super::object_name;
use super::placement;
use super::scene::Scene;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path;
use crate::model::{Service, Volume};
use crate::value::Name;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::{BTreeMap, BTreeSet};

/// The workloads whose pods run on one machine.
#[derive(Debug, Default)]
pub(super) struct Colocation(Vec<Group>);

/// Workloads that share volumes. Groups have no workload in common: the pods of one that is in two would wait for a machine
/// that has both.
#[derive(Debug, Default)]
struct Group {
    /// The volumes, as they are asked for.
    volumes: BTreeSet<String>,
    /// Their claims.
    claims: BTreeSet<String>,
    /// The services whose workloads have them.
    owners: BTreeSet<Name>,
}

/// What a volume that is asked for is in the cluster.
struct Store<'a> {
    claim: String,
    consumers: Vec<&'a Service>,
    /// Whether each pod has one of its own.
    is_template: bool,
}

impl Colocation {
    /// Looks for the volumes that are asked for. One that is not there, and pods that cannot be on one machine, are faults.
    pub fn of(scene: &Scene<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut groups = Vec::new();
        for wish in &scene.options.colocate {
            match store(scene, wish) {
                Err(fault) => diagnostics.push(fault),
                Ok(store) => match why_alone(scene, &store) {
                    Some(reason) => {
                        let message = format!("'--colocate {wish}' changes nothing: {reason}");
                        diagnostics.push(Diagnostic::warning("no-effect", message).help("leave it out"));
                    }
                    None => groups = joined(groups, group(scene, wish, store)),
                },
            }
        }
        for group in &groups {
            diagnostics.push_all(group.owners.iter().filter_map(|owner| group.fault(scene, owner)));
            diagnostics.push_all(group.unlike(scene));
        }
        Self(groups)
    }

    /// Whether the pods that have a claim are on one machine.
    pub fn has_claim(&self, claim: &str) -> bool {
        self.0.iter().any(|group| group.claims.contains(claim))
    }

    /// Whether the pods of a service's workload are on one machine.
    pub fn has_workload(&self, owner: &Name) -> bool {
        self.0.iter().any(|group| group.owners.contains(owner))
    }
}

impl Group {
    /// The label of its pods: it tells the first of the volumes.
    fn label(&self) -> String {
        let first = self.volumes.first().map_or("", String::as_str);
        format!("volume.hoist/{}", object_name::label(first))
    }

    /// Why the pods of a service cannot be on one machine.
    fn fault(&self, scene: &Scene<'_>, owner: &Name) -> Option<Diagnostic> {
        let service = scene.project().services.get(owner)?;
        let deploy = Path::of(["services", owner.as_str(), "deploy"]);
        let placement = service.deploy.as_ref().map(|deploy| &deploy.placement);
        let most = placement.map_or(0, |placement| placement.max_replicas_per_node);
        let (what, path) = if scene.home_of(owner).is_some_and(|home| home.kind == Kind::DaemonSet) {
            ("runs on every machine".to_owned(), deploy.key("mode"))
        } else if most > 0 && u64::from(service.replicas()) > most {
            let what = format!("has {} pods, and at most {most} on one machine", service.replicas());
            (what, deploy.key("placement").key("max_replicas_per_node"))
        } else {
            return None;
        };
        let names: Vec<String> = self.volumes.iter().map(|name| format!("'--colocate {name}'")).collect();
        let message = format!("service '{owner}' {what}, which {} contradicts", names.join(" with "));
        let help = "leave one of the two out; without '--colocate' the StorageClass must be able to do ReadWriteMany";
        Some(Diagnostic::error("conflict", message).at(scene.origins().place(&path)).help(help))
    }

    /// Pods of which some ask more of a machine than others may find that these have chosen another one.
    fn unlike(&self, scene: &Scene<'_>) -> Option<Diagnostic> {
        let all: BTreeSet<_> = self.owners.iter().map(|owner| wishes(scene, owner)).collect();
        let names: Vec<String> = self.owners.iter().map(|name| format!("'{name}'")).collect();
        let names = names.join(", ");
        let message = format!("{names} share a machine, and ask for different ones: whichever starts first decides it");
        let help = "give all of them the same 'deploy.placement.constraints' and 'platform'";
        (all.len() > 1).then(|| Diagnostic::warning("placed-apart", message).help(help))
    }
}

/// What the pods of a service ask of a machine.
fn wishes<'a>(scene: &Scene<'a>, owner: &Name) -> BTreeSet<&'a str> {
    let of_service = |service: &'a Service| {
        let placement = service.deploy.as_ref().map(|deploy| &deploy.placement);
        let constraints = placement.into_iter().flat_map(|placement| &placement.constraints).map(String::as_str);
        constraints.chain(service.platform.as_deref())
    };
    scene.members(owner).into_iter().flat_map(of_service).collect()
}

/// What is asked for by the name of a volume, or of the claim that is made for a folder.
fn store<'a>(scene: &Scene<'a>, wish: &str) -> Result<Store<'a>, Diagnostic> {
    let project = scene.project();
    let of_folder = |folder: &HostFolder| Store {
        claim: folder.claim.clone(),
        consumers: folder.consumers(project),
        is_template: false,
    };
    let Some((key, volume)) = project.volumes.iter().find(|(key, _)| key.as_str() == wish) else {
        return scene.host_folders.called(wish).map(of_folder).ok_or_else(|| unknown(scene, wish));
    };
    match claim::backing(volume) {
        Backing::Memory(_) => {
            let message = format!("volume '{wish}' is memory, which pods on one machine do not share either");
            Err(Diagnostic::error("conflict", message).help(format!("leave out '--colocate {wish}'")))
        }
        Backing::Folder(path) => scene.host_folders.around(path).map(of_folder).ok_or_else(|| {
            let message = format!("volume '{wish}' is a folder that becomes no claim");
            Diagnostic::error("conflict", message).help(format!("leave out '--colocate {wish}'"))
        }),
        Backing::Claim | Backing::Existing | Backing::Server { .. } => {
            let consumers = claim::consumers(project, key);
            let is_template = consumers.iter().any(|service| claim::is_template(scene, service, key));
            Ok(Store { claim: claim::name(scene, key, volume), consumers, is_template })
        }
    }
}

fn unknown(scene: &Scene<'_>, wish: &str) -> Diagnostic {
    let volumes = &scene.project().volumes;
    let is_claim =
        |volume: &Volume| matches!(claim::backing(volume), Backing::Claim | Backing::Existing | Backing::Server { .. });
    let own = volumes.iter().filter(|(_, volume)| is_claim(volume)).map(|(key, _)| key.as_str());
    let all: Vec<String> = own.chain(scene.host_folders.claims()).map(|name| format!("'{name}'")).collect();
    let help = if all.is_empty() {
        format!("nothing in the project becomes a claim: leave out '--colocate {wish}'")
    } else {
        format!("these become claims: {}", all.join(", "))
    };
    Diagnostic::error("undeclared", format!("'--colocate {wish}' names no volume of the project")).help(help)
}

/// Why there are no two pods that share it.
fn why_alone(scene: &Scene<'_>, store: &Store<'_>) -> Option<&'static str> {
    if store.consumers.is_empty() {
        Some("no service mounts the volume")
    } else if store.is_template {
        Some("each pod has a volume of its own")
    } else if claim::access(scene, &store.claim, &store.consumers) == "ReadWriteOnce" {
        Some("one pod alone has the volume")
    } else {
        None
    }
}

fn group(scene: &Scene<'_>, wish: &str, store: Store<'_>) -> Group {
    let homes = store.consumers.iter().filter_map(|service| scene.home_of(&service.name));
    let owners = homes.map(|home| home.owner.clone()).collect();
    Group { volumes: [wish.to_owned()].into(), claims: [store.claim].into(), owners }
}

/// The groups with one more, which those that have a workload in common with it become a part of.
fn joined(groups: Vec<Group>, new: Group) -> Vec<Group> {
    let (near, mut all): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| !group.owners.is_disjoint(&new.owners));
    all.push(near.into_iter().fold(new, |mut all, group| {
        all.volumes.extend(group.volumes);
        all.claims.extend(group.claims);
        all.owners.extend(group.owners);
        all
    }));
    all
}

/// How the pods that share a volume need no more than a disk of one machine; nothing where they run on all machines.
pub(super) fn advice(scene: &Scene<'_>, name: &str, consumers: &[&Service]) -> Option<String> {
    let mut homes = consumers.iter().filter_map(|service| scene.home_of(&service.name));
    let is_everywhere = homes.any(|home| home.kind == Kind::DaemonSet);
    (!is_everywhere).then(|| format!("'--colocate {name}' runs its pods on one machine"))
}

/// Has the pods of a workload run where others of its group do. The first one finds none, and may run anywhere: it has the
/// label itself.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let owner = &draft.home.owner;
    let group = draft.scene.colocation.0.iter().find(|group| group.owners.contains(owner));
    let Some(group) = group.filter(|_| draft.service.name == *owner) else { return };
    let labels = BTreeMap::from([(group.label(), "true".to_owned())]);
    draft.workload.pod_labels.extend(labels.clone());
    placement::beside(draft, LabelSelector { match_labels: Some(labels), ..LabelSelector::default() });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(volume: &str, owners: &[&str]) -> Group {
        let owners = owners.iter().map(|name| name.parse().expect("a name")).collect();
        Group { volumes: [volume.to_owned()].into(), claims: [volume.to_owned()].into(), owners }
    }

    #[test]
    fn volumes_of_one_workload_are_on_the_same_machine() {
        let all = [group("a", &["x", "y"]), group("b", &["z", "w"]), group("c", &["y", "z"]), group("d", &["v"])];
        let groups = all.into_iter().fold(Vec::new(), joined);
        let told: Vec<_> = groups.iter().map(|group| (group.label(), group.claims.len(), group.owners.len())).collect();
        assert_eq!(told, [("volume.hoist/a".to_owned(), 3, 4), ("volume.hoist/d".to_owned(), 1, 1)]);
    }
}
