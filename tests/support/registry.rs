//! [`Registry`]: a real image registry on a port of its own, from the distribution's package.

use super::scenario::{Scenario, root};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A registry that ends with the test.
pub struct Registry {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// Starts an empty registry and waits until it answers.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = program(&folder.path().join("package"));
        let port = TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("an address").port();
        let config = folder.path().join("config.yml");
        let storage = folder.path().join("storage");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n",
            storage.display()
        );
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
