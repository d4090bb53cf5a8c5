//! Folders and files of the host that a container is to see and that are not there.

use super::{Fault, wrong};
use crate::document::Path;
use crate::engine::Engine;
use crate::engine::host::Address;
use crate::model::{MountKind, Service};
use tokio::net::UnixStream;

/// Bind mounts whose source is missing and is not to be made. Only of use where the engine sees the same files.
pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let mounts = service.volumes.iter().enumerate();
    let missing = mounts.filter_map(|(index, mount)| {
        let MountKind::Bind { source } = &mount.kind else { return None };
        let is_made = mount.bind.as_ref().is_none_or(|options| options.create_host_path == Some(true));
        // A path that may not be looked at is the engine's to judge.
        let is_missing = matches!(std::path::Path::new(source).try_exists(), Ok(false));
        (!is_made && is_missing).then(|| {
            let message =
                format!("'{source}', which '{}' of service '{}' shows, is not there", mount.target, service.name);
            let help = "create it, or write 'bind: {create_host_path: true}' for an empty folder";
            (Path::of(["volumes"]).index(index), wrong(message, help))
        })
    });
    missing.collect()
}

impl Engine {
    /// Whether the engine is a process that we could see, on a socket of this machine: one that is elsewhere, or outside
    /// of the container that we run in, has other files.
    pub(in crate::engine) async fn sees_our_files(&self) -> bool {
        let Address::Unix(path) = &self.host.address else { return false };
        let Ok(stream) = UnixStream::connect(path).await else { return false };
        stream.peer_cred().ok().and_then(|peer| peer.pid()).is_some_and(|process| process != 0)
    }
}
