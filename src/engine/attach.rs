//! The streams and signals of one container, for a user who sits at it.

use super::streams::Streams;
use super::{Engine, EngineError};
use crate::value::{ContainerId, Window};
use bollard::container::AttachContainerResults;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, KillContainerOptionsBuilder, ResizeContainerTTYOptionsBuilder,
};

impl Engine {
    /// The streams of a container from now on. When this returns the engine has attached us, so that nothing is missed
    /// of a container that is started afterwards.
    pub async fn attach_streams(&self, id: &ContainerId) -> Result<Streams, EngineError> {
        let options = AttachContainerOptionsBuilder::new().stdin(true).stdout(true).stderr(true).stream(true).build();
        let attached = self.docker.attach_container(id.as_str(), Some(options)).await;
        let AttachContainerResults { output, input } = attached.map_err(|fault| self.sorted(fault))?;
        Ok(Streams { output: self.chunks(output), input })
    }

    /// Tells a container that its terminal has another size.
    pub async fn resize(&self, id: &ContainerId, window: Window) -> Result<(), EngineError> {
        let options = ResizeContainerTTYOptionsBuilder::new().h(window.rows.into()).w(window.columns.into()).build();
        self.docker.resize_container_tty(id.as_str(), options).await.map_err(|fault| self.sorted(fault))
    }

    /// Sends a signal, such as `SIGHUP`, to a container's first process.
    pub async fn signal(&self, id: &ContainerId, signal: &str) -> Result<(), EngineError> {
        let options = KillContainerOptionsBuilder::new().signal(signal).build();
        self.docker.kill_container(id.as_str(), Some(options)).await.map_err(|fault| self.sorted(fault))
    }
}
