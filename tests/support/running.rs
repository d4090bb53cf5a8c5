//! [`Running`]: a command that runs; [`Ran`]: what it said and how it ended.

use super::canary;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longer than anything a test waits for, the cold build of an example included.
const PATIENCE: Duration = Duration::from_mins(3);

/// What a command said and how it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The command line, for messages.
    pub command: String,
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails unless it ended with this code.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, Some(wanted), "{}", self.told());
        self
    }

    /// Fails unless all went well.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    /// Fails unless these words stand on standard error.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no '{words}' in\n{}", self.told());
        self
    }

    /// Fails if these words stand on standard error.
    #[track_caller]
    pub fn never_says(self, words: &str) -> Self {
        assert!(!self.stderr.contains(words), "'{words}' in\n{}", self.told());
        self
    }

    /// Fails unless these words stand on standard output.
    #[track_caller]
    pub fn prints(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no '{words}' in\n{}", self.told());
        self
    }

    /// All of it, for messages.
    pub fn told(&self) -> String {
        format!("{}: {:?}\n--- stdout\n{}\n--- stderr\n{}", self.command, self.code, self.stdout, self.stderr)
    }
}

/// A command that runs.
pub struct Running {
    command: String,
    /// Shared with a proxy that may kill it.
    pub child: Arc<Mutex<Child>>,
    stdout: Stream,
    stderr: Stream,
}

impl Running {
    pub fn spawn(command: Command) -> Self {
        Self::reading(command, Stdio::null())
    }

    /// A command with something to read on standard input.
    pub fn reading(mut command: Command, input: Stdio) -> Self {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
        let stdout = Stream::of(child.stdout.take().expect("is piped"));
        let stderr = Stream::of(child.stderr.take().expect("is piped"));
        Self { command: format!("{program} {}", words.join(" ")), child: Arc::new(Mutex::new(child)), stdout, stderr }
    }

    /// Blocks until these words have been printed to standard output.
    #[track_caller]
    pub fn until_prints(&self, words: &str) {
        let met = self.stdout.until(words);
        assert!(met, "never printed '{words}'; stdout\n{}\nstderr\n{}", self.stdout.text(), self.stderr.text());
    }

    /// Blocks until these words have been said on standard error.
    #[track_caller]
    pub fn until_says(&self, words: &str) {
        let met = self.stderr.until(words);
        assert!(met, "never said '{words}'; stdout\n{}\nstderr\n{}", self.stdout.text(), self.stderr.text());
    }

    /// What it has printed and said up to now, for messages.
    pub fn so_far(&self) -> String {
        format!("{}\n--- stdout\n{}\n--- stderr\n{}", self.command, self.stdout.text(), self.stderr.text())
    }

    /// Ctrl-C.
    pub fn interrupt(&self) {
        self.signal("-INT");
    }

    /// What `kill` sends.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.lock().unwrap().id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill is there");
        assert!(sent.success(), "the process is gone");
    }

    /// Blocks until it has ended.
    pub fn wait(self) -> Ran {
        let (ran, ended) = self.end(PATIENCE);
        assert!(ended, "does not end: {}", ran.told());
        ran
    }

    /// Blocks until it has ended, or kills it: then there is no exit code.
    pub fn within(self, limit: Duration) -> Ran {
        self.end(limit).0
    }

    fn end(self, limit: Duration) -> (Ran, bool) {
        let ended = self.stdout.until_closed(limit) && self.stderr.until_closed(limit);
        let mut child = self.child.lock().unwrap();
        if !ended {
            let _ = child.kill();
        }
        let status = child.wait().expect("it ends");
        let (stdout, stderr) = (self.stdout.text(), self.stderr.text());
        canary::is_kept(&self.command, &format!("{stdout}{stderr}"));
        (Ran { command: self.command.clone(), code: status.code(), stdout, stderr }, ended)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(mut child) = self.child.lock() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What was read of a stream so far.
struct Stream {
    shared: Arc<(Mutex<Text>, Condvar)>,
    _reader: JoinHandle<()>,
}

#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    closed: bool,
}

impl Stream {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Text::default()), Condvar::new()));
        let ours = Arc::clone(&shared);
        let reader = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                let count = source.read(&mut piece).unwrap_or(0);
                let mut text = ours.0.lock().unwrap();
                text.bytes.extend_from_slice(&piece[..count]);
                text.closed = count == 0;
                ours.1.notify_all();
                if text.closed {
                    break;
                }
            }
        });
        Self { shared, _reader: reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shared.0.lock().unwrap().bytes).into_owned()
    }

    fn until(&self, words: &str) -> bool {
        self.wait(Duration::from_mins(1), |text| String::from_utf8_lossy(&text.bytes).contains(words))
    }

    fn until_closed(&self, limit: Duration) -> bool {
        self.wait(limit, |text| text.closed)
    }

    /// Waits until something holds; gives up when the stream is closed or time is over.
    fn wait(&self, limit: Duration, holds: impl Fn(&Text) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut text = self.shared.0.lock().unwrap();
        while !holds(&text) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || text.closed {
                return false;
            }
            text = self.shared.1.wait_timeout(text, left).unwrap().0;
        }
        true
    }
}
