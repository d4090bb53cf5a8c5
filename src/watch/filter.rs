//! [`Filter`]: which files below a root are watched. Pure: files are read by a closure.
//!
//! One answer for all who ask: what is walked, what is watched, what is copied.

use super::relative::Relative;
use super::rules::Disk;
use crate::ignore::Ignore;
use crate::model::Build;
use std::path::{Path, PathBuf};

/// What editors leave beside a file while it is saved.
const EDITORS: &[&str] = &[
    "**/.idea",
    "**/*___jb_old___",
    "**/*___jb_tmp___",
    "**/.#*",
    "**/#*#",
    "**/4913",
    "**/*~",
    "**/.*.sw[a-z]",
    "**/.*.kate-swp",
    "**/*-go-tmp-umask",
];

/// Histories: never a part of what runs.
const HISTORIES: &[&str] = &["**/.git", "**/.hg", "**/.svn"];

/// What nobody wants to restart for: caches, logs, what databases leave beside a file.
const NOISE: &[&str] = &[
    "**/node_modules",
    "**/__pycache__",
    "**/*.pyc",
    "**/.venv",
    "**/target",
    "**/*.log",
    "**/*.pid",
    "**/*.sock",
    "**/*-wal",
    "**/*-shm",
    "**/*.sqlite-journal",
];

/// Which files below a root are watched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What is left out, by paths relative to the root.
    ignore: Ignore,
    /// What the build leaves out, by paths relative to its context: the root's place in it, and the rules.
    build: Option<(String, Ignore)>,
    /// What alone is taken; nothing for all.
    include: Option<Ignore>,
    /// Paths that are never taken, nor what is below them, relative to the root.
    except: Vec<String>,
}

impl Filter {
    /// That of a rule: its own lists, and what editors and histories are.
    pub fn of_rule(ignore: &[String], include: &[String]) -> Self {
        let built_in = HISTORIES.iter().chain(EDITORS).copied();
        let include = (!include.is_empty()).then(|| Ignore::new(include.iter().map(String::as_str)));
        let ignore = Ignore::new(built_in.chain(ignore.iter().map(String::as_str)));
        Self { ignore, include, ..Self::default() }
    }

    /// That of a bind mount without a rule: what nobody wants to restart for is left out, too.
    pub fn of_mount(ignore: &[String]) -> Self {
        let built_in = HISTORIES.iter().chain(EDITORS).chain(NOISE).copied();
        Self { ignore: Ignore::new(built_in.chain(ignore.iter().map(String::as_str))), ..Self::default() }
    }

    /// Leaves out what the `.dockerignore` of a build leaves out, unless it leaves out the root itself: then it says
    /// nothing about what is in it, which was asked for by name.
    #[must_use]
    pub fn and_of_build(mut self, build: &Build, root: &Path, disk: &Disk<'_>) -> Self {
        let Ok(inside) = root.strip_prefix((disk.resolve)(&build.folder())).map(Path::to_owned) else { return self };
        let inside = inside.to_string_lossy().into_owned();
        let Some(text) = build.ignore_files().iter().find_map(|file| (disk.read)(file)) else { return self };
        let rules = Ignore::parse(&text);
        if inside.is_empty() || !rules.ignores(&inside) {
            self.build = Some((inside, rules));
        }
        self
    }

    /// Leaves out files and folders of the host that are no part of it: the compose files and the recipe of the image where
    /// files are copied, or what another rule is about.
    #[must_use]
    pub fn except(mut self, root: &Path, files: impl IntoIterator<Item = PathBuf>) -> Self {
        let below = |file: PathBuf| Some(file.strip_prefix(root).ok()?.to_string_lossy().into_owned());
        self.except.extend(files.into_iter().filter_map(below).filter(|file| !file.is_empty()));
        self
    }

    /// Whether a path is watched; the root itself always is.
    pub fn takes(&self, path: &Relative) -> bool {
        if path.is_root() {
            return true;
        }
        let path = path.as_path().to_string_lossy();
        let included = self.include.as_ref().is_none_or(|include| include.ignores(&path));
        included && !self.ignores(&path) && !self.excepts(&path)
    }

    /// Whether nothing in a folder is looked at.
    pub fn prunes(&self, folder: &Relative) -> bool {
        if folder.is_root() {
            return false;
        }
        let folder = folder.as_path().to_string_lossy();
        let of_build = self.build.as_ref().is_some_and(|(inside, ignore)| prunes(ignore, &joined(inside, &folder)));
        of_build || self.excepts(&folder) || prunes(&self.ignore, &folder)
    }

