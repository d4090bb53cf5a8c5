//! Other ways to the private engine: [`Tls`], with certificates on both sides, and [`Ssh`], with keys made for one test.

use super::engine;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that ends with the test.
struct Server(Child);

impl Server {
    /// Starts it and waits until it answers.
    fn start(command: &mut Command, port: u16) -> Self {
        let server = Self(command.stdin(Stdio::null()).spawn().expect("it is installed"));
        let late = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < late, "nobody answers at {port}");
            std::thread::yield_now();
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("an address").port()
}

fn run(folder: &Path, program: &str, words: &[&str]) {
    let ran = Command::new(program).args(words).current_dir(folder).stdin(Stdio::null()).output();
    let ran = ran.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(ran.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// The engine behind TLS: it takes only who has a certificate of its authority.
pub struct Tls {
    folder: tempfile::TempDir,
    port: u16,
    _server: Server,
}

impl Tls {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        for authority in ["ca", "stranger"] {
            let names =
                [format!("{authority}-key.pem"), format!("{authority}.pem"), format!("/CN=hoist test {authority}")];
            let rest = ["-x509", "-days", "2", "-keyout", &names[0], "-out", &names[1], "-subj", &names[2]];
            run(place, "openssl", &[&["req"], &key[..], &rest[..]].concat());
        }
        for (name, authority, uses) in [
            ("server", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n"),
            ("client", "ca", "extendedKeyUsage=clientAuth\n"),
            ("other", "stranger", "extendedKeyUsage=clientAuth\n"),
        ] {
            let names =
                [format!("{name}-key.pem"), format!("{name}.csr"), format!("/CN={name}"), format!("{name}.ext")];
            let rest = ["-keyout", &names[0], "-out", &names[1], "-subj", &names[2]];
            run(place, "openssl", &[&["req"], &key[..], &rest[..]].concat());
            std::fs::write(place.join(&names[3]), uses).expect("the folder is there");
            let by = [format!("{authority}.pem"), format!("{authority}-key.pem"), format!("{name}.pem")];
            let words = [
                "x509", "-req", "-days", "2", "-in", &names[1], "-extfile", &names[3], "-CA", &by[0], "-CAkey", &by[1],
            ];
            run(place, "openssl", &[&words[..], &["-CAcreateserial", "-out", &by[2]]].concat());
        }
        for (folder, client) in [("certificates", "client"), ("strange", "other")] {
            let folder = place.join(folder);
            std::fs::create_dir(&folder).expect("a folder");
            for (from, to) in [
                ("ca.pem", "ca.pem"),
                (&format!("{client}.pem"), "cert.pem"),
                (&format!("{client}-key.pem"), "key.pem"),
            ] {
                std::fs::copy(place.join(from), folder.join(to)).expect("it was made");
            }
        }
        let port = free_port();
        let text = format!(
            "foreground = yes\npid =\n[engine]\naccept = 127.0.0.1:{port}\nconnect = {1}\ncert = {0}/server.pem\n\
             key = {0}/server-key.pem\nCAfile = {0}/ca.pem\nverifyChain = yes\nrequireCert = yes\n",
            place.display(),
            engine::socket().display()
        );
        std::fs::write(place.join("stunnel.conf"), text).expect("the folder is there");
        let mut stunnel = Command::new("stunnel4");
        stunnel.arg(place.join("stunnel.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server::start(&mut stunnel, port);
        Self { folder, port, _server: server }
    }

    pub fn address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// The certificates of a user.
    pub fn certificates(&self) -> PathBuf {
        self.folder.path().join("certificates")
    }

    /// Those of somebody whom another authority knows.
    pub fn strange_certificates(&self) -> PathBuf {
        self.folder.path().join("strange")
    }
}

/// An ssh server on whose side docker finds the private engine.
pub struct Ssh {
    folder: tempfile::TempDir,
    user: String,
    port: u16,
    _server: Server,
}

const SSHD: &str = "/usr/sbin/sshd";

impl Ssh {
    /// Starts it; nothing when there is no server, which `make test` installs.
    pub fn start() -> Option<Self> {
        if !Path::new(SSHD).exists() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path();
        for name in ["host", "mine", "other"] {
            run(place, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", name]);
        }
        let port = free_port();
        let public = |name: &str| std::fs::read_to_string(place.join(name)).expect("it was made");
        let known = format!("[127.0.0.1]:{port} {}", public("host.pub"));
        let path = std::env::var("PATH").expect("it is set");
        let server = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n\
             LogLevel INFO\nSetEnv PATH={path} DOCKER_HOST=unix://{1}\n",
            place.display(),
            engine::socket().display()
        );
        let client = format!(
            "IdentityFile {0}/mine\nIdentitiesOnly yes\nUserKnownHostsFile {0}/known\nStrictHostKeyChecking yes\n",
            place.display()
        );
        let bin = place.join("bin");
        std::fs::create_dir(&bin).expect("a folder");
        let wrapper = "#!/bin/sh\necho \"$@\" >>PLACE/calls\nexec /usr/bin/ssh -F PLACE/client \"$@\"\n";
        let wrapper = wrapper.replace("PLACE", &place.display().to_string());
        for (file, text) in [
            ("authorized", public("mine.pub")),
            ("known", known),
            ("server", server),
            ("client", client),
            ("bin/ssh", wrapper),
        ] {
            std::fs::write(place.join(file), text).expect("the folder is there");
        }
        std::fs::set_permissions(bin.join("ssh"), std::fs::Permissions::from_mode(0o755)).expect("it is mine");
        // Where a server of root keeps apart what is not trusted yet.
        let _ = std::fs::create_dir("/run/sshd");
        let log = std::fs::File::create(place.join("log")).expect("the folder is there");
        let mut sshd = Command::new(SSHD);
        sshd.args(["-D", "-e", "-f"]).arg(place.join("server")).stdout(Stdio::null()).stderr(log);
        let server = Server::start(&mut sshd, port);
        let user = Command::new("id").arg("-un").output().expect("it is there");
        let user = String::from_utf8(user.stdout).expect("text").trim().to_owned();
        Some(Self { folder, user, port, _server: server })
    }

    pub fn address(&self) -> String {
        format!("ssh://{}@127.0.0.1:{}", self.user, self.port)
    }

    /// A `PATH` on which `ssh` has the key of this server.
    pub fn path(&self) -> String {
        format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH").expect("it is set"))
    }

    /// From here on the client has a key that the server does not know.
    pub fn lose_the_key(&self) {
        std::fs::rename(self.folder.path().join("other"), self.folder.path().join("mine")).expect("both are there");
    }

    /// How many connections to the engine were made.
    pub fn connections(&self) -> usize {
        let calls = std::fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        calls.matches("dial-stdio").count()
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        let log = std::fs::read_to_string(self.folder.path().join("log")).expect("it is written");
        log.matches("Accepted publickey").count()
    }
}
