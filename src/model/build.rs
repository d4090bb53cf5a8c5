//! [`Build`]: how an image is made. Spec: services, `build`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// A recipe for an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// The folder (absolute) or URL whose files the build may use.
    pub context: String,
    /// The recipe's file, relative to the context. Default `Dockerfile`.
    pub dockerfile: Option<String>,
    /// The recipe itself, instead of a file.
    pub dockerfile_inline: Option<String>,
    /// Values of the recipe's `ARG`s.
    pub args: BTreeMap<String, String>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// Where layers may be taken from.
    pub cache_from: Vec<String>,
    /// Where layers are kept.
    pub cache_to: Vec<String>,
    /// Whether every step is run anew.
    pub no_cache: bool,
    /// Whether base images are fetched anew.
    pub pull: bool,
    /// More lines of `/etc/hosts` during the build, as `host=ip`.
    pub extra_hosts: Vec<String>,
    /// The network of `RUN` steps.
    pub network: Option<String>,
    /// The stage to build. Default: the last.
    pub target: Option<String>,
    /// More names for the image.
    pub tags: Vec<String>,
}

const UNSUPPORTED: [&str; 12] = [
    "additional_contexts",
    "entitlements",
    "isolation",
    "no_cache_filter",
    "platforms",
    "privileged",
    "provenance",
    "sbom",
    "secrets",
    "shm_size",
    "ssh",
    "ulimits",
];

impl Build {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("build", node, diagnostics)?;
        let build = Self {
            context: fields.text("context").unwrap_or_default(),
            dockerfile: fields.text("dockerfile"),
            dockerfile_inline: fields.text("dockerfile_inline"),
            args: fields.map("args"),
            labels: fields.map("labels"),
            cache_from: fields.texts("cache_from"),
            cache_to: fields.texts("cache_to"),
            no_cache: fields.flag("no_cache").unwrap_or(false),
            pull: fields.flag("pull").unwrap_or(false),
            extra_hosts: fields.texts("extra_hosts"),
            network: fields.text("network"),
            target: fields.text("target"),
            tags: fields.texts("tags"),
        };
        fields.finish(&UNSUPPORTED);
        Some(build)
    }

    pub(super) fn write(&self) -> Node {
        let Self {
            context,
            dockerfile,
            dockerfile_inline,
            args,
            labels,
            cache_from,
            cache_to,
            no_cache,
            pull,
            extra_hosts,
            network,
            target,
            tags,
        } = self;
        let mut writer = Writer::default();
        writer.text("context", Some(context)).text("dockerfile", dockerfile.as_ref());
        writer.text("dockerfile_inline", dockerfile_inline.as_ref()).map("args", args).map("labels", labels);
        writer.texts("cache_from", cache_from).texts("cache_to", cache_to).flag("no_cache", *no_cache);
        writer.flag("pull", *pull).texts("extra_hosts", extra_hosts).text("network", network.as_ref());
        writer.text("target", target.as_ref()).texts("tags", tags).finish()
    }
}
