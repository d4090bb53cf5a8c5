//! [`Batch`]: what is to be done to a container so that it holds what the host holds. Looks only at what is there on the
//! host, and how large it is; [`super::reading`] reads it.

use super::behind::Behind;
use super::reading;
use super::relative::Relative;
use super::scan;
use super::tree::{Content, Held, Tree};
use std::fs;
use std::path::{Path, PathBuf};

/// Files in one batch; what is more goes with the next, while this one is unpacked.
const MOST: usize = 1000;
/// Bytes in one batch.
const BYTES: u64 = 16 << 20;

/// What is to be done to a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Files and links that go.
    pub files: Vec<(Relative, PathBuf)>,
    /// Folders that go if nothing is left in them.
    pub folders: Vec<(Relative, PathBuf)>,
    /// What is put there, folders before what is in them.
    pub puts: Vec<Item>,
    /// What cannot be read on the host, and why.
    pub unreadable: Vec<(Relative, String)>,
}

/// Something that is put into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where on the host, below the root.
    pub path: Relative,
    /// Where in the container.
    pub inside: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// What the host held at the last look.
    pub wanted: Held,
    /// Whose it is going to be, where the container's own user does not take it.
    pub owner: (u64, u64),
    /// What of another kind it takes the place of.
    pub replaces: Replaces,
}

/// What of another kind makes way for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// Nothing.
    Nothing,
    /// A file or link, for a folder.
    File,
    /// A folder, for a file or link: it goes first, if nothing but the host's files was in it.
    Folder,
}

impl Batch {
    /// What brings a container that is behind up to what is at a place of the host; what is gone by now is left for the
    /// next look, with what is below it: an archive makes the folders that it lacks, and nobody would know of them.
    pub fn of(behind: &Behind, tree: &Tree, (root, target): (&Path, &Path), waits: impl Fn(&Relative) -> bool) -> Self {
        let mut batch = Self::default();
        let (mut bytes, mut waiting): (u64, Vec<&Relative>) = (0, Vec::new());
        // What is larger than a batch goes alone, once nothing smaller waits.
        let mut large: Option<Item> = None;
        for (path, holds) in behind.iter().filter(|(path, _)| !waits(path)) {
            let inside = path.below(target);
            match tree.get(path) {
                None => batch.remove(path, holds, inside),
                Some(_) if batch.puts.len() >= MOST || bytes >= BYTES => {}
                Some(_) if waiting.iter().any(|above| path.is_in(above)) => {}
                Some(wanted) => {
                    let is_folder = wanted.content == Content::Folder;
                    let seen = fs::symlink_metadata(path.below(root)).map(Some).or_else(|fault| {
                        if scan::is_gone(&fault) { Ok(None) } else { Err(reading::on_the_host(&fault)) }
                    });
                    let seen = seen.unwrap_or_else(|why| {
                        batch.unreadable.push((path.clone(), why));
                        None
                    });
                    // A folder that is a link by now, or the other way round, waits, too: what is below it would be
                    // written through the link.
                    let is_kind = |seen: &fs::Metadata| seen.is_dir() == is_folder && scan::kind(seen).is_some();
                    let Some(seen) = seen.filter(is_kind) else {
                        waiting.push(path);
                        continue;
                    };
                    let size = if seen.is_file() { seen.len() } else { 0 };
                    let replaces = replaces(holds, wanted);
                    let (path, wanted) = (path.clone(), wanted.clone());
                    let item = Item { path, inside, is_folder, wanted, owner: (0, 0), replaces };
                    if size > BYTES {
                        large.get_or_insert(item);
                    } else {
                        bytes += size;
                        batch.put(item);
                    }
                }
            }
        }
        if let Some(large) = large.filter(|_| batch.is_empty()) {
            batch.put(large);
        }
        batch
    }

    fn put(&mut self, item: Item) {
        if item.replaces == Replaces::Folder {
            self.folders.push((item.path.clone(), item.inside.clone()));
        }
        self.puts.push(item);
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && !self.removes() && self.unreadable.is_empty()
    }

    /// Whether something goes.
    pub fn removes(&self) -> bool {
        !self.files.is_empty() || !self.folders.is_empty()
    }

    fn remove(&mut self, path: &Relative, holds: Option<&Held>, inside: PathBuf) {
        match holds.map(|held| &held.content) {
            Some(Content::Folder) => self.folders.push((path.clone(), inside)),
            Some(_) => self.files.push((path.clone(), inside)),
            None => {}
        }
    }
}

fn replaces(holds: Option<&Held>, held: &Held) -> Replaces {
    let is_folder = held.content == Content::Folder;
    if holds.is_some_and(|holds| holds.content == Content::Unsure) {
        return if is_folder { Replaces::File } else { Replaces::Folder };
    }
    match holds.map(|holds| holds.content == Content::Folder) {
        Some(true) if !is_folder => Replaces::Folder,
        Some(false) if is_folder => Replaces::File,
        _ => Replaces::Nothing,
    }
}

