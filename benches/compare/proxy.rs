//! [`Proxy`]: stands between a tool and the engine and counts requests. So no tool counts its own.

use anyhow::Context;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A socket that leads to the engine.
pub struct Proxy {
    folder: tempfile::TempDir,
    requests: Arc<AtomicUsize>,
}

impl Proxy {
    /// Listens on a socket of its own; the engine is the one at `DOCKER_HOST`, or at the usual socket.
    pub fn start() -> anyhow::Result<Self> {
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into());
        let engine = host.strip_prefix("unix://").context("the engine has no socket of this machine")?;
        let engine = PathBuf::from(engine);
        let folder = tempfile::tempdir()?;
        let listener = UnixListener::bind(folder.path().join("engine"))?;
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        // It ends with the process: the folder of its socket goes with the proxy, and nobody connects any more.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let _ = serve(client, &engine, &counter);
            }
        });
        Ok(Self { folder, requests })
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("engine")
    }

    /// The requests it has seen.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Two threads, one for each direction.
fn serve(client: UnixStream, engine: &Path, requests: &Arc<AtomicUsize>) -> io::Result<()> {
    let engine = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (engine.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Write);
    });
    let requests = Arc::clone(requests);
    thread::spawn(move || {
        let mut asked = engine;
        let _ = forward(&mut BufReader::new(client), &mut asked, &requests);
        let _ = asked.shutdown(Shutdown::Write);
    });
    Ok(())
}

/// Passes requests on until the client has no more.
fn forward(client: &mut BufReader<UnixStream>, engine: &mut UnixStream, requests: &AtomicUsize) -> io::Result<()> {
    while let Some(head) = head(client)? {
        requests.fetch_add(1, Ordering::SeqCst);
        engine.write_all(head.as_bytes())?;
        match body(&head) {
            Body::None => {}
            Body::Bytes(length) => {
                io::copy(&mut client.by_ref().take(length), engine)?;
            }
            Body::Chunks => chunks(client, engine)?,
            Body::Endless => {
                io::copy(client, engine)?;
            }
        }
    }
    Ok(())
}

/// The lines up to the empty one.
fn head(client: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut head = String::new();
    loop {
        let before = head.len();
        if client.read_line(&mut head)? == 0 {
            return Ok(None);
        }
        if head.get(before..) == Some("\r\n") {
            return Ok(Some(head));
        }
    }
}

enum Body {
    None,
    Bytes(u64),
    Chunks,
    /// The connection is no longer HTTP.
    Endless,
}

fn body(head: &str) -> Body {
    let lower = head.to_ascii_lowercase();
    let field = |name: &str| lower.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if field("upgrade:").is_some() {
        Body::Endless
    } else if field("transfer-encoding:") == Some("chunked") {
        Body::Chunks
    } else {
        field("content-length:").and_then(|length| length.parse().ok()).map_or(Body::None, Body::Bytes)
    }
}

fn chunks(client: &mut impl BufRead, engine: &mut impl Write) -> io::Result<()> {
    loop {
        let mut line = String::new();
        client.read_line(&mut line)?;
        engine.write_all(line.as_bytes())?;
        let length = u64::from_str_radix(line.trim().split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        io::copy(&mut client.by_ref().take(length + 2), engine)?;
        if length == 0 {
            return Ok(());
        }
    }
}
