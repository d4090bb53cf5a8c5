//! What the engine's own session cannot do, and only the buildx plugin can. Pure.

use super::batch::{Batch, Target};
use crate::engine::EngineError;
use crate::model::Build;
use crate::plan::Purpose;

/// Refuses what would be left out: nothing is built without what the file asks for.
pub(super) fn refuse(batch: &Batch<'_>, why: &str) -> Result<(), EngineError> {
    for target in &batch.targets {
        let lacking = lacking(target, batch.purpose);
        if !lacking.is_empty() {
            return Err(EngineError::NeedsBuildx {
                service: target.name().clone(),
                attributes: lacking.iter().map(|one| (*one).to_owned()).collect(),
                why: why.to_owned(),
            });
        }
    }
    Ok(())
}

/// The parts of a build that only the plugin understands.
fn lacking(target: &Target<'_>, purpose: Purpose) -> Vec<&'static str> {
    let Build {
        context: _,
        dockerfile: _,
        dockerfile_inline: _,
        entitlements,
        args: _,
        provenance,
        sbom,
        ssh,
        labels: _,
        cache_from,
        cache_to,
        no_cache: _,
        no_cache_filter,
        additional_contexts,
        pull: _,
        extra_hosts: _,
        isolation: _,
        network: _,
        target: _,
        secrets,
        shm_size: _,
        tags: _,
        ulimits,
        platforms: _,
        privileged,
    } = target.build;
    let is_wanted = |wish: &Option<String>| wish.as_deref().is_some_and(|wish| !["", "false"].contains(&wish));
    let parts = [
        ("additional_contexts", !additional_contexts.is_empty()),
        ("cache_from", cache_from.iter().any(|cache| registry_cache(cache).is_none())),
        ("cache_to", !cache_to.is_empty()),
        ("entitlements", !entitlements.is_empty()),
        ("no_cache_filter", !no_cache_filter.is_empty()),
        ("platforms", target.platforms(purpose, None).len() > 1),
        ("privileged", *privileged),
        ("provenance", is_wanted(provenance)),
        ("sbom", is_wanted(sbom)),
        ("secrets", !secrets.is_empty()),
        ("ssh", !ssh.is_empty()),
        ("ulimits", !ulimits.is_empty()),
        ("--check", purpose == Purpose::Check),
    ];
    parts.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
}

/// The image of a cache that is one: other kinds are for the plugin.
pub(super) fn registry_cache(cache: &str) -> Option<&str> {
    if !cache.contains('=') {
        return Some(cache);
    }
    let is_registry = cache.split(',').any(|option| option == "type=registry");
    cache.split(',').find_map(|option| option.strip_prefix("ref=")).filter(|_| is_registry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;
    use std::collections::BTreeSet;

    fn refused(build: &str, purpose: Purpose) -> Option<String> {
        let text = format!(
            "services: {{a: {{build: {{context: 'git://x', {build}}}}}, b: {{build: {{context: 'git://y'}}}}}}\nsecrets: {{s: {{file: /s}}}}"
        );
        let project = project(&text);
        let batch = Batch::of(&project, &["a".parse().expect("a name")], purpose, &BTreeSet::new()).expect("possible");
        refuse(&batch, "there is no plugin").err().map(|error| error.to_string())
    }

    #[test]
    fn what_only_the_plugin_can_is_named_before_anything_is_built() {
        let said = refused("secrets: [{source: s}], ssh: {default: }", Purpose::Run).expect("refused");
        assert_eq!(said, "the build of 'a' needs buildx for 'secrets', 'ssh', and there is no plugin");
        for build in [
            "additional_contexts: {b: 'service:b'}",
            "cache_from: ['type=local,src=/c']",
            "cache_to: ['type=inline']",
            "entitlements: [network.host]",
            "no_cache_filter: [s]",
            "privileged: true",
            "provenance: mode=max",
            "sbom: 'true'",
            "ulimits: {nofile: 5}",
        ] {
            let name = build.split(':').next().expect("a name");
            assert!(refused(build, Purpose::Run).is_some_and(|said| said.contains(name)), "{build}");
        }
        let platforms = "platforms: [linux/amd64, linux/arm64]";
        assert!(refused(platforms, Purpose::Keep).is_some() && refused(platforms, Purpose::Run).is_none());
        assert!(refused("no_cache: true", Purpose::Check).is_some_and(|said| said.contains("--check")));
    }

    #[test]
    fn what_the_engine_can_do_itself_is_not_refused() {
        let build = "args: {A: b}, cache_from: ['x:1', 'type=registry,ref=y:2'], extra_hosts: [a=1.2.3.4], target: t, \
                     shm_size: 1m, tags: [t], network: host, pull: true, provenance: 'false'";
        assert_eq!(refused(build, Purpose::Keep), None);
    }
}
