//! [`Proxy`]: stands in front of the engine's socket; counts, delays, cuts and refuses requests, and kills the client.
//!
//! It reads one request after the other of each connection, so it knows where heads and bodies end. What was upgraded or
//! has no length (exec, attach, a build session) is copied byte by byte in both directions.

use super::engine;
use super::{Ran, Running};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A request that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// The path without the version in front, with its query.
    pub path: String,
}

impl Request {
    /// Whether it may change something.
    pub fn is_write(&self) -> bool {
        ["POST", "PUT", "DELETE"].contains(&self.method.as_str())
    }

    /// `POST /containers/create`, without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is passed on later.
    Delay(Duration),
    /// The connection ends without an answer; the engine never hears of it.
    Cut,
    /// The engine does it, and the connection ends without an answer.
    CutAfter,
    /// It is not passed on while there are rules, and then the connection ends without an answer.
    Hold,
    /// It is answered here.
    Refuse { status: u16, message: String },
}

/// What happens at one write.
#[derive(Debug, Clone)]
pub enum Strike {
    /// The client is killed; the proxy serves no other one.
    Kill(Moment),
    /// The request suffers this, and all others pass.
    Suffer(Fault),
}

/// When the client is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the engine hears of the request.
    Before,
    /// After the engine has answered, before the client hears of it.
    After,
}

type Matches = Box<dyn Fn(&Request) -> bool + Send>;

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    rules: Vec<(Matches, Fault)>,
    /// What happens at the n-th write, counted from 1.
    strike: Option<(usize, Strike)>,
    /// The request that it happened to.
    struck: Option<Request>,
    victim: Option<Arc<Mutex<Child>>>,
    /// From then on nothing is passed on: what a dead client left in its connections must not be done later.
    killed: Option<Request>,
    writes: usize,
    /// Writes that the engine has not answered yet.
    pending: usize,
    /// Requests that are held.
    held: usize,
    /// What tells of events: to the client, and from the engine.
    events: Vec<(UnixStream, UnixStream)>,
    closed: bool,
}

struct Shared {
    socket: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

/// A proxy in front of the engine's socket.
pub struct Proxy {
    folder: tempfile::TempDir,
    shared: Arc<Shared>,
}

impl Proxy {
    pub fn new() -> Self {
        Self::to(engine::socket())
    }

    /// In front of another socket.
    pub fn to(socket: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("hoist-proxy-").tempdir().expect("a temporary folder");
        let listener = UnixListener::bind(folder.path().join("engine.sock")).expect("a socket");
        let shared = Arc::new(Shared { socket, state: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.state().closed {
                    break;
                }
                let shared = Arc::clone(&accepting);
                // A connection that ends in the middle is what this is for.
                std::thread::spawn(move || drop(Connection::new(client, shared).and_then(Connection::serve)));
            }
        });
        Self { folder, shared }
    }

    /// What `DOCKER_HOST` is to be.
    pub fn address(&self) -> String {
        format!("unix://{}", self.folder.path().join("engine.sock").display())
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// Blocks until the engine has answered such a request.
    pub fn until(&self, line: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut state = self.shared.state();
        while state.pending > 0 || !state.requests.iter().any(|one| one.line().contains(line)) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never asked for '{line}'");
            state = self.shared.changed.wait_timeout(state, left.min(Duration::from_millis(20))).unwrap().0;
        }
    }

    /// The requests that may have changed something.
    pub fn writes(&self) -> Vec<String> {
        self.requests().iter().filter(|one| one.is_write()).map(Request::line).collect()
    }

