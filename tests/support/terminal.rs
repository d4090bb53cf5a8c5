//! [`Terminal`]: `hoist` at a terminal of its own, made by `script`, with somebody who types and looks.

use super::running::Running;
use super::scenario::Scenario;
use std::io::Write;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};

/// A terminal at which `hoist` runs.
pub struct Terminal {
    running: Running,
    keys: ChildStdin,
    folder: PathBuf,
}

/// Says whether the settings of the terminal are those of before; exits as hoist did.
const SCRIPT: &str = r#"stty rows $ROWS cols $COLUMNS; tty > .tty; before=$(stty -g)
sh -c 'echo $$ > .pid; exec "$0" "$@"' "$HOIST" "$@"; code=$?
[ "$(stty -g)" = "$before" ] && echo "the terminal is as before"
exit $code"#;

impl Terminal {
    /// Starts `hoist` at a terminal of so many lines and columns.
    pub fn of<const N: usize>(scenario: &Scenario, words: [&str; N], (rows, columns): (u16, u16)) -> Self {
        let mut command = scenario.program("script");
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
        std::fs::write(scenario.folder().join(".at-terminal"), SCRIPT).expect("the folder is there");
        let line = format!("sh .at-terminal {}", quoted.join(" "));
        command.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
        command.env("HOIST", env!("CARGO_BIN_EXE_hoist")).env("TERM", "xterm").env("SHELL", "/bin/sh");
        command.env("ROWS", rows.to_string()).env("COLUMNS", columns.to_string());
        let running = Running::reading(command, Stdio::piped());
        let keys = running.child.lock().unwrap().stdin.take().expect("is piped");
        Self { running, keys, folder: scenario.folder() }
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("somebody reads the keys");
    }

    /// Blocks until these words are on the screen.
    #[track_caller]
    pub fn until_shows(&self, words: &str) {
        self.running.until_prints(words);
    }

    /// Makes the window larger or smaller.
    pub fn resize(&self, (rows, columns): (u16, u16)) {
        let terminal = self.read(".tty");
        let size = ["rows".to_owned(), rows.to_string(), "cols".to_owned(), columns.to_string()];
        let done = Command::new("stty").arg("-F").arg(terminal).args(size).status().expect("stty is there");
        assert!(done.success());
    }

    /// SIGTERM to hoist.
    pub fn terminate(&self) {
        let done = Command::new("kill").args(["-TERM", &self.read(".pid")]).status().expect("kill is there");
        assert!(done.success());
    }

    /// Blocks until hoist has ended; gives its exit code. Fails unless the terminal is as it was before.
    #[track_caller]
    pub fn wait(self) -> i32 {
        let ran = self.running.wait();
        assert!(ran.stdout.contains("the terminal is as before"), "it is not: {}", ran.told());
        ran.code.expect("it exits")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).expect("it was written before").trim().to_owned()
    }
}
