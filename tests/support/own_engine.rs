//! [`OwnEngine`]: an engine of one test, which may end it.

use super::scenario::root;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// An engine that nobody else uses, with the image `busybox`; it ends with the test.
pub struct OwnEngine {
    home: PathBuf,
}

impl OwnEngine {
    /// Starts it.
    pub fn start(name: &str) -> Self {
        let engine = Self { home: PathBuf::from(format!("/tmp/hoist-{name}-{}", std::process::id())) };
        engine.script(&["up"]);
        let save = Command::new("docker").args(["save", "busybox"]).stdout(Stdio::piped()).spawn();
        let image = save.expect("docker is there").stdout.take().expect("is piped");
        let loaded = engine.docker().args(["load", "--quiet"]).stdin(image).output().expect("docker is there");
        assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
        engine
    }

    /// What `DOCKER_HOST` is to be.
    pub fn address(&self) -> String {
        format!("unix://{}", self.home.join("docker.sock").display())
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.home.join("docker.sock")
    }

    /// Ends it as a machine's shutdown does, and starts it again.
    pub fn restart(&self) {
        self.script(&["down"]);
        self.script(&["up"]);
    }

    /// The names and states of a project's containers.
    pub fn containers(&self, project: &str) -> Vec<String> {
        let filter = format!("label=com.docker.compose.project={project}");
        let format = "{{.Names}} {{.State}}";
        let listed = self.docker().args(["ps", "--all", "--filter", &filter, "--format", format]).output();
        let listed = listed.expect("docker is there");
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let mut all: Vec<_> = String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect();
        all.sort();
        all
    }

    fn docker(&self) -> Command {
        let mut docker = Command::new("docker");
        docker.env("DOCKER_HOST", self.address());
        docker
    }

    fn script(&self, words: &[&str]) {
        let mut script = Command::new(root().join("scripts/engine"));
        let ran = script.args(words).env("HOIST_ENGINE_HOME", &self.home).output().expect("the script is there");
        assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        let mut script = Command::new(root().join("scripts/engine"));
        // What is left of it is removed all the same.
        let _ = script.arg("down").env("HOIST_ENGINE_HOME", &self.home).output();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
