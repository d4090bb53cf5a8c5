//! What containers say: what is kept of it, and what they say from now on.

use super::{Engine, EngineError};
use crate::value::{ContainerId, Moment};
use bollard::container::LogOutput;
use bollard::errors::Error as Fault;
use bollard::query_parameters::{AttachContainerOptionsBuilder, LogsOptionsBuilder};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;

/// What a container says, piece by piece. A piece may hold a part of a line, or several lines.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<LogChunk, EngineError>> + Send>>;

/// A piece of what a container says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChunk {
    /// Where it was said; a container with a terminal has only standard output.
    pub stream: OutputStream,
    /// What was said.
    pub bytes: Vec<u8>,
}

/// One of the two outputs of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What is wanted of a container's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Whether to go on with what is said later.
    pub follow: bool,
    /// Only what was said from this moment on.
    pub since: Option<Moment>,
    /// Only what was said before the second of this moment ends.
    pub until: Option<Moment>,
    /// Only so many lines of the end. Default: all.
    pub tail: Option<usize>,
    /// Whether each line begins with its time, as RFC 3339.
    pub timestamps: bool,
}

impl Engine {
    /// What is kept of a container's output.
    pub fn logs(&self, id: &ContainerId, options: &LogOptions) -> Chunks {
        let LogOptions { follow, since, until, tail, timestamps } = options;
        // The client library asks for whole seconds only, so the rest of the second is cut off here.
        let cut = (*since).filter(|since| !since.is_whole());
        let mut request = LogsOptionsBuilder::new().stdout(true).stderr(true).follow(*follow);
        request = request.timestamps(*timestamps || cut.is_some());
        request = request.tail(&tail.map_or_else(|| "all".into(), |lines| lines.to_string()));
        if let Some(since) = since {
            request = request.since(since.second());
        }
        if let Some(until) = until {
            request = request.until(until.second().saturating_add(i32::from(!until.is_whole())));
        }
        let pieces = self.chunks(self.docker.logs(id.as_str(), Some(request.build())));
        let Some(since) = cut else { return pieces };
        let stamps = *timestamps;
        Box::pin(pieces.filter_map(move |piece| {
            ready(match piece {
                Ok(piece) => from(since, piece, stamps).map(Ok),
                Err(error) => Some(Err(error)),
            })
        }))
    }

    /// What a container says from now on. When this returns the engine has attached us, so that nothing is missed of a
    /// container that is started afterwards.
    pub async fn attach(&self, id: &ContainerId) -> Result<Chunks, EngineError> {
        let request = AttachContainerOptionsBuilder::new().stdout(true).stderr(true).stream(true).build();
        let attached = self.docker.attach_container(id.as_str(), Some(request)).await;
        let bollard::container::AttachContainerResults { output, input } =
            attached.map_err(|fault| self.sorted(fault))?;
        // Closing the input would tell the engine that we are gone.
        let output = output.map(move |chunk| {
            let _ = &input;
            chunk
        });
        Ok(self.chunks(output))
    }

    pub(super) fn chunks(&self, stream: impl Stream<Item = Result<LogOutput, Fault>> + Send + 'static) -> Chunks {
        let engine = self.clone();
        Box::pin(stream.map(move |piece| piece.map(chunk).map_err(|fault| engine.sorted(fault))))
    }
}

fn chunk(piece: LogOutput) -> LogChunk {
    let stream = match piece {
        LogOutput::StdErr { .. } => OutputStream::Stderr,
        LogOutput::StdOut { .. } | LogOutput::StdIn { .. } | LogOutput::Console { .. } => OutputStream::Stdout,
    };
    LogChunk { stream, bytes: piece.into_bytes().into() }
}

/// A piece that was said from a moment on, without the time in front of it unless that is wanted. The engine sends one
/// line, with its time, in each piece.
fn from(since: Moment, piece: LogChunk, stamps: bool) -> Option<LogChunk> {
    let Some(end) = piece.bytes.iter().position(|byte| *byte == b' ') else { return Some(piece) };
    let (stamp, rest) = piece.bytes.split_at(end);
    let Some(moment) = std::str::from_utf8(stamp).ok().and_then(|stamp| stamp.parse::<Moment>().ok()) else {
        return Some(piece);
    };
    if moment < since {
        return None;
    }
    let bytes = if stamps { piece.bytes } else { rest.get(1..).unwrap_or_default().to_vec() };
    Some(LogChunk { stream: piece.stream, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_earlier_in_the_same_second_is_left_out() {
        let since = "2026-11-22T00:00:01.25Z".parse().expect("a moment");
        let piece = |text: &str| LogChunk { stream: OutputStream::Stdout, bytes: text.into() };
        let kept = |text: &str| from(since, piece(text), false).map(|piece| piece.bytes);
        assert_eq!(kept("2026-11-22T00:00:01.200000000Z before\n"), None);
        assert_eq!(kept("2026-11-22T00:00:01.250000000Z a b\n"), Some(b"a b\n".to_vec()));
    }
}
