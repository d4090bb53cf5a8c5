//! [`Engine::exec`]: a command in a running container, with its streams in the caller's hands.

use super::streams::Streams;
use super::{Engine, EngineError};
use crate::value::{ContainerId, Window};
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use bollard::query_parameters::ResizeExecOptionsBuilder;
use std::time::Duration;

/// A command for a running container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exec {
    /// The command with its arguments.
    pub command: Vec<String>,
    /// More variables, as `NAME=value`.
    pub environment: Vec<String>,
    /// The user. Default: the container's.
    pub user: Option<String>,
    /// The working directory. Default: the container's.
    pub working_dir: Option<String>,
    /// Whether it has all rights on the host.
    pub privileged: bool,
    /// Whether it reads what is written to it.
    pub stdin: bool,
    /// Its terminal and how large that is; nothing when it writes to two pipes.
    pub terminal: Option<Window>,
}

/// A command that was made and may be started once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecId(String);

/// How often, and after how long, the engine is asked for the code of a command whose output has ended.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);
/// The code of what SIGKILL ended.
const KILLED: i64 = 137;

impl Engine {
    /// Makes a command ready in a container that runs.
    pub async fn exec(&self, id: &ContainerId, exec: &Exec) -> Result<ExecId, EngineError> {
        let Exec { command, environment, user, working_dir, privileged, stdin, terminal } = exec;
        let config = ExecConfig {
            attach_stdin: Some(*stdin),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.clone()),
            console_size: terminal.map(|Window { columns, rows }| vec![rows.into(), columns.into()]),
            env: Some(environment.clone()),
            privileged: Some(*privileged),
            tty: Some(terminal.is_some()),
            user: user.clone(),
            working_dir: working_dir.clone(),
            ..ExecConfig::default()
        };
        let made = self.docker.create_exec(id.as_str(), config).await.map_err(|fault| self.sorted(fault))?;
        Ok(ExecId(made.id))
    }

    /// Starts a command and gives its streams; the output ends with it.
    pub async fn start_exec(&self, id: &ExecId, exec: &Exec) -> Result<Streams, EngineError> {
        let options = StartExecOptions { tty: exec.terminal.is_some(), ..StartExecOptions::default() };
        let started = self.docker.start_exec(&id.0, Some(options)).await.map_err(|fault| self.sorted(fault))?;
        match started {
            StartExecResults::Attached { output, input } => Ok(Streams { output: self.chunks(output), input }),
            StartExecResults::Detached => Err(EngineError::Internal("the engine did not attach to the command".into())),
        }
    }

    /// Starts a command and leaves it alone.
    pub async fn start_exec_detached(&self, id: &ExecId) -> Result<(), EngineError> {
        let options = StartExecOptions { detach: true, ..StartExecOptions::default() };
        self.docker.start_exec(&id.0, Some(options)).await.map(|_| ()).map_err(|fault| self.sorted(fault))
    }

    /// How a command ended; nothing while it runs, as after the keys that leave it alone.
    pub async fn exec_code(&self, id: &ExecId) -> Result<Option<i64>, EngineError> {
        let seen = self.docker.inspect_exec(&id.0).await.map_err(|fault| self.sorted(fault))?;
        Ok(seen.exit_code)
    }

    /// How a command ended whose output has ended. One whose container ended under it may never get a code: it was killed.
    pub(super) async fn exec_ended(&self, id: &ExecId) -> Result<i64, EngineError> {
        for _ in 0..LOOKS {
            if let Some(code) = self.exec_code(id).await? {
                return Ok(code);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(KILLED)
    }

    /// Tells a command that its terminal has another size.
    pub async fn resize_exec(&self, id: &ExecId, window: Window) -> Result<(), EngineError> {
        let options = ResizeExecOptionsBuilder::new().h(window.rows.into()).w(window.columns.into()).build();
        self.docker.resize_exec(&id.0, options).await.map_err(|fault| self.sorted(fault))
    }
}
