//! [`Rules`]: which files of the host a service is restarted for. Pure: files are read by a closure.
//!
//! Without a word in the compose file these are the bind mounts of the project's own files that the container may only
//! read: what it writes itself would restart it again and again. Writable ones are watched when the user asks for it.

use crate::ignore::Ignore;
use crate::model::{Build, MountKind, Project, Service};
use crate::value::Name;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What nobody wants to restart for: histories, caches, logs, what editors leave beside a file while it is saved.
const NOISE: &[&str] = &[
    "**/.git",
    "**/.hg",
    "**/.svn",
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

/// Which bind mounts are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writable {
    /// Only those that the container may not write to.
    Leave,
    /// All.
    Watch,
}

/// A file or folder of the host, and the services that are restarted when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// What below it is left out.
    pub ignore: Ignore,
    /// Who is restarted.
    pub services: BTreeSet<Name>,
}

/// A bind mount that is not watched since the container may write to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Whose it is.
    pub service: Name,
    /// Where it is on the host.
    pub path: PathBuf,
}

/// What is watched, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is watched.
    pub roots: Vec<Root>,
    /// What is not.
    pub skipped: Vec<Skipped>,
}

impl Rules {
    /// The bind mounts of these services (all when none is named). `read` gives the text of a file, if it is there.
    pub fn of(project: &Project, targets: &[Name], writable: Writable, read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut rules = Self::default();
        let folder = Path::new(&project.identity.working_dir);
        let asked = |service: &&Service| targets.is_empty() || targets.contains(&service.name);
        for service in project.services.values().filter(asked) {
            for mount in &service.volumes {
                let MountKind::Bind { source } = &mount.kind else { continue };
                let path = cleaned(Path::new(source));
                // What lies elsewhere is no part of the project, such as a socket of the host.
                if !path.starts_with(folder) {
                    continue;
                }
                if !mount.read_only && writable == Writable::Leave {
                    rules.skipped.push(Skipped { service: service.name.clone(), path });
                    continue;
                }
                let ignore = ignore(service.build.as_ref(), &path, read);
                rules.add(path, ignore, &service.name);
            }
        }
        rules
    }

    fn add(&mut self, path: PathBuf, ignore: Ignore, service: &Name) {
        match self.roots.iter_mut().find(|root| root.path == path && root.ignore == ignore) {
            Some(root) => {
                root.services.insert(service.clone());
            }
            None => self.roots.push(Root { path, ignore, services: BTreeSet::from([service.clone()]) }),
        }
    }
}

impl Root {
    /// Whether a path below it is left out; the root itself never is.
    pub fn ignores(&self, path: &Path) -> bool {
        self.below(path).is_some_and(|below| self.ignore.ignores(&below))
    }

    /// Whether nothing in a folder below it is looked at.
    pub fn prunes(&self, folder: &Path) -> bool {
        let below = self.below(folder);
        below.is_some_and(|below| self.ignore.ignores(&below) && !self.ignore.keeps_something_in(&below))
    }

    /// The part to look at again when something happened at a path: the path, or the whole when that holds it; nothing
    /// when it is no matter of this root.
    pub fn concerned(&self, path: &Path) -> Option<PathBuf> {
        if self.path.starts_with(path) {
            return Some(self.path.clone());
        }
        (path.starts_with(&self.path) && !self.ignores(path)).then(|| path.to_owned())
    }

    /// A path relative to the root, with `/` between its parts; nothing for the root itself.
    fn below(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.path).ok()?.to_string_lossy().into_owned();
        (!below.is_empty()).then_some(below)
    }
}

