//! [`WatchError`]: why files cannot be watched.

use notify::ErrorKind;

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The library gives no reason that has a remedy.
    #[error("files cannot be watched: {0}")]
    Unavailable(notify::Error),
}

/// A limit of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// On folders that a user's programs watch.
    Watches,
    /// On programs of a user that watch.
    Instances,
}

impl Limit {
    /// The one that a fault of the library tells of.
    pub(super) fn of(fault: &notify::Error) -> Option<Self> {
        match &fault.kind {
            ErrorKind::MaxFilesWatch => Some(Self::Watches),
            ErrorKind::Io(error) if error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) => {
                Some(Self::Instances)
            }
            _ => None,
        }
    }

    /// What the kernel calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watches => "fs.inotify.max_user_watches",
            Self::Instances => "fs.inotify.max_user_instances",
        }
    }

    /// What it is now.
    pub fn now(self) -> Option<usize> {
        let path = format!("/proc/sys/{}", self.name().replace('.', "/"));
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    }
}
