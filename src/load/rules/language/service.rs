//! A service.

use super::EXTENDS;
use super::build::BUILD;
use super::common::{
    COUNT, DURATION, FLAG, LABELS, LIST, NUMBER, PAIRS, STRING, TEXT, TEXTS, WHOLE, environment, extra_hosts, labels,
    ulimits, words,
};
use super::deploy::{DEPLOY, GPU};
use super::part::{
    ATTACHMENT, BLKIO, CREDENTIALS, DEPENDENCY, DEVELOP, DEVICE, ENV_FILE, FIRST_HOOK_ITEM, HEALTHCHECK, HOOKS,
    LABEL_FILE, LOGGING, MODEL, PORT, PORT_NAME, PROVIDER, REFERENCE, VOLUME,
};
use crate::load::rules::{Attribute, Identity, Keys, Kind, Merge, Others, Shape, Table};

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
            DURATION,
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

/// Whether a container name holds what an engine takes for one: a letter or digit, and one more or `_`, `.`, `-`.
fn holds_a_name(text: &str) -> bool {
    let is_more = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    text.chars().zip(text.chars().skip(1)).any(|(first, second)| first.is_ascii_alphanumeric() && is_more(second))
}
