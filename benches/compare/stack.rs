//! [`Stack`]: a compose file that both tools can run; [`Tool`]: who runs it.

use crate::proxy::Proxy;
use anyhow::{Context, ensure};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4 as _;

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Hoist.
    Hoist,
    /// `docker compose`.
    Compose,
    /// The engine's own calls and nothing else: by `docker` in a row, or side by side by [`crate::bare::Bare`].
    Engine,
}

impl fmt::Display for Tool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Hoist => "hoist",
            Self::Compose => "docker compose",
            Self::Engine => "bare engine",
        })
    }
}

/// What a command used.
pub struct Used {
    /// From its start to its end.
    pub time: Duration,
    /// The most memory that one of its processes held, in bytes.
    pub memory: u64,
}

/// A compose file and the name of its project.
pub struct Stack {
    file: PathBuf,
    project: String,
}

/// Removes the stack when it goes.
pub struct CleanedUp<'a>(&'a Stack);

impl Drop for CleanedUp<'_> {
    fn drop(&mut self) {
        // A fault here is found when the next round begins.
        let _ = self.0.remove();
    }
}

impl Stack {
    /// A stack of this repository.
    pub fn of(file: &str, project: &str) -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), project)
    }

    /// A stack of a file anywhere.
    pub fn at(file: PathBuf, project: &str) -> Self {
        Self { file, project: project.to_owned() }
    }

    /// Its compose file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its project.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Runs a command; gives what it used, it and all that it started.
    pub fn run_measured(&self, tool: Tool, arguments: &[&str]) -> anyhow::Result<Used> {
        let mut command = self.command(tool);
        let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
        let ended = child.wait4().with_context(|| format!("cannot wait for {command:?}"))?;
        let time = began.elapsed();
        ensure!(ended.status.success(), "{command:?} failed");
        Ok(Used { time, memory: ended.rusage.maxrss })
    }

    /// Runs a command; gives the time from its start to its end.
    pub fn run(&self, tool: Tool, arguments: &[&str]) -> anyhow::Result<Duration> {
        timed(self.command(tool).args(arguments))
    }

    /// Runs a command whose engine is behind a proxy.
    pub fn run_through(&self, proxy: &Proxy, tool: Tool, arguments: &[&str]) -> anyhow::Result<Duration> {
        let host = format!("unix://{}", proxy.socket().display());
        timed(self.command(tool).args(arguments).env("DOCKER_HOST", host))
    }

    /// Removes what is left of the stack now, and again when the result goes.
    pub fn cleaned_up(&self) -> anyhow::Result<CleanedUp<'_>> {
        self.remove()?;
        Ok(CleanedUp(self))
    }

    /// Removes what is left of it.
    pub fn remove(&self) -> anyhow::Result<Duration> {
        self.run(Tool::Compose, &["down", "--volumes", "--timeout", "1"])
    }

    /// The command line of a tool, up to its flags for this stack.
    pub fn command(&self, tool: Tool) -> Command {
        let mut command = match tool {
            Tool::Hoist => Command::new(env!("CARGO_BIN_EXE_hoist")),
            Tool::Compose | Tool::Engine => Command::new("docker"),
        };
        if tool == Tool::Compose {
            command.arg("compose");
        }
        command.arg("--file").arg(&self.file).args(["--project-name", &self.project]);
        command
    }

    /// What the engine needs for flask-redis without any tool above `docker`, as a measure of what is left to save.
    pub fn without_a_tool(&self) -> anyhow::Result<Duration> {
        let Self { file, project } = self;
        let folder = file.parent().context("the file has a folder")?.display();
        let up = format!(
            "docker network create {project} && docker volume create {project} &&
             docker run -d --name {project}-redis --network {project} --network-alias redis -v {project}:/data redis:7-alpine &&
             docker run -d --name {project}-api --network {project} --init -p 5000:5000 -v {folder}/src:/app/src:ro \
                -e REDIS_URL=redis://redis:6379 {project}-api"
        );
        let down = format!(
            "docker rm -fv {project}-api {project}-redis; docker network rm {project}; docker volume rm {project}"
        );
        let took = timed(Command::new("sh").args(["-ec", &up]));
        timed(Command::new("sh").args(["-c", &down]))?;
        took
    }
}

fn timed(command: &mut Command) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    let took = began.elapsed();
    ensure!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}
