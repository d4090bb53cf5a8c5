//! [`Relay`]: a socket of this machine behind which the engine of another one answers, by ssh.
//!
//! Each connection is a `docker system dial-stdio` over there, as the docker client has it; they share one ssh
//! connection as far as the server lets them. What ssh says when it fails is kept for the error.

use std::collections::hash_map::RandomState;
use std::fs::DirBuilder;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, copy};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{ChildStderr, Command};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

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

/// A socket of this machine behind which an engine of another one answers. It goes when the last handle is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    folder: PathBuf,
    remote: Remote,
    listening: JoinHandle<()>,
    said: Said,
}

impl Relay {
    /// Listens on a socket in a folder of its own that only this user may enter. It connects to nothing yet.
    pub fn open(remote: &Remote) -> io::Result<Self> {
        let name = format!("hoist-{:016x}", RandomState::new().build_hasher().finish());
        let folder = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let listener = UnixListener::bind(folder.join("engine"))?;
        let said = Said::default();
        let listening = tokio::spawn(listen(listener, remote.clone(), folder.clone(), Arc::clone(&said)));
        Ok(Self { folder, remote: remote.clone(), listening, said })
    }

    /// The socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("engine")
    }

    /// What ssh, or docker over there, said last.
    pub fn said(&self) -> Option<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(said).filter(|said| !said.is_empty())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listening.abort();
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

async fn listen(listener: UnixListener, remote: Remote, folder: PathBuf, said: Said) {
    let login = Arc::new(OnceCell::new());
    while let Ok((stream, _)) = listener.accept().await {
        let (remote, folder, said) = (remote.clone(), folder.clone(), Arc::clone(&said));
        let login = Arc::clone(&login);
        tokio::spawn(async move {
            let place = (&remote, folder.as_path());
            let passed = async {
                login.get_or_try_init(|| log_in(place, Arc::clone(&said))).await?;
                pass(stream, place, Arc::clone(&said)).await
            };
            if let Err(Failed::ToRun(fault)) = passed.await {
                keep(&said, format!("ssh cannot be run: {fault}"));
            }
        });
    }
}

/// Why nothing could be passed on.
enum Failed {
    /// ssh ended, and said why.
    ToLogIn,
    /// There is no ssh, or no room for it.
    ToRun(io::Error),
}

impl From<io::Error> for Failed {
    fn from(fault: io::Error) -> Self {
        Self::ToRun(fault)
    }
}

/// Makes the connection that all others share. It ends by itself a minute after the last of them, should nobody end it.
async fn log_in((remote, folder): (&Remote, &Path), said: Said) -> Result<(), Failed> {
    let mut ssh = Command::new("ssh");
    ssh.args(["-M", "-N", "-f", "-o", "ControlPersist=60"]).args(remote.words(folder));
    let mut child = ssh.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let heard = child.stderr.take().map(|errors| tokio::spawn(hear(errors, said)));
    if child.wait().await?.success() {
        return Ok(());
    }
    if let Some(heard) = heard {
        let _ = tokio::time::timeout(GRACE, heard).await;
    }
    Err(Failed::ToLogIn)
}

fn keep(said: &Said, line: String) {
    *said.lock().unwrap_or_else(PoisonError::into_inner) = line;
}

/// Carries one connection there and back.
async fn pass(stream: UnixStream, (remote, folder): (&Remote, &Path), said: Said) -> Result<(), Failed> {
    let mut ssh = Command::new("ssh");
    ssh.args(remote.words(folder)).args(remote.command()).kill_on_drop(true);
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = ssh.spawn()?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(mut output), Some(errors)) = pipes else { return Ok(()) };
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
    Ok(())
}

/// Keeps the last line; one that shares a connection keeps this stream open beyond its own end.
async fn hear(errors: ChildStderr, said: Said) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if !line.trim().is_empty() {
            keep(&said, line.trim().to_owned());
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
