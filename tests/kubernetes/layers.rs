//! A tree for Kustomize: what `kustomize build` makes of its base and of each overlay is what a conversion of the same
//! files gives, and a cluster takes it.

use crate::existing::existing;
use crate::invalid::findings;
use crate::outside::{Kustomize, RELEASES, Schemas};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hoist::kubernetes::{Cluster, Secrets};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Objects by kind and name.
type Objects = BTreeMap<(String, String), Value>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `hoist convert` prints with these words in a folder.
fn hoist(folder: &Path, words: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoist"));
    command.current_dir(folder).env_remove("COMPOSE_FILE").args(["convert", "--report", "none"]).args(words);
    let ran = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if ran.status.success() { Ok(text(&ran.stdout)) } else { Err(text(&ran.stderr)) }
}

/// The same with the flags for some files in front.
fn of_files(folder: &Path, files: &[&str], words: &[&str]) -> Objects {
    let flags: Vec<&str> = files.iter().flat_map(|file| ["-f", *file]).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoist"));
    command.current_dir(folder).args(flags).args(["convert", "--report", "none"]).args(words);
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    objects(&String::from_utf8(ran.stdout).unwrap())
}

/// The objects of a stream, as a cluster holds them: the texts of Secrets as their bytes, and names that change with
/// their content without what changes.
fn objects(text: &str) -> Objects {
    let all = serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap());
    let all: Vec<Value> = all.filter(|object| !object.is_null()).map(held).collect();
    let name_of = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    let is_hashed = |object: &&Value| object["immutable"] == Value::Bool(true);
    let names: BTreeMap<String, String> =
        all.iter().filter(is_hashed).map(|one| (name_of(one), base_of(&name_of(one)))).collect();
    let plain = all.iter().map(|object| without_hashes(object, &names));
    plain.map(|object| ((object["kind"].as_str().unwrap().to_owned(), name_of(&object)), object)).collect()
}

fn held(mut object: Value) -> Value {
    // Kustomize breaks long lines of base64.
    if object["kind"] == "Secret" {
        for text in object.get_mut("data").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            *text = Value::String(text.as_str().unwrap().split_whitespace().collect());
        }
    }
    let texts = object.as_object_mut().unwrap().remove("stringData");
    for (key, text) in texts.and_then(|texts| texts.as_object().cloned()).unwrap_or_default() {
        object["data"][key] = Value::String(BASE64_STANDARD.encode(text.as_str().unwrap()));
    }
    object
}

fn base_of(name: &str) -> String {
    name.rsplit_once('-').unwrap().0.to_owned()
}

fn without_hashes(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(names.get(text).unwrap_or(text).clone()),
        Value::Array(items) => items.iter().map(|item| without_hashes(item, names)).collect(),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| (key.clone(), without_hashes(value, names));
            Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// What kustomize makes of a folder; the published schemas and our own rules find nothing in it.
fn built((kustomize, schemas): (&Kustomize, &Schemas), folder: &Path, project: &Path) -> Objects {
    let text = kustomize.build(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("built.yaml");
    fs::write(&file, &text).unwrap();
    let existing = existing(project, Secrets::default()).unwrap();
    let found = findings(&file, &Cluster { existing, ..Cluster::default() });
    let errors: Vec<_> = found.iter().filter(|one| one.contains(" error[")).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", folder.display());
    let faults = schemas.faults(RELEASES, &[file]);
    assert!(faults.is_empty(), "{}: {faults:#?}", folder.display());
    objects(&text)
}

fn tools() -> Option<(Kustomize, Schemas)> {
    Kustomize::of_environment().zip(Schemas::of_environment())
}

/// A copy of the shop, and its tree.
fn shop() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("tests/cases/kustomize/shop")).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let words = ["--to", "kustomize", "-o", "k8s", "--overlay", "compose.prod.yaml"];
    hoist(folder.path(), &words).unwrap();
    let tree = folder.path().join("k8s");
    (folder, tree)
}

#[test]
fn each_overlay_is_what_its_files_are_converted_to() {
    let Some((kustomize, schemas)) = tools() else { return };
    let tools = (&kustomize, &schemas);
    let (folder, tree) = shop();
    let plain = |files: &[&str], words: &[&str]| of_files(folder.path(), files, words);
    let (main, prod) = ("compose.yaml", "compose.prod.yaml");
    assert_eq!(built(tools, &tree.join("base"), folder.path()), plain(&[main], &[]));
    assert_eq!(built(tools, &tree.join("overlays/debug"), folder.path()), plain(&[main], &["--profile", "debug"]));
    assert_eq!(
        built(tools, &tree.join("overlays/override"), folder.path()),
        plain(&[main, "compose.override.yaml"], &[])
    );
    let in_prod = built(tools, &tree.join("overlays/prod"), folder.path());
    assert_eq!(in_prod, plain(&[main, prod], &[]));
    assert!(in_prod.contains_key(&("Deployment".into(), "mailer".into())));
    assert!(!in_prod.contains_key(&("Deployment".into(), "legacy".into())));
}