    /// Forgets what was counted.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        (state.requests, state.writes) = (Vec::new(), 0);
    }

    /// From here on, lets this happen to requests of this method whose path contains these words.
    pub fn when(&self, method: &'static str, words: &'static str, fault: Fault) {
        let matches = move |one: &Request| one.method == method && one.path.contains(words);
        self.shared.state().rules.push((Box::new(matches), fault));
    }

    /// Lets this happen to the next such request, and to no other.
    pub fn once(&self, method: &'static str, words: &'static str, fault: Fault) {
        let left = AtomicBool::new(true);
        let matches = move |one: &Request| {
            one.method == method && one.path.contains(words) && left.swap(false, Ordering::Relaxed)
        };
        self.shared.state().rules.push((Box::new(matches), fault));
    }

    /// Passes everything on again.
    pub fn calm(&self) {
        self.shared.state().rules.clear();
        self.shared.changed.notify_all();
    }

    /// Blocks until a request is held.
    pub fn until_held(&self) {
        let held = self.shared.wait(|state| state.held > 0);
        assert!(held, "no request to hold");
    }

    /// Ends all that tells of events, once something does, as if the engine had no more to tell.
    pub fn end_events(&self) {
        let told = self.shared.wait(|state| !state.events.is_empty());
        assert!(told, "nobody asked for events");
        for (mut client, engine) in self.shared.state().events.drain(..) {
            // Who listens no more is no fault.
            let _ = client.write_all(b"0\r\n\r\n");
            let _ = engine.shutdown(Shutdown::Both);
        }
    }

    /// This happens at the client's n-th write.
    pub fn strike_at(&self, write: usize, strike: Strike) {
        self.shared.state().strike = Some((write, strike));
    }

    /// Runs a client to its end or its death; gives how it ended, and the request that it was struck at. One that was
    /// not struck must have ended well; one that was struck and lived may fail, with an error and no panic.
    pub fn victim(self, running: Running) -> (Ran, Option<Request>) {
        self.shared.state().victim = Some(Arc::clone(&running.child));
        self.shared.changed.notify_all();
        let ran = running.wait();
        self.settle();
        let struck = self.shared.state().struck.clone();
        let calm = ran.code == Some(0) || ran.code == Some(1) && ran.stderr.contains("error: ");
        let killed = self.shared.state().killed.is_some();
        assert!(killed || calm, "struck at {struck:?}: {}", ran.told());
        assert!(struck.is_some() || ran.code == Some(0), "{}", ran.told());
        (ran, struck)
    }

    /// Blocks until the engine has answered all writes.
    fn settle(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut state = self.shared.state();
        while state.pending > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the engine does not answer");
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        drop(UnixStream::connect(self.folder.path().join("engine.sock")));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a request and says what is to happen to it.
    fn arrived(&self, request: &Request) -> Fate {
        let mut state = self.state();
        if state.killed.is_some() {
            return Fate::Gone;
        }
        state.requests.push(request.clone());
        if request.is_write() {
            state.writes += 1;
            if let Some((write, strike)) = state.strike.clone()
                && state.writes == write
            {
                state.struck = Some(request.clone());
                match strike {
                    Strike::Kill(moment) => {
                        state.killed = Some(request.clone());
                        state.pending += usize::from(moment == Moment::After);
                        return Fate::Die(moment);
                    }
                    Strike::Suffer(fault) => {
                        state.pending += 1;
                        return Fate::Suffer(fault);
                    }
                }
            }
        }
        let fault = state.rules.iter().find(|(matches, _)| matches(request)).map(|(_, fault)| fault.clone());
        state.pending += usize::from(request.is_write());
        fault.map_or(Fate::Pass, Fate::Suffer)
    }

    /// Waits until something holds; gives up when the time is over.
    fn wait(&self, holds: impl Fn(&State) -> bool) -> bool {
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, Duration::from_mins(2), |state| !holds(state));
        !waited.unwrap().1.timed_out()
    }

    /// Holds a request until all is calm.
    fn hold(&self) {
        self.state().held += 1;
        self.changed.notify_all();
        self.wait(|state| state.rules.is_empty());
    }

    fn answered(&self) {
        self.state().pending -= 1;
        self.changed.notify_all();
    }

    fn kill(&self) {
        let mut state = self.state();
        while state.victim.is_none() {
            state = self.changed.wait(state).unwrap();
        }
        if let Some(victim) = &state.victim {
            victim.lock().unwrap().kill().expect("it can be killed");
        }
    }
}

enum Fate {
    Pass,
    Suffer(Fault),
    Die(Moment),
    /// The client is dead already.
    Gone,
}

/// One end of a connection.
struct End {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl End {
    fn new(stream: UnixStream) -> io::Result<Self> {
        Ok(Self { reader: BufReader::new(stream.try_clone()?), writer: stream })
    }
}

struct Connection {
    client: End,
    engine: End,
    shared: Arc<Shared>,
}

impl Connection {
    fn new(client: UnixStream, shared: Arc<Shared>) -> io::Result<Self> {
        let engine = UnixStream::connect(&shared.socket)?;
        Ok(Self { client: End::new(client)?, engine: End::new(engine)?, shared })
    }

