//! The mappings and items inside a service.

use super::OPTION_OR_NULL;
use super::common::{DURATION, FIRST_HOOK, FLAG, HOOK, LIST, NUMBER, OPTION, TEXT, TEXTS, WHOLE};
use super::mount::MOUNT;
use crate::load::rules::{Attribute, Identity, Keys, Kind, Merge, Others, Resolve, Shape, Table};

const BY_TEXT: Merge = Merge::Unique(Identity::Text);

pub static BLKIO: Table = Table {
    what: "blkio_config",
    others: Others::Strict,
    rows: &[
        Attribute::new("device_read_bps", &[Kind::List(&RATE)], "Bytes that are read in a second at most, by device."),
        Attribute::new("device_read_iops", &[Kind::List(&RATE)], "Reads in a second at most, by device."),
        Attribute::new(
            "device_write_bps",
            &[Kind::List(&RATE)],
            "Bytes that are written in a second at most, by device.",
        ),
        Attribute::new("device_write_iops", &[Kind::List(&RATE)], "Writes in a second at most, by device."),
        Attribute::new("weight", WEIGHTS, "Its weight against others, 10 to 1000. Default: 500."),
        Attribute::new("weight_device", &[Kind::List(&WEIGHT)], "The same, by device."),
    ],
};

/// What fits into the number that the engine is told; the kernel takes less.
const WEIGHTS: &[Kind] = &[Kind::Range(0, u16::MAX as i64)];

static RATE: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "blkio limit",
    others: Others::Strict,
    rows: &[
        Attribute::new("path", TEXT, "The device, such as '/dev/sda'."),
        Attribute::new("rate", WHOLE, "The limit; bytes also as '1mb'."),
    ],
})]);

static WEIGHT: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "blkio weight",
    others: Others::Strict,
    rows: &[
        Attribute::new("path", TEXT, "The device, such as '/dev/sda'."),
        Attribute::new("weight", WEIGHTS, "Its weight, 10 to 1000."),
    ],
})]);

pub static CREDENTIALS: Table = Table {
    what: "credential_spec",
    others: Others::Refused,
    rows: &[
        Attribute::new("config", TEXT, "The config that has it."),
        Attribute::new("file", TEXT, "The file that has it."),
        Attribute::new("registry", TEXT, "The value of the Windows registry that has it."),
    ],
};

pub static DEPENDENCY: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "dependency",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "condition",
            &[Kind::Word(&["service_started", "service_healthy", "service_completed_successfully"])],
            "What is waited for.",
        )
        .required(),
        Attribute::new("required", FLAG, "Whether it is a fault if the service does not take part. Default: true."),
        Attribute::new("restart", FLAG, "Whether this service restarts when the other one does. Default: false."),
    ],
})]);

pub static DEVELOP: Table = Table {
    what: "develop",
    others: Others::Refused,
    rows: &[Attribute::new("watch", &[Kind::List(&WATCH)], "What is done when files change.")],
};

static WATCH: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "watch",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "action",
            &[Kind::Word(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"])],
            "What is done.",
        )
        .required(),
        Attribute::new("exec", &[Kind::Table(&HOOK)], "The command of 'sync+exec'."),
        Attribute::new("ignore", TEXTS, "Patterns of files that do not count.").shaped(Shape::One),
        Attribute::new("include", TEXTS, "Patterns of files that count. Default: all.").shaped(Shape::One),
        Attribute::new(
            "initial_sync",
            &[Kind::Flag],
            "Whether files are compared when watching begins. Default: false.",
        ),
        Attribute::new("path", TEXT, "The file or folder that is watched.").resolved(Resolve::Watched).required(),
        Attribute::new("target", TEXT, "Where its files go in the container."),
        RELOAD,
    ],
})]);

/// Our own word: how a service takes up files that changed.
pub const RELOAD: Attribute = Attribute::new(
    "x-reload",
    RELOADS,
    "How the service takes up files that changed, while 'hoist watch' watches. Default: by a restart.",
);

const RELOADS: &[Kind] = &[Kind::Word(&["off", "restart"]), Kind::Table(&RELOADING)];

static RELOADING: Table = Table {
    what: "x-reload",
    others: Others::Refused,
    rows: &[
        Attribute::new("dependents", LIST, "Services that are restarted with it."),
        Attribute::new("exec", LIST, "The command that makes its process read the files.").merged(Merge::Replace),
        Attribute::new("ignore", LIST, "Patterns of files that do not count."),
        Attribute::new("signal", TEXT, "The signal that makes its process read the files, such as HUP."),
    ],
};

pub static DEVICE: Attribute = Attribute::each(&[
    Kind::Text,
    Kind::Table(&Table {
        what: "device",
        others: Others::Refused,
        rows: &[
            Attribute::new("permissions", TEXT, "Any of r, w and m. Default: rwm."),
            Attribute::new("source", TEXT, "The device on the host.").required(),
            Attribute::new("target", TEXT, "The device in the container.").required(),
        ],
    }),
]);

pub static LABEL_FILE: Attribute = Attribute::each(TEXT).resolved(Resolve::File);

pub static ENV_FILE: Attribute = Attribute::each(&[
    Kind::Text,
    Kind::Table(&Table {
        what: "env_file",
        others: Others::Strict,
        rows: &[
            Attribute::new("format", TEXT, "'raw' for lines without quotes and variables. Default: that of '.env'."),
            Attribute::new("path", TEXT, "The file.").resolved(Resolve::File).required(),
            Attribute::new("required", FLAG, "Whether it is a fault if the file is missing. Default: true."),
        ],
    }),
]);

