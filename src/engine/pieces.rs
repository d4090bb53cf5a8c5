//! [`pieces`]: what a closure writes, piece by piece while it is sent, so that it is never in memory as a whole.

use futures_util::Stream;
use std::io::{self, Write};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// Gathers small writes into pieces worth sending.
pub(super) struct Pieces {
    sender: Sender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
}

const PIECE: usize = 64 * 1024;

/// How writing ended: where it failed, the stream breaks off.
pub(super) struct Writing(oneshot::Receiver<io::Error>);

impl Writing {
    /// The fault of whoever wrote. That nobody listened any more is none of his.
    pub async fn fault(self) -> Option<io::Error> {
        self.0.await.ok()
    }
}

/// What a closure writes, on a thread of its own; a fault of it is the end.
pub(super) fn pieces(
    write: impl FnOnce(&mut Pieces) -> io::Result<()> + Send + 'static,
) -> (impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static, Writing) {
    let (sender, receiver) = channel(16);
    let (tell, writing) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let mut pieces = Pieces { sender, piece: Vec::with_capacity(PIECE) };
        match write(&mut pieces).and_then(|()| pieces.flush()) {
            Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
                let _ = tell.send(io::Error::new(fault.kind(), fault.to_string()));
                let _ = pieces.sender.blocking_send(Err(fault));
            }
            // Nobody listens any more when the engine refused the rest.
            Ok(()) | Err(_) => {}
        }
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver: Receiver<io::Result<Vec<u8>>>| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    (stream, Writing(writing))
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