    fn serve(mut self) -> io::Result<()> {
        while let Some(head) = Head::read(&mut self.client.reader)? {
            let request = head.request();
            let fate = self.shared.arrived(&request);
            match fate {
                Fate::Gone => return Ok(()),
                Fate::Die(Moment::Before) => {
                    self.shared.kill();
                    return Ok(());
                }
                _ => {}
            }
            let pending = Pending { shared: request.is_write().then(|| Arc::clone(&self.shared)) };
            match &fate {
                Fate::Suffer(Fault::Delay(time)) => std::thread::sleep(*time),
                Fate::Suffer(Fault::Cut) => return Ok(()),
                Fate::Suffer(Fault::Hold) => {
                    self.shared.hold();
                    return Ok(());
                }
                Fate::Suffer(Fault::Refuse { status, message }) => {
                    head.copy_body(&mut self.client.reader, &mut io::sink())?;
                    self.refuse(*status, message)?;
                    continue;
                }
                _ => {}
            }
            self.engine.writer.write_all(&head.bytes)?;
            head.copy_body(&mut self.client.reader, &mut self.engine.writer)?;
            let Some(answer) = Head::read(&mut self.engine.reader)? else { return Ok(()) };
            if let Fate::Die(_) | Fate::Suffer(Fault::CutAfter) = fate {
                answer.copy_answer(&request, &mut self.engine.reader, &mut io::sink())?;
                drop(pending);
                if let Fate::Die(_) = fate {
                    self.shared.kill();
                }
                return Ok(());
            }
            self.client.writer.write_all(&answer.bytes)?;
            if request.path.starts_with("/events") {
                let ends = (self.client.writer.try_clone()?, self.engine.writer.try_clone()?);
                self.shared.state().events.push(ends);
                self.shared.changed.notify_all();
            }
            if answer.is_endless(&request) {
                drop(pending);
                return self.copy_both();
            }
            answer.copy_answer(&request, &mut self.engine.reader, &mut self.client.writer)?;
        }
        Ok(())
    }

    fn refuse(&mut self, status: u16, message: &str) -> io::Result<()> {
        let body = serde_json::json!({ "message": message }).to_string();
        let length = body.len();
        write!(
            self.client.writer,
            "HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    fn copy_both(self) -> io::Result<()> {
        let (mut client, mut engine) = (self.client, self.engine);
        let (mut to_engine, mut to_client) = (engine.writer.try_clone()?, client.writer.try_clone()?);
        let up = std::thread::spawn(move || {
            let _ = pour(&mut client.reader, &mut to_engine);
            let _ = to_engine.shutdown(Shutdown::Write);
        });
        let _ = pour(&mut engine.reader, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
        up.join().map_err(|_| io::Error::other("the copying failed"))
    }
}

/// A write that the engine has not answered yet.
struct Pending {
    shared: Option<Arc<Shared>>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.answered();
        }
    }
}

/// The head of a request or an answer.
struct Head {
    bytes: Vec<u8>,
    first: String,
    length: Option<u64>,
    chunked: bool,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        loop {
            let before = bytes.len();
            if reader.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            if bytes.len() - before <= 2 {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_ascii_lowercase()))
            .collect();
        let header = |name: &str| headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
        let length = header("content-length").and_then(|value| value.parse().ok());
        let chunked = header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
        Ok(Some(Self { bytes, first, length, chunked }))
    }

    fn request(&self) -> Request {
        let mut words = self.first.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let version = |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.starts_with(char::is_numeric));
        let path = match path.trim_start_matches('/').split_once('/') {
            Some((first, rest)) if version(first) => format!("/{rest}"),
            _ => path.to_owned(),
        };
        Request { method: method.to_owned(), path }
    }

    fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn has_no_body(&self, request: &Request) -> bool {
        request.method == "HEAD" || matches!(self.status(), 204 | 304)
    }

    /// Whether what follows has no end but that of the connection.
    fn is_endless(&self, request: &Request) -> bool {
        self.status() == 101 || (self.length.is_none() && !self.chunked && !self.has_no_body(request))
    }

    fn copy_answer(&self, request: &Request, from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
        if self.has_no_body(request) || self.is_endless(request) { Ok(()) } else { self.copy_body(from, to) }
    }

    fn copy_body(&self, from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
        if !self.chunked {
            return pour(&mut from.take(self.length.unwrap_or(0)), to);
        }
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            to.write_all(line.as_bytes())?;
            let digits = line.trim().split(';').next().unwrap_or_default();
            let size = u64::from_str_radix(digits, 16).map_err(io::Error::other)?;
            // The chunk and its line break; after the last one comes an empty line.
            pour(&mut from.take(size + 2), to)?;
            if size == 0 {
                return Ok(());
            }
        }
    }
}

/// Copies what there is as soon as it is there.
fn pour(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut piece = [0; 16 * 1024];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            count => to.write_all(&piece[..count])?,
        }
    }
}
