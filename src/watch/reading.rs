//! [`Reading`]: the files of a batch, each read when it is its turn to be sent: a batch is never in memory as a whole.

use super::batch::{Item, moved};
use super::relative::Relative;
use super::scan;
use super::tree::{Content, Held};
use crate::engine::{Put, PutWhat};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a batch, one after the other. Those that are gone, or of another kind by now, are passed over: the next
/// look finds them.
pub struct Reading {
    items: Arc<Vec<Item>>,
    next: usize,
    /// What was passed over: what is below it would be read through whatever is there by now.
    passed: Vec<Relative>,
    /// Where the root is on the host, and where in the container.
    places: Arc<(PathBuf, PathBuf)>,
    journal: Arc<Mutex<Journal>>,
}

/// What came of reading.
#[derive(Debug, Default)]
pub struct Journal {
    /// What was read, and what a container holds that has got it.
    pub held: Vec<(Relative, Held)>,
    /// Where that is not what the host held at the last look, with what it held then.
    pub newer: Vec<(Relative, Held)>,
    /// What could not be read, and why.
    pub unreadable: Vec<(Relative, String)>,
    /// What broke off in the middle, and why; nothing after it was read.
    pub broken: Option<(Relative, String)>,
}

impl Reading {
    /// Those files of a root, on their way to a target.
    pub fn new(items: &Arc<Vec<Item>>, places: &Arc<(PathBuf, PathBuf)>) -> Self {
        Self {
            items: Arc::clone(items),
            next: 0,
            passed: Vec::new(),
            places: Arc::clone(places),
            journal: Arc::default(),
        }
    }

    /// What it writes down.
    pub fn journal(&self) -> Arc<Mutex<Journal>> {
        Arc::clone(&self.journal)
    }
}

