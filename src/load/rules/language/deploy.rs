//! `deploy` and `gpus` of a service.

use super::common::{COUNT, DURATION, LIST, NUMBER, PAIRS, TEXT, WHOLE, labels};
use crate::load::rules::{Attribute, Bare, Kind, Merge, Others, Shape, Table};

pub static DEPLOY: Table = Table {
    what: "deploy",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "endpoint_mode",
            TEXT,
            "How clients find its containers: vip or dnsrr; Swarm only. Default: vip.",
        ),
        labels("Labels of the service, not of its containers; Swarm only."),
        Attribute::new("mode", TEXT, "replicated or global; Swarm only. Default: replicated."),
        Attribute::new("placement", &[Kind::Table(&PLACEMENT)], "On which machines it runs; Swarm only."),
        Attribute::new("replicas", COUNT, "How many containers. Default: 1."),
        Attribute::new("resources", &[Kind::Table(&RESOURCES)], "What it may use, and what is kept for it."),
        Attribute::new("restart_policy", &[Kind::Table(&RESTART)], "What happens when a container ends."),
        Attribute::new("rollback_config", &[Kind::Table(&UPDATE)], "How a failed update is taken back; Swarm only."),
        Attribute::new("update_config", &[Kind::Table(&UPDATE)], "How its containers are replaced; Swarm only."),
    ],
};

static PLACEMENT: Table = Table {
    what: "placement",
    others: Others::Refused,
    rows: &[
        Attribute::new("constraints", LIST, "What a machine must have, such as 'node.role==worker'."),
        Attribute::new(
            "max_replicas_per_node",
            COUNT,
            "How many containers one machine runs at most. Default: no limit.",
        ),
        Attribute::new("preferences", &[Kind::List(&PREFERENCE)], "Over what its containers are spread."),
    ],
};

static PREFERENCE: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "preference",
    others: Others::Refused,
    rows: &[Attribute::new("spread", TEXT, "The label of a machine, such as 'node.labels.zone'.")],
})]);

static RESOURCES: Table = Table {
    what: "resources",
    others: Others::Refused,
    rows: &[
        Attribute::new("limits", &[Kind::Table(&LIMITS)], "What each container may use at most."),
        Attribute::new("reservations", &[Kind::Table(&RESERVATIONS)], "What is kept for each container."),
    ],
};

static LIMITS: Table = Table {
    what: "limits",
    others: Others::Refused,
    rows: &[
        Attribute::new("cpus", NUMBER, "Processors, such as 0.5. Default: no limit."),
        Attribute::new("memory", TEXT, "Memory, such as '512m'. Default: no limit."),
        Attribute::new("pids", WHOLE, "Processes and threads. Default: no limit."),
    ],
};

static RESERVATIONS: Table = Table {
    what: "reservations",
    others: Others::Refused,
    rows: &[
        Attribute::new("cpus", NUMBER, "Processors, such as 0.25."),
        Attribute::new(
            "devices",
            &[Kind::List(&DEVICE)],
            "Devices that are asked for by what they can do, such as GPUs.",
        ),
        Attribute::new(
            "generic_resources",
            &[Kind::List(&GENERIC)],
            "Resources that the administrator named; Swarm only.",
        ),
        Attribute::new("memory", TEXT, "Memory, such as '128m'."),
    ],
};

static GENERIC: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "generic resource",
    others: Others::Refused,
    rows: &[Attribute::new(
        "discrete_resource_spec",
        &[Kind::Table(&Table {
            what: "discrete resource",
            others: Others::Refused,
            rows: &[Attribute::new("kind", TEXT, "What it is called."), Attribute::new("value", NUMBER, "How many.")],
        })],
        "A resource that is counted.",
    )],
})]);

/// A device that a service asks for by what it can do.
static DEVICE: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "device request",
    others: Others::Refused,
    rows: &[CAPABILITIES.required(), HOW_MANY, IDS, DRIVER, OPTIONS],
})]);

/// The same under `gpus`, where less is asked.
pub static GPU: Attribute = Attribute::each(&[Kind::Table(&Table {
    what: "gpus",
    others: Others::Ignored,
    rows: &[CAPABILITIES, HOW_MANY, IDS, DRIVER, OPTIONS],
})]);

const CAPABILITIES: Attribute =
    Attribute::new("capabilities", LIST, "What the device can do, such as 'gpu'.").merged(Merge::Distinct);
const HOW_MANY: Attribute = Attribute::new("count", WHOLE, "How many, or 'all'. Default: all.");
const IDS: Attribute = Attribute::new("device_ids", LIST, "Which ones, instead of how many.").merged(Merge::Distinct);
const DRIVER: Attribute = Attribute::new("driver", TEXT, "The driver, such as 'nvidia'.");
const OPTIONS: Attribute =
    Attribute::new("options", PAIRS, "What the driver is told.").shaped(Shape::Pairs(Bare::Empty));

static RESTART: Table = Table {
    what: "restart policy",
    others: Others::Refused,
    rows: &[
        Attribute::new("condition", TEXT, "When a container is started again: none, on-failure or any. Default: any."),
        Attribute::new("delay", DURATION, "Time between tries, such as '5s'. Default: 0."),
        Attribute::new("max_attempts", COUNT, "How often it is tried. Default: for ever."),
        Attribute::new("window", DURATION, "Time after which a start counts as a success, such as '2m'. Default: 0."),
    ],
};

static UPDATE: Table = Table {
    what: "update",
    others: Others::Refused,
    rows: &[
        Attribute::new("delay", DURATION, "Time between groups, such as '10s'. Default: 0."),
        Attribute::new(
            "failure_action",
            TEXT,
            "What happens when it fails: continue, rollback or pause. Default: pause.",
        ),
        Attribute::new("max_failure_ratio", NUMBER, "The part of containers that may fail. Default: 0."),
        Attribute::new("monitor", DURATION, "How long each is watched for failure, such as '5s'."),
        Attribute::new(
            "order",
            &[Kind::Word(&["start-first", "stop-first"])],
            "Whether the new container starts before the old one stops. Default: stop-first.",
        ),
        Attribute::new("parallelism", COUNT, "How many at a time; 0 for all. Default: 1."),
    ],
};
