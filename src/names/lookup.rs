//! Asks the engine's name server as the containers of a project would.
//!
//! Theory of operation: it answers only inside a container's network. A thread of our own enters that network where the
//! kernel allows it and asks there; else a tool of the image is run in the container. A name is asked for together with
//! each network that has it (`db.shop_back`), since the bare name is answered from the first network only.

use super::records::{self, Answer};
use crate::engine::{Engine, EngineError, Inhabitant, Probe};
use hickory_resolver::Resolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::Name as DnsName;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsFd;
use std::time::Duration;
use tokio::sync::oneshot;

/// Where the engine's name server listens in every container.
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Networks in which the engine's name server knows nobody.
const NAMELESS: [&str; 3] = ["bridge", "host", "none"];

/// How the name server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
    /// From within the container's network where that is allowed, else by a tool of the image.
    Nearest,
    /// By a tool of the image.
    Inside,
}

/// What was asked and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The answers, by network.
    pub answers: Vec<Answer>,
    /// The containers that nobody could ask: their networks cannot be entered, and their images have no tool for it.
    pub mute: Vec<String>,
}

/// Asks for a name in each network in which somebody is called so; in none, for the name as it is.
///
/// # Errors
/// When the engine cannot be asked.
pub async fn lookup(engine: &Engine, name: &str, inhabitants: &[Inhabitant], road: Road) -> Result<Asked, EngineError> {
    let networks = records::networks(name, inhabitants).into_iter();
    let networks: Vec<String> = networks.filter(|network| !NAMELESS.contains(&network.as_str())).collect();
    let qualified = |network: String| (Some(network.clone()), format!("{name}.{network}"));
    let mut questions: Vec<_> = networks.into_iter().map(qualified).collect();
    if questions.is_empty() {
        questions.push((None, name.to_owned()));
    }
    let mut asked = Asked { answers: Vec::new(), mute: Vec::new() };
    for (network, question) in questions {
        match answer(engine, &question, witnesses(network.as_deref(), inhabitants), road).await? {
            Ok(addresses) => asked.answers.push(Answer { network, addresses }),
            Err(mute) => asked.mute.extend(mute),
        }
    }
    Ok(asked)
}

/// The containers that can be asked about a network.
fn witnesses<'a>(network: Option<&'a str>, inhabitants: &'a [Inhabitant]) -> impl Iterator<Item = &'a Inhabitant> {
    inhabitants.iter().filter(move |one| {
        one.endpoints.iter().any(|place| match network {
            Some(network) => place.network == network,
            None => !NAMELESS.contains(&place.network.as_str()),
        })
    })
}

/// The first answer that a witness gives, else the names of all that were asked.
async fn answer<'a>(
    engine: &Engine,
    question: &str,
    witnesses: impl Iterator<Item = &'a Inhabitant>,
    road: Road,
) -> Result<Result<BTreeSet<IpAddr>, Vec<String>>, EngineError> {
    let mut mute = Vec::new();
    for witness in witnesses {
        if road == Road::Nearest
            && engine.host().is_local()
            && let Some(addresses) = from_network(witness, question).await
        {
            return Ok(Ok(addresses));
        }
        if let Some(addresses) = from_within(engine, witness, question).await? {
            return Ok(Ok(addresses));
        }
        mute.push(witness.name.clone());
    }
    Ok(Err(mute))
}

/// Asks from within a container's network; nothing when it cannot be entered, or the server does not answer.
async fn from_network(witness: &Inhabitant, question: &str) -> Option<BTreeSet<IpAddr>> {
    let network = namespace(witness)?;
    let (send, answer) = oneshot::channel();
    let question = question.to_owned();
    // The thread ends with the question, so that no other work finds itself in that network.
    std::thread::spawn(move || {
        let entered = move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network));
        let addresses = entered.ok().and_then(|()| ask(&question));
        // Nobody waits when the user has ended the command.
        let _ = send.send(addresses);
    });
    answer.await.ok().flatten()
}

/// The network of a container, if this is the machine that it runs on: its process is found by the engine's number and
/// has the files that the engine made for this very container.
fn namespace(witness: &Inhabitant) -> Option<File> {
    let process = format!("/proc/{}", witness.process);
    let mounts = fs::read_to_string(format!("{process}/mountinfo")).ok()?;
    if !mounts.contains(witness.id.as_str()) {
        return None;
    }
    File::open(format!("{process}/ns/net")).ok()
}

/// Asks the name server of the network that this thread is in. A name that it does not have is an answer.
fn ask(question: &str) -> Option<BTreeSet<IpAddr>> {
    let question = absolute(question)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let config = ResolverConfig::from_parts(None, vec![], vec![NameServerConfig::udp_and_tcp(SERVER)]);
        let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.timeout = PATIENCE;
        options.attempts = 1;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().ok()?;
        match resolver.lookup_ip(question).await {
            Ok(found) => Some(found.iter().collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Some(BTreeSet::new()),
            Err(_) => None,
        }
    })
}

/// What reads the addresses in the words of a tool.
type Reader = fn(&str) -> BTreeSet<IpAddr>;

/// A name to which nothing is appended. Names of networks have underscores, which names of hosts may not.
fn absolute(question: &str) -> Option<DnsName> {
    let mut name = DnsName::from_ascii(question).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// Asks by a tool of the image; nothing when it has none.
async fn from_within(
    engine: &Engine,
    witness: &Inhabitant,
    question: &str,
) -> Result<Option<BTreeSet<IpAddr>>, EngineError> {
    let server = SERVER.to_string();
    let tools: [(&[&str], Reader); 2] = [
        (&["getent", "ahosts", question], records::of_getent),
        (&["nslookup", question, &server], records::of_nslookup),
    ];
    for (command, read) in tools {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        match engine.probe(&witness.id, &command).await {
            // It could not be started: the image does not have it.
            Ok(Probe { exit_code: 126 | 127, .. }) | Err(EngineError::Refused { .. }) => {}
            Ok(Probe { output, .. }) => return Ok(Some(read(&output))),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_its_network_is_a_question() {
        let asked = |question: &str| absolute(question).map(|name| name.to_ascii());
        assert_eq!(asked("db.shop_back").as_deref(), Some("db.shop_back."));
        assert_eq!(asked("db-1.shop_back.").as_deref(), Some("db-1.shop_back."));
        assert_eq!(asked("a b"), None);
    }
}
