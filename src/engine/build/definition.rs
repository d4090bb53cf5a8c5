//! What `buildx bake` is told: all targets as one JSON text, so that what they share is built once. Pure.

use super::{Target, recipe};
use crate::model::Build;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What bake reads from its standard input.
pub(super) fn definition(targets: &[Target<'_>], platform: Option<&str>) -> Value {
    let names = names(targets);
    let all: Map<String, Value> =
        names.iter().cloned().zip(targets.iter().map(|target| one(target, platform))).collect();
    json!({ "group": { "default": { "targets": names } }, "target": all })
}

/// The names of the targets, which may not hold a dot.
pub(super) fn names(targets: &[Target<'_>]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for target in targets {
        let mut name = target.service.name.as_str().replace('.', "_");
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        names.push(name);
    }
    names
}

/// The folders that bake must be allowed to read.
pub(super) fn folders(targets: &[Target<'_>]) -> BTreeSet<String> {
    let local = targets.iter().filter(|target| !recipe::is_remote(&target.build.context));
    local
        .flat_map(|target| {
            let dockerfile = recipe::dockerfile(target);
            let above = Path::new(&dockerfile).parent().map(|folder| folder.to_string_lossy().into_owned());
            [Some(target.build.context.clone()), above.filter(|_| target.build.dockerfile_inline.is_none())]
        })
        .flatten()
        .collect()
}

fn one(target: &Target<'_>, platform: Option<&str>) -> Value {
    let Build {
        context,
        dockerfile: _,
        dockerfile_inline,
        entitlements: _,
        args,
        provenance: _,
        sbom: _,
        ssh: _,
        labels: _,
        cache_from,
        cache_to,
        no_cache,
        no_cache_filter: _,
        additional_contexts: _,
        pull,
        extra_hosts,
        isolation: _,
        network,
        target: stage,
        secrets: _,
        shm_size: _,
        tags: _,
        ulimits: _,
        platforms: _,
        privileged: _,
    } = target.build;
    let mut fields = Map::new();
    let mut set = |key: &str, value: Value| {
        let is_empty = matches!(&value, Value::Null | Value::Bool(false))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !is_empty {
            fields.insert(key.to_owned(), value);
        }
    };
    set("context", text(context));
    match dockerfile_inline {
        Some(inline) => set("dockerfile-inline", text(inline)),
        None => set("dockerfile", text(&recipe::dockerfile(target))),
    }
    set("args", map(args));
    set("labels", map(&target.labels()));
    set("tags", list(&target.tags()));
    set("cache-from", list(cache_from));
    set("cache-to", list(cache_to));
    set("no-cache", json!(no_cache));
    set("pull", json!(pull));
    set("extra-hosts", hosts(extra_hosts));
    set("network", network.as_deref().map_or(Value::Null, text));
    set("target", stage.as_deref().map_or(Value::Null, text));
    set("platforms", target.service.platform.as_deref().or(platform).map_or(Value::Null, |one| json!([text(one)])));
    set("output", json!(["type=docker"]));
    Value::Object(fields)
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

    fn targets(project: &Project) -> Vec<Target<'_>> {
        let service = |service| Target { project, service, build: service.build.as_ref().expect("a build") };
        project.services.values().map(service).collect()
    }

    #[test]
    fn a_build_is_told_in_bakes_words() {
        let project = crate::testing::project(
            "services: {web.api: {platform: linux/amd64, build: {context: /src, dockerfile: ../other/Dockerfile, \
             args: {A: \"${B}\"}, tags: [\"x:1\"], target: final, no_cache: true, extra_hosts: [\"h=1.2.3.4\"]}}}",
        );
        let expected = json!({
            "group": { "default": { "targets": ["web_api"] } },
            "target": { "web_api": {
                "context": "/src",
                "dockerfile": "/other/Dockerfile",
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
        assert_eq!(definition(&targets(&project), None), expected);
    }

    #[test]
    fn an_inline_recipe_takes_the_place_of_a_file() {
        let project = crate::testing::project("services: {a: {build: {context: /src, dockerfile_inline: FROM x}}}");
        let definition = definition(&targets(&project), Some("linux/arm64"));
        let target = definition.pointer("/target/a").expect("the target");
        assert_eq!(target.get("dockerfile-inline"), Some(&json!("FROM x")));
        assert_eq!(target.get("dockerfile"), None);
        assert_eq!(target.get("platforms"), Some(&json!(["linux/arm64"])));
        assert_eq!(folders(&targets(&project)), BTreeSet::from(["/src".to_owned()]));
    }

    #[test]
    fn names_that_differ_in_dots_only_stay_apart() {
        let project = crate::testing::project("services: {a.b: {build: {context: /a}}, a_b: {build: {context: /a}}}");
        assert_eq!(names(&targets(&project)), ["a_b", "a_b_"]);
    }
}
