//! [`Scenario`]: a project folder of its own, and a clean engine afterwards.

use super::check::{Check, Seen};
use super::engine::{self, Container};
use super::running::{Ran, Running};
use super::{Proxy, canary};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A project folder of its own, copied to a temporary place and called as no other, so that tests run side by side.
/// What the engine holds of it is removed at the end, also when the test fails.
pub struct Scenario {
    home: tempfile::TempDir,
    project: String,
    /// More variables for the commands.
    environment: BTreeMap<String, String>,
    /// The engine's address for hoist, when it is not the engine itself.
    host: Option<String>,
    /// Networks and volumes that the test made outside of the project.
    external: RefCell<Vec<String>>,
    /// Anonymous volumes that its containers had before a command: a `down` leaves them to nobody.
    anonymous: RefCell<BTreeSet<String>>,
}

/// A command of a step.
pub struct Words {
    program: Program,
    words: Vec<String>,
}

enum Program {
    Hoist,
    Compose,
}

/// `hoist up …`
pub fn up<const N: usize>(words: [&str; N]) -> Words {
    hoist(["up"]).and(words)
}

/// `hoist down …`
pub fn down<const N: usize>(words: [&str; N]) -> Words {
    hoist(["down"]).and(words)
}

/// `hoist …`
pub fn hoist<const N: usize>(words: [&str; N]) -> Words {
    Words { program: Program::Hoist, words: words.map(str::to_owned).into() }
}

/// `docker compose …`
pub fn compose<const N: usize>(words: [&str; N]) -> Words {
    Words { program: Program::Compose, words: words.map(str::to_owned).into() }
}

