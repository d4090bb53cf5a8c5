//! Who dials whom, as variables, commands and health checks tell: in an engine every port of a container is open to its
//! peers, whether its service says so or not.

use super::address::addresses;
use super::copied_text;
use crate::load::Loaded;
use crate::model::{HealthTest, Project, Service};
use std::collections::{BTreeMap, BTreeSet};

/// The ports at which each host is dialled, by the name that is dialled: as services say, and the files that they are given.
pub(super) fn dialled(loaded: &Loaded, project: &Project) -> BTreeMap<String, BTreeSet<u16>> {
    let mut found: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    let mut add = |(host, port): (&str, u16)| {
        if let Some(ports) = found.get_mut(host) {
            ports.insert(port);
        } else {
            found.insert(host.to_owned(), BTreeSet::from([port]));
        }
    };
    for (label, text) in project.services.values().flat_map(texts) {
        told(label, &text).into_iter().for_each(&mut add);
    }
    // Several services may be given the same file.
    let mut seen = BTreeSet::new();
    for copied in project.services.values().flat_map(|service| copied_text::of(loaded, service)) {
        if seen.insert(copied.text.as_ptr()) {
            addresses(copied.text)
                .into_iter()
                .filter(|(host, _)| project.services.contains_key(*host))
                .for_each(&mut add);
        }
    }
    found
}

/// The hosts that a text names with a port.
fn told<'t>(label: &'t str, text: &'t str) -> Vec<(&'t str, u16)> {
    words(label, text).into_iter().filter(|word| !word.is_image()).flat_map(|word| addresses(word.text)).collect()
}

/// The ports of its own machine that a service dials.
pub(super) fn local_ports(service: &Service) -> BTreeSet<u16> {
    let local = |(label, text): (&str, String)| {
        let all = told(label, &text).into_iter().filter(|(host, _)| ["localhost", "127.0.0.1"].contains(host));
        all.map(|(_, port)| port).collect::<Vec<_>>()
    };
    texts(service).flat_map(local).collect()
}

/// How a host is dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dial {
    /// At a port that is told, or that who dials it knows: `web:80`, `nc web 80`, `http://web/`, `-h web`.
    AtPort,
    /// By a scheme of its own, such as `gcomm://a,b`: at ports that nobody tells.
    ByScheme,
    /// By its name alone, where hosts are listed: `discovery.seed_hosts=a,b`.
    ByName,
}

impl Dial {
    /// Whether the port stands there, or is known from what dials it.
    pub fn has_port(self) -> bool {
        self == Self::AtPort
    }
}

/// The hosts that a service dials, and how.
pub(super) fn hosts(service: &Service) -> BTreeMap<String, BTreeSet<Dial>> {
    let mut found: BTreeMap<String, BTreeSet<Dial>> = BTreeMap::new();
    for (label, text) in texts(service) {
        for (host, dial) in hosts_in(label, &text) {
            found.entry(host.to_owned()).or_default().insert(dial);
        }
    }
    found
}

/// Whether a service dials its own name.
pub(super) fn dials_itself(service: &Service) -> bool {
    dials(service, service.name.as_str())
}

/// Whether a service that has a name dials it, or is to join itself by it.
pub(super) fn dials(service: &Service, name: &str) -> bool {
    let is_dialled =
        |label: &str, text: &str| hosts_in(label, text).iter().any(|(host, dial)| *host == name && is_meant(*dial));
    texts(service).any(|(label, text)| is_dialled(label, &text)) || joins(service, name)
}

/// Whether a service is to join a name, and no other one beside it.
pub(super) fn joins(service: &Service, name: &str) -> bool {
    texts(service).any(|(label, text)| words(label, &text).into_iter().any(|word| word.is_seed(name)))
}

/// Whether a service that dials its own name so means it: one that is named in a list of all may pass over itself.
pub(super) fn is_meant(dial: Dial) -> bool {
    dial != Dial::ByName
}

/// The texts of a service in which names are dialled, with the variable that holds one; the words of a command are one text.
fn texts(service: &Service) -> impl Iterator<Item = (&str, String)> {
    let variables = service.environment.iter();
    let variables = variables.filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?.clone())));
    let commands = [&service.command, &service.entrypoint].into_iter().flatten().map(|words| ("", words.join(" ")));
    let check = service.healthcheck.as_ref().and_then(|check| match check.test() {
        HealthTest::Command(words) => Some(("", words.join(" "))),
        HealthTest::Shell(line) => Some(("", line.to_owned())),
        HealthTest::Disabled | HealthTest::Inherited => None,
    });
    variables
        .chain(commands)
        .chain(check)
        .flat_map(|(label, text)| numbered(&text).into_iter().map(move |one| (label, one)))
}

