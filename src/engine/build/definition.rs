//! What `buildx bake` is told: all targets as one JSON text, so that what they share is built once. Pure.

use super::batch::{Batch, Target};
use super::recipe;
use crate::model::{Build, FileObject, Ulimit, UlimitSpelling};
use crate::plan::Purpose;
use crate::value::ByteSize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What bake reads from its standard input: all targets, of which these are built.
pub(super) fn definition(batch: &Batch<'_>, chosen: &[usize], platform: Option<&str>) -> Value {
    let names = names(batch);
    let all: Map<String, Value> =
        names.iter().cloned().zip(batch.targets.iter().map(|target| one(batch, target, platform))).collect();
    let chosen: Vec<&String> = chosen.iter().filter_map(|at| names.get(*at)).collect();
    json!({ "group": { "default": { "targets": chosen } }, "target": all })
}

/// The names of the targets, which may not hold a dot.
pub(super) fn names(batch: &Batch<'_>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for target in &batch.targets {
        let mut name = target.name().as_str().replace('.', "_");
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        names.push(name);
    }
    names
}

/// What bake must be allowed, one word each: the folders and files that the targets read and write, keys, the network of
/// the host, and what the files ask for.
pub(super) fn allowances(batch: &Batch<'_>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for target in &batch.targets {
        let build = target.build;
        all.extend(read(target).into_iter().map(|path| format!("fs.read={path}")));
        all.extend(places(&build.cache_to, "dest").map(|path| format!("fs.write={path}")));
        all.extend(build.entitlements.iter().cloned());
        if build.privileged {
            all.insert(INSECURE.to_owned());
        }
        if build.network.as_deref() == Some("host") {
            all.insert("network.host".to_owned());
        }
        if !build.ssh.is_empty() {
            all.insert("ssh".to_owned());
        }
    }
    all
}

const INSECURE: &str = "security.insecure";

fn read(target: &Target<'_>) -> Vec<String> {
    let build = target.build;
    let mut paths = Vec::new();
    if !recipe::is_remote(&build.context) {
        paths.push(build.context.clone());
        if build.dockerfile_inline.is_none() {
            let dockerfile = recipe::dockerfile(target);
            paths.extend(Path::new(&dockerfile).parent().map(|folder| folder.to_string_lossy().into_owned()));
        }
    }
    let contexts = build.additional_contexts.values();
    paths.extend(contexts.filter(|place| place.starts_with('/')).cloned());
    paths.extend(places(&build.cache_from, "src"));
    paths.extend(build.ssh.values().flatten().cloned());
    paths.extend(secrets(target).filter_map(|(_, secret)| secret.file.clone()));
    paths
}

/// The folders of caches that are folders.
fn places<'a>(caches: &'a [String], key: &'a str) -> impl Iterator<Item = String> + 'a {
    let local = caches.iter().filter(|cache| cache.split(',').any(|option| option == "type=local"));
    local.filter_map(move |cache| {
        let place = cache.split(',').filter_map(|option| option.split_once('=')).find(|(name, _)| *name == key);
        place.map(|(_, path)| path.to_owned())
    })
}

/// The secrets of a build, by the name that its recipe has for them.
pub(super) fn secrets<'a>(target: &'a Target<'_>) -> impl Iterator<Item = (String, &'a FileObject)> {
    target.build.secrets.iter().filter_map(|reference| {
        let secret = target.project.secrets.get(&reference.source)?;
        // Files that were loaded have the path in a container here.
        let given = reference.target.as_deref().map(|target| target.trim_start_matches("/run/secrets/"));
        Some((given.unwrap_or(reference.source.as_str()).to_owned(), secret))
    })
}

/// The variables that the builder reads secrets from.
pub(super) fn secret_variables(target: &Target<'_>) -> Vec<(String, String)> {
    let texts = secrets(target)
        .filter_map(|(_, secret)| Some((secret.environment.clone()?, secret.text.as_ref()?.expose().to_owned())));
    texts.collect()
}

