//! The one table of the compose language: how each attribute is spelled, merged and resolved.
//!
//! An attribute without a row keeps its shape; maps merge, lists append, scalars replace; it is no path.

use super::place::Place;

/// How the short spellings of an attribute become the long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// There is one spelling.
    Same,
    /// A list of `key=value` becomes a map.
    Pairs(Bare),
    /// A list of names becomes a map from name to null.
    Names,
    /// A list of names becomes a map from name to a started dependency.
    Dependencies,
    /// A string becomes a list of one.
    One,
    /// A string is split as a shell would.
    Words,
    /// A string becomes a line for the image's shell.
    Test,
    /// A string becomes the context.
    Build,
    /// `8080:80/tcp`.
    Ports,
    /// `./data:/data:ro`.
    Volumes,
    /// `/dev/a:/dev/b:rwm`.
    Devices,
    /// A string becomes the `source`.
    References,
    /// A string becomes a list of one `path`.
    EnvironmentFiles,
    /// `host:address` or a map become `host=address`.
    Hosts,
    /// `default` or `id=path` become a map.
    Keys,
    /// `all` becomes a list of one request.
    Gpus,
    /// `external: {name: x}` becomes a name and a boolean.
    Resource,
    /// Numbers in the list become text.
    Texts,
}

/// What a key without `=` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    /// Null: taken from the environment.
    Null,
    /// The empty text.
    Empty,
    /// A fault.
    Refused,
}

/// What happens when a later file says it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// Maps merge, lists append, scalars replace, null changes nothing.
    Usual,
    /// The later value replaces the earlier one as a whole; null removes it.
    Replace,
    /// A map whose values are replaced, also by null.
    Pairs,
    /// A list in which an item replaces the earlier one that has the same identity.
    Unique(Identity),
    /// A list in which an item must not occur twice.
    Distinct,
    /// Options of another driver are dropped.
    Driver,
}

/// What makes two items of a list the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// The whole text.
    Text,
    /// The text in front of `=`.
    Key,
    /// Address, published port, target and protocol.
    Port,
    /// This field.
    Field(&'static str),
    /// `target`, or by default this prefix and `source`.
    Target(&'static str),
}

/// How a relative path becomes an absolute one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolve {
    /// It is no path of the host.
    No,
    /// A directory or the address of one elsewhere.
    Context,
    /// A file or directory of the host.
    File,
    /// A path of the engine's host, which may be a Windows machine.
    Host,
    /// A mount: its source, if it is a bind.
    Mount,
    /// A volume: its device, if the local driver binds it.
    Device,
}

/// How one attribute is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub shape: Shape,
    pub merge: Merge,
    pub resolve: Resolve,
}

/// The rule of an attribute without a row.
const USUAL: Rule = Rule { shape: Shape::Same, merge: Merge::Usual, resolve: Resolve::No };

/// The rule of the attribute at a place.
pub(super) fn rule(place: &Place<'_>) -> Rule {
    let row = TABLE.iter().find(|(pattern, ..)| place.matches(pattern));
    row.map_or(USUAL, |&(_, shape, merge, resolve)| Rule { shape, merge, resolve })
}

