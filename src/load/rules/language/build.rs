//! `build` of a service.

use super::common::{FLAG, LIST, PAIRS, STRING, TEXT, TEXTS, VARIABLES, WHOLE, build_ulimits, extra_hosts, labels};
use super::part::REFERENCE;
use crate::load::rules::{Attribute, Bare, Identity, Keys, Kind, Merge, Others, Resolve, Shape, Table};

pub static BUILD: Table = Table {
    what: "build",
    others: Others::Refused,
    rows: &[
        Attribute::new(
            "additional_contexts",
            &[Kind::Map(Keys::Any, &CONTEXT), Kind::List(&STRING)],
            "More contexts by name: folders, git repositories, images or 'service:<name>'.",
        )
        .shaped(Shape::Pairs(Bare::Refused))
        .merged(Merge::Pairs),
        Attribute::new("args", PAIRS, "Build arguments; one without value is taken from the environment, or left out.")
            .shaped(VARIABLES)
            .merged(Merge::Pairs),
        Attribute::new("cache_from", LIST, "Where layers may be taken from."),
        Attribute::new("cache_to", LIST, "Where layers are put."),
        Attribute::new("context", TEXT, "The folder, or the address of a git repository, that is built. Default: '.'.")
            .resolved(Resolve::Context),
        Attribute::new("dockerfile", TEXT, "The Dockerfile, relative to the context. Default: Dockerfile."),
        Attribute::new("dockerfile_inline", TEXT, "The text of the Dockerfile itself."),
        Attribute::new("entitlements", LIST, "Rights that the build gets beyond the usual."),
        extra_hosts(),
        Attribute::new("isolation", TEXT, "How the build is kept apart; Windows only."),
        labels("Labels of the image."),
        Attribute::new("network", TEXT, "The network of RUN instructions: host, none or a network's name."),
        Attribute::new("no_cache", FLAG, "Whether layers of earlier builds are not used. Default: false."),
        Attribute::new("no_cache_filter", TEXTS, "Stages for which layers of earlier builds are not used.")
            .shaped(Shape::One),
        Attribute::new("platforms", LIST, "The platforms that are built, such as 'linux/arm64'."),
        Attribute::new("privileged", FLAG, "Whether RUN instructions have all rights on the host. Default: false."),
        Attribute::new("provenance", FLAG, "Whether the image gets a provenance attestation, or which."),
        Attribute::new("pull", FLAG, "Whether base images are always pulled. Default: false."),
        Attribute::new("sbom", FLAG, "Whether the image gets a list of what it contains, or by which generator."),
        Attribute::new("secrets", &[Kind::List(&REFERENCE)], "Secrets that RUN instructions may mount."),
        Attribute::new(
            "shm_size",
            WHOLE,
            "Size of /dev/shm while it is built, in bytes or as '64m'. Default: the engine's, 64 MiB.",
        ),
        Attribute::new(
            "ssh",
            &[Kind::Map(Keys::Any, &KEY), Kind::List(&STRING)],
            "SSH keys for RUN instructions: 'default' for the agent, or 'id=path'.",
        )
        .shaped(Shape::Keys),
        Attribute::new("tags", LIST, "More names of the image.").merged(Merge::Unique(Identity::Text)),
        Attribute::new("target", TEXT, "The stage of the Dockerfile. Default: the last one."),
        build_ulimits(),
    ],
};

static CONTEXT: Attribute = Attribute::each(&[Kind::Text, Kind::Number, Kind::Flag]).resolved(Resolve::Context);
static KEY: Attribute = Attribute::each(&[Kind::Text, Kind::Number, Kind::Flag]).resolved(Resolve::Host).nullable();