/// The most texts that one stands for.
const NUMBERED: usize = 64;

/// A text with each number that it counts up to: `http://store{1...4}` stands for four hosts.
fn numbered(text: &str) -> Vec<String> {
    let range = |at: usize| {
        let (inner, rest) = text.get(at + 1..)?.split_once('}')?;
        let (first, last) = inner.split_once("...")?;
        Some((text.get(..at)?, first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?, rest))
    };
    let Some((before, numbers, rest)) = text.match_indices('{').find_map(|(at, _)| range(at)) else {
        return vec![text.to_owned()];
    };
    numbers.take(NUMBERED).map(|number| format!("{before}{number}{rest}")).collect()
}

/// A word of a text, with what stands around it.
#[derive(Debug, Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    /// The word before it.
    before: &'t str,
    /// The word after it.
    after: &'t str,
    /// What holds it: the flag before it, or else the variable that holds the whole text.
    label: &'t str,
}

fn words<'t>(label: &'t str, text: &'t str) -> Vec<Word<'t>> {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let word = |at: usize, text: &'t str| {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        let after = words.get(at + 1).copied().unwrap_or_default();
        let is_flag = before.starts_with('-') && !before.contains('=');
        Word { text, before, after, label: if is_flag { before } else { label } }
    };
    words.iter().enumerate().map(|(at, text)| word(at, text)).collect()
}

impl<'t> Word<'t> {
    /// What holds the value in it, and the value: `--join=a` and `--join a` are the same.
    fn held(self) -> (&'t str, &'t str) {
        self.text.split_once('=').unwrap_or((self.label, self.text))
    }

    /// Whether it tells the one member of a cluster from whom others hear of each other: `CASSANDRA_SEEDS: seed`.
    fn is_seed(self, name: &str) -> bool {
        let (label, value) = self.held();
        value == name
            && label.split(['_', '-', '.']).any(|part| SEEDS.iter().any(|seed| part.eq_ignore_ascii_case(seed)))
    }

    /// Whether it is the name of an image, whose tag may be a number: so says the name of what holds it.
    fn is_image(self) -> bool {
        let (label, value) = self.held();
        let label = label.to_ascii_lowercase();
        let mut parts = label.rsplit(['_', '-', '.']);
        let last = parts.next().unwrap_or_default();
        let is_of_image = ["name", "ref", "repository", "version"].contains(&last) && parts.next() == Some("image");
        let says_image = last.ends_with("image") || ["images", "tag", "tags"].contains(&last) || is_of_image;
        says_image && !value.contains("://")
    }
}

/// The hosts that a text dials, or may: what is no host is the name of nobody.
fn hosts_in<'t>(label: &'t str, text: &'t str) -> Vec<(&'t str, Dial)> {
    let mut found = Vec::new();
    for word in words(label, text).into_iter().filter(|word| !word.is_image()) {
        let is_port = word.after.parse::<u16>().is_ok();
        if is_port || ["-h", "--host", "--hostname"].contains(&word.before) {
            found.push((word.text, Dial::AtPort));
        }
        found.extend(word.text.strip_prefix("--host=").map(|host| (host, Dial::AtPort)));
        if let Some((scheme, rest)) = word.text.split_once("://") {
            found.extend(hosts_of(scheme, rest));
        }
        found.extend(addresses(word.text).into_iter().map(|(host, _)| (host, Dial::AtPort)));
        found.extend(listed(word));
    }
    found
}

/// The hosts of an address behind its scheme: `user:password@host:80,other/path`.
fn hosts_of<'t>(scheme: &'t str, rest: &'t str) -> impl Iterator<Item = (&'t str, Dial)> {
    let is_web = scheme.ends_with("http") || scheme.ends_with("https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.split(',').map(move |one| {
        let host = one.rsplit_once('@').map_or(one, |(_, host)| host);
        let (host, port) = host.split_once(':').unwrap_or((host, ""));
        (host, if is_web || !port.is_empty() { Dial::AtPort } else { Dial::ByScheme })
    })
}

/// Words in names of variables and flags that hold members of a cluster.
const SEEDS: [&str; 3] = ["join", "seed", "seeds"];
/// The last words of names of variables and flags that hold hosts.
const HOLDERS: [&str; 36] = [
    "addr",
    "addrs",
    "address",
    "addresses",
    "bootstrap",
    "broker",
    "brokers",
    "connect",
    "endpoint",
    "endpoints",
    "host",
    "hosts",
    "join",
    "leader",
    "master",
    "masters",
    "member",
    "members",
    "node",
    "nodes",
    "peer",
    "peers",
    "primary",
    "quorum",
    "replicaof",
    "seed",
    "seeds",
    "server",
    "servers",
    "uri",
    "uris",
    "url",
    "urls",
    "voters",
    "upstream",
    "upstreams",
];