/// Takes what was written down.
pub fn taken(journal: &Mutex<Journal>) -> Journal {
    std::mem::take(&mut *journal.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Iterator for Reading {
    type Item = Put;

    fn next(&mut self) -> Option<Put> {
        loop {
            let item = self.items.get(self.next)?;
            self.next += 1;
            if self.passed.iter().any(|above| item.path.is_in(above)) {
                continue;
            }
            let read = read(item, &self.places, &self.journal);
            let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            match read {
                Ok(Some((put, held))) => {
                    if held != item.wanted {
                        journal.newer.push((item.path.clone(), item.wanted.clone()));
                    }
                    journal.held.push((item.path.clone(), held));
                    return Some(put);
                }
                Ok(None) => self.passed.push(item.path.clone()),
                Err(fault) if scan::is_gone(&fault) => self.passed.push(item.path.clone()),
                Err(fault) => journal.unreadable.push((item.path.clone(), on_the_host(&fault))),
            }
        }
    }
}

/// How it is said that the host's own file is at fault.
pub fn on_the_host(fault: &io::Error) -> String {
    format!("on the host: {fault}")
}

/// What is at a path of the host right now, and what a container holds that has got it; nothing when it is of another kind
/// than it was.
fn read(item: &Item, places: &(PathBuf, PathBuf), journal: &Arc<Mutex<Journal>>) -> io::Result<Option<(Put, Held)>> {
    let path = item.path.below(&places.0);
    let seen = fs::symlink_metadata(&path)?;
    if seen.is_dir() != item.is_folder {
        return Ok(None);
    }
    let (metadata, what, content) = if seen.is_dir() {
        (seen, PutWhat::Folder, Content::Folder)
    } else if seen.is_symlink() {
        let to = fs::read_link(&path)?;
        (seen, PutWhat::Link(moved(&to, (&places.0, &places.1))), Content::Link(to.into()))
    } else if seen.is_file() {
        let Some(file) = file_at(&path)? else { return Ok(None) };
        read_file(file, item, journal)?
    } else {
        return Ok(None);
    };
    let (mode, modified) = (metadata.mode() & 0o7777, (metadata.mtime(), metadata.mtime_nsec()));
    let put = Put { path: item.inside.clone(), what, mode, modified, owner: item.owner };
    Ok(Some((put, Held { content, mode })))
}

/// A file, unless a link has taken its place.
fn file_at(path: &Path) -> io::Result<Option<File>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(i32::try_from(flags.bits()).unwrap_or(0)).open(path);
    match opened {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Ok(None),
        Err(fault) if rustix::io::Errno::from_io_error(&fault) == Some(rustix::io::Errno::LOOP) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn read_file(mut file: File, item: &Item, journal: &Arc<Mutex<Journal>>) -> io::Result<(Metadata, PutWhat, Content)> {
    let metadata = file.metadata()?;
    let size = metadata.size();
    // A file that the tree knows by size and time only is known so here, too.
    let stands = Content::Unread(size, scan::modified(&metadata));
    if size > scan::LARGE {
        let read = Fragile { file, path: item.path.clone(), journal: Arc::clone(journal) };
        return Ok((metadata, PutWhat::Stream(Box::new(read), size), stands));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.read_to_end(&mut bytes)?;
    let is_unread = item.wanted.content == stands && u64::try_from(bytes.len()) == Ok(size);
    let content = if is_unread { stands } else { scan::hashed(&bytes) };
    Ok((metadata, PutWhat::File(bytes), content))
}

/// A file that may break off while it is sent; that is written down.
struct Fragile {
    file: File,
    path: Relative,
    journal: Arc<Mutex<Journal>>,
}

impl Read for Fragile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer).inspect_err(|fault| {
            let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.broken = Some((self.path.clone(), on_the_host(fault)));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// What is read of these paths of a folder: path, and text, target of a link, or size of what is streamed.
    fn texts(root: &Path, paths: &[(&str, bool)]) -> (Vec<String>, Journal) {
        let item = |(path, is_folder): &(&str, bool)| Item {
            path: Relative::of(&root.join(path), root).expect("below"),
            inside: Path::new("/app").join(path),
            is_folder: *is_folder,
            wanted: Held::unsure(),
            owner: (0, 0),
            replaces: super::super::batch::Replaces::Nothing,
        };
        let items = Arc::new(paths.iter().map(item).collect::<Vec<_>>());
        let reading = Reading::new(&items, &Arc::new((root.to_owned(), "/app".into())));
        let journal = reading.journal();
        let shown = reading.map(|put| match put.what {
            PutWhat::Folder => "folder".to_owned(),
            PutWhat::File(bytes) => String::from_utf8(bytes).expect("text"),
            PutWhat::Stream(_, size) => size.to_string(),
            PutWhat::Link(to) => format!("-> {}", to.display()),
        });
        (shown.collect(), taken(&journal))
    }

    #[test]
    fn what_is_read_is_what_is_there_right_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("d")).expect("made");
        fs::write(root.join("f"), "text").expect("written");
        symlink(root.join("f"), root.join("link")).expect("linked");
        symlink("/etc/hosts", root.join("outside")).expect("linked");
        let paths = [("d", true), ("f", false), ("link", false), ("outside", false), ("gone", false), ("f", true)];
        let (texts, journal) = texts(root, &paths);
        assert_eq!(texts, ["folder", "text", "-> /app/f", "-> /etc/hosts"]);
        assert_eq!((journal.held.len(), journal.unreadable.len()), (4, 0), "what is gone or another kind waits");
    }

    #[test]
    fn nothing_is_read_through_a_link_that_took_the_place_of_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("other")).expect("made");
        fs::write(root.join("other/x"), "elsewhere").expect("written");
        symlink("other", root.join("d")).expect("linked");
        let (texts, journal) = texts(root, &[("d", true), ("d/x", false), ("other", true)]);
        assert_eq!((texts, journal.held.len()), (vec!["folder".to_owned()], 1));
    }

    #[test]
    fn a_large_file_is_not_in_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = File::create(folder.path().join("large")).expect("made");
        file.set_len(scan::LARGE + 1).expect("sized");
        let (texts, journal) = texts(folder.path(), &[("large", false)]);
        assert_eq!(texts, [(scan::LARGE + 1).to_string()]);
        assert!(matches!(journal.held[0].1.content, Content::Unread(..)));
    }

    #[test]
    fn a_file_that_breaks_off_is_named() {
        // A folder opens like a file, and cannot be read like one.
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Arc::default();
        let path = Relative::of(Path::new("/r/f"), Path::new("/r")).expect("below");
        let file = File::open(folder.path()).expect("opened");
        let mut read = Fragile { file, path: path.clone(), journal: Arc::clone(&journal) };
        read.read(&mut [0; 10]).expect_err("a folder");
        assert_eq!(taken(&journal).broken.expect("named").0, path);
    }
}
