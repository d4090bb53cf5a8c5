//! [`Listening`]: the ports that a service is known to listen on, and who says so.

use super::{inspected, known_image, mention, object_name, traefik};
use crate::model::{HealthTest, ImageFacts, Port, Project, Protocol, Service};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Ports that have a name of their own.
const NAMES: [(u16, &str); 16] = [
    (25, "smtp"),
    (53, "dns"),
    (80, "http"),
    (443, "https"),
    (1883, "mqtt"),
    (3000, "http"),
    (3306, "mysql"),
    (5000, "http"),
    (5432, "postgres"),
    (5672, "amqp"),
    (6379, "redis"),
    (8000, "http"),
    (8080, "http"),
    (9092, "kafka"),
    (11211, "memcache"),
    (27017, "mongo"),
];

/// A port that a service listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listening {
    /// The port.
    pub number: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// What it is called in the service and in its pods.
    pub name: String,
    /// The protocol of the application, where the file says it.
    pub application: Option<String>,
    /// The items of `ports` that name it.
    pub ports: Vec<usize>,
    /// The items of `expose` that name it.
    pub exposed: Vec<usize>,
    /// Whether it would be known without those, too.
    pub is_known: bool,
    /// Whether its image says that others may dial it.
    pub is_exposed: bool,
    /// Whether its health check alone tells of it, which may ask at another port than the one that others dial.
    pub is_guessed: bool,
}

impl Listening {
    /// Whether it speaks HTTP, under encryption of its own or not: as the file says, or else as its name or its number does.
    pub fn web(&self) -> Option<Web> {
        let usual = || NAMES.iter().find(|(number, _)| *number == self.number && self.protocol == Protocol::Tcp);
        match &self.application {
            Some(word) => Web::named(word),
            None => Web::named(&self.name).or_else(|| Web::named(usual()?.1)),
        }
    }

    /// How many keys, and what everybody knows, say the same.
    pub fn sources(&self) -> usize {
        self.ports.len() + self.exposed.len() + usize::from(self.is_known)
    }
}

/// How a port speaks HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Web {
    /// In the open.
    Plain,
    /// Under encryption of its own.
    Encrypted,
}

impl Web {
    /// That of a protocol, if it is HTTP.
    fn named(word: &str) -> Option<Self> {
        match word {
            "http" | "http2" | "ws" => Some(Self::Plain),
            "https" | "wss" => Some(Self::Encrypted),
            _ => word.ends_with("/h2c").then_some(Self::Plain),
        }
    }
}

/// The ports that a service is known to listen on: as it says, or else as its health check and its image tell; those of
/// an image that keeps data in any case; and those that others dial.
pub(super) fn ports(service: &Service, image: Option<&ImageFacts>, dialled: &BTreeSet<u16>) -> Vec<Listening> {
    let mut found: Vec<Listening> = Vec::new();
    for (index, port) in service.ports.iter().enumerate() {
        let known = add(&mut found, port.target, port.protocol);
        known.ports.push(index);
        known.application = known.application.take().or_else(|| port.app_protocol.clone());
        if let Some(name) = wished(port) {
            name.clone_into(&mut known.name);
        }
    }
    for (index, text) in service.expose.iter().enumerate() {
        for (number, protocol) in exposed(text) {
            add(&mut found, number, protocol).exposed.push(index);
        }
    }
    for number in traefik::ports(service).into_values() {
        add(&mut found, number, Protocol::Tcp).is_known = true;
    }
    imply(&mut found, service, image);
    for number in dialled {
        let one = add(&mut found, *number, Protocol::Tcp);
        (one.is_known, one.is_guessed) = (true, false);
    }
    name_all(&mut found, &mut Taken::new());
    found
}

/// Names of ports, with the ports that have them.
pub(super) type Taken = BTreeMap<String, (u16, Protocol)>;

fn add(found: &mut Vec<Listening>, number: u16, protocol: Protocol) -> &mut Listening {
    let known = found.iter().position(|one| (one.number, one.protocol) == (number, protocol));
    let index = known.unwrap_or_else(|| {
        let (name, application) = (String::new(), None);
        let (ports, exposed, is_known, is_exposed, is_guessed) = (Vec::new(), Vec::new(), false, false, false);
        found.push(Listening { number, protocol, name, application, ports, exposed, is_known, is_exposed, is_guessed });
        found.len() - 1
    });
    found.get_mut(index).expect("it was found or added")
}

