//! [`Rules`]: which files of the host are watched for which service, and what a change causes. Pure: files are read by
//! a closure.
//!
//! `develop.watch` says it, and `x-reload` of a bind mount that no such rule covers. Without a word in the compose file, a
//! service is restarted for the bind mounts of the project's own files that it may only read: what it writes itself would
//! restart it again and again.

use super::files::RootId;
pub use super::filter::Filter;
use super::part::Root;
pub use super::rule::{Reaction, Rule, Then};
use crate::model::{Build, Develop, Mount, MountKind, Project, Reload, ReloadBy, Service, Watch, WatchAction, cleaned};
use crate::value::Name;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Which bind mounts without a rule restart their service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// None.
    Ignore,
    /// Those that the container may only read.
    ReadOnly,
    /// All.
    All,
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
    /// The files.
    pub roots: Vec<Root>,
    /// What changes in them cause.
    pub rules: Vec<Rule>,
    /// What is not watched, and might be meant to be.
    pub skipped: Vec<Skipped>,
    /// The files that the project is described by.
    pub model: Vec<RootId>,
}

/// How files are found and read.
pub struct Disk<'a> {
    /// The text of a file, if it is there.
    pub read: &'a dyn Fn(&Path) -> Option<String>,
    /// A path without links in it, as far as it is there.
    pub resolve: &'a dyn Fn(&Path) -> PathBuf,
    /// Whether a path is a file.
    pub is_file: &'a dyn Fn(&Path) -> bool,
}

impl Rules {
    /// What is watched for these services, all when none is named.
    pub fn of(project: &Project, targets: &[Name], mounts: Mounts, disk: &Disk<'_>) -> Self {
        let mut rules = Self::default();
        let asked = |service: &&Service| targets.is_empty() || targets.contains(&service.name);
        for service in project.services.values().filter(asked) {
            for watch in service.develop.iter().flat_map(|develop: &Develop| &develop.watch) {
                rules.take(project, service, watch, disk);
            }
            for mount in &service.volumes {
                rules.take_mount((project, service), mount, mounts, disk);
            }
        }
        rules
    }

    /// Watches the files that the project is described by, too.
    pub fn watch_model(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        for file in files {
            let root = self.root(file, Filter::default());
            self.model.push(root);
        }
    }

    fn take(&mut self, project: &Project, service: &Service, watch: &Watch, disk: &Disk<'_>) {
        let path = (disk.resolve)(&cleaned(Path::new(&watch.path)));
        let ignore: Vec<String> = watch.ignore.iter().chain(ignored(watch.reload.as_ref())).cloned().collect();
        let mut filter = Filter::of_rule(&ignore, &watch.include);
        if let Some(build) = &service.build {
            filter = filter.and_of_build(build, &path, disk);
        }
        if watch.action.copies() {
            filter = filter.except(&path, sources(project, service.build.as_ref(), disk));
        }
        let reaction = reaction(service, watch, &path, disk);
        let is_single = (disk.is_file)(&path);
        let rule = Rule {
            service: service.name.clone(),
            moored: moored(service, &path, disk),
            name_within: path.file_name().filter(|_| is_within(watch) && !is_single).map(OsStr::to_owned),
            is_writable: is_writable(project, &path, disk),
            root: self.root(path, filter),
            reaction,
            initial_sync: watch.initial_sync,
            dependents: dependents(watch.reload.as_ref()),
            is_left: false,
        };
        self.rules.push(rule);
    }

