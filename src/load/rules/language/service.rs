//! A service.

use super::build::BUILD;
use super::common::{
    COUNT, FIRST_HOOK, FLAG, HOOK, LABELS, LIST, NUMBER, PAIRS, STRING, TEXT, TEXTS, WHOLE, environment, extra_hosts,
    labels, ulimits, words,
};
use super::deploy::{DEPLOY, GPU};
use super::mount::MOUNT;
use super::{EXTENDS, OPTION_OR_NULL};
use crate::load::rules::{Attribute, Identity, Keys, Kind, Merge, Others, Resolve, Shape, Table};

pub static SERVICE: Attribute = Attribute::each(&[Kind::Table(&SERVICES)]);

const BY_KEY: Merge = Merge::Unique(Identity::Key);
const BY_TEXT: Merge = Merge::Unique(Identity::Text);

static SERVICES: Table = Table {
    what: "service",
    others: Others::Refused,
    rows: &[
        Attribute::new("annotations", PAIRS, "Annotations of its containers, for the OCI runtime.")
            .shaped(LABELS)
            .merged(Merge::Pairs),
        Attribute::new("attach", FLAG, "Whether an attached 'up' shows its output. Default: true."),
        Attribute::new("blkio_config", &[Kind::Table(&BLKIO)], "Shares and limits of disk access."),
        Attribute::new("build", &[Kind::Text, Kind::Table(&BUILD)], "How its image is built; a string is the folder.")
            .shaped(Shape::Build),
        Attribute::new("cap_add", LIST, "Kernel capabilities to add.").merged(BY_KEY),
        Attribute::new("cap_drop", LIST, "Kernel capabilities to drop.").merged(BY_KEY),
        Attribute::new("cgroup", &[Kind::Word(&["host", "private"])], "The cgroup namespace. Default: the engine's."),
        Attribute::new("cgroup_parent", TEXT, "The cgroup that its containers are put under."),
        words("command", "The command; a string is split into words, without a shell. Default: the image's."),
        Attribute::new("configs", &[Kind::List(&REFERENCE)], "Configs that its containers get as files.")
            .merged(Merge::Unique(Identity::Target("/"))),
        Attribute::new(
            "container_name",
            &[Kind::Pattern("[a-zA-Z0-9][a-zA-Z0-9_.-]+", holds_a_name)],
            "Its container's name. Default: <project>-<service>-<number>.",
        ),
        Attribute::new("cpu_count", &[Kind::Range(0, i64::MAX), Kind::Text], "Usable processors; Windows only."),
        Attribute::new(
            "cpu_percent",
            &[Kind::Range(0, 100), Kind::Text],
            "Usable part of the processors; Windows only.",
        ),
        Attribute::new("cpu_period", NUMBER, "The period of the CPU scheduler, in microseconds."),
        Attribute::new("cpu_quota", NUMBER, "Processor time in each period, in microseconds."),
        Attribute::new("cpu_rt_period", NUMBER, "The period of the realtime scheduler, in microseconds."),
        Attribute::new("cpu_rt_runtime", NUMBER, "Realtime processor time in each period, in microseconds."),
        Attribute::new("cpu_shares", NUMBER, "Its weight against others when processors are short. Default: 1024."),
        Attribute::new("cpus", NUMBER, "Processors that it may use, such as 0.5. Default: all."),
        Attribute::new("cpuset", TEXT, "The processors that it may run on, such as '0-2'. Default: all."),
        Attribute::new(
            "credential_spec",
            &[Kind::Table(&CREDENTIALS)],
            "Credentials of a managed account; Windows only.",
        ),
        Attribute::new(
            "depends_on",
            &[Kind::List(&STRING), Kind::Map(Keys::Names, &DEPENDENCY)],
            "The services that start before it, and what it waits for.",
        )
        .shaped(Shape::Dependencies),
        Attribute::new("deploy", &[Kind::Table(&DEPLOY)], "How many containers, and what they may use.").nullable(),
        Attribute::new("develop", &[Kind::Table(&DEVELOP)], "What happens when files change.").nullable(),
        Attribute::new("device_cgroup_rules", LIST, "Rules for access to devices, such as 'c 1:3 mr'.")
            .merged(Merge::Distinct),
        Attribute::new("devices", &[Kind::List(&DEVICE)], "Devices of the host, as 'host:container:permissions'.")
            .shaped(Shape::Devices)
            .merged(Merge::Unique(Identity::Field("target"))),
        Attribute::new("dns", TEXTS, "Name servers. Default: the engine's.").shaped(Shape::Filled).merged(BY_KEY),
        Attribute::new("dns_opt", LIST, "Options of the resolver.").merged(BY_KEY),
        Attribute::new("dns_search", TEXTS, "Search domains. Default: the engine's.").shaped(Shape::One).merged(BY_KEY),
        Attribute::new("domainname", TEXT, "The domain part of its host name."),
        words(
            "entrypoint",
            "What runs the command; a string is split into words, without a shell. Default: the image's.",
        ),
        Attribute::new("env_file", &[Kind::Text, Kind::List(&ENV_FILE)], "Files with variables, below 'environment'.")
            .shaped(Shape::EnvironmentFiles)
            .merged(Merge::Unique(Identity::Field("path"))),
        environment("Variables; one without a value is taken from the shell or '.env'."),
        Attribute::new("expose", &[Kind::List(&PORT_NAME)], "Ports for other containers; documentation for people.")
            .shaped(Shape::Texts)
            .merged(BY_TEXT),
        Attribute::new("extends", &[Kind::Text, Kind::Table(&EXTENDS)], "The service that it starts from.")
            .shaped(Shape::Extends),
        Attribute::new("external_links", LIST, "Containers outside the project, as 'name:alias'.")
            .merged(Merge::Distinct),
        extra_hosts(),
        Attribute::new("gpus", &[Kind::Word(&["all"]), Kind::List(&GPU)], "GPUs: 'all', or what is asked for.")
            .shaped(Shape::Gpus)
            .merged(Merge::Requests),
        Attribute::new("group_add", &[Kind::List(&PORT_NAME)], "More groups of the user.").merged(Merge::Distinct),
        Attribute::new(
            "healthcheck",
            &[Kind::Table(&HEALTHCHECK)],
            "How it is asked whether it works. Default: the image's.",
        ),
        Attribute::new("hostname", TEXT, "Its host name. Default: the container's short id."),
        Attribute::new("image", TEXT, "The image. Default for a build: <project>-<service>."),
        Attribute::new("init", FLAG, "Whether a small init runs as process 1. Default: the engine's, no."),
        Attribute::new(
            "ipc",
            TEXT,
            "The IPC namespace: private, shareable, host, none or 'service:<name>'. Default: the engine's.",
        ),
        Attribute::new("isolation", TEXT, "How it is kept apart; Windows only."),
        Attribute::new("label_file", &[Kind::Text, Kind::List(&LABEL_FILE)], "Files with labels, below 'labels'.")
            .shaped(Shape::One),
        labels("Labels of its containers."),
        Attribute::new("links", LIST, "Services to reach under another name, as 'service:alias'.").merged(BY_KEY),
        Attribute::new("logging", &[Kind::Table(&LOGGING)], "Where its output is kept. Default: the engine's.")
            .merged(Merge::Driver),
        Attribute::new("mac_address", TEXT, "A fixed MAC address."),
        Attribute::new("mem_limit", WHOLE, "Memory, in bytes or as '512m'. Default: no limit."),
        Attribute::new(
            "mem_reservation",
            WHOLE,
            "Memory that is kept for it when memory is short, in bytes or as '128m'.",
        ),
        Attribute::new("mem_swappiness", WHOLE, "How readily its memory is swapped, 0 to 100. Default: the kernel's."),
        Attribute::new(
            "memswap_limit",
            WHOLE,
            "Memory and swap together, in bytes or as '1g'; -1 for no limit. Default: twice the memory.",
        ),
        Attribute::new("models", &[Kind::List(&STRING), Kind::Map(Keys::Any, &MODEL)], "AI models that it uses.")
            .shaped(Shape::Names),
        Attribute::new(
            "network_mode",
            TEXT,
            "none, host, 'service:<name>' or 'container:<name>' instead of 'networks'.",
        ),
        Attribute::new(
            "networks",
            &[Kind::List(&STRING), Kind::Map(Keys::Names, &ATTACHMENT)],
            "The networks that it joins. Default: 'default'.",
        )
        .shaped(Shape::Names),
        Attribute::new("oom_kill_disable", FLAG, "Whether the kernel spares it when memory is short. Default: false."),
        Attribute::new(
            "oom_score_adj",
            &[Kind::Range(-1000, 1000), Kind::Text],
            "How readily the kernel kills it when memory is short, -1000 to 1000.",
        ),
        Attribute::new("pid", TEXT, "The process namespace: host or 'service:<name>'. Default: its own."),
        Attribute::new("pids_limit", NUMBER, "Processes and threads; -1 for no limit. Default: no limit."),
        Attribute::new("platform", TEXT, "The platform of its image, such as 'linux/amd64'. Default: the engine's."),
        Attribute::new("ports", &[Kind::List(&PORT)], "Ports that the host publishes, as '8080:80'.")
            .shaped(Shape::Ports)
            .merged(Merge::Unique(Identity::Port)),
        Attribute::new("post_start", HOOKS, "Commands that run in a container that has started."),
        Attribute::new("pre_start", &[Kind::List(&FIRST_HOOK_ITEM)], "Commands that run before a container starts."),
        Attribute::new("pre_stop", HOOKS, "Commands that run in a container before it is stopped."),
        Attribute::new("privileged", FLAG, "Whether it has all rights on the host. Default: false."),
        Attribute::new("profiles", LIST, "It takes part only when one of these is active. Default: always.")
            .merged(BY_KEY),
        Attribute::new("provider", &[Kind::Table(&PROVIDER)], "A program that provides it instead of a container."),
        Attribute::new(
            "pull_policy",
            &[Kind::Pattern(
                "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+",
                |_| true,
            )],
            "When its image is pulled or built: always, never, missing, build, daily, weekly or every_<time>. Default: missing.",
        ),
        Attribute::new("pull_refresh_after", TEXT, "Without effect: write 'pull_policy: every_<time>'."),
        Attribute::new("read_only", FLAG, "Whether its root file system cannot be written. Default: false."),
        Attribute::new(
            "restart",
            TEXT,
            "What happens when it ends: no, always, on-failure[:tries] or unless-stopped. Default: no.",
        ),
        Attribute::new("runtime", TEXT, "The OCI runtime. Default: the engine's."),
        Attribute::new("scale", COUNT, "How many containers. Default: 1."),
        Attribute::new("secrets", &[Kind::List(&REFERENCE)], "Secrets that its containers get as files.")
            .merged(Merge::Unique(Identity::Target("/run/secrets/"))),
        Attribute::new("security_opt", LIST, "Options of the security modules, such as 'no-new-privileges:true'.")
            .merged(Merge::Distinct),
        Attribute::new("shm_size", WHOLE, "Size of /dev/shm, in bytes or as '64m'. Default: the engine's, 64 MiB."),
        Attribute::new("stdin_open", FLAG, "Whether standard input stays open. Default: false."),
        Attribute::new(
            "stop_grace_period",
            TEXT,
            "Time between the stop signal and the kill, such as '30s'. Default: 10s.",
        ),
        Attribute::new("stop_signal", TEXT, "The signal that asks it to end. Default: the image's, then SIGTERM."),
        Attribute::new(
            "storage_opt",
            &[Kind::Map(Keys::Any, &STORAGE)],
            "Options of the storage driver, such as 'size: 1G'.",
        ),
        Attribute::new("sysctls", PAIRS, "Kernel parameters of its containers.").shaped(LABELS).merged(Merge::Pairs),
        Attribute::new("tmpfs", TEXTS, "Folders in memory, as 'path' or 'path:options'.")
            .shaped(Shape::One)
            .merged(BY_KEY),
        Attribute::new("tty", FLAG, "Whether it has a terminal. Default: false."),
        ulimits(),
        Attribute::new(
            "use_api_socket",
            &[Kind::Flag],
            "Whether it may use the engine, with the credentials of the docker client. Default: false.",
        ),
        Attribute::new("user", TEXT, "The user, such as '1000:1000'. Default: the image's."),
        Attribute::new("userns_mode", TEXT, "The user namespace: host. Default: the engine's."),
        Attribute::new("uts", TEXT, "The UTS namespace: host. Default: its own."),
        Attribute::new("volumes", &[Kind::List(&VOLUME)], "Folders and volumes, as 'source:target:options'.")
            .shaped(Shape::Volumes)
            .merged(Merge::Unique(Identity::Field("target"))),
        Attribute::new("volumes_from", LIST, "Services or 'container:<name>' whose volumes it mounts too.")
            .merged(Merge::Distinct),
        Attribute::new("working_dir", TEXT, "The working directory. Default: the image's."),
    ],
};