/// The name that the file gives a port, if Kubernetes takes it.
fn wished(port: &Port) -> Option<&str> {
    port.name.as_deref().filter(|name| object_name::is_port_name(name))
}

/// Gives those a name that have none, or one that another port has.
pub(super) fn name_all(found: &mut [Listening], taken: &mut Taken) {
    for one in found.iter_mut() {
        let known = NAMES.iter().find(|(number, _)| *number == one.number && one.protocol == Protocol::Tcp);
        let own = Some(one.name.clone()).filter(|name| !name.is_empty());
        let wished = own.or_else(|| known.map(|(_, name)| (*name).to_owned()));
        let plain = format!("{}-{}", one.protocol, one.number);
        let is_free = |name: &String| taken.get(name).is_none_or(|other| *other == (one.number, one.protocol));
        one.name = wished.filter(is_free).unwrap_or(plain);
        taken.insert(one.name.clone(), (one.number, one.protocol));
    }
}

/// The ports of an item of `expose`, such as `80`, `53/udp` or `8000-8010`.
pub(super) fn exposed(text: &str) -> Vec<(u16, Protocol)> {
    let (range, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = match protocol.to_ascii_lowercase().as_str() {
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => Protocol::Tcp,
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).map(|number| (number, protocol)).collect(),
        _ => Vec::new(),
    }
}

/// Adds the ports that its image and its health check tell.
fn imply(found: &mut Vec<Listening>, service: &Service, image: Option<&ImageFacts>) {
    let exposed = image.map(inspected::ports).unwrap_or_default();
    let of_tcp = |number: u16| (number, Protocol::Tcp);
    let (has_facts, checked) = (!exposed.is_empty(), checked(service).map(of_tcp));
    let told = if has_facts { exposed } else { known(service).iter().copied().map(of_tcp).collect() };
    let is_alone = found.iter().map(Listening::sources).sum::<usize>() <= 1;
    let is_found = |(number, _): &(u16, Protocol)| found.iter().any(|one| one.number == *number);
    let is_implied = found.is_empty() || (is_alone || has_facts) && told.iter().chain(&checked).any(is_found);
    let is_store = !has_facts && service.image.as_ref().is_some_and(known_image::is_store);
    let is_guessed = found.is_empty() && told.is_empty();
    for (number, protocol) in told.into_iter().filter(|_| is_implied || is_store) {
        let one = add(found, number, protocol);
        (one.is_known, one.is_exposed) = (true, has_facts);
    }
    if let Some((number, protocol)) = checked.filter(|_| is_implied) {
        let one = add(found, number, protocol);
        (one.is_known, one.is_guessed) = (true, is_guessed);
    }
}

/// The port that its health check asks at.
fn checked(service: &Service) -> Option<u16> {
    match service.healthcheck.as_ref()?.test() {
        HealthTest::Command(words) => words.iter().find_map(|word| port_of_url(word)),
        HealthTest::Shell(line) => line.split_whitespace().find_map(port_of_url),
        HealthTest::Disabled | HealthTest::Inherited => None,
    }
}

/// The ports that its image is known for.
fn known(service: &Service) -> &'static [u16] {
    let image = service.image.as_ref().filter(|_| !runs_a_script(service));
    image.map(known_image::ports).unwrap_or_default()
}

/// Whether a container runs a line of a shell, so that nobody knows what its image would do.
fn runs_a_script(service: &Service) -> bool {
    let mut words = service.entrypoint.iter().flatten().chain(service.command.iter().flatten());
    words.next().is_some_and(|word| ["sh", "bash", "ash"].contains(&word.rsplit('/').next().unwrap_or_default()))
}

/// The port of a URL of the container itself.
fn port_of_url(text: &str) -> Option<u16> {
    let text = text.trim_matches(['"', '\'']);
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    if !["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].contains(&host) {
        return None;
    }
    match (port, scheme) {
        ("", "http") => Some(80),
        ("", "https") => Some(443),
        _ => port.parse().ok(),
    }
}

/// The other services that a service names: in dependencies and links, and as a word of its variables and commands.
pub(super) fn names_in(service: &Service, project: &Project) -> Vec<Name> {
    let linked = service.linked_services().chain(service.depends_on.keys());
    let words = words(service);
    let mentioned = project.services.keys().filter(|name| words.contains(name.as_str()));
    linked.chain(mentioned).filter(|name| **name != service.name).cloned().collect()
}

