//! [`Build`]: how an image is made. Spec: services, `build`.

use super::fields::{Fields, scalar_text, wrong_kind};
use super::writer::Writer;
use super::{Dialect, FileReference, Ulimit, cleaned};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::value::ByteSize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A recipe for an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// The folder (absolute) or URL whose files the build may use.
    pub context: String,
    /// The recipe's file, relative to the context. Default `Dockerfile`.
    pub dockerfile: Option<String>,
    /// The recipe itself, instead of a file.
    pub dockerfile_inline: Option<String>,
    /// Rights that the builder must grant, such as `network.host`.
    pub entitlements: Vec<String>,
    /// Values of the recipe's `ARG`s.
    pub args: BTreeMap<String, String>,
    /// What is attested about how it was made: `true`, `false` or BuildKit's words such as `mode=max`. Default: the
    /// builder's.
    pub provenance: Option<String>,
    /// Whether a list of its parts is attached: `true`, `false` or BuildKit's words. Default: the builder's.
    pub sbom: Option<String>,
    /// Keys for the recipe's `RUN --mount=type=ssh`: a path, or nothing for the agent's.
    pub ssh: BTreeMap<String, Option<String>>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// Where layers may be taken from.
    pub cache_from: Vec<String>,
    /// Where layers are kept.
    pub cache_to: Vec<String>,
    /// Whether every step is run anew.
    pub no_cache: bool,
    /// The stages whose steps are run anew. Compose 5.
    pub no_cache_filter: Vec<String>,
    /// More folders, images or services whose files the recipe may name.
    pub additional_contexts: BTreeMap<String, String>,
    /// Whether base images are fetched anew.
    pub pull: bool,
    /// More lines of `/etc/hosts` during the build, as `host=ip`.
    pub extra_hosts: Vec<String>,
    /// How steps are kept apart; Windows only.
    pub isolation: Option<String>,
    /// The network of `RUN` steps.
    pub network: Option<String>,
    /// The stage to build. Default: the last.
    pub target: Option<String>,
    /// Secrets for the recipe's `RUN --mount=type=secret`.
    pub secrets: Vec<FileReference>,
    /// Bytes of `/dev/shm` during the build. Default: the builder's.
    pub shm_size: Option<ByteSize>,
    /// More names for the image.
    pub tags: Vec<String>,
    /// Limits of the kernel on the processes of steps.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// The platforms that the image is made for. Default: the service's, then the engine's.
    pub platforms: Vec<String>,
    /// Whether steps have all rights on the host.
    pub privileged: bool,
}

impl Build {
    /// The folder of a build whose context is one.
    pub fn folder(&self) -> PathBuf {
        cleaned(Path::new(&self.context))
    }

    /// The file of the recipe, for a build whose context is a folder.
    pub fn recipe(&self) -> PathBuf {
        cleaned(&Path::new(&self.context).join(self.recipe_name()))
    }

    /// The file of the recipe as it is given. Default `Dockerfile`.
    pub fn recipe_name(&self) -> &str {
        self.dockerfile.as_deref().unwrap_or("Dockerfile")
    }

