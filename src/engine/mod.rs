//! The engine: what it holds, and what is done to it. The only module that knows the engine's API.
//!
//! [`Engine::observe`] looks, [`Engine::perform`] does one action of a plan, the rest follows one container. What comes
//! out is in the program's own types. It decides nothing: no order, no retry, no question to the user.

mod api_socket;
mod archive;
mod attach;
mod body;
mod build;
mod create;
mod credentials;
mod digest;
mod drift;
pub mod effect;
mod error;
mod events;
mod exec;
mod hook;
mod host;
mod image;
mod image_facts;
mod inhabitant;
mod inspect;
mod interior;
mod licence;
mod model_runner;
mod name_holder;
mod network;
mod observe;
mod output;
mod owners;
mod perform;
mod pieces;
mod plugin;
mod port_holder;
mod probe;
mod provider;
mod proxy;
mod put;
pub mod refusal;
mod registry_fault;
mod relay;
mod renewal;
mod seen;
mod stop;
mod streams;
mod take;
mod taken;
mod upload;
mod volume;

pub use error::EngineError;
pub use events::{ContainerAction, ContainerEvent, Events};
pub use exec::{Exec, ExecId};
pub use host::Host;
pub use inhabitant::{Endpoint, Inhabitant};
pub use inspect::{HealthProbe, Inspected, LastProbe, Stopping};
pub use interior::Interior;
pub use licence::Licence;
pub use name_holder::NameHolder;
pub use output::{Chunks, LogChunk, LogOptions, OutputStream};
pub use owners::Owners;
pub use perform::Work;
pub use probe::Probe;
pub use put::{Overwrite, Put, PutWhat, Road};
pub use streams::{Input, Streams};
pub use volume::{VolumeUsage, VolumeUser};

use bollard::{API_DEFAULT_VERSION, Docker};
use host::Address;
use relay::Relay;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// A Docker Engine. Cheap to clone; it holds no connection open between requests, but to another machine by ssh.
#[derive(Clone)]
pub struct Engine {
    docker: Docker,
    host: Arc<Host>,
    version: Arc<OnceCell<EngineVersion>>,
    id: Arc<OnceCell<String>>,
    /// What carries requests to another machine, while there is a handle to it.
    relay: Option<Arc<Relay>>,
}

/// Which engine answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersion {
    /// The release, such as `28.5.2`.
    pub release: String,
    /// The newest version of the API that it speaks, major and minor.
    pub api: (u32, u32),
    /// Operating system and processor, such as `linux/amd64`.
    pub platform: String,
}

/// Time for an answer that the engine has at hand.
const PROMPT: Duration = Duration::from_mins(2);
/// Time for an answer that takes as long as the work: stopping, pulling, building.
const PATIENT: Duration = Duration::from_hours(24);

impl Engine {
    /// Prepares to talk to an engine. No request is sent.
    ///
    /// # Errors
    /// When there is no socket at the address, or its certificates cannot be read.
    pub fn connect(host: &Host) -> Result<Self, EngineError> {
        let seconds = PROMPT.as_secs();
        let mut relay = None;
        let connected = match (&host.address, &host.certificates) {
            (Address::Ssh(remote), _) => {
                let unready = |fault: std::io::Error| EngineError::File {
                    path: std::env::temp_dir().display().to_string(),
                    fault: fault.to_string(),
                };
                let opened = Arc::new(Relay::open(remote).map_err(unready)?);
                let client = opened.client(seconds);
                relay = Some(opened);
                client
            }
            (Address::Unix(path), _) => {
                Docker::connect_with_unix(&path.to_string_lossy(), seconds, API_DEFAULT_VERSION)
            }
            (Address::Tcp(place), None) => Docker::connect_with_http(place, seconds, API_DEFAULT_VERSION),
            (Address::Tcp(place), Some(folder)) => {
                let [key, certificate, authority] = ["key.pem", "cert.pem", "ca.pem"].map(|name| folder.join(name));
                Docker::connect_with_ssl(place, &key, &certificate, &authority, seconds, API_DEFAULT_VERSION)
            }
        };
        let docker = connected.map_err(|fault| EngineError::of(host, fault))?;
        Ok(Self { docker, host: Arc::new(host.clone()), version: Arc::default(), id: Arc::default(), relay })
    }

    /// Where it is.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Which engine answers; asked once.
    pub async fn version(&self) -> Result<EngineVersion, EngineError> {
        let asked = self.version.get_or_try_init(|| self.ask_version()).await?;
        Ok(asked.clone())
    }

    /// What tells this engine from all others, whatever way leads to it; asked once.
    pub async fn id(&self) -> Result<String, EngineError> {
        let ask = async || {
            let info = self.docker.info().await.map_err(|fault| self.sorted(fault))?;
            Ok(info.id.unwrap_or_default())
        };
        self.id.get_or_try_init(ask).await.cloned()
    }

    async fn ask_version(&self) -> Result<EngineVersion, EngineError> {
        let answer = self.docker.version().await.map_err(|fault| self.sorted(fault))?;
        let api = answer.api_version.unwrap_or_default();
        let (major, minor) = api.split_once('.').unwrap_or_default();
        let number = |text: &str| text.parse().unwrap_or(0);
        Ok(EngineVersion {
            release: answer.version.unwrap_or_default(),
            api: (number(major), number(minor)),
            platform: format!("{}/{}", answer.os.unwrap_or_default(), answer.arch.unwrap_or_default()),
        })
    }

    /// The engine, for requests that last as long as the work they ask for.
    fn patient(&self) -> Docker {
        self.docker.clone().with_timeout(PATIENT)
    }

    fn sorted(&self, fault: bollard::errors::Error) -> EngineError {
        let error = EngineError::of(&self.host, fault);
        let lost = matches!(error, EngineError::Broken { .. } | EngineError::Unreachable { .. });
        match self.relay.as_ref().filter(|_| lost).and_then(|relay| relay.said()) {
            // What ssh said says more than that its end of the socket was closed.
            Some(fault) => EngineError::Unreachable { host: self.host.to_string(), fault },
            None => error,
        }
    }
}

/// A thing that is not there is no fault: nothing stands for it.
fn if_there<T>(answer: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
