//! Real files, real events; each test waits for what is told, never for time to pass.

use super::*;
use notify::EventKind;
use std::fs;
use std::time::Duration;

/// A folder with a watch on it.
struct Bench {
    folder: tempfile::TempDir,
    watch: Files,
}

impl Bench {
    /// These files, watched as one root (`src`, or the file itself).
    fn new(root: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, text).expect("written");
            // Long enough ago that nothing else can have the same time.
            let then = std::time::SystemTime::now() - Duration::from_secs(10);
            fs::File::options().write(true).open(path).and_then(|file| file.set_modified(then)).expect("set");
        }
        let root = Root { path: resolved(&folder.path().join(root)), filter: Filter::of_rule(&[], &[]) };
        let watch = Files::start(&[root], folder.path()).expect("the kernel watches");
        Self { folder, watch }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("written");
    }

    /// Saves as many editors do: another file takes the place.
    fn replace(&self, path: &str, text: &str) {
        let beside = self.path(&format!("{path}.new"));
        fs::write(&beside, text).expect("written");
        fs::rename(beside, self.path(path)).expect("renamed");
    }

    /// The files that are told next.
    async fn told(&mut self) -> Vec<String> {
        let changes = tokio::time::timeout(Duration::from_secs(20), self.watch.next()).await.expect("in time");
        let files = changes.expect("watched").into_iter().flat_map(|change| change.differences);
        let root = self.watch.parts[0].root.path.strip_prefix(resolved(self.folder.path())).expect("below").to_owned();
        let of_files = files.filter(Difference::is_of_files);
        of_files.map(|one| one.path.below(&root).display().to_string()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_is_told_and_a_touch_is_not() {
    let mut bench = Bench::new("src", &[("src/a", "one"), ("src/b", "two")]);
    bench.write("src/b", "two");
    bench.replace("src/b", "two");
    bench.write("src/a", "new");
    assert_eq!(bench.told().await, ["src/a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_file_may_be_replaced_again_and_again() {
    let mut bench = Bench::new("nginx.conf", &[("nginx.conf", "one"), ("other", "x")]);
    for text in ["two", "three"] {
        bench.write("other", text);
        bench.replace("nginx.conf", text);
        assert_eq!(bench.told().await, ["nginx.conf"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_folders_are_watched_with_all_that_is_in_them() {
    let mut bench = Bench::new("src", &[("src/a", "one")]);
    fs::create_dir_all(bench.path("src/x/y")).expect("made");
    bench.write("src/x/y/f", "f");
    assert_eq!(bench.told().await, ["src/x/y/f"]);
    bench.write("src/x/y/f", "g");
    assert_eq!(bench.told().await, ["src/x/y/f"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_folder_is_watched_by_its_new_name() {
    let mut bench = Bench::new("src", &[("src/d1/sub/z", "z")]);
    fs::rename(bench.path("src/d1"), bench.path("src/c2")).expect("renamed");
    assert_eq!(bench.told().await, ["src/c2/sub/z", "src/d1/sub/z"]);
    bench.write("src/c2/sub/z", "new");
    assert_eq!(bench.told().await, ["src/c2/sub/z"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_that_is_made_anew_is_watched_again() {
    let mut bench = Bench::new("src", &[("src/a", "one")]);
    fs::remove_dir_all(bench.path("src")).expect("removed");
    assert_eq!(bench.told().await, ["src/a"]);
    fs::create_dir(bench.path("src")).expect("made");
    bench.write("src/a", "two");
    assert_eq!(bench.told().await, ["src/a"]);
    bench.write("src/a", "three");
    assert_eq!(bench.told().await, ["src/a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_may_come_later_than_the_watch() {
    let mut bench = Bench::new("conf/app/app.conf", &[("compose.yaml", "")]);
    fs::create_dir_all(bench.path("conf/app")).expect("made");
    bench.write("conf/app/app.conf", "one");
    assert_eq!(bench.told().await, ["conf/app/app.conf"]);
}

#[tokio::test]
async fn folders_that_are_left_out_are_not_watched() {
    let bench = Bench::new("src", &[("src/a", ""), ("src/.git/objects/00/x", ""), ("src/sub/b", "")]);
    let base = resolved(bench.folder.path());
    let known: Vec<_> = bench.watch.folders.known().iter().filter_map(|path| path.strip_prefix(&base).ok()).collect();
    assert_eq!(known, [Path::new(""), Path::new("src"), Path::new("src/sub")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_event_makes_everything_be_looked_at() {
    let mut bench = Bench::new("src", &[("src/a", "one")]);
    bench.watch.folders.forget(&bench.watch.folder.join("src"));
    bench.write("src/a", "two");
    let lost = notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
    bench.watch.inbox.put(Ok(lost));
    assert_eq!(bench.told().await, ["src/a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_kernel_has_no_room_it_is_looked_now_and_then() {
    let mut bench = Bench::new("src", &[("src/a", "one"), ("src/d/b", "two")]);
    let full = notify::Error::io(rustix::io::Errno::MFILE.into());
    bench.watch.folders = Folders::new(Err(full)).expect("no fault");
    bench.watch.lost = true;
    bench.write("src/d/b", "three");
    assert_eq!(bench.told().await, ["src/d/b"]);
    assert_eq!(bench.watch.crowded().map(|(limit, folders)| (limit, folders >= 2)), Some((Limit::Instances, true)));
    bench.write("src/d/c", "new");
    assert_eq!(bench.told().await, ["src/d/c"]);
}
