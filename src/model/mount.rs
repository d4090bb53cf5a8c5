//! [`Mount`]: a folder or volume in a container. Spec: services, `volumes`.

use super::Reload;
use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::Node;
use crate::value::{ByteSize, Name};
use std::collections::BTreeMap;

/// One entry of a service's `volumes`.
///
/// Options of another type of mount than its own mean nothing; they are kept for `config` and for Compose's hash.
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
    /// Options of a bind mount; nothing when the file has no `bind:` mapping.
    pub bind: Option<BindOptions>,
    /// Options of a volume; nothing when the file has no `volume:` mapping.
    pub volume: Option<VolumeOptions>,
    /// Options of memory; nothing when the file has no `tmpfs:` mapping.
    pub tmpfs: Option<TmpfsOptions>,
    /// Options of an image; nothing when the file has no `image:` mapping.
    pub image: Option<ImageOptions>,
    /// What happens when its files change, while they are watched.
    pub reload: Option<Reload>,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountKind {
    /// A folder or file of the host, absolute.
    Bind {
        /// The path on the host.
        source: String,
    },
    /// A volume.
    Volume {
        /// The key under `volumes`; an anonymous volume has none.
        source: Option<Name>,
    },
    /// Memory.
    Tmpfs {
        /// It has none; what the file says is kept.
        source: Option<String>,
    },
    /// The files of an image.
    Image {
        /// The image.
        source: Option<String>,
    },
    /// A named pipe of a Windows host.
    NamedPipe {
        /// The pipe of the host.
        source: Option<String>,
    },
    /// A volume of a Swarm cluster.
    Cluster {
        /// The volume or, with `group:` in front, a group of them.
        source: Option<String>,
    },
}

const TYPES: [&str; 6] = ["bind", "volume", "tmpfs", "cluster", "npipe", "image"];

impl MountKind {
    /// The word of the compose language.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
            Self::Volume { .. } => "volume",
            Self::Tmpfs { .. } => "tmpfs",
            Self::Image { .. } => "image",
            Self::NamedPipe { .. } => "npipe",
            Self::Cluster { .. } => "cluster",
        }
    }

    /// What the file gives as the source.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Bind { source } => Some(source),
            Self::Volume { source } => source.as_ref().map(Name::as_str),
            Self::Tmpfs { source } | Self::Image { source } | Self::NamedPipe { source } | Self::Cluster { source } => {
                source.as_deref()
            }
        }
    }
}

/// Options of a bind mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BindOptions {
    /// Relabelling for `SELinux`.
    pub selinux: Option<Relabel>,
    /// How mounts below travel. Engine default `rprivate`.
    pub propagation: Option<String>,
    /// Whether a missing source is made. The short syntax says true; Compose 2 takes silence for no.
    pub create_host_path: Option<bool>,
    /// Whether mounts below the source come with it. Engine default `enabled`.
    pub recursive: Option<Recursive>,
}

/// Who shares the label of a bind mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relabel {
    /// All containers: `z`.
    Shared,
    /// This container alone: `Z`.
    Private,
}

impl Relabel {
    const ALL: [Self; 2] = [Self::Shared, Self::Private];

    /// The word of the compose language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "z",
            Self::Private => "Z",
        }
    }
}

/// Whether mounts below the source of a bind mount come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recursive {
    /// They come; in a read-only mount they are read-only if the kernel can do that.
    Enabled,
    /// They stay away.
    Disabled,
    /// They come and can be written, even in a read-only mount.
    Writable,
    /// They come read-only, or it fails.
    ReadOnly,
}

impl Recursive {
    const ALL: [Self; 4] = [Self::Enabled, Self::Disabled, Self::Writable, Self::ReadOnly];

    /// The word of the compose language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Writable => "writable",
            Self::ReadOnly => "readonly",
        }
    }
}

/// Options of a volume mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeOptions {
    /// Labels of an anonymous volume that is made for it.
    pub labels: BTreeMap<String, String>,
    /// Whether a new volume stays empty instead of taking what the image has there.
    pub nocopy: bool,
    /// The folder inside the volume.
    pub subpath: Option<String>,
}

