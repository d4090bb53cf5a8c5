//! [`Relay`]: the way to the engine of another machine, by ssh.
//!
//! A connection is a `docker system dial-stdio` over there, as the docker client has it; they share one ssh connection as
//! far as the server lets them. To make one takes as long as many requests do, so that it is kept for the next request.
//! What ssh says when it fails is kept for the error.

use bollard::errors::Error as Fault;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use futures_util::future::BoxFuture;
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::collections::hash_map::RandomState;
use std::fs::DirBuilder;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, copy};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::OnceCell;
use tower_service::Service;

/// How long an ended connection may take to say why.
const GRACE: Duration = Duration::from_secs(1);

/// An engine that is reached by ssh: `ssh://[user@]host[:port][/path/of/its/socket]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    user: Option<String>,
    host: String,
    port: Option<u16>,
    socket: Option<String>,
}

impl Remote {
    /// Reads what follows `ssh://`; nothing when it names no host, or begins like an option of ssh.
    pub fn parse(text: &str) -> Option<Self> {
        let (authority, path) = text.split_once('/').unwrap_or((text, ""));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (place, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_option = host.starts_with('-') || user.as_ref().is_some_and(|user| user.starts_with('-'));
        if host.is_empty() || is_option || user.as_ref().is_some_and(|user| user.is_empty() || user.contains(':')) {
            return None;
        }
        let socket = (!path.is_empty()).then(|| format!("/{path}"));
        Some(Self { user, host: host.to_owned(), port, socket })
    }

    /// The words of ssh for what shares the one connection of this folder.
    fn words(&self, folder: &Path) -> Vec<String> {
        let share = format!("ControlPath={}/master", folder.display());
        // A question would hang where nobody sees it.
        let settings = ["-T", "-o", &share, "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"];
        let mut words: Vec<String> = settings.map(str::to_owned).into();
        if let Some(user) = &self.user {
            words.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(port) = self.port {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        words.extend(["--".to_owned(), self.host.clone()]);
        words
    }

    /// The command over there.
    fn command(&self) -> Vec<String> {
        let mut words = vec!["docker".to_owned()];
        if let Some(socket) = &self.socket {
            words.extend(["--host".to_owned(), quoted(&format!("unix://{socket}"))]);
        }
        words.extend(["system".to_owned(), "dial-stdio".to_owned()]);
        words
    }
}

impl std::fmt::Display for Remote {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user, host, port, socket } = self;
        write!(out, "ssh://")?;
        if let Some(user) = user {
            write!(out, "{user}@")?;
        }
        if host.contains(':') {
            write!(out, "[{host}]")?;
        } else {
            write!(out, "{host}")?;
        }
        if let Some(port) = port {
            write!(out, ":{port}")?;
        }
        write!(out, "{}", socket.as_deref().unwrap_or_default())
    }
}

/// A word for the shell over there.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The way to an engine of another machine. It ends when the last handle is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    /// What belongs to the connection that all share; only this user may enter.
    folder: PathBuf,
    remote: Remote,
    login: OnceCell<()>,
    said: Said,
}

