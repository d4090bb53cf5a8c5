//! [`Engine::take`]: files out of a container, as an archive that is read while it arrives.

use super::{Engine, EngineError, if_there};
use crate::value::ContainerId;
use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt};
use std::io::{self, Read};
use std::path::Path;
use tokio_util::io::{StreamReader, SyncIoBridge};

impl Engine {
    /// Reads what is at and below a path of a container; nothing when nothing is there. Paths in the archive begin with
    /// the last part of that path. What is left unread is not sent.
    pub async fn take<T: Send + 'static>(
        &self,
        id: &ContainerId,
        path: &Path,
        read: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, EngineError> {
        let options = DownloadFromContainerOptionsBuilder::new().path(&path.to_string_lossy()).build();
        let mut stream = Box::pin(self.docker.download_from_container(id.as_str(), Some(options)));
        let first = if_there(stream.try_next().await.map_err(|fault| self.sorted(fault)))?;
        let Some(Some(first)) = first else { return Ok(None) };
        let pieces = futures_util::stream::iter([Ok(first)]).chain(stream.map_err(io::Error::other));
        let mut reader = SyncIoBridge::new(StreamReader::new(pieces));
        let reading = tokio::task::spawn_blocking(move || read(&mut reader));
        reading.await.map(Some).map_err(|fault| EngineError::Internal(fault.to_string()))
    }
}
