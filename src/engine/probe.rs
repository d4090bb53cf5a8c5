//! [`Engine::probe`]: runs a command in a container and tells how it ended.

use super::{Engine, EngineError};
use crate::value::ContainerId;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;

/// How a command in a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The exit code; 126 and 127 when it could not be started.
    pub exit_code: i64,
    /// The last 4 KiB of what it said.
    pub output: String,
}

const KEPT: usize = 4096;

impl Engine {
    /// Runs a command with the container's own user, environment and working directory, and waits for its end. The
    /// caller sets a limit of time by dropping the future; the command goes on then.
    pub async fn probe(&self, id: &ContainerId, command: &[String]) -> Result<Probe, EngineError> {
        let config = ExecConfig {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.to_vec()),
            ..ExecConfig::default()
        };
        let exec = self.docker.create_exec(id.as_str(), config).await.map_err(|fault| self.sorted(fault))?;
        let started = self.patient().start_exec(&exec.id, None::<StartExecOptions>).await;
        let output = match started.map_err(|fault| self.sorted(fault))? {
            StartExecResults::Attached { mut output, .. } => {
                let mut kept = Vec::new();
                while let Some(chunk) = output.next().await {
                    keep(&mut kept, chunk.map_err(|fault| self.sorted(fault))?.as_ref());
                }
                String::from_utf8_lossy(&kept).into_owned()
            }
            StartExecResults::Detached => String::new(),
        };
        let ended = self.docker.inspect_exec(&exec.id).await.map_err(|fault| self.sorted(fault))?;
        Ok(Probe { exit_code: ended.exit_code.unwrap_or(-1), output })
    }
}

/// Adds to the end and forgets the beginning.
fn keep(kept: &mut Vec<u8>, chunk: &[u8]) {
    kept.extend_from_slice(chunk);
    let surplus = kept.len().saturating_sub(KEPT);
    kept.drain(..surplus);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_kept() {
        let mut kept = Vec::new();
        keep(&mut kept, &[b'a'; KEPT]);
        keep(&mut kept, b"end");
        assert_eq!(kept.len(), KEPT);
        assert!(kept.ends_with(b"aend"));
    }
}
