//! [`Inbox`]: where the events of the kernel arrive.

use super::settle::Sign;
use notify::EventKind;
use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// Where events arrive: a set, so that it never fills up and whoever puts something in never waits.
#[derive(Default)]
pub struct Inbox {
    news: Mutex<News>,
    /// Told each time something arrives.
    pub arrived: Notify,
}

/// What has arrived.
#[derive(Default)]
pub struct News {
    /// Where something happened, how complete it is, and when it arrived.
    pub paths: BTreeMap<PathBuf, (Sign, Instant)>,
    /// Whether events got lost.
    pub lost: bool,
}

impl Inbox {
    /// Takes an event; never waits.
    pub fn put(&self, event: notify::Result<notify::Event>) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(event) if event.need_rescan() => news.lost = true,
            Ok(event) => match sign(event.kind) {
                Some(sign) => {
                    let now = Instant::now();
                    news.paths.extend(event.paths.into_iter().map(|path| (path, (sign, now))));
                }
                None => return,
            },
            Err(_) => news.lost = true,
        }
        drop(news);
        self.arrived.notify_one();
    }

    /// Gives all that has arrived.
    pub fn take(&self) -> News {
        std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How complete something is; nothing when nothing was written: reading, ours above all, is no change.
pub fn sign(kind: EventKind) -> Option<Sign> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(Sign::Complete),
        EventKind::Access(_) => None,
        // A file that was just made is about to be written, by all odds; folders and links are complete, and a few
        // milliseconds later.
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) | EventKind::Create(CreateKind::File) => {
            Some(Sign::Writing)
        }
        _ => Some(Sign::Complete),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_no_change_and_a_close_completes_a_file() {
        assert_eq!(sign(EventKind::Create(CreateKind::File)), Some(Sign::Writing));
        assert_eq!(sign(EventKind::Access(AccessKind::Close(AccessMode::Write))), Some(Sign::Complete));
        assert_eq!(sign(EventKind::Access(AccessKind::Open(AccessMode::Any))), None);
    }
}