type Row = (&'static str, Shape, Merge, Resolve);

const fn shaped(pattern: &'static str, shape: Shape) -> Row {
    (pattern, shape, Merge::Usual, Resolve::No)
}

const fn merged(pattern: &'static str, merge: Merge) -> Row {
    (pattern, Shape::Same, merge, Resolve::No)
}

const fn both(pattern: &'static str, shape: Shape, merge: Merge) -> Row {
    (pattern, shape, merge, Resolve::No)
}

const fn resolved(pattern: &'static str, resolve: Resolve) -> Row {
    (pattern, Shape::Same, Merge::Usual, resolve)
}

const LABELS: Shape = Shape::Pairs(Bare::Empty);
const VARIABLES: Shape = Shape::Pairs(Bare::Null);

const TABLE: &[Row] = &[
    shaped("configs.*", Shape::Resource),
    resolved("configs.*.file", Resolve::Host),
    both("configs.*.labels", LABELS, Merge::Pairs),
    shaped("networks.*", Shape::Resource),
    merged("networks.*.ipam.config", Merge::Unique(Identity::Field("subnet"))),
    both("networks.*.labels", LABELS, Merge::Pairs),
    shaped("secrets.*", Shape::Resource),
    resolved("secrets.*.file", Resolve::Host),
    both("secrets.*.labels", LABELS, Merge::Pairs),
    both("services.*.annotations", LABELS, Merge::Pairs),
    shaped("services.*.build", Shape::Build),
    both("services.*.build.additional_contexts", Shape::Pairs(Bare::Refused), Merge::Pairs),
    resolved("services.*.build.additional_contexts.*", Resolve::Context),
    both("services.*.build.args", VARIABLES, Merge::Pairs),
    resolved("services.*.build.context", Resolve::Context),
    both("services.*.build.extra_hosts", Shape::Hosts, Merge::Unique(Identity::Text)),
    both("services.*.build.labels", LABELS, Merge::Pairs),
    shaped("services.*.build.secrets", Shape::References),
    shaped("services.*.build.ssh", Shape::Keys),
    resolved("services.*.build.ssh.*", Resolve::Host),
    merged("services.*.build.tags", Merge::Unique(Identity::Text)),
    merged("services.*.build.ulimits.*", Merge::Replace),
    merged("services.*.cap_add", Merge::Unique(Identity::Key)),
    merged("services.*.cap_drop", Merge::Unique(Identity::Key)),
    both("services.*.command", Shape::Words, Merge::Replace),
    both("services.*.configs", Shape::References, Merge::Unique(Identity::Target("/"))),
    shaped("services.*.depends_on", Shape::Dependencies),
    both("services.*.deploy.labels", LABELS, Merge::Pairs),
    resolved("services.*.develop.watch.*.path", Resolve::File),
    shaped("services.*.develop.watch.*.ignore", Shape::One),
    shaped("services.*.develop.watch.*.include", Shape::One),
    shaped("services.*.develop.watch.*.exec.command", Shape::Words),
    both("services.*.develop.watch.*.exec.environment", VARIABLES, Merge::Pairs),
    merged("services.*.device_cgroup_rules", Merge::Distinct),
    both("services.*.devices", Shape::Devices, Merge::Unique(Identity::Field("target"))),
    both("services.*.dns", Shape::One, Merge::Unique(Identity::Key)),
    merged("services.*.dns_opt", Merge::Unique(Identity::Key)),
    both("services.*.dns_search", Shape::One, Merge::Unique(Identity::Key)),
    both("services.*.entrypoint", Shape::Words, Merge::Replace),
    both("services.*.env_file", Shape::EnvironmentFiles, Merge::Unique(Identity::Field("path"))),
    resolved("services.*.env_file.*.path", Resolve::File),
    both("services.*.environment", VARIABLES, Merge::Pairs),
    both("services.*.expose", Shape::Texts, Merge::Unique(Identity::Text)),
    merged("services.*.external_links", Merge::Distinct),
    both("services.*.extra_hosts", Shape::Hosts, Merge::Unique(Identity::Text)),
    shaped("services.*.gpus", Shape::Gpus),
    both("services.*.group_add", Shape::Texts, Merge::Distinct),
    both("services.*.healthcheck.test", Shape::Test, Merge::Replace),
    shaped("services.*.label_file", Shape::One),
    resolved("services.*.label_file.*", Resolve::File),
    both("services.*.labels", LABELS, Merge::Pairs),
    merged("services.*.links", Merge::Unique(Identity::Key)),
    merged("services.*.logging", Merge::Driver),
    shaped("services.*.models", Shape::Names),
    shaped("services.*.networks", Shape::Names),
    merged("services.*.networks.*.aliases", Merge::Unique(Identity::Text)),
    merged("services.*.networks.*.link_local_ips", Merge::Unique(Identity::Text)),
    both("services.*.ports", Shape::Ports, Merge::Unique(Identity::Port)),
    shaped("services.*.post_start.*.command", Shape::Words),
    both("services.*.post_start.*.environment", VARIABLES, Merge::Pairs),
    shaped("services.*.pre_start.*.command", Shape::Words),
    both("services.*.pre_start.*.environment", VARIABLES, Merge::Pairs),
    shaped("services.*.pre_stop.*.command", Shape::Words),
    both("services.*.pre_stop.*.environment", VARIABLES, Merge::Pairs),
    merged("services.*.profiles", Merge::Unique(Identity::Key)),
    shaped("services.*.provider.options.*", Shape::One),
    both("services.*.secrets", Shape::References, Merge::Unique(Identity::Target("/run/secrets/"))),
    merged("services.*.security_opt", Merge::Distinct),
    both("services.*.sysctls", LABELS, Merge::Pairs),
    both("services.*.tmpfs", Shape::One, Merge::Unique(Identity::Key)),
    merged("services.*.ulimits.*", Merge::Replace),
    both("services.*.volumes", Shape::Volumes, Merge::Unique(Identity::Field("target"))),
    merged("services.*.volumes_from", Merge::Distinct),
    resolved("services.*.volumes.*", Resolve::Mount),
    both("services.*.volumes.*.volume.labels", LABELS, Merge::Pairs),
    ("volumes.*", Shape::Resource, Merge::Usual, Resolve::Device),
    both("volumes.*.labels", LABELS, Merge::Pairs),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_occurs_once() {
        let patterns: std::collections::BTreeSet<_> = TABLE.iter().map(|(pattern, ..)| *pattern).collect();
        assert_eq!(patterns.len(), TABLE.len());
    }

    #[test]
    fn an_attribute_without_a_row_is_usual() {
        let (extension, services) = (Place::ROOT.key("x-a"), Place::ROOT.key("services"));
        let (inside, web) = (extension.key("web"), services.key("web"));
        assert_eq!(rule(&inside.key("ports")), USUAL);
        assert_eq!(rule(&web.key("image")), USUAL);
        assert_eq!(rule(&web.key("ports")).shape, Shape::Ports);
    }
}
