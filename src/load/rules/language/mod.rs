//! The rows of the table: the compose language from its top level down. Rows of a table are sorted by name.

mod build;
mod common;
mod deploy;
mod mount;
mod part;
mod resource;
mod service;

use super::{Attribute, Keys, Kind, Others, Shape, Table};
use common::{TEXT, TEXTS};

/// What stands under `x-` keys and under keys that nobody knows.
pub static FREE: Attribute = Attribute::each(&[Kind::Any]);

/// The top level of a compose file.
pub static PROJECT: Attribute = Attribute::new("", &[Kind::Table(&TOP)], "");

static TOP: Table = Table {
    what: "top-level",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "configs",
            &[Kind::Map(Keys::Names, &resource::CONFIG)],
            "Files that services get as configuration.",
        ),
        Attribute::new(
            "include",
            &[Kind::List(&INCLUDED)],
            "Other compose files whose services, networks, volumes, configs and secrets belong to this project.",
        )
        .nullable(),
        Attribute::new("models", &[Kind::Map(Keys::Any, &resource::MODEL)], "AI models that services use."),
        Attribute::new(
            "name",
            TEXT,
            "Name of the project. Default: COMPOSE_PROJECT_NAME, else the name of the folder.",
        ),
        Attribute::new(
            "networks",
            &[Kind::Map(Keys::Any, &resource::NETWORK)],
            "Networks that services join. Default: one network, 'default', for all services.",
        ),
        Attribute::new(
            "secrets",
            &[Kind::Map(Keys::Names, &resource::SECRET)],
            "Files that services get and others should not see.",
        ),
        Attribute::new(
            "services",
            &[Kind::Map(Keys::Names, &service::SERVICE)],
            "The containers of the project, by name.",
        ),
        Attribute::new("version", TEXT, "Obsolete and without meaning: remove it."),
        Attribute::new(
            "volumes",
            &[Kind::Map(Keys::Names, &resource::VOLUME)],
            "Volumes that keep data when containers are replaced.",
        ),
    ],
};

static INCLUDED: Attribute = Attribute::each(&[Kind::Text, Kind::Table(&INCLUDE)]).shaped(Shape::Includes).nullable();

static INCLUDE: Table = Table {
    what: "include",
    others: Others::Ignored,
    rows: &[
        Attribute::new(
            "env_file",
            TEXTS,
            "Variables for the included files, below those of the project. Default: the '.env' next to them.",
        )
        .shaped(Shape::One)
        .nullable(),
        Attribute::new("path", TEXTS, "The compose file; of several, later ones override the first.")
            .shaped(Shape::One)
            .nullable(),
        Attribute::new(
            "project_directory",
            TEXT,
            "Where relative paths of the included files start. Default: the folder of the first file.",
        )
        .nullable(),
    ],
};

static EXTENDS: Table = Table {
    what: "extends",
    others: Others::Ignored,
    rows: &[
        Attribute::new("file", TEXT, "The compose file that has the service. Default: this file.").nullable(),
        Attribute::new("service", TEXT, "The service to start from.").required(),
    ],
};

/// An option of a log driver.
static OPTION_OR_NULL: Attribute = Attribute::each(&[Kind::Text, Kind::Number]).nullable();
