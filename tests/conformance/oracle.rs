//! [`Oracle`]: the docker compose that knows what is right.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The only release that is asked: another one reads some files in another way.
const RELEASE: &str = "2.40.";

/// The docker compose that knows what is right.
#[derive(Debug)]
pub struct Oracle {
    program: PathBuf,
    version: String,
}

impl Oracle {
    /// The one of `HOIST_ORACLE`. Without it the test is skipped, but not where all tests must run.
    pub fn of_environment() -> Option<Self> {
        let Some(program) = std::env::var_os("HOIST_ORACLE").map(PathBuf::from) else {
            let must_run = std::env::var("HOIST_TEST_ENGINE").is_ok_and(|value| value == "1");
            assert!(!must_run, "HOIST_ORACLE is not set; run: make conformance");
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            say(&format!("skipped: {test}: HOIST_ORACLE is not set; run: make conformance\n"));
            return None;
        };
        let version = version(&program);
        assert!(version.starts_with(RELEASE), "HOIST_ORACLE is docker compose {version}, and must be {RELEASE}x");
        Some(Self { program, version })
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    pub fn version(&self) -> &str {
        &self.version
    }
}

fn version(program: &Path) -> String {
    let ran = Command::new(program).args(["version", "--short"]).output();
    let ran = ran.unwrap_or_else(|error| panic!("HOIST_ORACLE is '{}': {error}", program.display()));
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

/// Prints, also when the test passes.
pub fn say(text: &str) {
    std::io::stderr().write_all(text.as_bytes()).expect("standard error is open");
}