#[test]
fn an_edited_file_of_a_secret_gives_it_another_name() {
    let Some((kustomize, _)) = tools() else { return };
    let (_folder, tree) = shop();
    let file = tree.join("base/secrets/web-env/API_TOKEN");
    let before = kustomize.build(&tree.join("base")).unwrap();
    fs::write(file, "another").unwrap();
    let names = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.contains("name: web-env-")).map(|line| line.trim().to_owned()).collect()
    };
    let (before, after) = (names(&before), names(&kustomize.build(&tree.join("base")).unwrap()));
    assert!(before.len() > 1 && before.iter().zip(&after).all(|(old, new)| old != new), "{before:?} {after:?}");
}

#[test]
fn the_tree_of_every_project_is_what_it_is_converted_to() {
    let Some((kustomize, schemas)) = tools() else { return };
    let folders = ["tests/cases/kubernetes", "examples"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let projects = folders.into_iter().flatten().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut compared = 0;
    for project in projects {
        // What needs flags to be converted is converted with them elsewhere.
        let oldest = ["--kube-version", "1.33"];
        let Ok(plain) = hoist(&project, &oldest) else { continue };
        let out = tempfile::tempdir().unwrap();
        let words = ["--to", "kustomize", "-o", out.path().to_str().unwrap()];
        hoist(&project, &[&words[..], &oldest[..]].concat()).unwrap();
        let with_override = out.path().join("overlays/override");
        let whole = if with_override.is_dir() { with_override } else { out.path().join("base") };
        assert_eq!(built((&kustomize, &schemas), &whole, &project), objects(&plain), "{}", project.display());
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

/// What is easily mixed up: two files of one name, a volume of two profiles, and an overlay that names the project otherwise.
const MIXED: &str = "
name: mixed
services:
  web: {image: 'x:1', env_file: [a/x.env, b/x.env]}
  one: {image: 'x:1', profiles: [one], volumes: ['v:/v']}
  two: {image: 'x:1', profiles: [two], volumes: ['v:/v']}
volumes: {v: {}}
";

#[test]
fn what_is_easily_mixed_up_is_built() {
    let Some(kustomize) = Kustomize::of_environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("compose.yaml", MIXED);
    write("compose.override.yaml", "name: other\nservices: {web: {image: 'x:2'}}\n");
    write("a/x.env", "A=1\n");
    write("b/x.env", "B=2\n");
    hoist(folder.path(), &["--to", "kustomize", "-o", "k8s"]).unwrap();
    let both = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base]\n\
                components: [../../components/one, ../../components/two, ../../components/one+two]\n";
    write("k8s/overlays/both/kustomization.yaml", both);
    let build = |name: &str| kustomize.build(&folder.path().join("k8s").join(name)).unwrap();
    assert_eq!(build("base").matches("kind: ConfigMap").count(), 2);
    assert!(build("overlays/two").contains("kind: PersistentVolumeClaim"));
    assert_eq!(build("overlays/both").matches("kind: PersistentVolumeClaim").count(), 1);
    assert!(!build("overlays/override").contains("namespace: mixed"));
}

/// A namespace that the cluster has, no service without a profile, and a profile that adds nothing of its own.
const BARE: &str = "
name: bare
services:
  tester: {image: 'x:1', profiles: [test, debug]}
  probe: {image: 'x:1', profiles: [debug]}
";

#[test]
fn what_has_no_objects_of_its_own_is_built_too() {
    let Some(kustomize) = Kustomize::of_environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("compose.yaml"), BARE).unwrap();
    hoist(folder.path(), &["--to", "kustomize", "-o", "k8s", "-n", "default"]).unwrap();
    let count = |name: &str| {
        let built = kustomize.build(&folder.path().join("k8s").join(name));
        built.unwrap_or_else(|fault| panic!("{name}: {fault}")).matches("kind: Deployment").count()
    };
    assert_eq!(["base", "overlays/test", "overlays/debug"].map(count), [0, 1, 2]);
}

#[test]
fn a_tree_needs_a_folder_and_overlays_need_a_tree() {
    let folder = root().join("tests/cases/kustomize/shop");
    assert!(hoist(&folder, &["--to", "kustomize"]).unwrap_err().contains("a tree for Kustomize needs a folder"));
    let fault = hoist(&folder, &["--overlay", "compose.prod.yaml"]).unwrap_err();
    assert!(fault.contains("add '--to kustomize'"), "{fault}");
}
