//! Ctrl-C and SIGTERM: the first asks the work to come to an end, the second does not wait for it.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// The interrupts of this process: each is noticed once, also one that comes while nobody waits for it.
pub struct Interrupts(Semaphore);

/// The user ended it, and there is nothing to say about that.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// How work ended.
pub enum Ended<T> {
    /// By itself.
    Finished(T),
    /// The user ended it; what it had to give, if it came to an end before the second interrupt.
    Interrupted(Option<T>),
}

impl Interrupts {
    /// None has come yet.
    pub fn new() -> Self {
        Self(Semaphore::new(0))
    }

    /// Takes note of every interrupt from now on; the future adds them up.
    pub fn listen(&self) -> std::io::Result<impl Future<Output = std::convert::Infallible>> {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => self.0.add_permits(1),
                    _ = terminate.recv() => self.0.add_permits(1),
                }
            }
        })
    }

    /// Waits for an interrupt that nobody has taken yet.
    pub async fn next(&self) {
        match self.0.acquire().await {
            Ok(permit) => permit.forget(),
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits for work. The first interrupt cancels `halt`: steps that run finish, so that nothing is left half made.
    pub async fn or<T>(&self, work: impl Future<Output = T>, halt: &CancellationToken) -> Ended<T> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            value = &mut work => return Ended::Finished(value),
            () = self.next() => halt.cancel(),
        }
        tokio::select! {
            value = &mut work => Ended::Interrupted(Some(value)),
            () = self.next() => Ended::Interrupted(None),
        }
    }
}
