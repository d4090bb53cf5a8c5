//! [`Checkout`]: whether git is at work on the files right now: what follows a change of branch follows once, at its end.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Git holds its lock for as long as an editor is open for a message, and one that was killed leaves it behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// What shows that git changes files.
#[derive(Debug, Default)]
pub struct Checkout {
    /// The file that git has there meanwhile; nothing outside of a repository.
    lock: Option<PathBuf>,
    /// Since when it is there, as far as was seen.
    since: Option<Instant>,
}

impl Checkout {
    /// That of the repository that a folder is in.
    pub fn of(folder: &Path) -> Self {
        let git = folder.ancestors().map(|above| above.join(".git")).find(|git| git.exists());
        Self { lock: git.and_then(|git| own_folder(&git)).map(|git| git.join("index.lock")), since: None }
    }

    /// Whether git changes files right now; one that goes on too long is not waited for.
    pub fn is_under_way(&mut self, now: Instant) -> bool {
        if !self.lock.as_ref().is_some_and(|lock| lock.exists()) {
            self.since = None;
            return false;
        }
        now.saturating_duration_since(*self.since.get_or_insert(now)) < PATIENCE
    }
}

/// Where git keeps what it knows of a working tree: a further one has a file there that says it.
fn own_folder(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = std::fs::read_to_string(git).ok()?;
    Some(git.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_lock_says_that_git_is_at_work_unless_it_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (inside, lock) = (folder.path().join("a/b"), folder.path().join(".git/index.lock"));
        fs::create_dir_all(&inside).expect("made");
        fs::create_dir(folder.path().join(".git")).expect("made");
        let (mut checkout, now) = (Checkout::of(&inside), Instant::now());
        assert!(!checkout.is_under_way(now));
        fs::write(&lock, "").expect("made");
        assert!(checkout.is_under_way(now) && !checkout.is_under_way(now + PATIENCE));
        fs::remove_file(&lock).expect("removed");
        assert!(!checkout.is_under_way(now + PATIENCE));
        fs::write(&lock, "").expect("made");
        assert!(checkout.is_under_way(now + PATIENCE), "another one");
    }

    #[test]
    fn a_further_working_tree_has_its_lock_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let (tree, git) = (folder.path().join("tree"), folder.path().join("main/.git/worktrees/tree"));
        fs::create_dir_all(&git).expect("made");
        fs::create_dir(&tree).expect("made");
        fs::write(tree.join(".git"), format!("gitdir: {}\n", git.display())).expect("written");
        fs::write(git.join("index.lock"), "").expect("written");
        assert!(Checkout::of(&tree).is_under_way(Instant::now()));
    }
}
