//! [`WatchError`]: why files cannot be watched.

use notify::ErrorKind;

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The kernel has no place for more.
    #[error("there are more folders to watch than the kernel allows")]
    TooMany,
    /// Anything else.
    #[error("files cannot be watched: {0}")]
    Unavailable(notify::Error),
}

impl WatchError {
    /// What can be done about it.
    pub fn help(&self) -> Option<String> {
        matches!(self, Self::TooMany).then(|| {
            "raise the limit with 'sysctl fs.inotify.max_user_watches=524288', or leave folders out by '.dockerignore'"
                .to_owned()
        })
    }

    /// Sorts what the library reports.
    pub(super) fn of(fault: notify::Error) -> Self {
        match &fault.kind {
            ErrorKind::MaxFilesWatch => Self::TooMany,
            _ => Self::Unavailable(fault),
        }
    }
}