fn one(batch: &Batch<'_>, target: &Target<'_>, platform: Option<&str>) -> Value {
    let Build {
        context,
        dockerfile: _,
        dockerfile_inline,
        entitlements,
        args: _,
        provenance,
        sbom,
        ssh,
        labels: _,
        cache_from,
        cache_to,
        no_cache,
        no_cache_filter,
        additional_contexts: _,
        pull,
        extra_hosts,
        isolation: _,
        network,
        target: stage,
        secrets: _,
        shm_size,
        tags: _,
        ulimits,
        platforms: _,
        privileged,
    } = target.build;
    let platforms = target.platforms(batch.purpose, platform);
    let mut fields = Fields::default();
    fields.set("context", text(context)).set("contexts", contexts(batch, target));
    match dockerfile_inline {
        Some(inline) => fields.set("dockerfile-inline", text(inline)),
        None => fields.set("dockerfile", text(&recipe::dockerfile(target))),
    };
    fields
        .set("args", map(&target.arguments(&batch.proxies)))
        .set("labels", map(&target.labels()))
        .set("tags", list(&target.tags()));
    fields.set("cache-from", list(cache_from)).set("cache-to", list(cache_to));
    fields.set("secret", secrets(target).map(|(id, secret)| source(&id, secret)).collect());
    fields.set("ssh", ssh.iter().map(|(id, path)| key(id, path.as_deref())).collect());
    fields.set("no-cache", json!(no_cache)).set("no-cache-filter", list(no_cache_filter)).set("pull", json!(pull));
    fields.set("extra-hosts", hosts(extra_hosts)).set("network", network.as_deref().map_or(Value::Null, text));
    fields.set("target", stage.as_deref().map_or(Value::Null, text));
    fields.set("shm-size", shm_size.filter(|size| size.bytes() != 0).map_or(Value::Null, bytes));
    fields.set("ulimits", ulimits.iter().map(limit).collect());
    let insecure = privileged.then(|| INSECURE.to_owned());
    let rights: BTreeSet<String> = entitlements.iter().cloned().chain(insecure).collect();
    fields.set("entitlements", rights.iter().map(|right| text(right)).collect());
    let attested = [("provenance", provenance), ("sbom", sbom)];
    fields.set("attest", attested.into_iter().filter_map(|(kind, wish)| attest(kind, wish.as_deref()?)).collect());
    fields.set("platforms", list(&platforms));
    match batch.purpose {
        Purpose::Check => fields.set("call", json!("lint")),
        Purpose::Run | Purpose::Keep | Purpose::Push => {
            fields.set("output", json!([output(target.is_pushed(batch.purpose), platforms.len())]))
        }
    };
    fields.0.into()
}

/// Where an image goes: several platforms are none for this engine alone.
fn output(pushed: bool, platforms: usize) -> String {
    match (pushed, platforms) {
        (_, 2..) => format!("type=image,push={pushed}"),
        (true, _) => "type=registry".to_owned(),
        (false, _) => "type=docker".to_owned(),
    }
}

/// The fields of a target, less those that say nothing.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, key: &str, value: Value) -> &mut Self {
        let is_empty = matches!(&value, Value::Null | Value::Bool(false))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !is_empty {
            self.0.insert(key.to_owned(), value);
        }
        self
    }
}

/// More folders and images by the name that the recipe has for them; those that are built too are targets.
fn contexts(batch: &Batch<'_>, target: &Target<'_>) -> Value {
    let names = names(batch);
    let given = target.build.additional_contexts.iter().map(|(name, place)| (name.clone(), text(place)));
    let mut all: Map<String, Value> = given.collect();
    for (name, base) in &target.bases {
        if let Some(base) = names.get(*base) {
            all.insert(name.clone(), json!(format!("target:{base}")));
        }
    }
    all.into()
}

/// Where a secret comes from. What is not in a file is in a variable of the builder, so that it stands nowhere here.
fn source(id: &str, secret: &FileObject) -> Value {
    match (&secret.file, &secret.environment) {
        (Some(file), _) => text(&format!("id={id},type=file,src={file}")),
        (None, Some(variable)) => text(&format!("id={id},type=env,env={variable}")),
        (None, None) => Value::Null,
    }
}

fn key(id: &str, path: Option<&str>) -> Value {
    path.map_or_else(|| text(id), |path| text(&format!("{id}={path}")))
}

fn bytes(size: ByteSize) -> Value {
    json!(size.bytes().to_string())
}

fn limit((name, limit): (&String, &Ulimit)) -> Value {
    match limit.spelling {
        UlimitSpelling::Single => json!(format!("{name}={}", limit.soft)),
        UlimitSpelling::Pair => json!(format!("{name}={}:{}", limit.soft, limit.hard)),
    }
}

fn attest(kind: &str, wish: &str) -> Option<Value> {
    match wish {
        "" => None,
        "true" => Some(json!(format!("type={kind}"))),
        "false" => Some(json!(format!("type={kind},disabled=true"))),
        words => Some(text(&format!("type={kind},{words}"))),
    }
}

/// Bake takes every text for a template; a value is none.
fn text(text: &str) -> Value {
    Value::String(text.replace("${", "$${").replace("%{", "%%{"))
}

fn list(texts: &[String]) -> Value {
    texts.iter().map(|one| text(one)).collect()
}