/// The words of a service's variables and commands.
pub(super) fn words(service: &Service) -> BTreeSet<&str> {
    let texts = service.environment.values().flatten();
    let texts = texts.chain(service.command.iter().flatten()).chain(service.entrypoint.iter().flatten());
    texts.flat_map(|text| mention::words(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn lines(text: &str) -> String {
        let project = project(&format!("services: {{a: {{{text}}}}}"));
        let service = project.services.values().next().expect("one");
        let line = |one: &Listening| format!("{} {}/{}", one.name, one.number, one.protocol);
        ports(service, None, &BTreeSet::new()).iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_a_service_says_comes_first() {
        let text = "image: nginx, expose: ['9000', '53/udp'], ports: [{target: 8080, name: web}, {target: 8080, protocol: udp}]";
        assert_eq!(lines(text), "web 8080/tcp, udp-8080 8080/udp, tcp-9000 9000/tcp, udp-53 53/udp");
        assert_eq!(lines("image: x, expose: ['80', '8080']"), "http 80/tcp, tcp-8080 8080/tcp");
    }

    #[test]
    fn a_port_speaks_http_whoever_has_the_name() {
        let web = |text: &str| {
            let project = project(&format!("services: {{a: {{image: x, {text}}}}}"));
            let service = project.services.values().next().expect("one");
            ports(service, None, &BTreeSet::new()).iter().map(Listening::web).collect::<Vec<_>>()
        };
        let (plain, encrypted) = (Some(Web::Plain), Some(Web::Encrypted));
        assert_eq!(web("expose: ['5000', '8080', '443', '9000']"), [plain, plain, encrypted, None]);
        assert_eq!(web("ports: [{target: 443, name: http}, {target: 80, app_protocol: mysql}]"), [plain, None]);
        assert_eq!(web("expose: ['80/udp']"), [None]);
    }

    #[test]
    fn an_image_says_what_no_key_says() {
        let of = |text: &str| {
            let project = project(&format!("services: {{a: {{image: nginx, {text}}}}}"));
            let service = project.services.values().next().expect("one");
            let image = ImageFacts { ports: vec!["8080/tcp".into(), "9090/tcp".into()], ..ImageFacts::default() };
            let numbers = ports(service, Some(&image), &BTreeSet::new());
            numbers.iter().map(|one| (one.number, one.is_known, one.is_exposed)).collect::<Vec<_>>()
        };
        let (first, second) = ((8080, true, true), (9090, true, true));
        assert_eq!(of("tty: true"), [first, second]);
        assert_eq!(of("expose: ['9090', '8080']"), [second, first]);
        assert_eq!(of("expose: ['9090', '3000']"), [second, (3000, false, false), first]);
        assert_eq!(of("expose: ['3000']"), [(3000, false, false)]);
    }

    #[test]
    fn a_health_check_or_a_known_image_tell_the_rest() {
        assert_eq!(lines("image: 'postgres:17'"), "postgres 5432/tcp");
        let check = "healthcheck: {test: [CMD-SHELL, 'curl -f http://localhost:9000/health || exit 1']}";
        assert_eq!(lines(&format!("image: nginx, {check}")), "http 80/tcp, tcp-9000 9000/tcp");
        assert_eq!(lines("image: 'rabbitmq:4', ports: [{target: 15672}]"), "tcp-15672 15672/tcp, amqp 5672/tcp");
        assert_eq!(lines("image: 'nginx:1', ports: [{target: 8080}]"), "http 8080/tcp");
        assert_eq!(lines("image: x"), "");
    }

    #[test]
    fn what_a_health_check_alone_tells_is_a_guess() {
        let check = "healthcheck: {test: [CMD, curl, 'http://localhost:9000/']}";
        let guessed = |text: &str, dialled: &[u16]| {
            let project = project(&format!("services: {{a: {{{text}, {check}}}}}"));
            let service = project.services.values().next().expect("one");
            ports(service, None, &dialled.iter().copied().collect())
                .iter()
                .map(|one| one.is_guessed)
                .collect::<Vec<_>>()
        };
        assert_eq!(guessed("image: x", &[]), [true]);
        assert_eq!(guessed("image: x", &[9000]), [false]);
        assert_eq!(guessed("image: x", &[80]), [true, false]);
        assert_eq!(
            [guessed("image: nginx", &[]), guessed("image: x, expose: ['9000']", &[])],
            [vec![false; 2], vec![false]]
        );
    }
}
