//! Names, addresses and whose they are. Pure: answers come in.

use crate::engine::Inhabitant;
use crate::value::Name;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An address in a network, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The network; nothing for an answer from outside of the engine.
    pub network: Option<String>,
    /// The address.
    pub address: IpAddr,
    /// Whose it is: the container and its service.
    pub owner: Option<(String, Name)>,
    /// Whether name server and engine agree.
    pub standing: Standing,
}

/// Whether name server and engine agree about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They do.
    Agreed,
    /// The engine says that a container of this name has it, the name server does not.
    Unanswered,
    /// The name server says it, and no container of this name has it.
    Unexpected,
}

/// What a name server answered about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The network that was asked about; nothing for the name as it is.
    pub network: Option<String>,
    /// The addresses.
    pub addresses: BTreeSet<IpAddr>,
}

/// The addresses of a name, those that were answered and those that should have been.
pub fn compare(name: &str, answers: &[Answer], inhabitants: &[Inhabitant]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Answer { network, addresses } in answers {
        let expected = network.iter().flat_map(|network| owners(name, network, inhabitants)).collect::<Vec<_>>();
        let owner = |address: &IpAddr| {
            let found = expected.iter().find(|(one, _)| one == address);
            found.map(|(_, inhabitant)| (inhabitant.name.clone(), inhabitant.service.clone()))
        };
        let missing = expected.iter().map(|(address, _)| address).filter(|address| !addresses.contains(*address));
        for address in addresses.iter().chain(missing).collect::<BTreeSet<_>>() {
            let owner = owner(address);
            let standing = match (&owner, addresses.contains(address)) {
                (_, false) => Standing::Unanswered,
                (None, true) if network.is_some() => Standing::Unexpected,
                _ => Standing::Agreed,
            };
            findings.push(Finding { network: network.clone(), address: *address, owner, standing });
        }
    }
    findings
}

/// The networks in which somebody is called so.
pub fn networks(name: &str, inhabitants: &[Inhabitant]) -> BTreeSet<String> {
    let places = inhabitants.iter().flat_map(|one| &one.endpoints).filter(|place| place.names.contains(name));
    places.map(|place| place.network.clone()).collect()
}

/// All names that containers have anywhere, but for the ids.
pub fn known(inhabitants: &[Inhabitant]) -> BTreeSet<&str> {
    let names = inhabitants.iter().flat_map(|one| {
        let all = one.endpoints.iter().flat_map(|place| place.names.iter().map(String::as_str));
        all.filter(|name| *name != one.id.short())
    });
    names.collect()
}

fn owners<'a>(
    name: &str,
    network: &str,
    inhabitants: &'a [Inhabitant],
) -> impl Iterator<Item = (IpAddr, &'a Inhabitant)> {
    inhabitants.iter().flat_map(move |one| {
        let places = one.endpoints.iter().filter(move |place| place.network == network && place.names.contains(name));
        places.flat_map(move |place| place.addresses.iter().map(move |address| (*address, one)))
    })
}

/// The addresses in what `getent ahosts` prints: the first word of each line.
pub fn of_getent(text: &str) -> BTreeSet<IpAddr> {
    text.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

/// The addresses in what `nslookup` prints, in any of its dialects: those after the first name. Before it stands the
/// server.
pub fn of_nslookup(text: &str) -> BTreeSet<IpAddr> {
    let answer = text.lines().skip_while(|line| !line.starts_with("Name:"));
    let addresses = answer.filter_map(|line| line.strip_prefix("Address")?.split_once(": "));
    addresses.filter_map(|(_, rest)| rest.split_whitespace().next()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Endpoint;
    use crate::value::ContainerId;

    fn addresses(all: &[&str]) -> BTreeSet<IpAddr> {
        all.iter().map(|one| one.parse().expect("an address")).collect()
    }

    /// `db` in two networks with an alias in one, `web` in one of them.
    fn inhabitants() -> Vec<Inhabitant> {
        let place = |network: &str, address: &str, names: &[&str]| Endpoint {
            network: network.into(),
            addresses: addresses(&[address]),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let one = |name: &str, endpoints| Inhabitant {
            id: ContainerId::new(format!("{name}00112233445566")),
            name: format!("p-{name}-1"),
            service: name.parse().expect("valid"),
            process: 1,
            endpoints,
        };
        vec![
            one("db", vec![place("back", "10.0.1.2", &["db", "store"]), place("front", "10.0.2.2", &["db"])]),
            one("web", vec![place("front", "10.0.2.3", &["web"])]),
        ]
    }

    fn lines(name: &str, answers: &[(Option<&str>, &[&str])]) -> Vec<String> {
        let answer = |(network, all): &(Option<&str>, &[&str])| Answer {
            network: network.map(str::to_owned),
            addresses: addresses(all),
        };
        let answers: Vec<_> = answers.iter().map(answer).collect();
        let line = |one: Finding| {
            let owner = one.owner.map(|(container, _)| container).unwrap_or_default();
            format!("{} {} {owner} {:?}", one.network.unwrap_or_default(), one.address, one.standing)
        };
        compare(name, &answers, &inhabitants()).into_iter().map(line).collect()
    }

    #[test]
    fn a_name_has_an_address_in_each_network() {
        let told = lines("db", &[(Some("back"), &["10.0.1.2"]), (Some("front"), &["10.0.2.2"])]);
        assert_eq!(told, ["back 10.0.1.2 p-db-1 Agreed", "front 10.0.2.2 p-db-1 Agreed"]);
        assert_eq!(networks("store", &inhabitants()), BTreeSet::from(["back".to_owned()]));
    }

    #[test]
    fn a_difference_is_seen_from_both_sides() {
        let told = lines("db", &[(Some("back"), &["10.0.1.9"])]);
        assert_eq!(told, ["back 10.0.1.2 p-db-1 Unanswered", "back 10.0.1.9  Unexpected"]);
    }

    #[test]
    fn what_is_outside_belongs_to_nobody() {
        assert_eq!(lines("example.org", &[(None, &["192.0.2.1"])]), [" 192.0.2.1  Agreed"]);
    }

    #[test]
    fn ids_are_no_names_to_suggest() {
        let all = inhabitants();
        assert_eq!(known(&all).into_iter().collect::<Vec<_>>(), ["db", "store", "web"]);
    }

    #[test]
    fn tools_of_images_are_understood() {
        let getent = "172.20.0.2      STREAM db\n172.20.0.2      DGRAM\nfd00::2 STREAM\n";
        assert_eq!(of_getent(getent), addresses(&["172.20.0.2", "fd00::2"]));
        let busybox = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\nNon-authoritative answer:\nName:\tdb\n\
                       Address: 172.20.0.2\n\nNon-authoritative answer:\nName:\tdb\nAddress: fd00::2\n";
        assert_eq!(of_nslookup(busybox), addresses(&["172.20.0.2", "fd00::2"]));
        let old = "Server:    127.0.0.11\nAddress 1: 127.0.0.11\n\nName:      db\nAddress 1: 172.20.0.2 p-db-1.p\n";
        assert_eq!(of_nslookup(old), addresses(&["172.20.0.2"]));
        assert_eq!(
            of_nslookup("Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n** can't find x: NXDOMAIN\n"),
            addresses(&[])
        );
    }
}