/// The hosts that a word lists, if it is the value of a variable or a flag that holds hosts.
fn listed(word: Word<'_>) -> impl Iterator<Item = (&str, Dial)> {
    let (label, list) = word.held();
    let is_plain = |one: &&str| !one.is_empty() && !one.contains([':', '/', '=', '$']);
    let items = holds_hosts(label).then(|| list.split([',', ';', '|', '[', ']', '"', '\'']));
    let hosts = items.into_iter().flatten().filter(is_plain);
    hosts.map(|one| (one.rsplit_once('@').map_or(one, |(_, host)| host), Dial::ByName))
}

/// Whether a variable or flag of this name holds hosts.
fn holds_hosts(label: &str) -> bool {
    let last = label.rsplit(['_', '-', '.']).next().unwrap_or_default().to_ascii_lowercase();
    HOLDERS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{loaded, project};

    #[test]
    fn the_tag_of_an_image_is_no_port() {
        let at = |label: &'static str, text: &'static str| hosts_in(label, text).contains(&("server", Dial::AtPort));
        for label in ["IMAGE", "WORKER_IMAGE", "BASEIMAGE", "IMAGE_NAME", "images", "DOCKER_TAG"] {
            assert!(!at(label, "server:2022"), "{label}");
            assert!(at(label, "http://server:2022/x.png"), "{label}");
        }
        for text in
            ["run --image server:2022", "run --image=server:2022", "run acme/server:2022", "IMAGE=server:2022 run"]
        {
            assert!(!at("", text), "{text}");
        }
        for (label, text) in [("IMAGE_SERVER", "server:2022"), ("", "tcp://server:2022"), ("X", "a,server:2022/d")] {
            assert!(at(label, text), "{label} {text}");
        }
        let text = "services: {server: {image: x}, web: {image: y, environment: {IMAGE: 'server:2022'}}}";
        let loaded = loaded(&[("compose.yaml", text)]);
        assert_eq!(dialled(&loaded, &loaded.project).get("server"), None);
    }

    #[test]
    fn ports_are_known_by_those_who_dial_them() {
        let web = "web: {image: y, configs: [c], environment: {KAFKA: 'broker:29092'}}";
        let configs = "configs: {c: {content: 'to: http://broker:9464/metrics, nobody:81'}}";
        let loaded = loaded(&[("compose.yaml", &format!("services: {{broker: {{image: x}}, {web}}}\n{configs}"))]);
        let dialled = dialled(&loaded, &loaded.project);
        assert_eq!(dialled.get("broker"), Some(&BTreeSet::from([9464, 29_092])));
        assert_eq!(dialled.get("nobody"), None);
    }

    #[test]
    fn hosts_are_told_by_lists_of_them() {
        let all = |label: &'static str, text: &'static str| {
            let found = hosts_in(label, text).into_iter();
            found.filter(|(_, dial)| !dial.has_port()).map(|(host, _)| host).collect::<Vec<_>>()
        };
        assert_eq!(all("discovery.seed_hosts", "a,b"), ["a", "b"]);
        assert_eq!(all("CASSANDRA_SEEDS", "a b:7000"), ["a"]);
        assert_eq!(all("", "start --join=a,b -retry-join c -Ediscovery.seed_hosts=d"), ["a", "b", "c", "d"]);
        assert_eq!(all("NODES", "rabbit@a,[\"b\"]"), ["a", "b"]);
        assert_eq!(all("X", "gcomm://a,b?x=c"), ["a", "b"]);
        assert_eq!(all("API_URL", "http://a/b"), [""; 0]);
        assert_eq!(all("NODE_NAME", "a"), [""; 0]);
    }

    #[test]
    fn a_counted_host_is_many() {
        assert_eq!(
            numbered("server http://m{1...3}/d"),
            ["server http://m1/d", "server http://m2/d", "server http://m3/d"]
        );
        assert_eq!(numbered("{a} {1..2} ${X}"), ["{a} {1..2} ${X}"]);
    }

    #[test]
    fn a_service_that_dials_itself_is_told_from_one_that_has_its_name_for_a_word() {
        let dials = |text: &str, name: &str| {
            let project = project(&format!("services: {{a: {{image: x, command: ['{text}']}}}}"));
            project.services.values().any(|service| super::dials(service, name))
        };
        for text in ["wget http://a/health", "nc -z a 80", "pg_isready -h a", "curl a:80", "x --host=a", "x --seeds a"]
        {
            assert!(dials(text, "a"), "{text}");
        }
        for text in ["pg_isready -U a -d a", "a", "http://b/a", "a-b:80", "x --seeds a,b"] {
            assert!(!dials(text, "a"), "{text}");
        }
    }
}
