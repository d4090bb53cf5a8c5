//! Claims: what the volumes of a project become.

use super::draft::Draft;
use super::host_source;
use super::kind::{self, Kind};
use super::known_image;
use super::kompose;
use super::memory;
use super::metadata;
use super::object_name;
use super::quantity;
use super::resources;
use super::scene::Scene;
use super::storage::Wanted;
use crate::document::Path;
use crate::model::{MountKind, MountsOf, Project, Service, Volume};
use crate::value::{ByteSize, Name};
use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, Volume as PodVolume,
    VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::{BTreeMap, BTreeSet};

/// The room that is asked for where nothing says how much.
pub(super) const ROOM: &str = "1Gi";
/// The label of Kompose for the room of a volume, or of all volumes of a service.
pub(super) const SIZE: &str = "kompose.volume.size";
/// The label of Kompose for the class of all volumes of a service.
pub(super) const CLASS: &str = "kompose.volume.storage-class-name";

/// The label of Kompose for the volumes that a claim may be bound to.
pub(super) const SELECTOR: &str = "kompose.volume.selector";

/// What a volume of the project is in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Backing<'a> {
    /// A claim that is made.
    Claim,
    /// A claim that somebody else makes.
    Existing,
    /// Memory.
    Memory(Option<ByteSize>),
    /// A folder of the host.
    Folder(&'a str),
    /// A folder of a file server, for which a volume and a claim are made.
    Server {
        /// The host.
        server: &'a str,
        /// The folder there.
        path: &'a str,
    },
}

/// What a volume is in the cluster.
pub(super) fn backing(volume: &Volume) -> Backing<'_> {
    if volume.external {
        return Backing::Existing;
    }
    if let Some(folder) = volume.folder().filter(|folder| folder.starts_with('/')) {
        return Backing::Folder(folder);
    }
    let words = volume.local_option("o").unwrap_or_default();
    match volume.local_option("type") {
        Some("tmpfs") => Backing::Memory(memory::Options::read(words).size),
        Some("nfs" | "nfs4") => {
            let server = words.split(',').find_map(|word| word.strip_prefix("addr="));
            let device = volume.local_option("device").map(|device| device.split_once(':').unwrap_or(("", device)));
            match (server, device) {
                (Some(server), Some((_, path))) => Backing::Server { server, path },
                (None, Some((server, path))) if !server.is_empty() => Backing::Server { server, path },
                _ => Backing::Claim,
            }
        }
        _ => Backing::Claim,
    }
}

/// The name of the claim of a volume: that which the file gives it, or its key.
pub(super) fn name(scene: &Scene<'_>, key: &Name, volume: &Volume) -> String {
    object_name::label(if is_named(scene, key, volume) || volume.external { &volume.name } else { key.as_str() })
}

/// Whether the file gives a volume a name of its own.
pub(super) fn is_named(scene: &Scene<'_>, key: &Name, volume: &Volume) -> bool {
    volume.name != format!("{}_{key}", scene.project().name())
}

/// The services that mount a volume, themselves or from others.
pub(super) fn consumers<'p>(project: &'p Project, key: &Name) -> Vec<&'p Service> {
    let mut all =
        of_mounts(project, |mount| matches!(mount, MountKind::Volume { source: Some(source) } if source == key));
    all.retain(|service| kompose::mounts_volumes(service));
    all
}

/// The services with a mount that is meant, of their own or from others.
pub(super) fn of_mounts(project: &Project, is_meant: impl Fn(&MountKind) -> bool) -> Vec<&Service> {
    let mut found: BTreeSet<&Name> = BTreeSet::new();
    let own = |service: &Service| service.volumes.iter().any(|mount| is_meant(&mount.kind));
    found.extend(project.services.values().filter(|service| own(service)).map(|service| &service.name));
    // Mounts are taken from a service that may have taken them itself.
    loop {
        let takes = |service: &&Service| {
            service
                .volumes_from
                .iter()
                .any(|from| matches!(&from.source, MountsOf::Service(name) if found.contains(name)))
        };
        let more: Vec<&Name> = project.services.values().filter(takes).map(|service| &service.name).collect();
        let before = found.len();
        found.extend(more);
        if found.len() == before {
            break;
        }
    }
    project.services.values().filter(|service| found.contains(&service.name)).collect()
}

