//! Programs of others that judge manifests: the published schemas of Kubernetes, and kustomize. `scripts/manifests` says
//! where they are; without them a test is skipped, but not where all tests must run.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The releases whose schemas must all take what is valid.
pub const RELEASES: &str = "1.33,1.34,1.37";

/// The published schemas.
#[derive(Debug)]
pub struct Schemas(PathBuf);

/// A fault that a schema finds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The document of the file, from 0.
    pub document: usize,
    pub release: String,
    pub message: String,
}

impl Schemas {
    pub fn of_environment() -> Option<Self> {
        program("HOIST_SCHEMAS").map(Self)
    }

    /// What the schemas of some releases, such as `1.33,1.37`, find in each file; a file without faults is missing.
    pub fn faults(&self, releases: &str, files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<Fault>> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kubernetes/schemas.py");
        let ran = Command::new(&self.0).arg(script).arg(releases).args(files).output().unwrap();
        let mut all: BTreeMap<PathBuf, Vec<Fault>> = BTreeMap::new();
        for line in succeeded(&ran).lines() {
            let [file, document, release, message] = line.splitn(4, '\t').collect::<Vec<_>>().try_into().unwrap();
            let document = document.parse().unwrap();
            let fault = Fault { document, release: release.to_owned(), message: message.to_owned() };
            all.entry(file.into()).or_default().push(fault);
        }
        all
    }
}

/// kustomize.
#[derive(Debug)]
pub struct Kustomize(PathBuf);

impl Kustomize {
    pub fn of_environment() -> Option<Self> {
        program("HOIST_KUSTOMIZE").map(Self)
    }

    /// What `kustomize build` makes of a folder, or what it says instead.
    pub fn build(&self, folder: &Path) -> Result<String, String> {
        let ran = Command::new(&self.0).arg("build").arg(folder).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
    }
}

fn program(variable: &str) -> Option<PathBuf> {
    if let Some(program) = std::env::var_os(variable) {
        return Some(program.into());
    }
    let must_run = std::env::var("HOIST_TEST_ENGINE").is_ok_and(|value| value == "1");
    assert!(!must_run, "{variable} is not set; run: make manifests");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped: {test}: {variable} is not set; run: make manifests\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

fn succeeded(ran: &Output) -> String {
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout.clone()).unwrap()
}
