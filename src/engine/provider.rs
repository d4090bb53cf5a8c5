//! Programs that provide a service in place of a container: where they are, how they are asked, and what they say.
//!
//! `<program> compose --project-name=P up|down|stop [--option=value] SERVICE`; the answer is a JSON object a line.

use super::perform::Work;
use super::{Engine, EngineError, plugin};
use crate::event::What;
use crate::model::Provider;
use crate::plan::{Order, Variables};
use crate::value::{Name, ProjectName};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// What is kept of what a program says beside the answer, in bytes.
const KEPT: u64 = 4096;

/// A line of the answer.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
}

/// What a program says about itself; nothing when it does not.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    up: Option<Abilities>,
    down: Option<Abilities>,
    stop: Option<Abilities>,
}

#[derive(Debug, Default, Deserialize)]
struct Abilities {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    name: String,
    #[serde(default)]
    required: bool,
}

impl Metadata {
    fn is_empty(&self) -> bool {
        self.up.is_none() && self.down.is_none() && self.stop.is_none()
    }

    fn of(&self, order: Order) -> Option<&Abilities> {
        match order {
            Order::Up => self.up.as_ref(),
            Order::Down => self.down.as_ref(),
            Order::Stop => self.stop.as_ref(),
        }
    }
}

impl Engine {
    /// Asks the program that provides a service; gives the variables that it sets.
    pub(super) async fn provide(
        &self,
        work: &Work<'_>,
        service: &Name,
        order: Order,
    ) -> Result<Variables, EngineError> {
        let provider = work.project.services.get(service).and_then(|service| service.provider.as_ref());
        let missing = || EngineError::Internal(format!("service '{service}' has no provider"));
        let provider = provider.ok_or_else(missing)?;
        let asked = Asked { engine: self, provider, service, project: work.project.name() };
        let program = asked.find()?;
        let metadata = asked.metadata(&program).await;
        if order == Order::Stop && metadata.stop.is_none() {
            return Ok(Variables::new());
        }
        let options = asked.options(&metadata, order)?;
        let mut child = asked
            .command(&program)
            .arg(format!("--project-name={}", asked.project))
            .arg(order.as_str())
            .args(options)
            .arg(service.as_str())
            .spawn()
            .map_err(|fault| asked.failed(fault.to_string()))?;
        asked.listen(&mut child, work.report).await
    }
}

/// A program that is asked for one service.
struct Asked<'a> {
    engine: &'a Engine,
    provider: &'a Provider,
    service: &'a Name,
    project: &'a ProjectName,
}

impl Asked<'_> {
    /// A plugin of the docker client, else a program of the host.
    fn find(&self) -> Result<PathBuf, EngineError> {
        let name = &self.provider.program;
        if name == "compose" {
            return Err(self.failed("'compose' does not provide services".into()));
        }
        let plugin = plugin::find(&self.engine.host.config, &format!("docker-{name}"));
        plugin
            .or_else(|| on_path(name))
            .ok_or_else(|| EngineError::NoProvider { service: self.service.clone(), program: name.clone() })
    }

    fn command(&self, program: &PathBuf) -> Command {
        let mut command = Command::new(program);
        command.arg("compose").env("DOCKER_HOST", self.engine.host.to_string()).env_remove("DOCKER_CONTEXT");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// A program that says nothing of itself takes every option.
    async fn metadata(&self, program: &PathBuf) -> Metadata {
        match self.command(program).arg("metadata").output().await {
            Ok(output) if output.status.success() => serde_json::from_slice(&output.stdout).unwrap_or_default(),
            _ => Metadata::default(),
        }
    }

    fn options(&self, metadata: &Metadata, order: Order) -> Result<Vec<String>, EngineError> {
        let none = Abilities::default();
        let abilities = metadata.of(order).unwrap_or(&none);
        let given = &self.provider.options;
        let required = abilities.parameters.iter().filter(|one| one.required);
        if let Some(missing) = required.map(|one| &one.name).find(|name| !given.contains_key(*name)) {
            return Err(self.failed(format!("it needs the option '{missing}'")));
        }
        let known = |name: &str| metadata.is_empty() || abilities.parameters.iter().any(|one| one.name == name);
        let options = given.iter().filter(|(name, _)| known(name));
        Ok(options.flat_map(|(name, all)| all.iter().map(move |value| format!("--{name}={value}"))).collect())
    }

    async fn listen(&self, child: &mut Child, report: &(dyn Fn(What) + Sync)) -> Result<Variables, EngineError> {
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let talk = async {
            let mut kept = Vec::new();
            if let Some(mut stderr) = stderr {
                // What is more than that is read and dropped, so that the program can go on.
                let _ = (&mut stderr).take(KEPT).read_to_end(&mut kept).await;
                let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
            }
            String::from_utf8_lossy(&kept).trim().to_owned()
        };
        let answer = async {
            let mut variables = Variables::new();
            if let Some(stdout) = stdout {
                let mut lines = BufReader::new(stdout).lines();
                while let Some(line) = lines.next_line().await.map_err(|fault| self.failed(fault.to_string()))? {
                    self.hear(&line, &mut variables, report)?;
                }
            }
            Ok(variables)
        };
        let (talk, variables) = tokio::join!(talk, answer);
        let variables = variables?;
        let status = child.wait().await.map_err(|fault| self.failed(fault.to_string()))?;
        match (status.success(), talk.is_empty()) {
            (true, _) => Ok(variables),
            (false, true) => Err(self.failed(format!("it ended with {status}"))),
            (false, false) => Err(self.failed(talk)),
        }
    }

    fn hear(&self, line: &str, variables: &mut Variables, report: &(dyn Fn(What) + Sync)) -> Result<(), EngineError> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let Line { kind, message } = serde_json::from_str(line)
            .map_err(|_| self.failed("its answer is not understood: a line is no JSON object with a 'type'".into()))?;
        match kind.as_str() {
            "info" => report(What::Said(message)),
            "error" => return Err(self.failed(message)),
            "debug" => {}
            "setenv" | "rawsetenv" => {
                let (name, value) = message
                    .split_once('=')
                    .ok_or_else(|| self.failed(format!("its answer is not understood: '{kind}' without '='")))?;
                let name = match kind.as_str() {
                    "setenv" => format!("{}{name}", prefix(self.service)),
                    _ => name.to_owned(),
                };
                variables.insert(name, value.to_owned());
            }
            other => return Err(self.failed(format!("its answer is not understood: '{other}' is no type of message"))),
        }
        Ok(())
    }

    fn failed(&self, message: String) -> EngineError {
        EngineError::ProviderFailed { service: self.service.clone(), program: self.provider.program.clone(), message }
    }
}

/// What the variables of a provided service begin with.
fn prefix(service: &Name) -> String {
    format!("{}_", service.as_str().to_uppercase())
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