    /// A bind mount that no rule covers.
    fn take_mount(&mut self, (project, service): (&Project, &Service), mount: &Mount, mounts: Mounts, disk: &Disk<'_>) {
        let MountKind::Bind { source } = &mount.kind else { return };
        let path = (disk.resolve)(&cleaned(Path::new(source)));
        let reload = mount.reload.as_ref();
        let (ruled, told) = (ruled(service, disk), told(service, disk));
        let is_said_elsewhere = ruled.iter().chain(told.iter().filter(|_| reload.is_none()));
        let is_covered = is_said_elsewhere.clone().any(|other| path.starts_with(other));
        if is_covered || reload.is_some_and(|reload| reload.by == ReloadBy::Itself) {
            return;
        }
        if reload.is_none() {
            let folder = (disk.resolve)(&project.identity.working_dir);
            // What lies elsewhere is no part of the project, such as a socket of the host.
            if mounts == Mounts::Ignore || !path.starts_with(&folder) {
                return;
            }
            if !mount.read_only && mounts == Mounts::ReadOnly {
                return self.skipped.push(Skipped { service: service.name.clone(), path });
            }
        }
        let ignore: Vec<String> = ignored(reload).cloned().collect();
        // What a rule is about, or a mount that says how, is not this one's matter.
        let others = ruled.into_iter().chain(told).filter(|other| *other != path);
        let mut filter = Filter::of_mount(&ignore).except(&path, others);
        if let Some(build) = &service.build {
            filter = filter.and_of_build(build, &path, disk);
        }
        let rule = Rule {
            service: service.name.clone(),
            moored: moored(service, &path, disk),
            name_within: None,
            is_writable: is_writable(project, &path, disk),
            root: self.root(path, filter),
            reaction: reload.map_or(Reaction::Restart, |reload| Reaction::Notice(Then::of(reload))),
            initial_sync: false,
            dependents: dependents(reload),
            is_left: false,
        };
        self.rules.push(rule);
    }

    /// The root with a path and a filter: one for all who ask for the same.
    fn root(&mut self, path: PathBuf, filter: Filter) -> RootId {
        let root = Root { path, filter };
        let known = self.roots.iter().position(|one| *one == root);
        RootId(known.unwrap_or_else(|| {
            self.roots.push(root);
            self.roots.len() - 1
        }))
    }
}

/// What the rules of a service are about.
fn ruled(service: &Service, disk: &Disk<'_>) -> Vec<PathBuf> {
    let rules = service.develop.iter().flat_map(|develop| &develop.watch);
    rules.map(|watch| (disk.resolve)(&cleaned(Path::new(&watch.path)))).collect()
}

/// What those bind mounts of a service are about that say how it takes up what changes.
fn told(service: &Service, disk: &Disk<'_>) -> Vec<PathBuf> {
    bound(service, disk).filter(|(mount, _)| mount.reload.is_some()).map(|(_, source)| source).collect()
}

fn reaction(service: &Service, watch: &Watch, path: &Path, disk: &Disk<'_>) -> Reaction {
    let then = match (watch.action, &watch.reload) {
        (WatchAction::Rebuild, _) => return Reaction::Rebuild,
        (_, Some(reload)) => Then::of(reload),
        (WatchAction::Restart, None) => return Reaction::Restart,
        (WatchAction::Sync, None) => Then::Nothing,
        (WatchAction::SyncRestart, None) => Then::Restart,
        (WatchAction::SyncExec, None) => watch.exec.clone().map_or(Then::Nothing, Then::Exec),
    };
    if !watch.action.copies() || is_mounted(service, path, disk) {
        return Reaction::Notice(then);
    }
    let target = Path::new(watch.target.as_deref().unwrap_or("/"));
    let target = Path::new("/").join(target);
    let target = match path.file_name().filter(|_| is_within(watch) && (disk.is_file)(path)) {
        Some(name) => target.join(name),
        None => target,
    };
    Reaction::Sync { target: cleaned(&target), then }
}

/// Whether a file goes into the target: it is written as a folder.
fn is_within(watch: &Watch) -> bool {
    watch.target.as_deref().is_some_and(|target| target.ends_with('/'))
}

/// Where the bind mounts of a service lead to.
fn bound<'a>(service: &'a Service, disk: &'a Disk<'_>) -> impl Iterator<Item = (&'a Mount, PathBuf)> {
    service.volumes.iter().filter_map(|mount| match &mount.kind {
        MountKind::Bind { source } => Some((mount, (disk.resolve)(&cleaned(Path::new(source))))),
        _ => None,
    })
}

/// Whether some container may write to what is at a path.
fn is_writable(project: &Project, path: &Path, disk: &Disk<'_>) -> bool {
    let writable = |service: &Service| {
        let mut sources = bound(service, disk).filter(|(mount, _)| !mount.read_only);
        sources.any(|(_, source)| path.starts_with(&source) || source.starts_with(path))
    };
    project.services.values().any(writable)
}