static STORAGE: Attribute = Attribute::each(&[Kind::Text, Kind::Integer]).nullable();

static BLKIO: Table = Table {
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

static CREDENTIALS: Table = Table {
    what: "credential_spec",
    others: Others::Refused,
    rows: &[
        Attribute::new("config", TEXT, "The config that has it."),
        Attribute::new("file", TEXT, "The file that has it."),
        Attribute::new("registry", TEXT, "The value of the Windows registry that has it."),
    ],
};

static DEPENDENCY: Attribute = Attribute::each(&[Kind::Table(&Table {
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

static DEVELOP: Table = Table {
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
    ],
})]);

static DEVICE: Attribute = Attribute::each(&[
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

static LABEL_FILE: Attribute = Attribute::each(TEXT).resolved(Resolve::File);

static ENV_FILE: Attribute = Attribute::each(&[
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
static PORT_NAME: Attribute = Attribute::each(&[Kind::Text, Kind::Integer]);

static HEALTHCHECK: Table = Table {
    what: "healthcheck",
    others: Others::Refused,
    rows: &[
        Attribute::new("disable", FLAG, "Whether the image's check is switched off. Default: false."),
        Attribute::new("interval", TEXT, "Time between checks, such as '30s'. Default: 30s."),
        Attribute::new("retries", NUMBER, "How many failures in a row make it unhealthy. Default: 3."),
        Attribute::new("start_interval", TEXT, "Time between checks during the start period. Default: 5s."),
        Attribute::new("start_period", TEXT, "Time in which failures do not count. Default: 0s."),
        Attribute::new(
            "test",
            TEXTS,
            "The command: a list that begins with CMD, CMD-SHELL or NONE, or a line for the shell.",
        )
        .shaped(Shape::Test)
        .merged(Merge::Replace),
        Attribute::new("timeout", TEXT, "Time that one check may take. Default: 30s."),
    ],
};

static LOGGING: Table = Table {
    what: "logging",
    others: Others::Refused,
    rows: &[
        Attribute::new("driver", TEXT, "The log driver. Default: the engine's, json-file."),
        Attribute::new("options", &[Kind::Map(Keys::Any, &OPTION_OR_NULL)], "What the driver is told."),
    ],
};

static MODEL: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "model of a service",
    others: Others::Refused,
    rows: &[
        Attribute::new("endpoint_var", TEXT, "The variable that gets the address. Default: <MODEL>_URL."),
        Attribute::new("model_var", TEXT, "The variable that gets the model's name. Default: <MODEL>_MODEL."),
    ],
})])
.nullable();

static ATTACHMENT: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "network of a service",
    others: Others::Refused,
    rows: &[
        Attribute::new("aliases", LIST, "More names under which others find it.").merged(BY_TEXT),
        Attribute::new(
            "driver_opts",
            &[Kind::Map(Keys::Any, &super::common::OPTION)],
            "What the network's driver is told about it.",
        ),
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

static PORT: Attribute = Attribute::each(&[
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

const HOOKS: &[Kind] = &[Kind::List(&HOOK_ITEM)];
static HOOK_ITEM: Attribute = Attribute::each(&[Kind::Table(&HOOK)]);
static FIRST_HOOK_ITEM: Attribute = Attribute::each(&[Kind::Table(&FIRST_HOOK)]);

static PROVIDER: Table = Table {
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

static VOLUME: Attribute = Attribute::each(&[Kind::Text, Kind::Table(&MOUNT)]).resolved(Resolve::Mount);

/// Whether a container name holds what an engine takes for one: a letter or digit, and one more or `_`, `.`, `-`.
fn holds_a_name(text: &str) -> bool {
    let is_more = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    text.chars().zip(text.chars().skip(1)).any(|(first, second)| first.is_ascii_alphanumeric() && is_more(second))
}
