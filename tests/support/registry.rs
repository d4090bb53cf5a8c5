//! [`Registry`]: a real image registry on a port of its own, from the distribution's package; [`Gate`]: a way to it that
//! is out of order at first.

use super::scenario::{Scenario, root};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Who may use a registry with a password.
pub const USER: &str = "hoist";
/// The password: no output may hold it.
pub const PASSWORD: &str = "canary-4f1d-password";
/// The password as `htpasswd` writes it: bcrypt, the only form that registries take.
const HASH: &str = "$2b$05$abcdefghijklmnopqrstuufUIcmkdwS1tm53s2iBcdOPiaWYQNAAu";

/// A registry that ends with the test.
pub struct Registry {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// Starts an empty registry that everybody may use, and waits until it answers.
    pub fn start() -> Self {
        Self::started("")
    }

    /// Starts an empty registry that only [`USER`] may use, with [`PASSWORD`].
    pub fn with_password() -> Self {
        Self::started("auth: {htpasswd: {realm: hoist, path: PLACE/htpasswd}}\n")
    }

    fn started(auth: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = program(&folder.path().join("package"));
        let port = TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("an address").port();
        let config = folder.path().join("config.yml");
        let storage = folder.path().join("storage");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n{}",
            storage.display(),
            auth.replace("PLACE", &folder.path().display().to_string()),
        );
        std::fs::write(folder.path().join("htpasswd"), format!("{USER}:{HASH}\n")).expect("the folder is there");
        std::fs::write(&config, text).expect("the folder is there");
        let mut command = Command::new(program);
        command.arg("serve").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("the registry starts");
        let late = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < late, "the registry does not answer");
            std::thread::yield_now();
        }
        Self { process, port, _folder: folder }
    }

    /// `host:port`, as images name it.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// A way to this registry that is out of order at first.
    pub fn behind_a_gate(&self) -> Gate {
        Gate::before(self.port)
    }

    /// The name of an image in this registry.
    pub fn image(&self, name: &str) -> String {
        format!("localhost:{}/{name}", self.port)
    }

    /// Puts an image of one fresh layer of this many bytes into the registry; the engine does not keep it.
    pub fn put(&self, scenario: &Scenario, name: &str, bytes: usize) -> String {
        let image = self.image(name);
        let mut noise = vec![0_u8; bytes];
        let mut urandom = std::fs::File::open("/dev/urandom").expect("it is there");
        std::io::Read::read_exact(&mut urandom, &mut noise).expect("it never ends");
        std::fs::write(scenario.folder().join("noise"), noise).expect("the folder is there");
        let maker = format!("{}-maker", scenario.project());
        scenario.docker(["create", "--name", &maker, "busybox"]).ok();
        scenario.docker(["cp", "noise", &format!("{maker}:/noise")]).ok();
        scenario.docker(["export", "--output", "image.tar", &maker]).ok();
        scenario.docker(["rm", &maker]).ok();
        scenario.docker(["import", "--change", "CMD [\"echo\", \"pulled\"]", "image.tar", &image]).ok();
        scenario.docker(["push", "--quiet", &image]).ok();
        scenario.docker(["rmi", "--force", &image]).ok();
        image
    }
}

/// A way to a registry that is out of order until it is opened.
pub struct Gate {
    port: u16,
    is_open: Arc<AtomicBool>,
}

impl Gate {
    fn before(registry: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let is_open = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&is_open);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let is_open = Arc::clone(&shared);
                std::thread::spawn(move || pass(client, registry, &is_open));
            }
        });
        Self { port, is_open }
    }

    /// The name of an image behind this gate.
    pub fn image(&self, name: &str) -> String {
        format!("localhost:{}/{name}", self.port)
    }

    /// Lets through what comes from here on.
    pub fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}

/// What asks for TLS, as engines do first, gets none.
fn pass(mut client: TcpStream, registry: u16, is_open: &AtomicBool) {
    let mut first = [0];
    if client.peek(&mut first).unwrap_or(0) == 0 || first[0] == 0x16 {
        return;
    }
    if !is_open.load(Ordering::SeqCst) {
        let _ = client.read(&mut [0; 4096]);
        let answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let _ = client.write_all(answer.as_bytes());
        return;
    }
    let mut server = TcpStream::connect(("127.0.0.1", registry)).expect("the registry answers");
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let up = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    let _ = up.join();
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, unpacked from its package, which is downloaded once.
fn program(into: &Path) -> PathBuf {
    let fetch = Command::new(root().join("scripts/engine")).args(["fetch", "docker-registry"]).output();
    let fetch = fetch.expect("the script is there");
    assert!(fetch.status.success(), "{}", String::from_utf8_lossy(&fetch.stderr));
    let package = String::from_utf8(fetch.stdout).expect("a path");
    let unpacked = Command::new("dpkg-deb").arg("-x").arg(package.trim()).arg(into).status();
    assert!(unpacked.is_ok_and(|status| status.success()), "the package cannot be unpacked");
    into.join("usr/bin/docker-registry")
}
