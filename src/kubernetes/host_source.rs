//! [`HostSources`]: the paths of the host that a project mounts, as its files write them: what each is called wherever the
//! project is, and what is asked for by `x-kubernetes`.

use super::claim::{self, Backing};
use super::extension;
use crate::document::{Node, Path as Key};
use crate::load::Loaded;
use crate::model::MountKind;
use std::collections::BTreeMap;
use std::path::Path;

/// How many variables are looked at that stand for each other.
const DEEPEST: usize = 8;

/// The paths of the host that a project mounts.
#[derive(Debug, Default)]
pub(super) struct HostSources(BTreeMap<String, HostSource>);

#[derive(Debug, Default)]
struct HostSource {
    /// How the first of its mounts writes it, with its variables.
    written: String,
    /// The keys that ask for a claim: `x-kubernetes.storage` of its mounts, and of volumes that stand for it.
    storage: Vec<Key>,
}

/// Where a path starts, so that it is elsewhere on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// At the project.
    Project,
    /// At the folder of whoever uses the machine.
    Home,
    /// At the root.
    Root,
}

impl HostSources {
    /// Looks at the mounts of all services, and at the volumes that stand for a folder.
    pub fn of(loaded: &Loaded) -> Self {
        let mut found = Self::default();
        for service in loaded.project.services.values() {
            let volumes = Key::of(["services", service.name.as_str(), "volumes"]);
            for (index, mount) in service.volumes.iter().enumerate() {
                if let MountKind::Bind { source } = &mount.kind {
                    let key = volumes.index(index);
                    found.add(loaded, source, (&key.key("source"), &key));
                }
            }
        }
        for (name, volume) in &loaded.project.volumes {
            if let Backing::Folder(folder) = claim::backing(volume) {
                let key = Key::of(["volumes", name.as_str()]);
                found.add(loaded, folder, (&key.key("driver_opts").key("device"), &key));
            }
        }
        found
    }

    fn add(&mut self, loaded: &Loaded, path: &str, (source, whole): (&Key, &Key)) {
        let known = self.0.entry(path.to_owned()).or_insert_with(|| HostSource {
            written: written(loaded, source).unwrap_or_default().to_owned(),
            storage: Vec::new(),
        });
        let storage = storage(whole);
        known.storage.extend(loaded.origins.node(&storage).is_some().then_some(storage));
    }

    /// Whether a path is written as a folder.
    pub fn is_folder(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|source| source.written.ends_with('/'))
    }

    /// Whether a mount of a path asks for a claim.
    pub fn is_claim(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|source| !source.storage.is_empty())
    }

    /// The keys that say something of the claim of a folder, those of the folder itself first.
    pub fn storage(&self, folder: &Path) -> impl Iterator<Item = &Key> {
        let all = self.0.iter().filter(move |(path, _)| Path::new(path).starts_with(folder));
        all.flat_map(|(_, source)| &source.storage)
    }

    /// What is said of the claim of a folder: by the first key that says something.
    pub fn said(&self, loaded: &Loaded, folder: &Path, field: &str) -> Option<String> {
        self.storage(folder).find_map(|storage| said(loaded, storage, field))
    }

    /// A path without what is of this machine alone: as seen from the project, or from the home directory if it is written
    /// so.
    pub fn portable(&self, loaded: &Loaded, path: &Path) -> String {
        let own = loaded.project.identity.working_dir.as_path();
        let home = home(&loaded.environment);
        let written = path.to_str().and_then(|path| self.0.get(path)).map_or("", |source| &source.written);
        let of_home = home.and_then(|home| path.strip_prefix(home).ok());
        match (start(written, &loaded.environment), of_home) {
            _ if path.starts_with(own) => seen_from(own, path),
            (Start::Project, _) if !written.is_empty() => seen_from(own, path),
            (Start::Home, Some(below)) => format!("~/{}", below.display()),
            _ => path.display().to_string(),
        }
    }
}

/// The key that asks for a claim, below that of a mount or volume.
pub(super) fn storage(whole: &Key) -> Key {
    whole.key(extension::KEY).key("storage")
}

