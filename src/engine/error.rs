//! [`EngineError`]: what an engine refuses or cannot do, sorted at the door so that nobody above reads its words.

use super::Host;
use crate::plan::Occasion;
use crate::value::{ImageName, Name};
use bollard::errors::Error as Fault;
use std::error::Error;
use std::io::ErrorKind;

/// Why the engine did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The thing is not there.
    #[error("{message}")]
    NotFound {
        /// The engine's words.
        message: String,
    },
    /// A thing of that name is there already, or the state of the thing forbids it.
    #[error("{message}")]
    Conflict {
        /// The engine's words.
        message: String,
    },
    /// Another container has the name.
    #[error("{message}")]
    NameTaken {
        /// The engine's words.
        message: String,
    },
    /// This user may not talk to the engine.
    #[error("no permission to use the engine at {host}")]
    Denied {
        /// Where the engine is.
        host: String,
    },
    /// Nobody answers.
    #[error("no engine answers at {host}: {fault}")]
    Unreachable {
        /// Where the engine should be.
        host: String,
        /// What happened.
        fault: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to the engine at {host} broke: {fault}")]
    Broken {
        /// Where the engine is.
        host: String,
        /// What happened.
        fault: String,
    },
    /// The engine ended what it tells of containers, and they have not ended.
    #[error("the engine at {host} no longer tells what happens to the containers")]
    Silent {
        /// Where the engine is.
        host: String,
    },
    /// The engine took longer than it may.
    #[error("the engine at {host} did not answer in time")]
    Timeout {
        /// Where the engine is.
        host: String,
    },
    /// The engine said no.
    #[error("{message}")]
    Refused {
        /// The HTTP status; 0 when it was said in the middle of an answer.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// A port of the host is taken.
    #[error("port {port} is in use{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    PortInUse {
        /// The port of the host.
        port: u16,
        /// Who has it: a container with its project, or a process of the host; nothing when that is not to be seen.
        holder: Option<String>,
    },
    /// An image could not be fetched.
    #[error("image '{image}' could not be pulled: {message}")]
    PullFailed {
        /// The image.
        image: ImageName,
        /// The reason in short.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// An image could not be sent to its registry.
    #[error("image '{image}' could not be pushed: {message}")]
    PushFailed {
        /// The image.
        image: ImageName,
        /// The reason in short.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// A program that keeps passwords for the docker client could not be asked.
    #[error("{program} failed to give the password for {registry}: {fault}")]
    Helper {
        /// The program.
        program: String,
        /// The registry that was asked for.
        registry: String,
        /// The file that names the program.
        config: String,
        /// What it said.
        fault: String,
    },
    /// A registry does not tell which image a name stands for.
    #[error("the digest of image '{image}' could not be found: {message}")]
    NotResolved {
        /// The image.
        image: ImageName,
        /// The reason in short.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// Only the buildx plugin of the docker client can build it.
    #[error("the build of '{service}' needs buildx for {}, and {why}", quoted(attributes))]
    NeedsBuildx {
        /// The service.
        service: Name,
        /// The parts of its build that nobody else understands.
        attributes: Vec<String>,
        /// Why there is no buildx.
        why: String,
    },
    /// An image could not be built.
    #[error("{} could not be built: {message}", named(services))]
    BuildFailed {
        /// The services whose image failed, or all that were asked for when the builder does not say which.
        services: Vec<Name>,
        /// The builder's words.
        message: String,
        /// The last lines of the step that failed.
        log: Vec<String>,
    },
    /// A hook of a service ended with another code than 0.
    #[error("{occasion} hook '{program}' ({occasion}[{index}]) exited with code {code}{}", kept.as_ref().map(|id| format!("; its container {id} is kept")).unwrap_or_default())]
    HookFailed {
        /// The service.
        service: Name,
        /// When the hook runs.
        occasion: Occasion,
        /// Which of them, from 0.
        index: usize,
        /// The first word of its command: the others may be passwords.
        program: String,
        /// The exit code.
        code: i64,
        /// The last lines that it said.
        log: Vec<String>,
        /// The container that it ran in, when that was its own.
        kept: Option<String>,
    },
    /// A command in a container ended with another code than 0.
    #[error("'{command}' in the container exited with code {code}: {said}")]
    CommandFailed {
        /// The command, without its arguments.
        command: String,
        /// The exit code.
        code: i64,
        /// What it said.
        said: String,
    },
    /// A container has no such command.
    #[error("the container has no '{command}'")]
    NoCommand {
        /// The command.
        command: String,
    },
    /// The program that provides a service is nowhere.
    #[error("'{program}', which provides service '{service}', is not there")]
    NoProvider {
        /// The service.
        service: Name,
        /// The program.
        program: String,
    },
    /// The program that provides a service could not do what it was asked.
    #[error("'{program}', which provides it, says: {message}")]
    ProviderFailed {
        /// The service.
        service: Name,
        /// The program.
        program: String,
        /// Its words.
        message: String,
    },
    /// Nothing is there that serves models.
    #[error("model '{model}' needs the docker client's plugin 'model', which is not there")]
    NoModelRunner {
        /// The model.
        model: Name,
    },
    /// The plugin that serves models could not do what it was asked.
    #[error("docker's plugin 'model' says: {message}")]
    ModelFailed {
        /// The model.
        model: Name,
        /// Its words.
        message: String,
    },
    /// A file that the engine is to get cannot be read.
    #[error("{path} cannot be read: {fault}")]
    File {
        /// The file or folder.
        path: String,
        /// What happened.
        fault: String,
    },
    /// The address of the engine, or a setting about it, makes no sense.
    #[error("{message}")]
    Address {
        /// What is wrong.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
    /// The docker client's file is broken.
    #[error("{path} is not valid JSON, line {line}")]
    Configuration {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// The engine's answer is not understood.
    #[error("the engine's answer is not understood: {message}")]
    Garbled {
        /// What is odd.
        message: String,
    },
    /// A fault of Hoist itself.
    #[error("this should not happen: {0}")]
    Internal(String),
}

fn named(services: &[Name]) -> String {
    quoted(services)
}

fn quoted<T: std::fmt::Display>(words: &[T]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

impl EngineError {
    /// What to do about it, if that can be said.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Denied { .. } => Some("join the group 'docker', or name another engine with DOCKER_HOST".into()),
            Self::NeedsBuildx { .. } => Some("install docker-buildx, 0.17 or newer".into()),
            Self::Unreachable { host, .. } if host.starts_with("ssh://") => {
                Some("it must answer without a question: 'ssh HOST docker version'".into())
            }
            Self::Unreachable { .. } => Some("is the engine running? DOCKER_HOST names another one".into()),
            Self::Broken { .. } => Some("was the engine restarted? run the command again".into()),
            Self::Silent { .. } => Some("was the engine restarted? 'hoist ps' shows what still runs".into()),
            Self::Timeout { .. } => Some("look at the engine's own log; it may be overloaded".into()),
            Self::PortInUse { .. } => Some("stop what uses it, or publish another port".into()),
            Self::PullFailed { help, .. } | Self::PushFailed { help, .. } | Self::NotResolved { help, .. } => {
                Some(help.clone())
            }
            Self::Helper { config, .. } => {
                Some(format!("install or mend it, or take it out of 'credsStore' or 'credHelpers' in {config}"))
            }
            Self::Address { help, .. } => help.clone(),
            Self::HookFailed { kept: Some(id), .. } => {
                Some(format!("look at it with 'docker logs {id}'; the next run removes it"))
            }
            Self::HookFailed { service, occasion, .. } => {
                Some(format!("mend the command, or remove it from '{occasion}' of '{service}'"))
            }
            Self::NoProvider { program, .. } => Some(format!(
                "install it as a plugin of the docker client, 'docker-{program}', or as '{program}' on the PATH"
            )),
            Self::NoModelRunner { .. } => {
                Some("install Docker Model Runner, or run the model elsewhere and set its URL as a variable".into())
            }
            Self::Configuration { .. } => {
                Some("mend it, or move it away: the docker client keeps its contexts and logins there".into())
            }
            Self::Internal(_) => Some("please report it".into()),
            Self::File { .. } => Some("check the path and its permissions".into()),
            Self::Refused { message, .. } | Self::NotFound { message } if message.contains("exec: \"") => {
                Some("the image has no such program: check 'command' and 'entrypoint'".into())
            }
            Self::NotFound { message } if message.contains("No such image") => {
                Some("pull it, or build it: its pull_policy may say 'never'".into())
            }
            _ => None,
        }
    }

    /// Whether the thing is simply not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether a container, network or volume is not there any more, or is just being removed.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::NotFound { message } => {
                let words: Vec<&str> = message.split_whitespace().collect();
                let unknown = ["container", "network", "volume"].map(|kind| format!("o such {kind}"));
                unknown.iter().any(|words| message.contains(words))
                    || words.windows(4).any(|four| matches!(four, ["network", _, "not", "found"]))
            }
            Self::Conflict { message } => message.contains("marked for removal"),
            _ => false,
        }
    }

    /// Whether the engine cannot be used at all, whatever is asked.
    pub fn is_connection(&self) -> bool {
        matches!(self, Self::Denied { .. } | Self::Unreachable { .. } | Self::Broken { .. } | Self::Timeout { .. })
    }

    /// Sorts what the client library reports.
    pub(super) fn of(host: &Host, fault: Fault) -> Self {
        match fault {
            Fault::DockerResponseServerError { status_code, message } => Self::answered(status_code, &message),
            Fault::DockerStreamError { error } => Self::Refused { status: 0, message: error },
            Fault::RequestTimeoutError => Self::Timeout { host: host.to_string() },
            Fault::SocketNotFoundError(_) => {
                Self::Unreachable { host: host.to_string(), fault: "there is no such socket".into() }
            }
            Fault::JsonDataError { message, .. } => Self::Garbled { message },
            Fault::JsonSerdeError { err } => Self::Garbled { message: err.to_string() },
            other => Self::transport(host, &other),
        }
    }

    fn answered(status: u16, message: &str) -> Self {
        let message = message.trim_end().to_owned();
        match status {
            404 => Self::NotFound { message },
            409 if message.contains("is already in use by container") => Self::NameTaken { message },
            409 => Self::Conflict { message },
            _ => Self::Refused { status, message },
        }
    }

    fn transport(host: &Host, fault: &Fault) -> Self {
        let host = host.to_string();
        let Some(cause) = io_cause(fault) else {
            return Self::Broken { host, fault: deepest(fault) };
        };
        match cause.kind() {
            ErrorKind::PermissionDenied => Self::Denied { host },
            ErrorKind::ConnectionRefused => Self::Unreachable { host, fault: "the connection is refused".into() },
            ErrorKind::NotFound => Self::Unreachable { host, fault: "there is no such socket".into() },
            _ if is_connect(fault) => Self::Unreachable { host, fault: cause.to_string() },
            _ => Self::Broken { host, fault: cause.to_string() },
        }
    }
}

fn is_connect(fault: &Fault) -> bool {
    matches!(fault, Fault::HyperLegacyError { err } if err.is_connect())
}

fn io_cause(fault: &Fault) -> Option<&std::io::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(fault);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<std::io::Error>() {
            return Some(found);
        }
        // A transparent error hides itself among its sources.
        next = match error.downcast_ref::<Fault>() {
            Some(Fault::IOError { err }) => Some(err),
            Some(Fault::HyperLegacyError { err }) => Some(err),
            _ => error.source(),
        };
    }
    None
}

fn deepest(fault: &Fault) -> String {
    let mut last: &dyn Error = fault;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests;