impl Words {
    fn and<const N: usize>(mut self, more: [&str; N]) -> Self {
        self.words.extend(more.map(str::to_owned));
        self
    }
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Scenario {
    /// The folder `tests/cases/cli/<case>/`.
    pub fn new(case: &str) -> Self {
        Self::of("tests/cases/cli", case)
    }

    /// A folder below one of the repository.
    pub fn of(folder: &str, case: &str) -> Self {
        Self::copied(&root().join(folder).join(case), case)
    }

    /// The folder `examples/<example>/`.
    pub fn example(example: &str) -> Self {
        Self::of("examples", example)
    }

    /// A folder with nothing in it.
    pub fn empty() -> Self {
        Self::made("empty")
    }

    fn copied(from: &Path, name: &str) -> Self {
        let scenario = Self::made(name);
        copy(from, &scenario.folder());
        scenario
    }

    fn made(name: &str) -> Self {
        if uses_engine() {
            engine::socket();
        }
        let home = tempfile::Builder::new().prefix("hoist-test-").tempdir().expect("a temporary folder");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let project = format!("{}-{}-{number}", name.replace('_', "-"), std::process::id());
        std::fs::create_dir(home.path().join(&project)).expect("a folder");
        Self {
            home,
            project,
            environment: BTreeMap::new(),
            host: None,
            external: RefCell::default(),
            anonymous: RefCell::default(),
        }
    }

    /// The project's name, and its folder's.
    pub fn project(&self) -> &str {
        &self.project
    }

    pub fn folder(&self) -> PathBuf {
        self.home.path().join(&self.project)
    }

    /// Sets a variable for all commands from here on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Lets hoist talk to the engine through a proxy.
    pub fn through(&mut self, proxy: &Proxy) {
        self.host = Some(proxy.address());
    }

    /// Lets hoist talk to the engine itself again.
    pub fn directly(&mut self) {
        self.host = None;
    }

    /// Lets hoist look for an engine there.
    pub fn at(&mut self, host: &str) {
        self.host = Some(host.to_owned());
    }

    /// Writes a file of the project.
    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder().join(file), text).expect("the folder is there");
    }

    /// Replaces a piece of text in a file of the project.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.folder().join(file)).expect("the file is there");
        assert!(text.contains(from), "no '{from}' in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// Runs `hoist`.
    pub fn hoist<const N: usize>(&self, words: [&str; N]) -> Ran {
        self.spawn(words).wait()
    }

    /// Runs `hoist` with words that are not counted.
    pub fn hoist_words(&self, words: &[&str]) -> Ran {
        Running::spawn(self.hoist_command(words)).wait()
    }

    /// Runs `hoist` with these bytes, and then their end, on standard input.
    pub fn fed<const N: usize>(&self, bytes: &[u8], words: [&str; N]) -> Ran {
        let running = Running::reading(self.hoist_command(&words), Stdio::piped());
        let mut input = running.child.lock().unwrap().stdin.take().expect("is piped");
        let bytes = bytes.to_vec();
        // Who reads no more is no fault.
        std::thread::spawn(move || drop(input.write_all(&bytes)));
        running.wait()
    }

    /// A program in the project's folder that finds the engine as `hoist` does.
    pub fn program(&self, program: &str) -> Command {
        self.command(program)
    }

    /// Runs `docker compose` with words that are not counted, past any proxy.
    pub fn compose_words(&self, words: &[&str]) -> Ran {
        Running::spawn(self.compose_command(words)).wait()
    }

    /// Starts `hoist`.
    pub fn spawn<const N: usize>(&self, words: [&str; N]) -> Running {
        self.spawn_words(&words)
    }

    /// Starts `hoist` with words that are not counted.
    pub fn spawn_words(&self, words: &[&str]) -> Running {
        Running::spawn(self.hoist_command(words))
    }

    /// Runs `docker compose`, past any proxy.
    pub fn compose<const N: usize>(&self, words: [&str; N]) -> Ran {
        Running::spawn(self.compose_command(&words)).wait()
    }

    /// Starts `docker compose`, past any proxy.
    pub fn spawn_compose<const N: usize>(&self, words: [&str; N]) -> Running {
        Running::spawn(self.compose_command(&words))
    }

    /// Runs `docker`, past any proxy.
    pub fn docker<const N: usize>(&self, words: [&str; N]) -> Ran {
        self.spawn_docker(words).wait()
    }

    /// Starts `docker`, past any proxy.
    pub fn spawn_docker<const N: usize>(&self, words: [&str; N]) -> Running {
        let mut command = self.command("docker");
        command.args(words);
        Running::spawn(command)
    }

    /// Runs a command of the user, looks at the state, then at the exit code.
    #[track_caller]
    pub fn step<const N: usize>(self, what: &str, command: Words, checks: [Check; N]) -> Self {
        let before = Seen::of(&self.project);
        let Words { program, words } = command;
        let all: Vec<&str> = words.iter().map(String::as_str).collect();
        let command = match program {
            Program::Hoist => self.hoist_command(&all),
            Program::Compose => self.compose_command(&all),
        };
        let ran = Running::spawn(command).wait();
        let after = Seen::of(&self.project);
        for check in checks {
            if let Err(fault) = check.holds(&before, &after) {
                panic!("{what}: {fault}\n{}", ran.told());
            }
        }
        assert_eq!(ran.code, Some(0), "{what}\n{}", ran.told());
        self
    }

    fn hoist_command(&self, words: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_hoist"));
        if let Some(host) = &self.host {
            command.env("DOCKER_HOST", host);
        }
        command.args(words);
        command
    }

    fn compose_command(&self, words: &[&str]) -> Command {
        let mut command = self.command("docker");
        command.arg("compose").args(words);
        command
    }

    /// A program in the project's folder, with nothing of the tester's environment but what leads to the private
    /// engine; without that, to none.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.remember();
        let mut command = Command::new(program);
        command.current_dir(self.folder()).env_clear().env("HOME", self.home.path());
        for name in ["PATH", "DOCKER_CONFIG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let socket = if uses_engine() { engine::socket() } else { self.home.path().join("no-engine.sock") };
        command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
        command.envs(&self.environment);
        command
    }

    fn remember(&self) {
        if uses_engine() {
            self.anonymous.borrow_mut().extend(engine::anonymous_volumes(&self.project));
        }
    }

    /// The project's containers in every state, by name.
    pub fn containers(&self) -> Vec<Container> {
        engine::containers(&self.project)
    }

    /// The only container of a service.
    #[track_caller]
    pub fn container(&self, service: &str) -> Container {
        let mut all: Vec<_> = self.containers().into_iter().filter(|one| one.service() == service).collect();
        let names: Vec<_> = all.iter().map(|one| one.name().to_owned()).collect();
        assert_eq!(all.len(), 1, "containers of '{service}': {names:?}");
        all.remove(0)
    }

    /// The project's networks: name to labels.
    pub fn networks(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        engine::networks(&self.project)
    }

    /// The project's volumes: name to labels.
    pub fn volumes(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        engine::volumes(&self.project)
    }

    /// What the engine calls something of this project: `<project>_<key>`.
    pub fn name_of(&self, key: &str) -> String {
        format!("{}_{key}", self.project)
    }

    /// A shell command in a service's container; gives exit code and output.
    pub fn inside(&self, service: &str, script: &str) -> Ran {
        self.docker(["exec", self.container(service).id(), "sh", "-c", script])
    }

    /// Makes a volume that is not the project's; gives its name.
    pub fn external_volume(&self, key: &str) -> String {
        let name = format!("{}-outside-{key}", self.project);
        self.docker(["volume", "create", &name]).ok();
        self.external.borrow_mut().push(name.clone());
        name
    }

    /// Makes a network that is not the project's; gives its name.
    pub fn external_network(&self, key: &str) -> String {
        let name = format!("{}-outside-{key}", self.project);
        self.docker(["network", "create", &name]).ok();
        self.external.borrow_mut().push(name.clone());
        name
    }

    /// Fails unless the engine holds nothing of the project any more.
    #[track_caller]
    pub fn is_gone(&self) {
        let containers: Vec<_> = self.containers().iter().map(|one| one.name().to_owned()).collect();
        let left = (containers, self.networks(), self.volumes());
        assert!(left.0.is_empty() && left.1.is_empty() && left.2.is_empty(), "left on the engine: {left:?}");
    }

    /// A text with what differs from run to run made plain: the folder, the project, ids, times.
    pub fn filtered(&self, text: &str) -> String {
        let text = text.replace(&self.folder().display().to_string(), "FOLDER").replace(&self.project, "PROJECT");
        text.split_inclusive(char::is_whitespace).map(plain).collect()
    }
}

