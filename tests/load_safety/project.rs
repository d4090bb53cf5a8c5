//! [`Project`]: a folder with the files of a project, and what hoist makes of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Seconds of work that a load may take.
const SECONDS: u32 = if cfg!(debug_assertions) { 20 } else { 2 };
/// Kilobytes of memory that a load may take.
const KILOBYTES: u64 = 256 * 1024;
/// Kilobytes of address space at which a load is ended: far more is reserved than is ever used.
const ADDRESSES: u64 = 4 * KILOBYTES;
/// How long a program that does nothing is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of messages that a person can still read through.
const READABLE: usize = 16 * 1024;
/// Bytes of a mebibyte.
pub const MIB: usize = 1024 * 1024;

/// A folder with the files of a project.
pub struct Project(TempDir);

/// What a command did.
pub struct Ran {
    pub code: Option<i32>,
    /// The most kilobytes of memory it was seen with.
    pub memory: u64,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    pub fn empty() -> Self {
        Self(tempfile::Builder::new().prefix("safety").tempdir().unwrap())
    }

    pub fn of(text: impl AsRef<[u8]>) -> Self {
        Self::empty().with("compose.yaml", text)
    }

    pub fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn with_link(self, name: &str, target: &str) -> Self {
        symlink(target, self.path().join(name)).unwrap();
        self
    }

    pub fn with_pipe(self, name: &str) -> Self {
        assert!(Command::new("mkfifo").arg(self.path().join(name)).status().unwrap().success());
        self
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn config(&self) -> Ran {
        self.hoist(["config", "--format", "json"])
    }

    /// Runs the built program with limits that end it.
    pub fn hoist<const N: usize>(&self, words: [&str; N]) -> Ran {
        let limits = format!("ulimit -t {SECONDS}; ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"");
        let talk = tempfile::tempdir().unwrap();
        let file = |name: &str| fs::File::create(talk.path().join(name)).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", &limits, env!("CARGO_BIN_EXE_hoist")])
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/home/me"), ("SET", "val")])
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        let (code, memory) = watch(&mut child);
        let text = |name: &str| fs::read_to_string(talk.path().join(name)).expect("hoist writes UTF-8");
        Ran { code, memory, stdout: text("stdout"), stderr: text("stderr") }
    }
}

/// The exit code of a program, and the most kilobytes of memory that it was seen with. Ends it when it waits for ever.
fn watch(child: &mut Child) -> (Option<i32>, u64) {
    let (started, mut most) = (Instant::now(), 0);
    loop {
        most = most.max(memory(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), most);
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        sleep(Duration::from_millis(2));
    }
}

/// The most kilobytes of memory that a process had so far; 0 where the system does not tell.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

impl Ran {
    pub fn told(&self) -> String {
        let cut = |text: &str| text.chars().take(2000).collect::<String>();
        format!(
            "code {:?}, {} kB\nstdout: {}\nstderr: {}",
            self.code,
            self.memory,
            cut(&self.stdout),
            cut(&self.stderr)
        )
    }

    /// It ended by itself, with little memory.
    #[track_caller]
    pub fn bounded(&self) {
        assert!(self.code.is_some(), "ended by a limit; {}", self.told());
        assert!(self.memory <= KILOBYTES, "too much memory; {}", self.told());
    }

    /// The load gave a project; nothing is said.
    #[track_caller]
    pub fn understood(self) -> Self {
        self.bounded();
        assert_eq!((self.code, self.stderr.is_empty()), (Some(0), true), "{}", self.told());
        self
    }

    /// The load was refused with a short message that begins with a place (or none, with `error`) and says a word.
    #[track_caller]
    pub fn refused(self, start: &str, word: &str) -> Self {
        self.bounded();
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.told());
        let first = self.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with(start) && first.contains("error[") && first.contains(word), "{}", self.told());
        self.readable()
    }

    /// What is said is short, and a terminal takes no harm from it.
    #[track_caller]
    pub fn readable(self) -> Self {
        assert!(self.stderr.len() < READABLE, "{} bytes of messages; {}", self.stderr.len(), self.told());
        let harmful =
            |letter: char| letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter));
        assert!(!self.stderr.contains(harmful), "{}", self.told());
        self
    }

    /// Either the right result or a clear message: for what Compose itself is not clear about.
    #[track_caller]
    pub fn right_or_clear(self, start: &str) -> Self {
        if self.code == Some(0) { self.understood() } else { self.refused(start, "") }
    }

    #[track_caller]
    pub fn has(self, what: &str, times: usize) -> Self {
        assert_eq!(self.stdout.matches(what).count(), times, "'{what}' in {}", self.told());
        self
    }
}

/// A service `a` with more attributes.
pub fn service(more: &str) -> String {
    format!("services:\n  a:\n    image: x\n{more}")
}

/// Text made of numbered pieces.
pub fn pieces(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text.push_str(&piece(index));
        text
    })
}