    /// The files that may say what is left out of the context, for a build whose context is a folder: the first that is
    /// there counts.
    pub fn ignore_files(&self) -> [PathBuf; 2] {
        let beside = PathBuf::from(format!("{}.dockerignore", self.recipe().display()));
        [beside, self.folder().join(".dockerignore")]
    }

    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("build", node, diagnostics)?;
        let build = Self {
            context: fields.text("context").unwrap_or_default(),
            dockerfile: fields.text("dockerfile"),
            dockerfile_inline: fields.text("dockerfile_inline"),
            entitlements: fields.texts("entitlements"),
            args: fields.map("args"),
            provenance: attestation(&mut fields, "provenance"),
            sbom: attestation(&mut fields, "sbom"),
            ssh: fields.optional_map("ssh"),
            labels: fields.map("labels"),
            cache_from: fields.texts("cache_from"),
            cache_to: fields.texts("cache_to"),
            no_cache: fields.flag("no_cache").unwrap_or(false),
            no_cache_filter: fields.texts("no_cache_filter"),
            additional_contexts: fields.map("additional_contexts"),
            pull: fields.flag("pull").unwrap_or(false),
            extra_hosts: fields.texts("extra_hosts"),
            isolation: fields.text("isolation"),
            network: fields.text("network"),
            target: fields.text("target"),
            secrets: fields.items("secrets", FileReference::read_secret),
            shm_size: fields.bytes("shm_size"),
            tags: fields.texts("tags"),
            ulimits: Ulimit::read_all(&mut fields),
            platforms: fields.texts("platforms"),
            privileged: fields.flag("privileged").unwrap_or(false),
        };
        if build.dockerfile.as_ref().is_some_and(|file| !file.is_empty()) {
            fields.exclude(&["dockerfile", "dockerfile_inline"], "a build has one recipe: remove one of the two");
        }
        fields.finish();
        Some(build)
    }

    pub(super) fn write(&self, dialect: Dialect) -> Node {
        let Self {
            context,
            dockerfile,
            dockerfile_inline,
            entitlements,
            args,
            provenance,
            sbom,
            ssh,
            labels,
            cache_from,
            cache_to,
            no_cache,
            no_cache_filter,
            additional_contexts,
            pull,
            extra_hosts,
            isolation,
            network,
            target,
            secrets,
            shm_size,
            tags,
            ulimits,
            platforms,
            privileged,
        } = self;
        let limits = ulimits.iter().map(|(name, limit)| (name.as_str(), limit.write(dialect)));
        let mut writer = Writer::default();
        writer.text("context", Some(context)).text("dockerfile", dockerfile.as_ref());
        writer.text("dockerfile_inline", dockerfile_inline.as_ref()).texts("entitlements", entitlements);
        writer.map("args", args).text("provenance", provenance.as_ref()).text("sbom", sbom.as_ref());
        writer.texts("ssh", &keys(ssh)).map("labels", labels);
        writer.texts("cache_from", cache_from).texts("cache_to", cache_to).flag("no_cache", *no_cache);
        writer.texts("no_cache_filter", no_cache_filter).map("additional_contexts", additional_contexts);
        writer.flag("pull", *pull).texts("extra_hosts", extra_hosts).text("isolation", isolation.as_ref());
        writer.text("network", network.as_ref()).text("target", target.as_ref());
        writer.items("secrets", secrets, FileReference::write);
        writer.bytes("shm_size", *shm_size).texts("tags", tags);
        writer.optional("ulimits", (!ulimits.is_empty()).then(|| Node::map(limits)));
        writer.texts("platforms", platforms).flag("privileged", *privileged).finish()
    }
}

/// A boolean or BuildKit's words; both are text from here on.
fn attestation(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    let (node, diagnostics) = fields.nested(key)?;
    let text = scalar_text(node).filter(|_| !matches!(node.kind(), "a number"));
    if text.is_none() {
        diagnostics.push(wrong_kind(key, "true, false or a string", node));
    }
    text
}

/// `default` for the agent's keys, `id=path` for a file: the spelling that reads back.
fn keys(ssh: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let one = |(id, path): (&String, &Option<String>)| match path {
        Some(path) => format!("{id}={path}"),
        None => id.clone(),
    };
    ssh.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, Build::read).map(|build| json::compact(&build.write(Dialect::Json)))
    }

    #[test]
    fn a_build_is_written_in_the_order_of_compose() {
        let text = "{privileged: true, platforms: [p], ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}}, tags: [t], \
                    shm_size: 1g, secrets: [{source: s}], target: t, network: host, isolation: i, extra_hosts: [h=1], \
                    pull: true, additional_contexts: {z: /z}, no_cache: 'true', cache_to: [d], cache_from: [c], \
                    labels: {a: b}, ssh: {default: , k: /k}, sbom: x, provenance: true, args: {A: 1}, \
                    entitlements: [e], dockerfile: D, context: /c, no_cache_filter: [n]}";
        let wanted = concat!(
            r#"{"context":"/c","dockerfile":"D","entitlements":["e"],"args":{"A":"1"},"provenance":"true","sbom":"x","#,
            r#""ssh":["default","k=/k"],"labels":{"a":"b"},"cache_from":["c"],"cache_to":["d"],"no_cache":true,"#,
            r#""no_cache_filter":["n"],"additional_contexts":{"z":"/z"},"pull":true,"extra_hosts":["h=1"],"#,
            r#""isolation":"i","network":"host","target":"t","secrets":[{"source":"s"}],"shm_size":"1073741824","#,
            r#""tags":["t"],"ulimits":{"nofile":{"soft":1,"hard":2},"nproc":5},"platforms":["p"],"privileged":true}"#
        );
        assert_eq!(written(text), Ok(wanted.into()));
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let text = "{context: '', shm_size: 0, entitlements: [], provenance: false, dockerfile: ''}";
        assert_eq!(written(text), Ok(r#"{"provenance":"false"}"#.into()));
    }

    #[test]
    fn a_build_has_one_recipe() {
        let fault = "'dockerfile' and 'dockerfile_inline' exclude each other";
        assert_eq!(written("{dockerfile: D, dockerfile_inline: F}"), Err(fault.into()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "{provenance: 1}",
            "{shm_size: 1.5}",
            "{shm_size: x}",
            "{no_cache: maybe}",
            "{platforms: linux/amd64}",
            "{ulimits: {nofile: {soft: 1}}}",
            "{foo: 1}",
        ] {
            assert!(written(text).is_err(), "{text}");
        }
    }
}