/// What is left out below a mount: noise, and what `.dockerignore` keeps out of the image, unless it keeps out the mount
/// itself. Then it says nothing about the mount: what is mounted need not be in the image.
fn ignore(build: Option<&Build>, mount: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Ignore {
    let noise = || NOISE.iter().map(|pattern| (*pattern).to_owned());
    let rules = build.and_then(|build| dockerignore(build, mount, read)).unwrap_or_default();
    let all: Vec<String> = noise().chain(rules).collect();
    Ignore::new(all.iter().map(String::as_str))
}

/// The patterns of a build's `.dockerignore`, relative to the mount.
fn dockerignore(build: &Build, mount: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Option<Vec<String>> {
    let context = cleaned(Path::new(&build.context));
    let inside = mount.strip_prefix(&context).ok()?.to_string_lossy().into_owned();
    let recipe = context.join(build.dockerfile.as_deref().unwrap_or("Dockerfile"));
    let beside = PathBuf::from(format!("{}.dockerignore", recipe.display()));
    let text = read(&beside).or_else(|| read(&context.join(".dockerignore")))?;
    if !inside.is_empty() && Ignore::parse(&text).ignores(&inside) {
        return None;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(lines.filter_map(|line| relative(line, &inside)).collect())
}

/// A pattern of the context as one of a folder in it; nothing when it can match nothing there.
fn relative(line: &str, folder: &str) -> Option<String> {
    let (sign, pattern) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest.trim()));
    let pattern = pattern.trim_start_matches("./").trim_start_matches('/');
    if folder.is_empty() || pattern.starts_with("**") {
        return Some(format!("{sign}{pattern}"));
    }
    let inner = pattern.strip_prefix(folder)?.strip_prefix('/')?;
    Some(format!("{sign}{inner}"))
}

/// A path without `.` and `..`: whether one lies in another is told from their parts.
fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    const STACK: &str = "
services:
  web:
    image: x
    build: {context: /p}
    volumes:
      - {type: bind, source: /p/src, target: /src, read_only: true}
      - {type: bind, source: /p/data, target: /data}
      - {type: bind, source: /etc/hosts, target: /h, read_only: true}
      - {type: volume, source: v, target: /v}
  worker:
    image: x
    build: {context: /p}
    volumes: [{type: bind, source: /p/src/../src, target: /src, read_only: true}]
  other: {image: x, volumes: [{type: bind, source: /p/nginx.conf, target: /n, read_only: true}]}
volumes: {v: {name: p_v}}
";

    fn rules(targets: &[&str], writable: Writable, dockerignore: Option<&str>) -> Rules {
        let targets: Vec<Name> = targets.iter().map(|name| name.parse().expect("valid")).collect();
        let read = |path: &Path| dockerignore.filter(|_| path == Path::new("/p/.dockerignore")).map(str::to_owned);
        Rules::of(&project(STACK), &targets, writable, &read)
    }

    fn paths(rules: &Rules) -> Vec<(String, Vec<&str>)> {
        let names = |root: &Root| root.path.display().to_string();
        rules.roots.iter().map(|root| (names(root), root.services.iter().map(Name::as_str).collect())).collect()
    }

    #[test]
    fn read_only_files_of_the_project_are_watched_once_for_all_who_mount_them() {
        let rules = rules(&[], Writable::Leave, None);
        assert_eq!(paths(&rules), [("/p/src".into(), vec!["web", "worker"]), ("/p/nginx.conf".into(), vec!["other"])]);
        assert_eq!(rules.skipped, [Skipped { service: "web".parse().expect("valid"), path: "/p/data".into() }]);
    }

    #[test]
    fn a_writable_mount_is_watched_when_asked_for() {
        let rules = rules(&["web"], Writable::Watch, None);
        assert_eq!(paths(&rules), [("/p/src".into(), vec!["web"]), ("/p/data".into(), vec!["web"])]);
        assert!(rules.skipped.is_empty());
    }

    #[test]
    fn noise_is_left_out_whatever_the_file_says() {
        let rules = rules(&["web"], Writable::Leave, None);
        let root = &rules.roots[0];
        for noise in [".git/HEAD", "a/node_modules/x.js", "a/b.pyc", ".app.py.swp", "app.py~", "4913", "x.log"] {
            assert!(root.ignores(&Path::new("/p/src").join(noise)), "{noise}");
        }
        assert!(!root.ignores(Path::new("/p/src/app.py")) && root.prunes(Path::new("/p/src/.git")));
        assert!(!root.ignores(Path::new("/p/src")), "the root itself is what was asked for");
    }

    #[test]
    fn dockerignore_counts_from_its_own_folder() {
        let rules = rules(&["web"], Writable::Leave, Some("# no\nsrc/tmp\n**/*.md\ndocs\n!src/tmp/keep\n"));
        let ignores = |file: &str| rules.roots[0].ignores(&Path::new("/p/src").join(file));
        assert!(ignores("tmp/x") && ignores("a/README.md"));
        assert!(!ignores("docs/x") && !ignores("tmp/keep") && !ignores("app.py"));
    }

    #[test]
    fn what_keeps_the_mount_out_of_the_image_says_nothing_about_the_mount() {
        let rules = rules(&["web"], Writable::Leave, Some("*\n!requirements.txt\n"));
        assert!(!rules.roots[0].ignores(Path::new("/p/src/app.py")));
    }

    #[test]
    fn what_happens_above_a_root_concerns_it_as_a_whole() {
        let rules = rules(&["web"], Writable::Leave, None);
        let concerned = |path: &str| rules.roots[0].concerned(Path::new(path));
        assert_eq!(concerned("/p"), Some("/p/src".into()));
        assert_eq!(concerned("/p/src/a/b"), Some("/p/src/a/b".into()));
        assert_eq!(concerned("/p/other"), None);
        assert_eq!(concerned("/p/src/.git/index"), None);
    }
}