/// Options of memory mounted as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TmpfsOptions {
    /// How many bytes it may hold; 0 is no limit, the default.
    pub size: Option<ByteSize>,
    /// Permission bits of its root. Engine default `0o1777`.
    pub mode: Option<u32>,
}

/// Options of a mounted image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageOptions {
    /// The folder inside the image.
    pub subpath: Option<String>,
}

impl Mount {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("volumes", node, diagnostics)?;
        let kind = kind(&mut fields, node);
        let start = fields.start().unwrap_or(node.span);
        let target = fields.text("target").filter(|target| !target.is_empty());
        if target.is_none() {
            let fault = Diagnostic::error("missing-value", "a mount needs a 'target', the path in the container");
            fields.report(fault.at(start).help("add 'target: /data'"));
        }
        let read_only = fields.flag("read_only").unwrap_or(false);
        let consistency = fields.text("consistency");
        let bind = fields.mapping("bind", BindOptions::read);
        let volume = fields.mapping("volume", VolumeOptions::read);
        let tmpfs = fields.mapping("tmpfs", TmpfsOptions::read);
        let image = fields.mapping("image", ImageOptions::read);
        if let Some(kind) = &kind {
            foreign_options(&mut fields, kind.as_str());
        }
        let reload = reload(&mut fields, kind.as_ref());
        fields.finish();
        Some(Self { kind: kind?, target: target?, read_only, consistency, bind, volume, tmpfs, image, reload })
    }

    /// Extensions are no part of what Compose's hash is made of; `config` takes them from the file.
    pub(super) fn write(&self) -> Node {
        let Self { kind, target, read_only, consistency, bind, volume, tmpfs, image, reload: _ } = self;
        let mut writer = Writer::default();
        writer.node("type", Node::text(kind.as_str())).text("source", kind.source().as_ref());
        writer.text("target", Some(target)).flag("read_only", *read_only).text("consistency", consistency.as_ref());
        writer.optional("bind", bind.as_ref().map(BindOptions::write));
        writer.optional("volume", volume.as_ref().map(VolumeOptions::write));
        writer.optional("tmpfs", tmpfs.as_ref().map(TmpfsOptions::write));
        writer.optional("image", image.as_ref().map(ImageOptions::write)).finish()
    }
}

fn kind(fields: &mut Fields<'_>, node: &Node) -> Option<MountKind> {
    let start = fields.start().unwrap_or(node.span);
    let place = fields.node("type").map(|node| node.span);
    let word = fields.text("type");
    Some(match word.as_deref() {
        Some("bind") => return bind(fields, start),
        Some("volume") if fields.node("source").and_then(Node::as_text) == Some("") => {
            MountKind::Volume { source: None }
        }
        Some("volume") => MountKind::Volume { source: fields.parsed("source") },
        Some("tmpfs") => MountKind::Tmpfs { source: fields.text("source") },
        Some("image") => MountKind::Image { source: fields.text("source") },
        Some("npipe") => MountKind::NamedPipe { source: fields.text("source") },
        Some("cluster") => MountKind::Cluster { source: fields.text("source") },
        other => {
            fields.node("source");
            fields.report(unknown_type(other).at(place.unwrap_or(start)));
            return None;
        }
    })
}

fn unknown_type(word: Option<&str>) -> Diagnostic {
    let Some(word) = word else {
        let fault = Diagnostic::error("missing-value", "a mount in the long form needs a 'type'");
        return fault.help(format!("one of {}", TYPES.join(", ")));
    };
    let help = did_you_mean(word, TYPES)
        .map_or_else(|| format!("one of {}", TYPES.join(", ")), |near| format!("did you mean '{near}'?"));
    Diagnostic::error("invalid-value", format!("'{word}' is not a type of mount")).help(help)
}

fn bind(fields: &mut Fields<'_>, start: crate::source::Span) -> Option<MountKind> {
    let source = fields.text("source");
    if source.is_none() {
        let fault = Diagnostic::error("missing-value", "a bind mount needs a 'source', the path on the host");
        fields.report(fault.at(start).help("add 'source: ./data', or use 'type: volume'"));
    }
    Some(MountKind::Bind { source: source? })
}

