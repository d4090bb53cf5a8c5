//! `volumes` of a service: a mount in the long spelling.

use super::common::{FLAG, TEXT, labels};
use super::part::RELOAD;
use crate::load::rules::{Attribute, Kind, Others, Table};

pub static MOUNT: Table = Table {
    what: "mount",
    others: Others::Refused,
    rows: &[
        Attribute::new("bind", &[Kind::Table(&BIND)], "Options of a bind mount."),
        Attribute::new("consistency", TEXT, "A hint to old desktop engines; without effect."),
        Attribute::new("image", &[Kind::Table(&IMAGE)], "Options of an image that is mounted."),
        Attribute::new("read_only", FLAG, "Whether the container may only read. Default: false."),
        Attribute::new(
            "source",
            TEXT,
            "The path on the host, the key of the volume, or the image. Default: an anonymous volume.",
        ),
        Attribute::new("target", TEXT, "The path in the container.").required(),
        Attribute::new("tmpfs", &[Kind::Table(&TMPFS)], "Options of memory that is mounted."),
        Attribute::new(
            "type",
            &[Kind::Word(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"])],
            "What is mounted.",
        )
        .required(),
        Attribute::new("volume", &[Kind::Table(&VOLUME)], "Options of a volume that is mounted."),
        RELOAD,
    ],
};

static BIND: Table = Table {
    what: "bind",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "create_host_path",
            FLAG,
            "Whether a missing source becomes a folder. Default: true in the short spelling.",
        ),
        Attribute::new("propagation", TEXT, "How mounts below travel. Default: rprivate."),
        Attribute::new(
            "recursive",
            &[Kind::Word(&["enabled", "disabled", "writable", "readonly"])],
            "What happens to mounts below the source.",
        ),
        Attribute::new("selinux", &[Kind::Word(&["z", "Z"])], "How it is relabelled: 'z' shared, 'Z' private."),
    ],
};

static VOLUME: Table = Table {
    what: "volume options",
    others: Others::Refused,
    rows: &[
        labels("Labels of a volume that is made for the mount."),
        Attribute::new(
            "nocopy",
            FLAG,
            "Whether a new volume stays empty instead of taking what the image has there. Default: false.",
        ),
        Attribute::new("subpath", TEXT, "The folder inside the volume that is mounted. Default: all of it."),
    ],
};

static TMPFS: Table = Table {
    what: "tmpfs",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "mode",
            &[Kind::Integer],
            "File mode of its root, such as 0o1777. Default: the engine's, 0o1777.",
        ),
        Attribute::new(
            "size",
            &[Kind::Range(0, i64::MAX), Kind::Text],
            "How much it may hold, in bytes or as '64m'. Default: no limit.",
        ),
    ],
};

static IMAGE: Table = Table {
    what: "image mount",
    others: Others::Refused,
    rows: &[Attribute::new("subpath", TEXT, "The folder inside the image that is mounted. Default: all of it.")],
};
