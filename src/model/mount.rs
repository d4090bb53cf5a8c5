//! [`Mount`]: a folder or volume in a container. Spec: services, `volumes`.

use super::fields::{Fields, unsupported_attribute};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::value::{ByteSize, Name};

/// One entry of a service's `volumes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// Where in the container, cleaned.
    pub target: String,
    /// Whether the container may only read. Default false.
    pub read_only: bool,
    /// A hint that only old desktop engines took; carried for Compose's hash.
    pub consistency: Option<String>,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountKind {
    /// A folder or file of the host, absolute.
    Bind {
        /// The path on the host.
        source: String,
        /// How; nothing when the file has no `bind:` mapping.
        options: Option<BindOptions>,
    },
    /// A volume.
    Volume {
        /// The key under `volumes`; an anonymous volume has none.
        source: Option<Name>,
        /// How; nothing when the file has no `volume:` mapping.
        options: Option<VolumeOptions>,
    },
    /// Memory.
    Tmpfs {
        /// How much and for whom; nothing when the file has no `tmpfs:` mapping.
        options: Option<TmpfsOptions>,
    },
}

impl MountKind {
    /// The word of the compose language.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
            Self::Volume { .. } => "volume",
            Self::Tmpfs { .. } => "tmpfs",
        }
    }
}

/// Options of a bind mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BindOptions {
    /// `z` (shared) or `Z` (private) relabelling.
    pub selinux: Option<String>,
    /// How mounts below travel. Engine default `rprivate`.
    pub propagation: Option<String>,
    /// Whether a missing source is made. The short syntax says true; Compose 2 takes silence for no.
    pub create_host_path: Option<bool>,
}

/// Options of a volume mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeOptions {
    /// Whether a new volume stays empty instead of taking what the image has there.
    pub nocopy: bool,
    /// The folder inside the volume.
    pub subpath: Option<String>,
}

/// Options of memory mounted as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TmpfsOptions {
    /// How much it may hold. Default: no limit.
    pub size: Option<ByteSize>,
    /// File mode of its root, as a number.
    pub mode: Option<u32>,
}

impl Mount {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("volumes", node, diagnostics)?;
        let place = fields.node("type").map_or(node.span, |node| node.span);
        let kind = match fields.text("type").as_deref() {
            Some("bind") => bind(&mut fields, node),
            Some("volume") => Some(volume(&mut fields)),
            Some("tmpfs") => Some(tmpfs(&mut fields)),
            Some(other @ ("image" | "npipe" | "cluster")) => {
                fields.report(unsupported_attribute(&format!("type: {other}"), place));
                None
            }
            other => {
                let other = other.unwrap_or_default();
                let fault = Diagnostic::error("invalid-value", format!("'{other}' is not a type of mount")).at(place);
                fields.report(fault.help("one of bind, volume, tmpfs"));
                None
            }
        };
        let target = fields.text("target");
        if target.is_none() {
            let fault = Diagnostic::error("missing-value", "a mount needs a 'target', the path in the container");
            fields.report(fault.at(node.span).help("add 'target: /data'"));
        }
        let read_only = fields.flag("read_only").unwrap_or(false);
        let consistency = fields.text("consistency");
        fields.node("source");
        foreign_options(&mut fields, kind.as_ref());
        fields.finish(&["image"]);
        Some(Self { kind: kind?, target: target?, read_only, consistency })
    }

    pub(super) fn write(&self) -> Node {
        let mut writer = Writer::default();
        let word = self.kind.as_str();
        let (source, options) = match &self.kind {
            MountKind::Bind { source, options } => (Some(source.clone()), options.as_ref().map(BindOptions::write)),
            MountKind::Volume { source, options } => {
                (source.as_ref().map(ToString::to_string), options.as_ref().map(VolumeOptions::write))
            }
            MountKind::Tmpfs { options } => (None, options.as_ref().map(TmpfsOptions::write)),
        };
        writer.node("type", Node::text(word)).text("source", source.as_ref()).text("target", Some(&self.target));
        writer.flag("read_only", self.read_only).text("consistency", self.consistency.as_ref());
        writer.optional(word, options).finish()
    }
}

/// Options of another type of mount mean nothing, so the file does not say what its writer thinks.
fn foreign_options(fields: &mut Fields<'_>, kind: Option<&MountKind>) {
    let Some(own) = kind.map(MountKind::as_str) else { return };
    for key in ["bind", "volume", "tmpfs"].into_iter().filter(|key| *key != own) {
        let Some(node) = fields.node(key) else { continue };
        let fault = Diagnostic::error("conflict", format!("'{key}' options mean nothing for a mount of 'type: {own}'"));
        fields.report(fault.at(node.span).help(format!("remove them, or write 'type: {key}'")));
    }
}

fn bind(fields: &mut Fields<'_>, node: &Node) -> Option<MountKind> {
    let source = fields.text("source");
    if source.is_none() {
        let fault = Diagnostic::error("missing-value", "a bind mount needs a 'source', the path on the host");
        fields.report(fault.at(node.span).help("add 'source: ./data', or use 'type: volume'"));
    }
    let options = fields.nested("bind").and_then(|(node, faults)| BindOptions::read(node, faults));
    Some(MountKind::Bind { source: source?, options })
}

fn volume(fields: &mut Fields<'_>) -> MountKind {
    let source = fields.parsed("source");
    let options = fields.nested("volume").and_then(|(node, faults)| VolumeOptions::read(node, faults));
    MountKind::Volume { source, options }
}

fn tmpfs(fields: &mut Fields<'_>) -> MountKind {
    MountKind::Tmpfs { options: fields.nested("tmpfs").and_then(|(node, faults)| TmpfsOptions::read(node, faults)) }
}

impl BindOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("bind", node, diagnostics)?;
        let options = Self {
            selinux: fields.text("selinux"),
            propagation: fields.text("propagation"),
            create_host_path: fields.flag("create_host_path"),
        };
        fields.finish(&["recursive"]);
        Some(options)
    }

    fn write(&self) -> Node {
        let Self { selinux, propagation, create_host_path } = self;
        let mut writer = Writer::default();
        writer.text("selinux", selinux.as_ref()).text("propagation", propagation.as_ref());
        writer.flag("create_host_path", *create_host_path == Some(true)).finish()
    }
}

impl VolumeOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("volume", node, diagnostics)?;
        let options = Self { nocopy: fields.flag("nocopy").unwrap_or(false), subpath: fields.text("subpath") };
        fields.finish(&["labels"]);
        Some(options)
    }

    fn write(&self) -> Node {
        Writer::default().flag("nocopy", self.nocopy).text("subpath", self.subpath.as_ref()).finish()
    }
}

impl TmpfsOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("tmpfs", node, diagnostics)?;
        let options = Self { size: fields.parsed_scalar("size"), mode: fields.integer("mode") };
        fields.finish(&[]);
        Some(options)
    }

    fn write(&self) -> Node {
        Writer::default().text("size", self.size.as_ref()).number("mode", self.mode).finish()
    }
}