/// Options of another type of mount do nothing, so the file does not say what its writer thinks. Labels for `SELinux`
/// are no such case: Compose writes them there for a volume, too.
fn foreign_options(fields: &mut Fields<'_>, own: &str) {
    for key in ["bind", "volume", "tmpfs", "image"].into_iter().filter(|key| *key != own) {
        let Some(node) = fields.node(key) else { continue };
        let selinux_only = key == "bind" && own == "volume" && node.get("selinux").is_some();
        if node.as_map().is_none_or(<[_]>::is_empty) || selinux_only || (own, key) == ("cluster", "volume") {
            continue;
        }
        let message = format!("'{key}' options do nothing for a mount of 'type: {own}'");
        let fault = Diagnostic::warning("no-effect", message).at(fields.place(key));
        fields.report(fault.help(format!("remove them, or write 'type: {key}'")));
    }
}

/// Only files of the host change under the eyes of whoever watches them.
fn reload(fields: &mut Fields<'_>, kind: Option<&MountKind>) -> Option<Reload> {
    let place = fields.place("x-reload");
    let (node, diagnostics) = fields.nested("x-reload")?;
    let reload = Reload::read(node, diagnostics);
    if let Some(kind) = kind.filter(|kind| !matches!(kind, MountKind::Bind { .. })) {
        let message = format!("'x-reload' does nothing for a mount of 'type: {}'", kind.as_str());
        let fault = Diagnostic::warning("no-effect", message).at(place);
        fields.report(fault.help("remove it, or write 'type: bind'"));
    }
    reload
}

impl BindOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("bind", node, diagnostics)?;
        let options = Self {
            selinux: fields.word("selinux", &Relabel::ALL, Relabel::as_str),
            propagation: fields.text("propagation"),
            create_host_path: fields.flag("create_host_path"),
            recursive: fields.word("recursive", &Recursive::ALL, Recursive::as_str),
        };
        fields.finish();
        Some(options)
    }

    fn write(&self) -> Node {
        let Self { selinux, propagation, create_host_path, recursive } = self;
        let mut writer = Writer::default();
        writer.text("selinux", selinux.map(Relabel::as_str).as_ref()).text("propagation", propagation.as_ref());
        writer.flag("create_host_path", *create_host_path == Some(true));
        writer.text("recursive", recursive.map(Recursive::as_str).as_ref()).finish()
    }
}

impl VolumeOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("volume", node, diagnostics)?;
        let options = Self {
            labels: fields.map("labels"),
            nocopy: fields.flag("nocopy").unwrap_or(false),
            subpath: fields.text("subpath"),
        };
        fields.finish();
        Some(options)
    }

    fn write(&self) -> Node {
        let Self { labels, nocopy, subpath } = self;
        Writer::default().map("labels", labels).flag("nocopy", *nocopy).text("subpath", subpath.as_ref()).finish()
    }
}

impl TmpfsOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("tmpfs", node, diagnostics)?;
        let options = Self { size: fields.bytes("size"), mode: fields.unquoted("mode") };
        if options.size.is_some_and(|size| size.bytes() < 0) {
            let place = fields.node("size").map(|node| node.span);
            let fault = Diagnostic::error("invalid-value", "a size cannot be negative").at(place);
            fields.report(fault.help("remove it for no limit"));
        }
        fields.finish();
        Some(options)
    }

    fn write(&self) -> Node {
        let Self { size, mode } = self;
        let mut writer = Writer::default();
        writer.bytes("size", *size).nonzero("mode", *mode).finish()
    }
}