/// Whether a container has what is at a path by a bind mount: copying it would be writing it onto itself.
fn is_mounted(service: &Service, path: &Path, disk: &Disk<'_>) -> bool {
    bound(service, disk).any(|(_, source)| path.starts_with(source))
}

/// The single files at or below a path that a container has by a mount.
fn moored(service: &Service, path: &Path, disk: &Disk<'_>) -> Vec<PathBuf> {
    let sources = bound(service, disk).map(|(_, source)| source);
    sources.filter(|source| source.starts_with(path) && (disk.is_file)(source)).collect()
}

fn ignored(reload: Option<&Reload>) -> impl Iterator<Item = &String> {
    reload.into_iter().flat_map(|reload| &reload.ignore)
}

fn dependents(reload: Option<&Reload>) -> Vec<Name> {
    reload.map(|reload| reload.dependents.clone()).unwrap_or_default()
}

/// What a project and an image are described by: no part of what runs.
fn sources(project: &Project, build: Option<&Build>, disk: &Disk<'_>) -> Vec<PathBuf> {
    let of_build = build.into_iter().flat_map(|build| build.ignore_files().into_iter().chain([build.recipe()]));
    // A file that is a link is where the link is.
    let placed = |file: PathBuf| match (file.parent(), file.file_name()) {
        (Some(folder), Some(name)) => (disk.resolve)(folder).join(name),
        _ => file,
    };
    project.identity.files.iter().cloned().chain(of_build).map(placed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;
    use crate::watch::relative::Relative;

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

    fn rules_of(text: &str, targets: &[&str], mounts: Mounts) -> Rules {
        let targets: Vec<Name> = targets.iter().map(|name| name.parse().expect("valid")).collect();
        let disk = Disk { read: &|_| None, resolve: &Path::to_owned, is_file: &|_| false };
        Rules::of(&project(text), &targets, mounts, &disk)
    }

    fn paths(rules: &Rules) -> Vec<(String, &str)> {
        let path = |rule: &Rule| rules.roots[rule.root.0].path.display().to_string();
        rules.rules.iter().map(|rule| (path(rule), rule.service.as_str())).collect()
    }

    #[test]
    fn read_only_files_of_the_project_are_watched_once_for_all_who_mount_them() {
        let rules = rules_of(STACK, &[], Mounts::ReadOnly);
        let expected = [("/p/src", "web"), ("/p/src", "worker"), ("/p/nginx.conf", "other")];
        assert_eq!(paths(&rules), expected.map(|(path, service)| (path.to_owned(), service)));
        assert_eq!(rules.roots.len(), 2);
        assert_eq!(rules.skipped, [Skipped { service: "web".parse().expect("valid"), path: "/p/data".into() }]);
        assert!(rules.rules.iter().all(|rule| rule.reaction == Reaction::Restart));
    }

    #[test]
    fn a_writable_mount_is_watched_when_asked_for() {
        let rules = rules_of(STACK, &["web"], Mounts::All);
        assert_eq!(paths(&rules), [("/p/src".to_owned(), "web"), ("/p/data".to_owned(), "web")]);
        assert!(rules.skipped.is_empty());
        assert!(rules_of(STACK, &["web"], Mounts::Ignore).rules.is_empty());
    }

    fn watching(rule: &str) -> Rules {
        let text = format!(
            "services: {{a: {{image: x, volumes: [{{type: bind, source: /p/conf, target: /conf}}], \
             develop: {{watch: [{rule}]}}}}}}"
        );
        rules_of(&text, &[], Mounts::ReadOnly)
    }

    #[test]
    fn what_a_rule_says_is_what_happens() {
        let reaction = |rule: &str| watching(rule).rules[0].reaction.clone();
        let sync = |target: &str, then| Reaction::Sync { target: target.into(), then };
        assert_eq!(reaction("{path: /p/src, action: sync, target: /app/}"), sync("/app", Then::Nothing));
        assert_eq!(reaction("{path: /p/src, action: sync, target: app}"), sync("/app", Then::Nothing));
        assert_eq!(reaction("{path: /p/src, action: sync+restart, target: /app}"), sync("/app", Then::Restart));
        let Reaction::Sync { then: Then::Exec(hook), .. } =
            reaction("{path: /p/src, action: sync+exec, target: /app, exec: {command: [reload]}}")
        else {
            panic!("runs nothing")
        };
        assert_eq!(hook.command, Some(vec!["reload".to_owned()]));
        assert_eq!(reaction("{path: /p/src, action: restart}"), Reaction::Restart);
        assert_eq!(reaction("{path: /p/src, action: rebuild}"), Reaction::Rebuild);
    }

    #[test]
    fn what_is_mounted_is_not_copied_onto_itself() {
        let rules = watching("{path: /p/conf/sub, action: sync+restart, target: /conf/sub}");
        assert_eq!(rules.rules[0].reaction, Reaction::Notice(Then::Restart));
    }

    #[test]
    fn the_mount_says_how_it_is_reloaded_whoever_may_write_to_it() {
        let reaction = |mount: &str| {
            let text = format!("services: {{a: {{image: x, volumes: [{{type: bind, target: /c, {mount}}}]}}}}");
            rules_of(&text, &[], Mounts::Ignore).rules.first().map(|rule| rule.reaction.clone())
        };
        let by = |signal: &str| Reaction::Notice(Then::Signal(signal.parse().expect("valid")));
        assert_eq!(reaction("source: /p/c, x-reload: {signal: HUP}"), Some(by("HUP")));
        assert_eq!(reaction("source: /elsewhere, x-reload: restart"), Some(Reaction::Notice(Then::Restart)));
        assert_eq!(reaction("source: /p/c, read_only: true, x-reload: 'off'"), None);
    }

    #[test]
    fn what_a_rule_says_about_reloading_takes_the_place_of_its_action() {
        let reaction = |rule: &str| watching(rule).rules[0].reaction.clone();
        let by = Then::Signal("USR1".parse().expect("valid"));
        let noticed = reaction("{path: /p/src, action: restart, x-reload: {signal: USR1}}");
        assert_eq!(noticed, Reaction::Notice(by.clone()));
        let synced = reaction("{path: /p/src, action: sync, target: /a, x-reload: {signal: USR1}}");
        assert_eq!(synced, Reaction::Sync { target: "/a".into(), then: by });
    }

    #[test]
    fn a_rule_says_more_than_the_mount() {
        let rules = watching("{path: /p/conf, action: restart}");
        assert_eq!(paths(&rules).len(), 1);
        assert!(rules.skipped.is_empty());
    }

    #[test]
    fn what_a_rule_is_about_is_no_matter_of_a_mount_around_it() {
        let text = "services: {a: {image: x, volumes: [{type: bind, source: /p, target: /c, read_only: true}], \
                    develop: {watch: [{path: /p/src, action: sync, target: /app}]}}}";
        let rules = rules_of(text, &[], Mounts::ReadOnly);
        let takes = |path: &str| {
            let path = Relative::of(&Path::new("/p").join(path), Path::new("/p")).expect("below");
            rules.roots[1].filter.takes(&path)
        };
        assert!(takes("conf/f") && !takes("src/f"));
    }

    #[test]
    fn a_mount_that_says_how_it_is_reloaded_counts_in_whatever_order_it_stands() {
        let (outer, inner) = (
            "{type: bind, source: /p, target: /c, read_only: true}",
            "{type: bind, source: /p/conf, target: /d, read_only: true, x-reload: {signal: HUP}}",
        );
        for mounts in [[outer, inner], [inner, outer]] {
            let text = format!("services: {{a: {{image: x, volumes: [{}]}}}}", mounts.join(", "));
            let rules = rules_of(&text, &[], Mounts::ReadOnly);
            let of =
                |path: &str| rules.rules.iter().find(|rule| rules.roots[rule.root.0].path == Path::new(path)).unwrap();
            assert!(matches!(of("/p/conf").reaction, Reaction::Notice(Then::Signal(_))));
            assert_eq!(of("/p").reaction, Reaction::Restart);
            let conf = Relative::of(Path::new("/p/conf/f"), Path::new("/p")).expect("below");
            assert!(!rules.roots[of("/p").root.0].filter.takes(&conf));
        }
    }

    #[test]
    fn only_what_some_container_may_write_to_can_be_written_by_one() {
        let rules = rules_of(STACK, &[], Mounts::All);
        let writable = rules.rules.iter().map(|rule| rule.is_writable).collect::<Vec<_>>();
        assert_eq!(writable, [false, true, false, false], "of src, data, src, nginx.conf");
    }
}