/// Where a link leads in the container: one that leads to a place below the root by its full path leads to the same
/// place there.
pub fn moved(to: &Path, (root, target): (&Path, &Path)) -> PathBuf {
    to.strip_prefix(root).map_or_else(|_| to.to_owned(), |rest| target.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::reading::Reading;
    use crate::watch::rules::Filter;
    use crate::watch::tree::Difference;
    use std::os::unix::fs::symlink;
    use std::sync::Arc;

    struct Bench {
        folder: tempfile::TempDir,
        tree: Tree,
        behind: Behind,
    }

    impl Bench {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().expect("a folder"), tree: Tree::default(), behind: Behind::default() }
        }

        fn look(&mut self) {
            let root = self.folder.path();
            let filter = Filter::of_rule(&[], &[]);
            let found = scan::scan((root, &filter), &Relative::default(), &mut |_| Ok(())).expect("scanned");
            let mut read = |path: &Relative, seen: &_| scan::content(&path.below(root), seen);
            let differences: Vec<Difference> = self.tree.update(&Relative::default(), found, &mut read);
            self.behind.all_changed(&differences);
        }

        fn batch(&self) -> Batch {
            Batch::of(&self.behind, &self.tree, (self.folder.path(), Path::new("/app")), |_| false)
        }

        fn copied(&mut self) {
            let reading = self.reading();
            let journal = reading.journal();
            assert!(reading.count() > 0);
            for (path, held) in reading::taken(&journal).held {
                self.behind.holds(&path, Some(held), self.tree.get(&path));
            }
        }

        fn reading(&self) -> Reading {
            let places = (self.folder.path().to_owned(), PathBuf::from("/app"));
            Reading::new(&Arc::new(self.batch().puts), &Arc::new(places))
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }
    }

    fn names(batch: &Batch) -> Vec<String> {
        batch.puts.iter().map(|item| item.inside.display().to_string()).collect()
    }

    #[test]
    fn all_that_is_new_is_put_folders_first_and_then_nothing_is_left() {
        let mut bench = Bench::new();
        fs::create_dir_all(bench.path("d/e")).expect("made");
        fs::write(bench.path("d/e/f"), "text").expect("written");
        symlink("nowhere", bench.path("dangling")).expect("linked");
        bench.look();
        let batch = bench.batch();
        assert_eq!(names(&batch), ["/app", "/app/d", "/app/d/e", "/app/d/e/f", "/app/dangling"]);
        bench.copied();
        assert!(bench.behind.is_empty(), "{:?}", bench.behind);
    }

    #[test]
    fn files_and_folders_that_change_places_make_way_for_each_other() {
        let mut bench = Bench::new();
        fs::create_dir(bench.path("a")).expect("made");
        fs::write(bench.path("a/x"), "x").expect("written");
        fs::write(bench.path("b"), "b").expect("written");
        bench.look();
        bench.copied();
        fs::remove_dir_all(bench.path("a")).expect("removed");
        fs::write(bench.path("a"), "a").expect("written");
        fs::remove_file(bench.path("b")).expect("removed");
        fs::create_dir(bench.path("b")).expect("made");
        bench.look();
        let batch = bench.batch();
        let replaced: Vec<_> = batch.puts.iter().map(|item| (item.path.to_string(), item.replaces)).collect();
        assert_eq!(replaced, [("a".to_owned(), Replaces::Folder), ("b".to_owned(), Replaces::File)]);
        assert_eq!(batch.files[0].1, Path::new("/app/a/x"));
        assert_eq!(batch.folders[0].1, Path::new("/app/a"));
    }

    #[test]
    fn only_what_the_container_holds_is_removed() {
        let mut bench = Bench::new();
        fs::write(bench.path("a"), "a").expect("written");
        bench.look();
        fs::remove_file(bench.path("a")).expect("removed");
        bench.look();
        assert!(bench.batch().files.is_empty(), "it never got there");
    }

    #[test]
    fn a_folder_that_became_a_link_since_the_last_look_waits_for_the_next_one() {
        let mut bench = Bench::new();
        fs::create_dir_all(bench.path("a")).expect("made");
        fs::create_dir_all(bench.path("b")).expect("made");
        fs::write(bench.path("a/x"), "x").expect("written");
        bench.look();
        fs::remove_dir_all(bench.path("a")).expect("removed");
        symlink("b", bench.path("a")).expect("linked");
        fs::write(bench.path("b/x"), "x").expect("written");
        assert_eq!(names(&bench.batch()), ["/app", "/app/b"]);
        bench.look();
        assert_eq!(names(&bench.batch()), ["/app", "/app/a", "/app/b", "/app/b/x"]);
    }

    #[test]
    fn what_may_be_there_makes_way_whatever_it_is() {
        let mut bench = Bench::new();
        fs::write(bench.path("a"), "a").expect("written");
        bench.look();
        let path = Relative::of(Path::new("/r/a"), Path::new("/r")).expect("below");
        bench.behind.holds(&path, Some(Held::unsure()), bench.tree.get(&path));
        assert_eq!(bench.batch().puts[1].replaces, Replaces::Folder);
    }

    #[test]
    fn what_is_larger_than_a_batch_goes_alone_and_last() {
        let mut bench = Bench::new();
        fs::File::create(bench.path("a")).and_then(|file| file.set_len(BYTES + 1)).expect("made");
        fs::write(bench.path("b"), "b").expect("written");
        bench.look();
        assert_eq!(names(&bench.batch()), ["/app", "/app/b"]);
        bench.copied();
        assert_eq!(names(&bench.batch()), ["/app/a"]);
    }

    #[test]
    fn much_goes_in_pieces() {
        let mut bench = Bench::new();
        for index in 0..MOST + 5 {
            fs::write(bench.path(&format!("f{index:05}")), "x").expect("written");
        }
        bench.look();
        assert_eq!(bench.batch().puts.len(), MOST);
        bench.copied();
        assert_eq!(bench.batch().puts.len(), 6);
    }
}
