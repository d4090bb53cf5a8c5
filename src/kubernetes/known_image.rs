//! Images that everybody knows: the ports that they listen on, and whether they keep data.

use crate::value::ImageName;

/// A name, the ports, and whether it keeps data.
type Known = (&'static str, &'static [u16], Data);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    Kept,
    None,
}

const KNOWN: [Known; 44] = [
    ("adminer", &[8080], Data::None),
    ("arangodb", &[8529], Data::Kept),
    ("caddy", &[80, 443], Data::None),
    ("cassandra", &[9042], Data::Kept),
    ("clickhouse", &[8123, 9000], Data::Kept),
    ("clickhouse-server", &[8123, 9000], Data::Kept),
    ("cockroach", &[26257, 8080], Data::Kept),
    ("consul", &[8500], Data::Kept),
    ("couchbase", &[8091], Data::Kept),
    ("couchdb", &[5984], Data::Kept),
    ("elasticsearch", &[9200], Data::Kept),
    ("etcd", &[2379], Data::Kept),
    ("grafana", &[3000], Data::None),
    ("haproxy", &[], Data::None),
    ("httpd", &[80], Data::None),
    ("influxdb", &[8086], Data::Kept),
    ("kafka", &[9092], Data::Kept),
    ("kibana", &[5601], Data::None),
    ("mariadb", &[3306], Data::Kept),
    ("memcached", &[11211], Data::None),
    ("minio", &[9000], Data::Kept),
    ("mongo", &[27017], Data::Kept),
    ("mongo-express", &[8081], Data::None),
    ("mongodb", &[27017], Data::Kept),
    ("mysql", &[3306], Data::Kept),
    ("mysql-server", &[3306], Data::Kept),
    ("nats", &[4222], Data::None),
    ("neo4j", &[7474, 7687], Data::Kept),
    ("nginx", &[80], Data::None),
    ("nginx-unprivileged", &[8080], Data::None),
    ("opensearch", &[9200], Data::Kept),
    ("phpmyadmin", &[80], Data::None),
    ("postgis", &[5432], Data::Kept),
    ("postgres", &[5432], Data::Kept),
    ("postgresql", &[5432], Data::Kept),
    ("prometheus", &[9090], Data::None),
    ("rabbitmq", &[5672], Data::Kept),
    ("redis", &[6379], Data::Kept),
    ("server", &[1433], Data::Kept),
    ("timescaledb", &[5432], Data::Kept),
    ("traefik", &[80], Data::None),
    ("valkey", &[6379], Data::Kept),
    ("wordpress", &[80], Data::None),
    ("zookeeper", &[2181], Data::Kept),
];

/// Images that run as a user who is not root and cannot take over a volume that is root's: the group of that user.
const GROUPS: [(&str, i64); 27] = [
    ("alertmanager", 65_534),
    ("cp-kafka", 1000),
    ("cp-server", 1000),
    ("cp-zookeeper", 1000),
    ("directus", 1000),
    ("elasticsearch", 1000),
    ("grafana", 472),
    ("jenkins", 1000),
    ("kafka", 1000),
    ("keycloak", 1000),
    ("kibana", 1000),
    ("loki", 10_001),
    ("mattermost-enterprise-edition", 2000),
    ("mattermost-team-edition", 2000),
    ("mimir", 10_001),
    ("n8n", 1000),
    ("nexus3", 200),
    ("node-red", 1000),
    ("opensearch", 1000),
    ("pgadmin4", 5050),
    ("prometheus", 65_534),
    ("redpanda", 101),
    ("server", 10_001),
    ("solr", 8983),
    ("sonarqube", 1000),
    ("tempo", 10_001),
    ("verdaccio", 10_001),
];

/// The group that must be able to write what an image keeps, as everybody knows.
pub(super) fn group(image: &ImageName) -> Option<i64> {
    let (repository, _) = image.split();
    if repository.split('/').any(|word| word == "bitnami" || word == "bitnamilegacy") {
        return Some(1001);
    }
    let word = word(repository);
    GROUPS.iter().find(|(name, _)| *name == word && is_meant(repository, word)).map(|(_, group)| *group)
}

/// Images whose members of a cluster dial each other at other ports than those of clients, or by addresses that they tell
/// each other.
const CLUSTERS: [&str; 25] = [
    "arangodb",
    "cassandra",
    "clickhouse",
    "clickhouse-server",
    "consul",
    "couchbase",
    "couchdb",
    "cp-kafka",
    "cp-zookeeper",
    "elasticsearch",
    "emqx",
    "etcd",
    "kafka",
    "mariadb",
    "mariadb-galera",
    "mysql",
    "nats",
    "neo4j",
    "opensearch",
    "rabbitmq",
    "redis",
    "redis-cluster",
    "scylla",
    "valkey",
    "zookeeper",
];

/// Whether members of a cluster of an image need more of each other than the ports of clients.
pub(super) fn forms_clusters(image: &ImageName) -> bool {
    CLUSTERS.contains(&word(image.split().0))
}

/// The ports that an image listens on, as everybody knows.
pub(super) fn ports(image: &ImageName) -> &'static [u16] {
    known(image).map_or(&[], |(_, ports, _)| ports)
}

/// Whether an image keeps data.
pub(super) fn is_store(image: &ImageName) -> bool {
    known(image).is_some_and(|(_, _, data)| *data == Data::Kept)
}

fn known(image: &ImageName) -> Option<&'static Known> {
    let (repository, _) = image.split();
    let word = word(repository);
    KNOWN.iter().find(|(name, ..)| *name == word && is_meant(repository, word))
}

fn word(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or_default()
}

/// Many images are called `server`; that of SQL Server stands in a folder of its own.
fn is_meant(repository: &str, word: &str) -> bool {
    word != "server" || repository.ends_with("mssql/server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_whatever_its_registry_and_tag() {
        let image = |text: &str| text.parse::<ImageName>().expect("an image");
        assert_eq!(ports(&image("registry.example.com/library/postgres:17-alpine")), [5432]);
        assert!(is_store(&image("redis")) && !is_store(&image("nginx:1")) && !is_store(&image("acme/server")));
        assert!(is_store(&image("mcr.microsoft.com/mssql/server:2022-latest")));
        assert!(KNOWN.is_sorted_by_key(|(name, ..)| name) && GROUPS.is_sorted_by_key(|(name, _)| name));
        assert!(
            CLUSTERS.is_sorted() && forms_clusters(&image("bitnami/kafka:4")) && !forms_clusters(&image("postgres"))
        );
        assert_eq!([group(&image("grafana/grafana:12")), group(&image("bitnami/redis"))], [Some(472), Some(1001)]);
        assert_eq!([group(&image("nginx")), group(&image("acme/server"))], [None, None]);
    }
}
