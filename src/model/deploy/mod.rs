//! [`Deploy`]: how many containers, what they may use, and how a cluster rolls them out. Spec: deploy.
//!
//! `mode`, `endpoint_mode`, `labels`, `placement` and the two rollout policies mean something to a cluster only.

mod placement;
mod resources;
mod restart_policy;
mod rollout;

pub use placement::{Placement, Preference};
pub use resources::{DiscreteResource, GenericResource, Limits, Reservations, Resources};
pub use restart_policy::RestartPolicy;
pub use rollout::{Rollout, RolloutOrder};

use super::Dialect;
use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// How a service is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deploy {
    /// `replicated`, `global` or a job; free text. Default `replicated`.
    pub mode: Option<String>,
    /// How many containers. Default 1.
    pub replicas: Option<u32>,
    /// Labels of the service in a cluster, not of its containers.
    pub labels: BTreeMap<String, String>,
    /// How a cluster brings in a new version.
    pub update_config: Option<Rollout>,
    /// How a cluster goes back to the old version.
    pub rollback_config: Option<Rollout>,
    /// What a container may use and what it needs.
    pub resources: Resources,
    /// What happens when a container ends; `restart` wins.
    pub restart_policy: Option<RestartPolicy>,
    /// On which machines of a cluster.
    pub placement: Placement,
    /// How a cluster's clients find the service: `vip` or `dnsrr`; free text. Default `vip`.
    pub endpoint_mode: Option<String>,
}

impl Deploy {
    /// Reads the mapping; null counts as not written.
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.is_null() {
            return None;
        }
        let mut fields = Fields::of("deploy", node, diagnostics)?;
        let deploy = Self {
            mode: fields.text("mode"),
            replicas: fields.integer("replicas"),
            labels: fields.map("labels"),
            update_config: fields.mapping("update_config", Rollout::read_update),
            rollback_config: fields.mapping("rollback_config", Rollout::read_rollback),
            resources: fields.mapping("resources", Resources::read).unwrap_or_default(),
            restart_policy: fields.mapping("restart_policy", RestartPolicy::read),
            placement: fields.mapping("placement", Placement::read).unwrap_or_default(),
            endpoint_mode: fields.text("endpoint_mode"),
        };
        fields.finish();
        Some(deploy)
    }

    /// JSON always has `resources` and `placement`, as Compose does.
    pub(super) fn write(&self, dialect: Dialect) -> Node {
        let Self {
            mode,
            replicas,
            labels,
            update_config,
            rollback_config,
            resources,
            restart_policy,
            placement,
            endpoint_mode,
        } = self;
        let shown = |is_there: bool| dialect == Dialect::Json || is_there;
        let mut writer = Writer::default();
        writer.text("mode", mode.as_ref()).number("replicas", *replicas).map("labels", labels);
        writer.optional("update_config", update_config.as_ref().map(Rollout::write));
        writer.optional("rollback_config", rollback_config.as_ref().map(Rollout::write));
        writer.optional("resources", shown(*resources != Resources::default()).then(|| resources.write()));
        writer.optional("restart_policy", restart_policy.as_ref().map(RestartPolicy::write));
        writer.optional("placement", shown(*placement != Placement::default()).then(|| placement.write()));
        writer.text("endpoint_mode", endpoint_mode.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str, dialect: Dialect) -> Result<String, String> {
        read_part(text, Deploy::read).map(|deploy| json::compact(&deploy.write(dialect)))
    }

    #[test]
    fn json_always_has_resources_and_placement() {
        assert_eq!(written("{}", Dialect::Json), Ok(r#"{"resources":{},"placement":{}}"#.into()));
        assert_eq!(written("{}", Dialect::Yaml), Ok("{}".into()));
        assert_eq!(written("{replicas: 0}", Dialect::Yaml), Ok(r#"{"replicas":0}"#.into()));
        let limits = "{resources: {limits: {}}}";
        assert_eq!(written(limits, Dialect::Yaml), Ok(r#"{"resources":{"limits":{}}}"#.into()));
    }

    #[test]
    fn everything_is_written_in_the_order_of_compose() {
        let text = "{endpoint_mode: vip, placement: {max_replicas_per_node: 1, preferences: [{spread: a}], \
                    constraints: [b]}, restart_policy: {window: 120s, max_attempts: 3, delay: 5s, condition: any}, \
                    update_config: {order: start-first, parallelism: 2}, labels: {a: 1.10}, replicas: '2', mode: m}";
        let wanted = concat!(
            r#"{"mode":"m","replicas":2,"labels":{"a":"1.1"},"update_config":{"parallelism":2,"order":"start-first"},"#,
            r#""restart_policy":{"condition":"any","delay":"5s","max_attempts":3,"window":"2m0s"},"#,
            r#""placement":{"constraints":["b"],"preferences":[{"spread":"a"}],"max_replicas_per_node":1},"#,
            r#""endpoint_mode":"vip"}"#
        );
        assert_eq!(written(text, Dialect::Yaml), Ok(wanted.into()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in ["{replicas: -1}", "{replicas: 1.5}", "{foo: 1}", "[]", "x", "{mode: 1}"] {
            assert!(written(text, Dialect::Json).is_err(), "{text}");
        }
    }
}