/// `0.42` becomes `TIME`, twelve hexadecimal digits or more become `ID`.
fn plain(word: &str) -> String {
    let (start, rest) = word.split_at(word.len() - word.trim_start_matches(['(', '\'', '"']).len());
    let core = rest.trim_end_matches(|end: char| !end.is_alphanumeric());
    let end = &rest[core.len()..];
    let number = core.strip_suffix('s').unwrap_or(core);
    let is_time = number.contains('.') && number.matches('.').count() == 1 && number.parse::<f64>().is_ok();
    let is_id = core.len() >= 12 && core.chars().all(|digit| digit.is_ascii_hexdigit());
    match (is_time, is_id) {
        (true, _) => format!("{start}TIME{end}"),
        (_, true) => format!("{start}ID{end}"),
        _ => word.to_owned(),
    }
}

/// Whether these are tests of an engine; all others never meet one.
fn uses_engine() -> bool {
    env!("CARGO_CRATE_NAME") == "engine"
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let entries = std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}

impl Drop for Scenario {
    fn drop(&mut self) {
        if !uses_engine() {
            return;
        }
        self.remember();
        if !std::thread::panicking() {
            canary::is_in_no_label(&self.project);
            canary::is_in_no_page(&self.folder());
        }
        engine::sweep(&self.project);
        for name in self.external.borrow().iter().chain(self.anonymous.borrow().iter()) {
            engine::request("DELETE", &format!("/volumes/{name}"), None);
            engine::request("DELETE", &format!("/networks/{name}"), None);
        }
    }
}
