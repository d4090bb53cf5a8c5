//! [`Conversation`]: the user and a process in a container, who hear and answer each other.

use crate::engine::{EngineError, Input, OutputStream, Streams};
use crate::render::{Output, Terminal};
use crate::value::Window;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::AbortOnDropHandle;

/// What the user has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdin {
    /// All that comes from standard input, and its end.
    Passed,
    /// Nothing.
    Closed,
}

/// The user and a process in a container.
pub struct Conversation<'a> {
    /// Where the process is heard.
    pub output: &'a Output,
    /// What the user has to say.
    pub stdin: Stdin,
}

impl Conversation<'_> {
    /// Lets both talk until the process says no more, or until nobody hears it. `resize` is told the size of the
    /// terminal, first when the process says something and then whenever it changes.
    pub async fn hold<F>(&self, streams: Streams, resize: impl Fn(Window) -> F) -> Result<(), EngineError>
    where
        F: Future<Output = Result<(), EngineError>>,
    {
        let Streams { mut output, input } = streams;
        // Dropping the input would tell the engine that we are gone, so its task lives as long as the conversation.
        let _listening = match self.stdin {
            Stdin::Passed => AbortOnDropHandle::new(tokio::spawn(pass_on(input))),
            Stdin::Closed => AbortOnDropHandle::new(tokio::spawn(close(input))),
        };
        let mut resized = signal(SignalKind::window_change()).ok();
        let mut begun = false;
        while !self.output.is_closed() {
            tokio::select! {
                chunk = output.next() => {
                    let Some(chunk) = chunk.transpose()? else { break };
                    match chunk.stream {
                        OutputStream::Stdout => self.output.data_bytes(&chunk.bytes),
                        OutputStream::Stderr => self.output.talk_bytes(&chunk.bytes),
                    }
                    if std::mem::replace(&mut begun, true) {
                        continue;
                    }
                }
                () = next(&mut resized) => {}
            }
            // An engine that cannot say so to a process that just ended is no fault.
            let _ = resize(Terminal::window()).await;
        }
        Ok(())
    }
}

async fn next(resized: &mut Option<tokio::signal::unix::Signal>) {
    match resized {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// A process that reads no more is no fault.
async fn pass_on(mut input: Input) {
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut input).await;
    close(input).await;
}

async fn close(mut input: Input) {
    let _ = input.shutdown().await;
    // Kept until the conversation ends.
    std::future::pending::<()>().await;
}