/// A port of `expose`, a group of `group_add`: a number or a string.
pub static PORT_NAME: Attribute = Attribute::each(&[Kind::Text, Kind::Integer]);

pub static HEALTHCHECK: Table = Table {
    what: "healthcheck",
    others: Others::Refused,
    rows: &[
        Attribute::new("disable", FLAG, "Whether the image's check is switched off. Default: false."),
        Attribute::new("interval", DURATION, "Time between checks, such as '30s'. Default: 30s."),
        Attribute::new("retries", NUMBER, "How many failures in a row make it unhealthy. Default: 3."),
        Attribute::new("start_interval", DURATION, "Time between checks during the start period. Default: 5s."),
        Attribute::new("start_period", DURATION, "Time in which failures do not count. Default: 0s."),
        Attribute::new(
            "test",
            TEXTS,
            "The command: a list that begins with CMD, CMD-SHELL or NONE, or a line for the shell.",
        )
        .shaped(Shape::Test)
        .merged(Merge::Replace),
        Attribute::new("timeout", DURATION, "Time that one check may take. Default: 30s."),
    ],
};

pub static LOGGING: Table = Table {
    what: "logging",
    others: Others::Refused,
    rows: &[
        Attribute::new("driver", TEXT, "The log driver. Default: the engine's, json-file."),
        Attribute::new("options", &[Kind::Map(Keys::Any, &OPTION_OR_NULL)], "What the driver is told."),
    ],
};

pub static MODEL: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "model of a service",
    others: Others::Refused,
    rows: &[
        Attribute::new("endpoint_var", TEXT, "The variable that gets the address. Default: <MODEL>_URL."),
        Attribute::new("model_var", TEXT, "The variable that gets the model's name. Default: <MODEL>_MODEL."),
    ],
})])
.nullable();

pub static ATTACHMENT: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "network of a service",
    others: Others::Refused,
    rows: &[
        Attribute::new("aliases", LIST, "More names under which others find it.").merged(BY_TEXT),
        Attribute::new("driver_opts", &[Kind::Map(Keys::Any, &OPTION)], "What the network's driver is told about it."),
        Attribute::new(
            "gw_priority",
            &[Kind::Number],
            "The network with the highest value gives the gateway. Default: 0.",
        ),
        Attribute::new("interface_name", TEXT, "The name of the interface in the container. Default: the engine's."),
        Attribute::new("ipv4_address", TEXT, "A fixed IPv4 address."),
        Attribute::new("ipv6_address", TEXT, "A fixed IPv6 address."),
        Attribute::new("link_local_ips", LIST, "Link-local addresses.").merged(BY_TEXT),
        Attribute::new("mac_address", TEXT, "A fixed MAC address."),
        Attribute::new("priority", &[Kind::Number], "The network with the highest value is joined first. Default: 0."),
    ],
})])
.nullable();

pub static PORT: Attribute = Attribute::each(&[
    Kind::Integer,
    Kind::Text,
    Kind::Table(&Table {
        what: "port",
        others: Others::Refused,
        rows: &[
            Attribute::new("app_protocol", TEXT, "The application's protocol; for people."),
            Attribute::new("host_ip", TEXT, "The address of the host that listens. Default: all."),
            Attribute::new("mode", TEXT, "host or ingress; Swarm only. Default: ingress."),
            Attribute::new("name", TEXT, "A name for people."),
            Attribute::new("protocol", TEXT, "tcp, udp or sctp. Default: tcp."),
            Attribute::new("published", WHOLE, "The port of the host, or a range. Default: a free one."),
            Attribute::new("target", WHOLE, "The port in the container.").required(),
        ],
    }),
]);

pub const HOOKS: &[Kind] = &[Kind::List(&HOOK_ITEM)];
static HOOK_ITEM: Attribute = Attribute::each(&[Kind::Table(&HOOK)]);
pub static FIRST_HOOK_ITEM: Attribute = Attribute::each(&[Kind::Table(&FIRST_HOOK)]);

pub static PROVIDER: Table = Table {
    what: "provider",
    others: Others::Refused,
    rows: &[
        Attribute::new("options", &[Kind::Map(Keys::Any, &PROVIDER_OPTION)], "What the program is told."),
        Attribute::new("type", TEXT, "The program.").required(),
    ],
};

static PROVIDER_OPTION: Attribute =
    Attribute::each(&[Kind::Text, Kind::Number, Kind::Flag, Kind::List(&PROVIDER_VALUE)]);
static PROVIDER_VALUE: Attribute = Attribute::each(&[Kind::Text, Kind::Number, Kind::Flag]);

/// A config or secret that a service or build uses.
pub static REFERENCE: Attribute = Attribute::each(&[
    Kind::Text,
    Kind::Table(&Table {
        what: "reference",
        others: Others::Refused,
        rows: &[
            Attribute::new("gid", TEXT, "The group that owns the file. Default: '0'."),
            Attribute::new("mode", WHOLE, "File mode, such as '0440'. Default: '0444'."),
            Attribute::new("source", TEXT, "The key of the config or secret.").required(),
            Attribute::new(
                "target",
                TEXT,
                "The file in the container. Default: /<source>, for secrets /run/secrets/<source>.",
            ),
            Attribute::new("uid", TEXT, "The user that owns the file. Default: '0'."),
        ],
    }),
])
.shaped(Shape::References);

pub static VOLUME: Attribute = Attribute::each(&[Kind::Text, Kind::Table(&MOUNT)]).resolved(Resolve::Mount);