impl Relay {
    /// Connects to nothing yet.
    pub fn open(remote: &Remote) -> io::Result<Self> {
        let name = format!("hoist-{:016x}", RandomState::new().build_hasher().finish());
        let folder = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self { folder, remote: remote.clone(), login: OnceCell::new(), said: Said::default() })
    }

    /// A client whose requests go this way.
    pub fn client(self: &Arc<Self>, seconds: u64) -> Result<Docker, Fault> {
        let mut builder = Client::builder(TokioExecutor::new());
        let client = Arc::new(builder.pool_timer(TokioTimer::new()).build(Dial(Arc::clone(self))));
        let send = move |request: BollardRequest| {
            let client = Arc::clone(&client);
            async move { client.request(request).await.map_err(Fault::from) }
        };
        Docker::connect_with_custom_transport(send, Some("http://engine"), seconds, API_DEFAULT_VERSION)
    }

    /// What ssh, or docker over there, said last.
    pub fn said(&self) -> Option<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(said).filter(|said| !said.is_empty())
    }

    /// One more connection.
    async fn dial(&self) -> io::Result<UnixStream> {
        self.login.get_or_try_init(|| self.log_in()).await?;
        let mut ssh = Command::new("ssh");
        ssh.args(self.remote.words(&self.folder)).args(self.remote.command()).kill_on_drop(true);
        let child = ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.map_err(|fault| unable(&fault))?;
        let (here, there) = UnixStream::pair()?;
        tokio::spawn(pass(there, child, Arc::clone(&self.said)));
        Ok(here)
    }

    /// Makes the connection that all others share. It ends by itself a minute after the last of them, should nobody end
    /// it.
    async fn log_in(&self) -> io::Result<()> {
        let mut ssh = Command::new("ssh");
        ssh.args(["-M", "-N", "-f", "-o", "ControlPersist=60"]).args(self.remote.words(&self.folder));
        ssh.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = ssh.spawn().map_err(|fault| unable(&fault))?;
        let heard = child.stderr.take().map(|errors| tokio::spawn(hear(errors, Arc::clone(&self.said))));
        if child.wait().await?.success() {
            return Ok(());
        }
        if let Some(heard) = heard {
            let _ = tokio::time::timeout(GRACE, heard).await;
        }
        Err(io::Error::other("ssh cannot log in"))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let mut exit = std::process::Command::new("ssh");
        exit.args(["-O", "exit"]).args(self.remote.words(&self.folder));
        exit.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Without a shared connection there is nothing to end.
        if self.folder.join("master").exists() {
            let _ = exit.status();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What was said last on the side.
type Said = Arc<Mutex<String>>;

/// Makes connections when the client has none at hand.
#[derive(Clone)]
struct Dial(Arc<Relay>);

impl Service<Uri> for Dial {
    type Response = TokioIo<UnixStream>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<TokioIo<UnixStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let Self(relay) = self.clone();
        Box::pin(async move { relay.dial().await.map(TokioIo::new) })
    }
}

fn unable(fault: &io::Error) -> io::Error {
    io::Error::other(format!("ssh cannot be run: {fault}"))
}

/// Carries one connection there and back.
async fn pass(stream: UnixStream, mut child: Child, said: Said) {
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(mut output), Some(errors)) = pipes else { return };
    let heard = tokio::spawn(hear(errors, said));
    let (mut from_here, mut to_here) = stream.into_split();
    // That no more is asked is passed on, and what is answered after it comes all the same.
    let asking = tokio::spawn(async move { copy(&mut from_here, &mut input).await });
    let _ = copy(&mut output, &mut to_here).await;
    asking.abort();
    let ended = tokio::time::timeout(GRACE, child.wait()).await;
    if !matches!(ended, Ok(Ok(status)) if status.success()) {
        // The reason is there before whoever asked finds the connection closed.
        let _ = tokio::time::timeout(GRACE, heard).await;
    }
}

/// Keeps the last line; one that shares a connection keeps this stream open beyond its own end.
async fn hear(errors: ChildStderr, said: Said) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if !line.trim().is_empty() {
            line.trim().clone_into(&mut said.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_as_docker_has_it() {
        for text in ["me@there", "there", "there:2222", "me@there:2222/run/user/1000/docker.sock", "me@[::1]:22"] {
            assert_eq!(Remote::parse(text).expect(text).to_string(), format!("ssh://{text}"));
        }
        for text in ["", "@there", "me@", "me:pw@there", "there:port", "-oProxyCommand=x", "-l@there"] {
            assert_eq!(Remote::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_socket_over_there_is_a_word_of_its_own() {
        let remote = Remote::parse("me@there:2222/run/it's.sock").expect("an address");
        assert_eq!(remote.command().join(" "), r"docker --host 'unix:///run/it'\''s.sock' system dial-stdio");
        let words = remote.words(Path::new("/f")).join(" ");
        assert!(words.ends_with("-l me -p 2222 -- there"), "{words}");
        assert!(words.contains("ControlPath=/f/master"), "{words}");
    }
}
