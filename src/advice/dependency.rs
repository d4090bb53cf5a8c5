//! Dependencies that wait for less than they seem to.

use super::{entries, items, services, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;
use crate::value::ImageName;

/// Images whose service needs seconds between its start and its first answer.
const SLOW: [&str; 31] = [
    "cassandra",
    "clickhouse",
    "clickhouse-server",
    "cockroach",
    "couchbase",
    "couchdb",
    "elasticsearch",
    "influxdb",
    "kafka",
    "keycloak",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "mysql-server",
    "neo4j",
    "opensearch",
    "percona",
    "pgvector",
    "postgis",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "redis-stack",
    "redis-stack-server",
    "scylla",
    "timescaledb",
    "valkey",
    "zookeeper",
];

/// Names dependencies on health that no file checks, and on a start where a check is, or should be.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    for (service, node) in services(loaded) {
        for (name, dependency) in entries(node.get("depends_on")) {
            let Some((name, condition)) = name.as_text().zip(dependency.get("condition")) else { continue };
            let Some(target) = loaded.origins.tree().get("services").and_then(|all| all.get(name)) else { continue };
            let advice = match (condition.as_text(), Check::of(target)) {
                (Some("service_healthy"), Check::Unknown) => unchecked(service, name),
                (Some("service_started"), Check::Written) => unawaited(service, name),
                (Some("service_started"), Check::Unknown) if is_slow(target) => early(service, name),
                _ => continue,
            };
            found.push(advice.at(condition.span));
        }
    }
}

/// What the file says of a service's health.
enum Check {
    /// It is asked for.
    Written,
    /// It is not to be asked for.
    Off,
    /// Nothing: the image may bring a check.
    Unknown,
}

impl Check {
    fn of(service: &Node) -> Self {
        let Some(check) = service.get("healthcheck").filter(|check| !check.is_null()) else { return Self::Unknown };
        let is_off = text(check, "disable") == Some("true")
            || items(check.get("test")).next().and_then(Node::as_text) == Some("NONE");
        if is_off { Self::Off } else { Self::Written }
    }
}

fn unchecked(service: &str, name: &str) -> Diagnostic {
    let message = format!("'{service}' waits until '{name}' is healthy, but no health check of '{name}' is written");
    let help = format!("add 'healthcheck' to '{name}', unless its image brings one");
    Diagnostic::advice("unchecked-dependency", message).help(help)
}

fn unawaited(service: &str, name: &str) -> Diagnostic {
    let message = format!("'{service}' starts as soon as '{name}' runs and does not wait for its health check");
    let help = format!("write '{name}: {{condition: service_healthy}}' under 'depends_on'");
    Diagnostic::advice("unawaited-health", message).help(help)
}

fn early(service: &str, name: &str) -> Diagnostic {
    let message =
        format!("'{service}' starts as soon as '{name}' runs, which may not answer yet: it has no health check");
    let help = format!("add 'healthcheck' to '{name}', and wait with 'condition: service_healthy'");
    Diagnostic::advice("unchecked-dependency", message).help(help)
}

fn is_slow(service: &Node) -> bool {
    let image = text(service, "image").and_then(|image| image.parse::<ImageName>().ok());
    image.is_some_and(|image| image.split().0.rsplit('/').next().is_some_and(|name| SLOW.contains(&name)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::advice;

    fn on(depends: &str, target: &str) -> Vec<String> {
        let file = format!("services: {{a: {{image: 'a:1', depends_on: {depends}}}, b: {{{target}}}}}");
        let code = |line: String| line.split(' ').nth(1).map(str::to_owned);
        advice(&[("compose.yaml", &file)]).into_iter().filter_map(code).collect()
    }

    #[test]
    fn health_that_nobody_checks_is_named() {
        assert_eq!(on("{b: {condition: service_healthy}}", "image: 'b:1'"), ["unchecked-dependency:"]);
        assert!(on("{b: {condition: service_healthy}}", "image: 'b:1', healthcheck: {test: x}").is_empty());
    }

    #[test]
    fn a_check_that_nobody_waits_for_is_named() {
        assert_eq!(on("[b]", "image: 'b:1', healthcheck: {test: x}"), ["unawaited-health:"]);
        assert!(on("[b]", "image: 'b:1', healthcheck: {disable: true}").is_empty());
        assert!(on("{b: {condition: service_completed_successfully}}", "image: 'b:1'").is_empty());
    }

    #[test]
    fn a_database_needs_a_moment() {
        assert_eq!(on("[b]", "image: 'bitnami/postgresql:16'"), ["unchecked-dependency:"]);
        assert!(on("[b]", "image: 'prom/mysqld-exporter:1'").is_empty());
    }
}
