//! The volumes that a project declares: claims of the cluster, and what becomes of their keys.

use super::claim::{self, Backing, Wishes};
use super::colocation;
use super::draft::Home;
use super::host_source;
use super::kind::Kind;
use super::kompose;
use super::ledger::{Claim, Ledger, Spot};
use super::manifest::Manifests;
use super::row::ObjectPath;
use super::scene::Scene;
use super::seed;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path;
use crate::model::{Service, Volume};
use crate::value::Name;
use k8s_openapi::api::core::v1::{NFSVolumeSource, PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// A volume that is declared.
struct Declared<'s, 'a> {
    scene: &'s Scene<'a>,
    key: &'s Name,
    volume: &'s Volume,
    /// What it is called in the cluster.
    name: String,
    path: Path,
}

/// Makes the claims, and says what becomes of the keys of the volumes.
pub(super) fn declared(scene: &Scene<'_>, ledger: &mut Ledger, manifests: &mut Manifests) {
    for (key, volume) in &scene.project().volumes {
        let path = Path::of(["volumes", key.as_str()]);
        let name = claim::name(scene, key, volume);
        let one = Declared { scene, key, volume, name, path };
        let consumers = claim::consumers(scene.project(), key);
        if consumers.is_empty() {
            let has_mount =
                scene.project().services.values().any(|service| service.volume_keys().any(|other| other == key));
            let reason = if has_mount { "labels of Kompose make empty folders of it" } else { "no service mounts it" };
            ledger.claim(one.path).dropped(reason);
            continue;
        }
        one.convert(&consumers, ledger, manifests);
    }
    ledger.claim(Path::of(["volumes"])).dropped("it is empty");
}

fn no_size(scene: &Scene<'_>, (text, path): &(String, Path)) -> Diagnostic {
    let help = "write a quantity of Kubernetes above 0, such as '20Gi'";
    let fault = Diagnostic::error("invalid-quantity", format!("'{text}' is no size of a claim"));
    fault.at(scene.origins().span(path)).help(help)
}

/// Says what becomes of what a mount of a folder of the host, or a volume that stands for one, asks of its claim: the first
/// key that says something has it.
pub(super) fn claim_storage(scene: &Scene<'_>, ledger: &mut Ledger, (folder, whole): (&str, &Path)) {
    let storage = host_source::storage(whole);
    let Some(folder) = scene.host_folders.around(folder).filter(|_| ledger.wrote(&storage)) else { return };
    let spot = |field: &str| [Spot::Of(ObjectPath::new("PersistentVolumeClaim", &folder.claim, field))];
    ledger.claim(storage.clone()).approximated("it asks for a claim", spot("spec"));
    for (key, field) in claim::LEAVES {
        let first =
            scene.host_sources.storage(folder.path()).find(|path| scene.origins().node(&path.key(key)).is_some());
        let is_first = first == Some(&storage);
        let claim = written(ledger, storage.key(key));
        if is_first {
            claim.map(|claim| claim.exact(spot(field)));
        } else {
            claim.map(|claim| claim.approximated("another mount of the folder says it", spot(field)));
        }
    }
}

/// Two volumes that would have one claim are a fault.
pub(super) fn check(scene: &Scene<'_>, diagnostics: &mut Diagnostics) {
    let of_mounts = Path::of(["services"]);
    for storage in scene.host_sources.storage("/".as_ref()).filter(|storage| storage.starts_with(&of_mounts)) {
        let size = host_source::said(scene.loaded, storage, "size").filter(|size| claim::is_no_size(size));
        diagnostics.push_all(size.map(|size| no_size(scene, &(size, storage.key("size")))));
    }
    let mut taken: BTreeMap<String, &Name> = BTreeMap::new();
    for (key, volume) in &scene.project().volumes {
        diagnostics.push_all(claim::unreadable_sizes(scene, key, volume).iter().map(|fault| no_size(scene, fault)));
        if !matches!(claim::backing(volume), Backing::Claim | Backing::Server { .. }) {
            continue;
        }
        for (label, value) in volume.labels.iter().filter(|_| !claim::consumers(scene.project(), key).is_empty()) {
            let place = scene.origins().place(&Path::of(["volumes", key.as_str(), "labels", label]));
            diagnostics.push_all(refused(label, value).map(|fault| fault.diagnostic(label, value).at(place)));
        }
        let name = claim::name(scene, key, volume);
        if let Some(other) = taken.insert(name.clone(), key) {
            let message = format!("volumes '{other}' and '{key}' would both be called '{name}'");
            let place = scene.origins().span(&Path::of(["volumes", key.as_str()]));
            diagnostics.push(Diagnostic::error("name-taken", message).at(place).help("rename one of them"));
        }
    }
}

/// What is wrong with the value of a label of Kompose that is for volumes.
fn refused(label: &str, value: &str) -> Option<kompose::Fault> {
    kompose::fault(label, value).filter(|_| [claim::CLASS, claim::SELECTOR].contains(&label))
}

impl Declared<'_, '_> {
    fn convert(&self, consumers: &[&Service], ledger: &mut Ledger, manifests: &mut Manifests) {
        let Volume { name: _, driver: _, driver_opts: _, external: _, labels: _ } = self.volume;
        match claim::backing(self.volume) {
            Backing::Claim => {
                let template = consumers.iter().find(|service| claim::is_template(self.scene, service, self.key));
                let place = if let Some(service) = template {
                    self.in_template(service)
                } else {
                    manifests.add(&claim::claim(self.scene, self.key, self.volume));
                    ObjectPath::new("PersistentVolumeClaim", &self.name, "")
                };
                self.of_claim(&place, ledger);
            }
            Backing::Server { server, path } => self.of_server((server, path), ledger, manifests),
            Backing::Existing => {
                let remedy = format!("make the claim '{}' first", self.name);
                let claim = ledger.claim(self.path.clone());
                claim.approximated("a claim of the cluster has it", []).remedy(remedy);
            }
            Backing::Memory(_) => {
                let claim = ledger.claim(self.path.clone());
                claim.approximated("each pod that mounts it has memory of its own", []);
            }
            Backing::Folder(folder) => {
                ledger.claim(self.path.clone()).approximated("it stands for a folder, as a mount of it would", []);
                claim_storage(self.scene, ledger, (folder, &self.path));
            }
        }
    }

    /// Where the claim stands in a `StatefulSet`.
    fn in_template(&self, service: &Service) -> ObjectPath {
        let mut seen: Vec<&Name> = Vec::new();
        for key in service.volume_keys() {
            if claim::is_template(self.scene, service, key) && !seen.contains(&key) {
                seen.push(key);
            }
        }
        let at = seen.iter().position(|key| *key == self.key).unwrap_or_default();
        let object = self.scene.home_of(&service.name).map_or_else(String::new, Home::workload);
        ObjectPath::new(Kind::StatefulSet.as_str(), &object, format!("spec.volumeClaimTemplates[{at}]."))
    }

    fn of_claim(&self, object: &ObjectPath, ledger: &mut Ledger) {
        let spot = |field: &str| [Spot::Of(ObjectPath { path: format!("{}{field}", object.path), ..object.clone() })];
        let room = "spec.resources.requests.storage";
        let wishes = Wishes::of(self.scene, self.key, self.volume);
        let claim = ledger.claim(self.path.clone());
        let claimed = match self.unlike(&wishes) {
            Some((reason, remedy)) => claim.approximated(reason, spot("spec")).remedy(remedy),
            None => claim.exact(spot("spec")),
        };
        if wishes.size.is_none() {
            let note = format!("a claim says how much room it wants: {}", claim::ROOM);
            claimed.note(note).remedy("'x-kubernetes: {storage: {size: 10Gi}}' asks for more");
        }
        if self.scene.colocation.has_claim(&self.name) {
            let note = "'--colocate' runs the pods that have it on one machine, so that ReadWriteOnce is enough";
            ledger.claim(self.path.clone()).exact([]).note(note);
        }
        self.own_name(ledger, spot("metadata.name"));
        for (key, field) in claim::LEAVES {
            let claim = written(ledger, host_source::storage(&self.path).key(key));
            claim.map(|claim| claim.exact(spot(field)));
        }
        let seed = written(ledger, seed::path(self.key));
        seed.map(|claim| claim.approximated("containers that run first copy what images have there", []));
        let same = written(ledger, self.path.key("external"));
        same.map(|claim| claim.dropped("it is so without this key, too"));
        self.driver(ledger, &wishes, &spot(room));
        self.labels(ledger, &spot);
    }

    /// Why a claim is not quite what the volume is, and what helps.
    fn unlike(&self, wishes: &Wishes) -> Option<(String, String)> {
        let consumers = claim::consumers(self.scene.project(), self.key);
        let template = consumers.iter().find(|service| claim::is_template(self.scene, service, self.key));
        if let Some(service) = template.filter(|service| service.replicas() > 1) {
            let reason =
                format!("each of the {} pods has a volume of its own, where containers share one", service.replicas());
            return Some((reason, "'x-kubernetes: {kind: Deployment}' of the service has them share one".into()));
        }
        let is_shared = wishes.access.as_deref().unwrap_or_else(|| claim::access(self.scene, &self.name, &consumers))
            == "ReadWriteMany";
        (template.is_none() && is_shared && wishes.class.is_none()).then(|| {
            let class = "name one that can with 'x-kubernetes: {storage: {class: …}}'";
            let flag = colocation::advice(self.scene, self.key.as_str(), &consumers);
            let remedy = flag.map_or_else(|| class.to_owned(), |flag| format!("{class}; or {flag}"));
            (claim::sharing(&consumers), remedy)
        })
    }

    fn own_name(&self, ledger: &mut Ledger, spot: [Spot; 1]) {
        let Some(claim) = written(ledger, self.path.key("name")) else { return };
        if claim::is_named(self.scene, self.key, self.volume) {
            claim.exact(spot);
        } else {
            claim.dropped("it is what it would be called without this key, too");
        }
    }

    /// `driver` and `driver_opts` of a volume that becomes a claim.
    fn driver(&self, ledger: &mut Ledger, wishes: &Wishes, size: &[Spot; 1]) {
        let remedy = "'x-kubernetes: {storage: {class: …}}' asks for a StorageClass";
        let claim = written(ledger, self.path.key("driver"));
        match (claim, self.volume.driver.as_deref().unwrap_or("local")) {
            (None, _) => {}
            (Some(claim), "local") => {
                claim.moot(
                    "it is what a volume is anyway, and the StorageClass of the cluster decides where data is",
                    [],
                );
            }
            (Some(claim), driver) => {
                let reason = format!("the cluster knows no driver '{driver}': its own StorageClass is used");
                claim.dropped(reason).remedy(remedy);
            }
        }
        let options = self.path.key("driver_opts");
        written(ledger, options.clone()).map(|claim| claim.dropped("it says nothing"));
        for option in self.volume.driver_opts.keys() {
            let Some(claim) = written(ledger, options.key(option)) else { continue };
            let has_size =
                self.volume.local_option(option).is_some_and(|text| option == "size" || text.contains("size="));
            if has_size && wishes.size.is_some() {
                claim.approximated("its size is what the claim asks for", size.clone());
            } else {
                claim.dropped("it is for the driver of an engine").remedy(remedy);
            }
        }
    }

    fn labels(&self, ledger: &mut Ledger, spot: &dyn Fn(&str) -> [Spot; 1]) {
        let labels = self.path.key("labels");
        written(ledger, labels.clone()).map(|claim| claim.dropped("it says nothing"));
        for (label, value) in &self.volume.labels {
            let Some(claim) = written(ledger, labels.key(label)) else { continue };
            if let Some(fault) = refused(label, value) {
                claim.dropped(fault.why);
            } else if label == claim::SIZE {
                claim.approximated("the label of Kompose says the room", spot("spec.resources.requests.storage"));
            } else if label == claim::CLASS {
                claim.approximated("the label of Kompose says the class", spot("spec.storageClassName"));
            } else if label == claim::SELECTOR && self.has_selector() {
                let reason = "the label of Kompose says by 'io.kompose.service' which volumes it may be bound to";
                claim.approximated(reason, spot("spec.selector"));
            } else if label.starts_with(kompose::PREFIX) {
                claim.dropped(kompose::NOTHING).remedy("see 'x-kubernetes'");
            } else if claim::is_label(label, value) {
                claim.exact(spot(&format!("metadata.labels['{label}']")));
            } else {
                claim.dropped("Kubernetes takes no label of this name or value").remedy("rename it");
            }
        }
    }

    /// Whether the claim says which volumes it may be bound to: that of a file server has its own.
    fn has_selector(&self) -> bool {
        let is_claim = claim::backing(self.volume) == Backing::Claim;
        is_claim && Wishes::of(self.scene, self.key, self.volume).selector.is_some()
    }

    /// A folder of a file server: a volume of the cluster, and the claim that is bound to it.
    fn of_server(&self, server: (&str, &str), ledger: &mut Ledger, manifests: &mut Manifests) {
        let mut claim = claim::claim(self.scene, self.key, self.volume);
        // Volumes of a cluster are in no namespace, so that their names tell it.
        let name = super::object_name::label(&format!("{}-{}", self.scene.namespace, self.name));
        let mut metadata = claim.metadata.clone();
        (metadata.name, metadata.namespace) = (Some(name.clone()), None);
        let spec = claim.spec.get_or_insert_default();
        (spec.volume_name, spec.storage_class_name) = (Some(name.clone()), Some(String::new()));
        let access = spec.access_modes.clone();
        manifests.add(&PersistentVolume { metadata, spec: Some(self.volume_of(server, access)), status: None });
        manifests.add::<PersistentVolumeClaim>(&claim);
        self.claim_server(&name, ledger);
    }

    fn volume_of(&self, (server, folder): (&str, &str), access_modes: Option<Vec<String>>) -> PersistentVolumeSpec {
        let size = Wishes::of(self.scene, self.key, self.volume).size.unwrap_or_else(|| claim::ROOM.to_owned());
        let words = self.volume.local_option("o").unwrap_or_default().split(',');
        let options = words.filter(|word| !["", "rw"].contains(word) && !word.starts_with("addr=")).map(str::to_owned);
        PersistentVolumeSpec {
            access_modes,
            capacity: Some(BTreeMap::from([("storage".to_owned(), Quantity(size))])),
            mount_options: Some(options.collect::<Vec<_>>()).filter(|options| !options.is_empty()),
            nfs: Some(NFSVolumeSource { path: folder.to_owned(), read_only: None, server: server.to_owned() }),
            persistent_volume_reclaim_policy: Some("Retain".into()),
            storage_class_name: Some(String::new()),
            ..PersistentVolumeSpec::default()
        }
    }

    fn claim_server(&self, name: &str, ledger: &mut Ledger) {
        let spot = |field: &str| [Spot::Of(ObjectPath::new("PersistentVolume", name, field))];
        let in_claim = |field: &str| [Spot::Of(ObjectPath::new("PersistentVolumeClaim", &self.name, field))];
        ledger.claim(self.path.clone()).approximated("a volume of the cluster has it", spot("spec.nfs"));
        self.own_name(ledger, in_claim("metadata.name"));
        written(ledger, self.path.key("driver")).map(|claim| claim.dropped("the type of the volume says it"));
        for option in ["type", "device", "o"] {
            let path = self.path.key("driver_opts").key(option);
            written(ledger, path).map(|claim| claim.exact(spot("spec.nfs")));
        }
        self.labels(ledger, &in_claim);
    }
}

/// Begins a claim of a key that the user wrote; what stands for it as a whole has been claimed.
pub(super) fn written(ledger: &mut Ledger, path: Path) -> Option<Claim<'_, 'static>> {
    ledger.wrote(&path).then(|| ledger.claim(path))
}