/// Whether the pods of several workloads, or several pods of one, have the claim that these services mount; on one machine
/// they need no more than one pod does.
pub(super) fn access(scene: &Scene<'_>, claim: &str, consumers: &[&Service]) -> &'static str {
    let homes = || consumers.iter().filter_map(|service| scene.home_of(&service.name));
    let owners: BTreeSet<&Name> = homes().map(|home| &home.owner).collect();
    let replicas = |name: &&Name| scene.project().services.get(*name).map_or(1, Service::replicas);
    let has_several = homes().any(|home| home.kind == Kind::DaemonSet) || owners.iter().any(|name| replicas(name) > 1);
    let is_spread = owners.len() > 1 || has_several;
    if is_spread && !scene.colocation.has_claim(claim) { "ReadWriteMany" } else { "ReadWriteOnce" }
}

/// What is worth knowing of a claim that several pods have.
pub(super) fn sharing(consumers: &[&Service]) -> String {
    let names: Vec<_> = consumers.iter().map(|service| format!("'{}'", service.name)).collect();
    format!(
        "pods on several machines may mount it, those of {}: the StorageClass must be able to do ReadWriteMany",
        names.join(", ")
    )
}

/// How a volume of the project is mounted; a file server serves all.
pub(super) fn access_of(scene: &Scene<'_>, key: &Name, volume: &Volume) -> &'static str {
    match backing(volume) {
        Backing::Server { .. } => "ReadWriteMany",
        _ => access(scene, &name(scene, key, volume), &consumers(scene.project(), key)),
    }
}

/// Whether each pod of a service has a volume of its own.
pub(super) fn is_template(scene: &Scene<'_>, service: &Service, key: &Name) -> bool {
    let has_own =
        scene.home_of(&service.name).is_some_and(|home| home.kind == Kind::StatefulSet && home.owner == service.name);
    let is_claim = scene.project().volumes.get(key).is_some_and(|volume| backing(volume) == Backing::Claim);
    has_own && is_claim && kind::own_volumes(service, scene.project()).any(|own| own == key)
}

/// What a volume asks for: how much room, of which class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The room, where something says it.
    pub size: Option<String>,
    /// The class.
    pub class: Option<String>,
    /// Another way of access than the services need.
    pub access: Option<String>,
    /// The value of Kompose's label of the volumes that it may be bound to.
    pub selector: Option<String>,
}

impl Wishes {
    /// What is said of a volume: by `x-kubernetes`, by labels of its own, or by those of the services that have it.
    pub fn of(scene: &Scene<'_>, key: &Name, volume: &Volume) -> Self {
        let path = host_source::storage(&Path::of(["volumes", key.as_str()]));
        let said = |field: &str| host_source::said(scene.loaded, &path, field);
        let consumers = consumers(scene.project(), key);
        let label = |name: &str| {
            let own = kompose::value(&volume.labels, name);
            own.map(str::to_owned).or_else(|| label_of(&consumers, name))
        };
        let option = volume.local_option("size").or_else(|| {
            let words = volume.local_option("o").unwrap_or_default();
            words.split(',').find_map(|word| word.strip_prefix("size="))
        });
        let option = option.and_then(|size| size.parse::<ByteSize>().ok()).filter(|size| size.bytes() > 0);
        Self {
            size: said("size").or_else(|| label(SIZE)).or_else(|| option.map(resources::bytes)),
            class: said("class").or_else(|| label(CLASS)),
            access: said("access"),
            selector: kompose::value(&volume.labels, SELECTOR).map(str::to_owned),
        }
    }
}

/// What a label of the services that have a claim says of it.
pub(super) fn label_of(consumers: &[&Service], name: &str) -> Option<String> {
    consumers.iter().find_map(|service| kompose::said(service, name)).map(str::to_owned)
}

/// The sizes that are written for a volume and cannot be asked for, with their keys.
pub(super) fn unreadable_sizes(scene: &Scene<'_>, key: &Name, volume: &Volume) -> Vec<(String, Path)> {
    let path = Path::of(["volumes", key.as_str()]);
    let storage = host_source::storage(&path);
    let said = host_source::said(scene.loaded, &storage, "size");
    let label = volume.labels.get(SIZE).cloned();
    let mut all = vec![(said, storage.key("size")), (label, path.key("labels").key(SIZE))];
    for service in consumers(scene.project(), key) {
        let path = Path::of(["services", service.name.as_str(), "labels", SIZE]);
        all.push((service.labels.get(SIZE).cloned(), path));
    }
    all.into_iter().filter_map(|(size, path)| Some((size.filter(|size| is_no_size(size))?, path))).collect()
}

/// Whether no claim can ask for so much.
pub(super) fn is_no_size(size: &str) -> bool {
    !size.parse::<quantity::Quantity>().is_ok_and(|size| size.billionths() > 0)
}

/// Where a claim has what its volume, or a mount of its folder, says of it.
pub(super) const LEAVES: [(&str, &str); 3] =
    [("size", "spec.resources.requests.storage"), ("class", "spec.storageClassName"), ("access", "spec.accessModes")];

/// Volumes with the label that Kompose gives to what belongs to a service.
fn selector(value: String) -> LabelSelector {
    let labels = BTreeMap::from([(metadata::OF_KOMPOSE.to_owned(), value)]);
    LabelSelector { match_labels: Some(labels), ..LabelSelector::default() }
}

/// What a claim asks for.
pub(super) fn spec(access: &str, wishes: Wishes) -> PersistentVolumeClaimSpec {
    let room = BTreeMap::from([("storage".to_owned(), Quantity(wishes.size.unwrap_or_else(|| ROOM.to_owned())))]);
    PersistentVolumeClaimSpec {
        access_modes: Some(vec![wishes.access.unwrap_or_else(|| access.to_owned())]),
        resources: Some(VolumeResourceRequirements { requests: Some(room), ..VolumeResourceRequirements::default() }),
        selector: wishes.selector.map(selector),
        storage_class_name: wishes.class,
        ..PersistentVolumeClaimSpec::default()
    }
}

/// The claim of a volume of the project.
pub(super) fn claim(scene: &Scene<'_>, key: &Name, volume: &Volume) -> PersistentVolumeClaim {
    let mut metadata = scene.metadata_of_all(&name(scene, key, volume));
    let labels = metadata.labels.get_or_insert_default();
    let own = volume.labels.iter().filter(|(label, value)| is_label(label, value));
    labels.extend(own.map(|(label, value)| (label.clone(), value.clone())));
    let access = access_of(scene, key, volume);
    PersistentVolumeClaim { metadata, spec: Some(spec(access, Wishes::of(scene, key, volume))), status: None }
}

/// Whether Kubernetes takes a label as it is.
pub(super) fn is_label(label: &str, value: &str) -> bool {
    let is_ours = label.starts_with("app.kubernetes.io/") || label.starts_with("kompose.");
    object_name::is_qualified(label) && object_name::is_label_value(value) && !is_ours
}

/// The volume of a pod for a claim.
pub(super) fn volume(name: &str, claim: &str) -> PodVolume {
    let source = PersistentVolumeClaimVolumeSource { claim_name: claim.to_owned(), read_only: None };
    PodVolume { name: name.to_owned(), persistent_volume_claim: Some(source), ..PodVolume::default() }
}

/// Pods that share a volume which one machine alone can have are not replaced side by side; nor is one that writes alone,
/// since it never had another one beside it.
pub(super) fn settle(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, access: &str) {
    let writes_alone = !wanted.read_only && draft.service.replicas() <= 1;
    if draft.home.kind == Kind::Deployment && (access != "ReadWriteMany" || writes_alone) {
        draft.workload.replacement.is_recreated = true;
    }
    share_group(draft);
}

/// What a user without all rights is to have belongs to its group.
pub(super) fn share_group(draft: &mut Draft<'_, '_>) {
    let user = draft.container.security_context.as_ref().and_then(|context| {
        let id = context.run_as_user.filter(|id| *id != 0)?;
        Some(context.run_as_group.unwrap_or(id))
    });
    let is_free = draft.service.user.is_none();
    let known = draft.service.image.as_ref().filter(|_| is_free).and_then(known_image::group);
    if let Some(group) = user.or(known) {
        let security = draft.pod_security();
        if security.fs_group.is_none() {
            security.fs_group = Some(group);
            security.fs_group_change_policy = Some("OnRootMismatch".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn of(text: &str) -> Volume {
        let project = project(&format!("services: {{}}\nvolumes: {{v: {text}}}"));
        project.volumes.into_values().next().expect("one")
    }

    #[test]
    fn options_of_the_local_driver_say_what_a_volume_is() {
        let nfs = of("{driver_opts: {type: nfs, o: 'addr=10.0.0.1,rw,nfsvers=4', device: ':/exports/a'}}");
        assert_eq!(backing(&nfs), Backing::Server { server: "10.0.0.1", path: "/exports/a" });
        let other = of("{driver_opts: {type: nfs, o: rw, device: 'files:/a'}}");
        assert_eq!(backing(&other), Backing::Server { server: "files", path: "/a" });
        let memory = of("{driver_opts: {type: tmpfs, device: tmpfs, o: 'size=64m'}}");
        assert_eq!(backing(&memory), Backing::Memory("64m".parse().ok()));
        assert_eq!(backing(&of("{driver_opts: {type: none, o: bind, device: /a}}")), Backing::Folder("/a"));
        assert_eq!(backing(&of("{driver: rclone, driver_opts: {type: nfs, o: bind, device: /a}}")), Backing::Claim);
        assert_eq!(backing(&of("{external: true, name: n}")), Backing::Existing);
    }

    #[test]
    fn mounts_of_others_make_a_consumer_too() {
        let text = "services: {a: {image: x, volumes: [{type: volume, source: v, target: /v}]}, \
                    b: {image: x, volumes_from: [a]}, c: {image: x, volumes_from: [b]}, d: {image: x}}\nvolumes: {v: {}}";
        let project = project(text);
        let key = project.volumes.keys().next().expect("one");
        let names: Vec<&str> = consumers(&project, key).iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}