impl ImageOptions {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("image", node, diagnostics)?;
        let options = Self { subpath: fields.text("subpath") };
        fields.finish();
        Some(options)
    }

    fn write(&self) -> Node {
        Writer::default().text("subpath", self.subpath.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, Mount::read).map(|mount| json::compact(&mount.write()))
    }

    #[test]
    fn each_type_is_written_in_the_order_of_compose() {
        let cases = [
            (
                "{image: {subpath: etc}, target: /im, source: alpine, type: image}",
                r#"{"type":"image","source":"alpine","target":"/im","image":{"subpath":"etc"}}"#,
            ),
            ("{type: npipe, source: a, target: /b}", r#"{"type":"npipe","source":"a","target":"/b"}"#),
            ("{type: cluster, target: /b}", r#"{"type":"cluster","target":"/b"}"#),
            (
                "{type: bind, source: /q, target: /b, read_only: 'yes', consistency: c, bind: {recursive: readonly, \
                 create_host_path: true, propagation: rslave, selinux: z}}",
                concat!(
                    r#"{"type":"bind","source":"/q","target":"/b","read_only":true,"consistency":"c","#,
                    r#""bind":{"selinux":"z","propagation":"rslave","create_host_path":true,"recursive":"readonly"}}"#
                ),
            ),
            (
                "{type: volume, source: v, target: /v, volume: {subpath: q, nocopy: true, labels: {a: b}}}",
                concat!(
                    r#"{"type":"volume","source":"v","target":"/v","#,
                    r#""volume":{"labels":{"a":"b"},"nocopy":true,"subpath":"q"}}"#
                ),
            ),
            (
                "{type: tmpfs, source: s, target: /t, tmpfs: {mode: 0755, size: 1k}}",
                r#"{"type":"tmpfs","source":"s","target":"/t","tmpfs":{"size":"1024","mode":493}}"#,
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(written(text), Ok(wanted.into()), "{text}");
        }
    }

    #[test]
    fn what_is_empty_or_false_is_left_out_and_the_block_stays() {
        let cases = [
            ("{type: bind, source: /a, target: /b, bind: {create_host_path: false}}", r#""/b","bind":{}}"#),
            ("{type: tmpfs, target: /b, tmpfs: {size: 0, mode: 0}}", r#""/b","tmpfs":{}}"#),
            ("{type: volume, source: '', target: /b}", r#"{"type":"volume","target":"/b"}"#),
        ];
        for (text, end) in cases {
            assert!(written(text).is_ok_and(|text| text.ends_with(end)), "{text}");
        }
    }

    #[test]
    fn options_of_another_type_are_kept_with_a_warning() {
        let text = "{type: bind, source: /a, target: /b, volume: {nocopy: true}}";
        let wanted = r#"{"type":"bind","source":"/a","target":"/b","volume":{"nocopy":true}}"#;
        assert_eq!(written(text), Ok(wanted.into()));
        let mut diagnostics = Diagnostics::default();
        Mount::read(&crate::testing::tree(text), &mut diagnostics);
        let messages: Vec<_> = diagnostics.sorted().into_iter().map(|one| one.message.clone()).collect();
        assert_eq!(messages, ["'volume' options do nothing for a mount of 'type: bind'"]);
    }

    #[test]
    fn a_faulty_mount_says_what_is_wrong() {
        let cases = [
            ("{type: bind, target: /x}", "a bind mount needs a 'source', the path on the host"),
            ("{target: /x}", "a mount in the long form needs a 'type'"),
            ("{type: tmpsf, target: /x}", "'tmpsf' is not a type of mount"),
            ("{type: tmpfs}", "a mount needs a 'target', the path in the container"),
            ("{type: bind, source: /a, target: /x, bind: {recursive: foo}}", "'foo' is not a value of 'recursive'"),
            ("{type: bind, source: /a, target: /x, bind: {selinux: q}}", "'q' is not a value of 'selinux'"),
            (
                "{type: tmpfs, target: /x, tmpfs: {size: 1.5}}",
                "'size' must be a whole number of bytes or a text with a unit, this is a number",
            ),
            ("{type: tmpfs, target: /x, tmpfs: {size: -1}}", "a size cannot be negative"),
            ("{type: image, target: /x, image: {foo: 1}}", "'foo' is not an image attribute"),
        ];
        for (text, fault) in cases {
            assert_eq!(written(text), Err(fault.into()), "{text}");
        }
    }
}
