//! Kinds and attributes that several parts of the language share.

use crate::load::rules::{Attribute, Bare, Identity, Keys, Kind, Merge, Others, Shape, Table};

pub const TEXT: &[Kind] = &[Kind::Text];
pub const DURATION: &[Kind] = &[Kind::Duration];
pub const FLAG: &[Kind] = &[Kind::Flag, Kind::Text];
pub const WHOLE: &[Kind] = &[Kind::Integer, Kind::Text];
/// A whole number that is not below zero.
pub const COUNT: &[Kind] = &[Kind::Range(0, i64::MAX), Kind::Text];
pub const NUMBER: &[Kind] = &[Kind::Number, Kind::Text];
/// A list of strings.
pub const LIST: &[Kind] = &[Kind::List(&STRING)];
/// A string or a list of strings.
pub const TEXTS: &[Kind] = &[Kind::Text, Kind::List(&STRING)];
/// A mapping to values, or a list of `key=value`.
pub const PAIRS: &[Kind] = &[Kind::Map(Keys::Filled, &SCALAR), Kind::List(&STRING)];
pub const VARIABLES: Shape = Shape::Pairs(Bare::Null);
pub const LABELS: Shape = Shape::Pairs(Bare::Empty);

pub static STRING: Attribute = Attribute::each(TEXT);
pub static SCALAR: Attribute = Attribute::each(&[Kind::Text, Kind::Number, Kind::Flag]).nullable();
/// An option of a driver.
pub static OPTION: Attribute = Attribute::each(&[Kind::Text, Kind::Number]);

/// Labels, by mapping or by list.
pub const fn labels(says: &'static str) -> Attribute {
    Attribute::new("labels", PAIRS, says).shaped(LABELS).merged(Merge::Pairs)
}

/// `environment` of a service or a hook.
pub const fn environment(says: &'static str) -> Attribute {
    Attribute::new("environment", PAIRS, says).shaped(VARIABLES).merged(Merge::Pairs)
}

/// `extra_hosts` of a service or a build.
pub const fn extra_hosts() -> Attribute {
    Attribute::new("extra_hosts", HOSTS, "More lines of /etc/hosts: host names and their addresses.")
        .shaped(Shape::Hosts)
        .merged(Merge::Unique(Identity::Text))
}

const HOSTS: &[Kind] = &[Kind::List(&STRING), Kind::Map(Keys::Filled, &ADDRESSES)];
static ADDRESSES: Attribute = Attribute::each(TEXTS);

/// What `ulimits` of a service and of a build say.
const LIMITS_OF_PROCESSES: &str = "Limits of the kernel for its processes, such as 'nofile'. Default: the engine's.";

/// `ulimits` of a service.
pub const fn ulimits() -> Attribute {
    Attribute::new("ulimits", ULIMITS, LIMITS_OF_PROCESSES)
}

/// `ulimits` of a build.
pub const fn build_ulimits() -> Attribute {
    Attribute::new("ulimits", BUILD_ULIMITS, LIMITS_OF_PROCESSES)
}

const ULIMITS: &[Kind] = &[Kind::Map(Keys::Any, &ULIMIT)];
const BUILD_ULIMITS: &[Kind] = &[Kind::Map(Keys::Any, &BUILD_ULIMIT)];
const LIMIT: &[Kind] = &[Kind::Integer, Kind::Text, Kind::Table(&LIMITS)];

static ULIMIT: Attribute = Attribute::each(LIMIT).merged(Merge::Replace);
static BUILD_ULIMIT: Attribute = Attribute::each(&[Kind::Integer, Kind::Table(&LIMITS)]).merged(Merge::Widen);

static LIMITS: Table = Table {
    what: "ulimit",
    others: Others::Refused,
    rows: &[
        Attribute::new("hard", WHOLE, "The limit that only root may raise; -1 for none.").required(),
        Attribute::new("soft", WHOLE, "The limit that counts; -1 for none.").required(),
    ],
};

/// `command` or `entrypoint`.
pub const fn words(name: &'static str, says: &'static str) -> Attribute {
    Attribute::new(name, TEXTS, says).shaped(Shape::Words).merged(Merge::Replace).nullable()
}

/// A command that runs in a container: a hook of a service, or the one of a watch rule.
pub static HOOK: Table = Table {
    what: "hook",
    others: Others::Refused,
    rows: &[HOOK_COMMAND, HOOK_VARIABLES, HOOK_PRIVILEGED, HOOK_USER, HOOK_FOLDER],
};

/// A command that runs before a container starts, in one of its own.
pub static FIRST_HOOK: Table = Table {
    what: "pre_start hook",
    others: Others::Refused,
    rows: &[
        HOOK_COMMAND,
        HOOK_VARIABLES,
        Attribute::new("image", TEXT, "The image that the command runs in. Default: the service's."),
        HOOK_PRIVILEGED,
        HOOK_USER,
        HOOK_FOLDER,
    ],
};

const HOOK_COMMAND: Attribute =
    Attribute::new("command", TEXTS, "The command and its arguments; a string is split, without a shell.")
        .shaped(Shape::Words)
        .required();
const HOOK_VARIABLES: Attribute = environment("More variables for the command.");
const HOOK_PRIVILEGED: Attribute =
    Attribute::new("privileged", FLAG, "Whether the command has all rights on the host. Default: false.");
const HOOK_USER: Attribute = Attribute::new("user", TEXT, "The user that runs it. Default: the container's.");
const HOOK_FOLDER: Attribute = Attribute::new("working_dir", TEXT, "Where it runs. Default: the container's.");