    fn excepts(&self, path: &str) -> bool {
        let is_in =
            |one: &String| path.strip_prefix(one.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.except.iter().any(is_in)
    }

    /// Whether an event at a path is worth a look: it is watched, or a folder that something watched may be in.
    pub fn looks_at(&self, path: &Relative) -> bool {
        self.takes(path) || (self.include.is_some() && !self.prunes(path)) || self.keeps_something_in(path)
    }

    fn keeps_something_in(&self, path: &Relative) -> bool {
        let path = path.as_path().to_string_lossy();
        let of_build =
            self.build.as_ref().is_some_and(|(inside, ignore)| ignore.keeps_something_in(&joined(inside, &path)));
        of_build || self.ignore.keeps_something_in(&path)
    }

    fn ignores(&self, path: &str) -> bool {
        let of_build = self.build.as_ref().is_some_and(|(inside, ignore)| ignore.ignores(&joined(inside, path)));
        of_build || self.ignore.ignores(path)
    }
}

fn prunes(ignore: &Ignore, folder: &str) -> bool {
    ignore.ignores(folder) && !ignore.keeps_something_in(folder)
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(filter: &Filter, path: &str) -> bool {
        filter.takes(&Relative::of(&Path::new("/p").join(path), Path::new("/p")).expect("below"))
    }

    fn prunes(filter: &Filter, path: &str) -> bool {
        filter.prunes(&Relative::of(&Path::new("/p").join(path), Path::new("/p")).expect("below"))
    }

    fn strings(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|pattern| (*pattern).to_owned()).collect()
    }

    #[test]
    fn a_rule_leaves_out_histories_and_what_editors_leave_and_copies_the_rest() {
        let filter = Filter::of_rule(&[], &[]);
        for noise in [".git/HEAD", "a/.git/x", ".app.py.swp", "app.py~", "4913", ".#lock"] {
            assert!(!takes(&filter, noise), "{noise}");
        }
        for file in ["app.py", "node_modules/x", "x.log", "target/a", ""] {
            assert!(takes(&filter, file), "{file}");
        }
        assert!(prunes(&filter, ".git") && !prunes(&filter, "src"));
        assert!(takes(&Filter::of_rule(&strings(&["!.git"]), &[]), ".git/HEAD"), "what is asked for is taken");
    }

    #[test]
    fn a_mount_leaves_out_what_nobody_restarts_for() {
        let filter = Filter::of_mount(&strings(&["*.bak"]));
        for noise in ["a/node_modules/x.js", "a/b.pyc", "x.log", "f.bak"] {
            assert!(!takes(&filter, noise), "{noise}");
        }
        assert!(takes(&filter, "app.py") && takes(&filter, "d/f.bak"));
    }

    /// In Docker's own matcher of watch rules a `*` alone is lost; to people it means all.
    #[test]
    fn a_star_means_all() {
        assert!(!takes(&Filter::of_rule(&strings(&["*"]), &[]), "a"));
        let filter = Filter::of_rule(&[], &strings(&["*"]));
        assert!(takes(&filter, "a") && takes(&filter, "a/b"));
        let filter = Filter::of_rule(&[], &strings(&["*.py"]));
        assert!(takes(&filter, "a.py") && !takes(&filter, "a.txt") && !prunes(&filter, "sub"));
    }

    fn built(root: &str, dockerignore: &str) -> Filter {
        built_from("/p", root, dockerignore)
    }

    fn built_from(context: &str, root: &str, dockerignore: &str) -> Filter {
        let build = Build { context: context.into(), ..Build::default() };
        let read = |path: &Path| path.ends_with(".dockerignore").then(|| dockerignore.to_owned());
        let resolve =
            |path: &Path| path.strip_prefix("/link").map_or(path.to_owned(), |rest| Path::new("/p").join(rest));
        let disk = Disk { read: &read, resolve: &resolve, is_file: &|_| true };
        Filter::of_rule(&[], &[]).and_of_build(&build, Path::new(root), &disk)
    }

    #[test]
    fn dockerignore_counts_from_its_own_folder() {
        let filter = built("/p/src", "# no\nsrc/tmp\n**/*.md\ndocs\n!src/tmp/keep\n");
        assert!(!takes(&filter, "tmp/x") && !takes(&filter, "a/README.md"));
        assert!(takes(&filter, "docs/x") && takes(&filter, "tmp/keep") && takes(&filter, "app.py"));
        assert!(!prunes(&filter, "tmp"), "something in it is kept");
    }

    #[test]
    fn dockerignore_counts_though_the_project_is_named_through_a_link() {
        assert!(!takes(&built_from("/link", "/p/src", "src/tmp\n"), "tmp/x"));
    }

    #[test]
    fn what_leaves_out_the_root_says_nothing_about_what_is_in_it() {
        assert!(takes(&built("/p/src", "*\n!requirements.txt\n"), "app.py"));
        let all = built("/p", "*\n!src\n");
        assert!(!takes(&all, "app.py") && takes(&all, "src/app.py"));
    }

    #[test]
    fn compose_files_and_recipes_are_no_part_of_what_is_copied() {
        let files = ["/p/compose.yaml", "/q/other"].map(PathBuf::from);
        let filter = Filter::of_rule(&[], &[]).except(Path::new("/p"), files);
        assert!(!takes(&filter, "compose.yaml") && takes(&filter, "sub/compose.yaml"));
        let filter = Filter::of_mount(&[]).except(Path::new("/p"), [PathBuf::from("/p/src")]);
        assert!(!takes(&filter, "src/f") && prunes(&filter, "src") && takes(&filter, "src2/f"));
    }
}