/// What a key says of a claim.
pub(super) fn said(loaded: &Loaded, storage: &Key, field: &str) -> Option<String> {
    loaded.origins.node(&storage.key(field)).and_then(Node::as_text).map(str::to_owned)
}

/// The path of the host in the text of a file: a short mount goes on behind a colon.
fn written<'a>(loaded: &'a Loaded, key: &Key) -> Option<&'a str> {
    let span = loaded.origins.place(key)?;
    let range = usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?;
    let text = loaded.sources.text(span.file).get(range)?;
    Some(source(text.trim().trim_matches(['"', '\''])))
}

/// The text in front of the first colon that is in no variable.
fn source(text: &str) -> &str {
    let is_open = |before: &str| before.matches("${").count() > before.matches('}').count();
    let colons = text.match_indices(':').map(|(at, _)| text.get(..at).unwrap_or_default());
    colons.into_iter().find(|before| !is_open(before)).unwrap_or(text)
}

fn home(environment: &BTreeMap<String, String>) -> Option<&str> {
    environment.get("HOME").map(String::as_str).filter(|home| !home.is_empty())
}

/// Where a path starts; a variable in front of it is looked up, or what stands in its place.
fn start(written: &str, environment: &BTreeMap<String, String>) -> Start {
    let mut text = written;
    for _ in 0..DEEPEST {
        let Some(rest) = text.strip_prefix('$') else { break };
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let (name, rest) = rest.split_at(rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len()));
        let value = environment.get(name).filter(|value| !value.is_empty());
        match (name, value) {
            ("HOME", Some(_)) => return Start::Home,
            ("PWD", Some(_)) => return Start::Project,
            (_, Some(value)) if home(environment).is_some_and(|home| Path::new(value).starts_with(home)) => {
                return Start::Home;
            }
            (_, Some(value)) => text = value,
            (_, None) => text = rest.trim_start_matches([':', '-']),
        }
    }
    match text.chars().next() {
        Some('~') => Start::Home,
        Some('/') => Start::Root,
        _ => Start::Project,
    }
}

/// A path as seen from a folder.
fn seen_from(folder: &Path, path: &Path) -> String {
    let shared = folder.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_path_is_told_as_it_is_on_every_machine() {
        let text = "services: {a: {image: x, volumes: ['../b/c:/1', \"~/.aws:/2\", '${HOME}/d:/3:ro', '/srv/d:/4', './e/:/5', \
                    '${NONE:-../f}:/6', {type: bind, source: ../g, target: /7}]}}";
        let mut loaded = testing::loaded(&[("compose.yaml", text)]);
        loaded.environment.insert("HOME".into(), "/home/me".into());
        let sources = HostSources::of(&loaded);
        let own = loaded.project.identity.working_dir.clone();
        let told = |path: &str| sources.portable(&loaded, Path::new(path));
        let beside = |name: &str| told(&own.parent().expect("it is in one").join(name).display().to_string());
        assert_eq!([beside("b/c"), beside("f"), beside("g")], ["../b/c", "../f", "../g"]);
        assert_eq!(told("/srv/d"), "/srv/d");
        let inside = own.join("e").display().to_string();
        assert_eq!((told(&inside), sources.is_folder(&inside), sources.is_folder("/srv/d")), ("e".into(), true, false));
    }

    #[test]
    fn a_variable_in_front_says_where_a_path_starts() {
        let pairs =
            [("HOME", "/home/me"), ("DATA", "../data"), ("MINE", "/home/me/x"), ("ROOT", "/srv"), ("EMPTY", "")];
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let starts = ["$HOME/a", "~", "${DATA}/a", "${MINE}", "${ROOT:?no}", "${EMPTY:-/a}", "${NONE-./a}", "a"];
        let wanted = [Start::Home, Start::Home, Start::Project, Start::Home, Start::Root, Start::Root];
        let found = starts.map(|text| start(text, &environment));
        assert_eq!(found[..6], wanted);
        assert_eq!(found[6..], [Start::Project, Start::Project]);
        assert_eq!(source("${A:-./b}:/c:ro"), "${A:-./b}");
    }
}