fn map(map: &BTreeMap<String, String>) -> Value {
    map.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn hosts(lines: &[String]) -> Value {
    let pairs = lines.iter().filter_map(|line| line.split_once(['=', ':']));
    pairs.map(|(host, address)| (host.to_owned(), text(address))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Project;
    use crate::value::Name;

    fn batch(project: &Project, purpose: Purpose) -> Batch<'_> {
        let all: Vec<Name> = project.services.keys().cloned().collect();
        Batch::of(project, &all, purpose, &BTreeSet::new()).expect("possible")
    }

    fn told(project: &Project, purpose: Purpose, platform: Option<&str>) -> Value {
        let batch = batch(project, purpose);
        let chosen: Vec<usize> = (0..batch.targets.len()).collect();
        definition(&batch, &chosen, platform)
    }

    #[test]
    fn a_build_is_told_in_bakes_words() {
        let project = crate::testing::project(
            "services: {web.api: {platform: linux/amd64, build: {context: 'git://src', dockerfile: D, \
             args: {A: \"${B}\"}, tags: [\"x:1\"], target: final, no_cache: true, extra_hosts: [\"h=1.2.3.4\"]}}}",
        );
        let expected = json!({
            "group": { "default": { "targets": ["web_api"] } },
            "target": { "web_api": {
                "context": "git://src",
                "dockerfile": "D",
                "args": { "A": "$${B}" },
                "labels": {
                    "com.docker.compose.project": "p",
                    "com.docker.compose.service": "web.api",
                    "com.docker.compose.version": "2.40.3",
                },
                "tags": ["x:1", "p-web.api"],
                "no-cache": true,
                "extra-hosts": { "h": "1.2.3.4" },
                "target": "final",
                "platforms": ["linux/amd64"],
                "output": ["type=docker"],
            } },
        });
        assert_eq!(told(&project, Purpose::Run, None), expected);
    }

    #[test]
    fn every_part_of_a_build_is_told() {
        let project = crate::testing::project(
            "services: {a: {image: 'r.example/a:1', build: {context: 'git://src', dockerfile_inline: FROM b, \
             entitlements: [network.host], privileged: true, provenance: mode=max, sbom: 'true', \
             ssh: {default: , k: /k}, cache_from: ['type=local,src=/c'], cache_to: ['type=local,dest=/d'], \
             no_cache_filter: [s], additional_contexts: {b: 'service:b', c: /e}, pull: true, network: host, \
             secrets: [{source: s, target: /run/secrets/t}, {source: e}], shm_size: 1m, \
             ulimits: {nofile: {soft: 1, hard: 2}, nproc: 5}, platforms: [linux/amd64, linux/arm64]}}, \
             b: {build: {context: 'git://b'}}}\nsecrets: {s: {file: /s}, e: {environment: E}}",
        );
        let told = told(&project, Purpose::Push, None);
        let of = |key: &str| told.pointer(&format!("/target/a/{key}")).cloned().unwrap_or_default();
        assert_eq!(of("dockerfile-inline"), json!("FROM b"));
        assert_eq!(of("contexts"), json!({"b": "target:b", "c": "/e"}));
        assert_eq!(of("secret"), json!(["id=t,type=file,src=/s", "id=e,type=env,env=E"]));
        assert_eq!(of("ssh"), json!(["default", "k=/k"]));
        assert_eq!(of("attest"), json!(["type=provenance,mode=max", "type=sbom"]));
        assert_eq!(of("entitlements"), json!(["network.host", "security.insecure"]));
        assert_eq!((of("shm-size"), of("network")), (json!("1048576"), json!("host")));
        assert_eq!(of("ulimits"), json!(["nofile=1:2", "nproc=5"]));
        assert_eq!((of("no-cache-filter"), of("pull")), (json!(["s"]), json!(true)));
        assert_eq!(of("platforms"), json!(["linux/amd64", "linux/arm64"]));
        assert_eq!(of("output"), json!(["type=image,push=true"]));
        let batch = batch(&project, Purpose::Push);
        let allowed: Vec<String> = allowances(&batch).into_iter().collect();
        assert_eq!(
            allowed,
            [
                "fs.read=/c",
                "fs.read=/e",
                "fs.read=/k",
                "fs.read=/s",
                "fs.write=/d",
                "network.host",
                "security.insecure",
                "ssh"
            ]
        );
    }

    #[test]
    fn where_an_image_goes_depends_on_what_it_is_for() {
        let project = crate::testing::project(
            "services: {a: {image: x, build: {context: 'git://a'}}, b: {build: {context: 'git://b'}}}",
        );
        let of = |purpose, service: &str, key: &str| {
            told(&project, purpose, None).pointer(&format!("/target/{service}/{key}")).cloned().unwrap_or_default()
        };
        assert_eq!(of(Purpose::Run, "a", "output"), json!(["type=docker"]));
        assert_eq!(of(Purpose::Push, "a", "output"), json!(["type=registry"]));
        assert_eq!(of(Purpose::Push, "b", "output"), json!(["type=docker"]));
        assert_eq!((of(Purpose::Check, "a", "call"), of(Purpose::Check, "a", "output")), (json!("lint"), Value::Null));
    }

    #[test]
    fn names_that_differ_in_dots_only_stay_apart() {
        let project = crate::testing::project(
            "services: {a.b: {build: {context: 'git://a'}}, a_b: {build: {context: 'git://a', target: t}}}",
        );
        assert_eq!(names(&batch(&project, Purpose::Run)), ["a_b", "a_b_"]);
    }
}
