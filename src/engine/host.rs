//! [`Host`]: where the engine is, and the settings of the docker client that go with it.
//!
//! It reads the docker client's configuration and contexts. It never connects.

use super::EngineError;
use super::relay::Remote;
use crate::plan::fingerprint::sha256;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub(super) address: Address,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, for an address that speaks TLS.
    pub(super) certificates: Option<PathBuf>,
    /// The docker client's configuration folder. Default `~/.docker`.
    pub(super) config: PathBuf,
    /// Who builds images.
    pub(super) builder: BuilderChoice,
    /// The builder of buildx that builds, from `BUILDX_BUILDER`. Default: the docker client's current one.
    pub(super) buildx_builder: Option<String>,
    /// The platform of containers and images whose service names none, from `DOCKER_DEFAULT_PLATFORM`.
    pub(super) platform: Option<String>,
}

/// How the engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket on this machine.
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
    /// Another machine, by ssh.
    Ssh(Remote),
}

/// Who builds images, from `HOIST_BUILDER`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum BuilderChoice {
    /// The buildx plugin where there is one, else the engine itself.
    #[default]
    Any,
    /// The buildx plugin.
    Buildx,
    /// The engine, in a session of our own.
    Session,
}

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

impl Host {
    /// Finds the engine as the docker client does: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then the current context of
    /// the docker client's configuration, then `/var/run/docker.sock`.
    ///
    /// # Errors
    /// When an address cannot be understood, or a context is named that does not exist.
    pub fn resolve(environment: &BTreeMap<String, String>) -> Result<Self, EngineError> {
        let given = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let home = given("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let config = given("DOCKER_CONFIG").map_or_else(|| home.join(".docker"), PathBuf::from);
        let mut host = Self {
            address: Address::Unix(DEFAULT_SOCKET.into()),
            certificates: None,
            builder: builder(given("HOIST_BUILDER"))?,
            buildx_builder: given("BUILDX_BUILDER").cloned(),
            platform: given("DOCKER_DEFAULT_PLATFORM").cloned(),
            config,
        };
        if let Some(text) = given("DOCKER_HOST") {
            host.address = Address::parse(text)?;
            let wants_tls = given("DOCKER_TLS_VERIFY").is_some() || given("DOCKER_TLS").is_some();
            let folder = given("DOCKER_CERT_PATH").map_or_else(|| host.config.clone(), PathBuf::from);
            host.certificates = (wants_tls && host.is_tcp()).then_some(folder);
            return Ok(host);
        }
        let context =
            given("DOCKER_CONTEXT").cloned().map_or_else(|| current_context(&host.config), |name| Ok(Some(name)))?;
        if let Some(name) = context.filter(|name| name != "default") {
            host.enter(&name)?;
        }
        Ok(host)
    }

    /// Whether the engine is reached by a socket of this machine.
    pub fn is_local(&self) -> bool {
        matches!(self.address, Address::Unix(_))
    }

    fn is_tcp(&self) -> bool {
        matches!(self.address, Address::Tcp(_))
    }

    fn enter(&mut self, name: &str) -> Result<(), EngineError> {
        let folder = sha256(name);
        let path = self.config.join("contexts/meta").join(&folder).join("meta.json");
        let text = std::fs::read_to_string(&path).map_err(|_| EngineError::Address {
            message: format!("docker context '{name}' does not exist"),
            help: Some("'docker context ls' lists them; DOCKER_HOST names an engine without a context".into()),
        })?;
        let meta: Value = serde_json::from_str(&text).map_err(|fault| EngineError::Address {
            message: format!("docker context '{name}' cannot be read: {fault}"),
            help: Some(format!("look at {}", path.display())),
        })?;
        let address = meta.pointer("/Endpoints/docker/Host").and_then(Value::as_str).unwrap_or_default();
        self.address = Address::parse(address)?;
        let certificates = self.config.join("contexts/tls").join(folder).join("docker");
        self.certificates = (self.is_tcp() && certificates.is_dir()).then_some(certificates);
        if self.is_tcp() && meta.pointer("/Endpoints/docker/SkipTLSVerify").and_then(Value::as_bool) == Some(true) {
            return Err(EngineError::Address {
                message: format!("docker context '{name}' does not verify who answers, which hoist does not do"),
                help: Some("give it the certificate of its authority: docker context update --docker ca=…".into()),
            });
        }
        Ok(())
    }
}

impl Address {
    fn parse(text: &str) -> Result<Self, EngineError> {
        let refuse = |message: String, help: &str| EngineError::Address { message, help: Some(help.into()) };
        match text.split_once("://") {
            Some(("unix", path)) => Ok(Self::Unix(path.into())),
            Some(("tcp" | "http" | "https", rest)) => Ok(Self::Tcp(rest.trim_end_matches('/').to_owned())),
            Some(("ssh", rest)) => Remote::parse(rest).map(Self::Ssh).ok_or_else(|| {
                refuse(
                    format!("'{text}' is not the address of an engine"),
                    "write 'ssh://user@host' or 'ssh://user@host:22'",
                )
            }),
            _ if text.starts_with('/') => Ok(Self::Unix(text.into())),
            _ => Err(refuse(
                format!("'{text}' is not the address of an engine"),
                "write 'unix:///var/run/docker.sock', 'tcp://host:2375' or 'ssh://user@host'",
            )),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Unix(path) => write!(out, "unix://{}", path.display()),
            Address::Tcp(place) => write!(out, "tcp://{place}"),
            Address::Ssh(remote) => write!(out, "{remote}"),
        }
    }
}

fn builder(word: Option<&String>) -> Result<BuilderChoice, EngineError> {
    match word.map(String::as_str) {
        None => Ok(BuilderChoice::Any),
        Some("buildx") => Ok(BuilderChoice::Buildx),
        Some("session") => Ok(BuilderChoice::Session),
        Some(other) => Err(EngineError::Address {
            message: format!("HOIST_BUILDER is '{other}'"),
            help: Some("write 'buildx' or 'session', or leave it out".into()),
        }),
    }
}

/// A file that cannot be understood is an error: it may name another engine than the usual one.
fn current_context(config: &Path) -> Result<Option<String>, EngineError> {
    let path = config.join("config.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let broken =
        |fault: serde_json::Error| EngineError::Configuration { path: path.display().to_string(), line: fault.line() };
    let config: Value = serde_json::from_str(&text).map_err(broken)?;
    let name = config.get("currentContext").and_then(Value::as_str).unwrap_or_default();
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&str, &str)]) -> Result<Host, EngineError> {
        Host::resolve(&variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn docker_host_wins_over_a_context() {
        let host = resolve(&[("DOCKER_HOST", "tcp://e:2375"), ("DOCKER_CONTEXT", "nowhere")]).expect("an address");
        assert_eq!(host.to_string(), "tcp://e:2375");
        assert_eq!(host.certificates, None);
    }

    #[test]
    fn nothing_given_means_the_usual_socket() {
        assert_eq!(resolve(&[]).expect("the default").to_string(), "unix:///var/run/docker.sock");
    }

    #[test]
    fn a_context_gives_its_address() {
        let home = tempfile::tempdir().expect("a folder");
        let meta = home.path().join(".docker/contexts/meta").join(sha256("remote"));
        std::fs::create_dir_all(&meta).expect("made");
        let text = r#"{"Name":"remote","Endpoints":{"docker":{"Host":"tcp://far:2376"}}}"#;
        std::fs::write(meta.join("meta.json"), text).expect("written");
        std::fs::write(home.path().join(".docker/config.json"), r#"{"currentContext":"remote"}"#).expect("written");
        let home = home.path().to_str().expect("text");
        assert_eq!(resolve(&[("HOME", home)]).expect("found").to_string(), "tcp://far:2376");
        assert!(resolve(&[("HOME", home), ("DOCKER_CONTEXT", "other")]).is_err());
        let host = resolve(&[("HOME", home), ("DOCKER_CONTEXT", "default")]).expect("found");
        assert_eq!(host.to_string(), "unix:///var/run/docker.sock");
    }

    #[test]
    fn an_address_by_ssh_is_one_and_odd_ones_are_refused() {
        let host = resolve(&[("DOCKER_HOST", "ssh://me@there:2222"), ("DOCKER_TLS_VERIFY", "1")]).expect("an address");
        assert_eq!((host.to_string().as_str(), host.is_local()), ("ssh://me@there:2222", false));
        assert_eq!(host.certificates, None);
        for text in ["ssh://", "ssh://-oProxyCommand=x", "carrier-pigeon://there"] {
            assert!(resolve(&[("DOCKER_HOST", text)]).is_err_and(|error| error.help().is_some()), "{text}");
        }
    }
}
