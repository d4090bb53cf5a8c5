//! What services share: networks, volumes, configs, secrets, models.

use super::common::{FLAG, LIST, OPTION, TEXT, labels};
use crate::load::rules::{Attribute, Keys, Kind, Merge, Others, Resolve, Shape, Table};

const EXTERNAL: &[Kind] = &[Kind::Flag, Kind::Text, Kind::Table(&LEGACY)];

static LEGACY: Table = Table {
    what: "external",
    others: Others::Refused,
    rows: &[Attribute::new("name", TEXT, "Obsolete: write 'external: true' and 'name' next to it.")],
};

const fn external(says: &'static str) -> Attribute {
    Attribute::new("external", EXTERNAL, says)
}

const DRIVER_OPTIONS: &[Kind] = &[Kind::Map(Keys::Any, &OPTION)];

const fn options(says: &'static str) -> Attribute {
    Attribute::new("driver_opts", DRIVER_OPTIONS, says)
}

pub static NETWORK: Attribute = Attribute::each(&[Kind::Table(&NETWORKS)]).shaped(Shape::Resource).nullable();

static NETWORKS: Table = Table {
    what: "network",
    others: Others::Refused,
    rows: &[
        Attribute::new("attachable", FLAG, "Whether containers outside the project may join. Default: false."),
        Attribute::new("driver", TEXT, "The network's driver. Default: the engine's, bridge."),
        options("What the driver is told."),
        Attribute::new("enable_ipv4", FLAG, "Whether it has IPv4 addresses. Default: true."),
        Attribute::new("enable_ipv6", FLAG, "Whether it has IPv6 addresses. Default: false."),
        external("Whether somebody else makes and removes it. Default: false."),
        Attribute::new("internal", FLAG, "Whether it has no way to the outside. Default: false."),
        Attribute::new("ipam", &[Kind::Table(&IPAM)], "How its addresses are chosen."),
        labels("Labels of the network."),
        Attribute::new("name", TEXT, "Its name on the engine. Default: <project>_<key>; the key if it is external."),
    ],
};

static IPAM: Table = Table {
    what: "ipam",
    others: Others::Refused,
    rows: &[
        Attribute::new("config", &[Kind::List(&SUBNET)], "Its subnets.").merged(Merge::Subnets),
        Attribute::new("driver", TEXT, "The driver that gives out addresses."),
        Attribute::new("options", &[Kind::Map(Keys::Any, &TEXT_VALUE)], "What that driver is told."),
    ],
};

static TEXT_VALUE: Attribute = Attribute::each(TEXT);

static SUBNET: Attribute = Attribute::each(&[Kind::Table(&SUBNETS)]);

static SUBNETS: Table = Table {
    what: "ipam config",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "aux_addresses",
            &[Kind::Map(Keys::Any, &TEXT_VALUE)],
            "Addresses that are taken, by host name.",
        ),
        Attribute::new("gateway", TEXT, "The address of the gateway."),
        Attribute::new("ip_range", TEXT, "The part of the subnet that containers get addresses from, as CIDR."),
        Attribute::new("subnet", TEXT, "The subnet, as CIDR."),
    ],
};

pub static VOLUME: Attribute =
    Attribute::each(&[Kind::Table(&VOLUMES)]).shaped(Shape::Resource).resolved(Resolve::Device).nullable();

static VOLUMES: Table = Table {
    what: "volume",
    others: Others::Refused,
    rows: &[
        Attribute::new("driver", TEXT, "The volume's driver. Default: local."),
        options("What the driver is told."),
        external("Whether somebody else makes and removes it. Default: false."),
        labels("Labels of the volume."),
        Attribute::new("name", TEXT, "Its name on the engine. Default: <project>_<key>; the key if it is external."),
    ],
};

pub static CONFIG: Attribute = Attribute::each(&[Kind::Table(&CONFIGS)]).shaped(Shape::Resource);

static CONFIGS: Table = Table {
    what: "config",
    others: Others::Refused,
    rows: &[
        Attribute::new("content", TEXT, "The text itself."),
        Attribute::new("environment", TEXT, "The variable that has the text."),
        external("Whether it exists elsewhere. Default: false."),
        FILE,
        labels("Labels of the config.").merged(Merge::Usual).late(),
        Attribute::new("name", TEXT, "Its name outside the project. Default: <project>_<key>."),
        Attribute::new("template_driver", TEXT, "The driver that fills in the text; Swarm only."),
    ],
};

const FILE: Attribute = Attribute::new("file", TEXT, "The file that has the text.").resolved(Resolve::Host);

pub static SECRET: Attribute = Attribute::each(&[Kind::Table(&SECRETS)]).shaped(Shape::Resource);

static SECRETS: Table = Table {
    what: "secret",
    others: Others::Refused,
    rows: &[
        Attribute::new("driver", TEXT, "The driver that keeps it; Swarm only."),
        options("What the driver is told."),
        Attribute::new("environment", TEXT, "The variable that has the text."),
        external("Whether it exists elsewhere. Default: false."),
        FILE,
        labels("Labels of the secret.").merged(Merge::Usual).late(),
        Attribute::new("name", TEXT, "Its name outside the project. Default: <project>_<key>."),
        Attribute::new("template_driver", TEXT, "The driver that fills in the text; Swarm only."),
    ],
};

pub static MODEL: Attribute = Attribute::each(&[Kind::Table(&MODELS)]);

static MODELS: Table = Table {
    what: "model",
    others: Others::Refused,
    rows: &[
        Attribute::new("context_size", &[Kind::Integer], "How many tokens it looks at. Default: the runner's."),
        Attribute::new("model", TEXT, "The OCI artifact that has the model.").required(),
        Attribute::new("name", TEXT, "Its name outside the project."),
        Attribute::new("runtime_flags", LIST, "Flags of the runner."),
    ],
};
