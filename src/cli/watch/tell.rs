//! [`Teller`]: one calm line for each thing that happened, or one JSON object.

use crate::render::Output;
use crate::value::{Name, Signal};
use crate::watch::{Compared, Flushed};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Says what happened while files are watched.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    output: &'a Output,
    form: Form,
    volume: Volume,
}

/// In what form it is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In lines.
    Lines,
    /// In JSON objects, one a line.
    Json,
}

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Volume {
    /// All.
    All,
    /// What went wrong.
    Faults,
}

impl<'a> Teller<'a> {
    /// Says it in this form, and so much of it.
    pub fn new(output: &'a Output, form: Form, volume: Volume) -> Self {
        Self { output, form, volume }
    }

    /// From now on changes are followed. Said in any case: others wait for it.
    pub fn enabled(&self) {
        match self.form {
            Form::Json => self.object(&json!({"event": "enabled"})),
            Form::Lines => self.output.data("Watch enabled\n"),
        }
    }

    /// `synced web: 3 files, 4 ms`.
    pub fn flushed(&self, flushed: &Flushed) {
        let Flushed { service, files, took, failed } = flushed;
        let ms = milliseconds(*took);
        let counted = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        self.say(&json!({"event": "synced", "service": service.as_str(), "files": files, "ms": ms}), || {
            format!("synced {service}: {counted}, {ms} ms")
        });
        for (container, path, why) in failed {
            match self.form {
                Form::Json => {
                    self.object(&json!({"event": "out of sync", "container": container, "path": path, "reason": why}));
                }
                Form::Lines => {
                    self.output.warn(&format!("{container} is out of sync: {path}: {why}"), None);
                }
            }
        }
    }

    /// `compared web-1: 120 files, 3 differ, 0.1 s`.
    pub fn compared(&self, container: &str, compared: &Compared) {
        let Compared { files, differing, behind: _, in_memory, took } = compared;
        let (differ, seconds) = (differing.len(), took.as_secs_f64());
        let object = json!({"event": "compared", "container": container, "files": files, "differ": differ,
            "in_memory": in_memory, "ms": milliseconds(*took)});
        let memory = if *in_memory > 0 { format!(", {in_memory} in memory cannot be seen") } else { String::new() };
        self.say(&object, || format!("compared {container}: {files} files, {differ} differ{memory}, {seconds:.1} s"));
    }

    /// Something that begins, or came to nothing: `building web: Dockerfile changed`.
    pub fn aside(&self, event: &str, what: &BTreeSet<PathBuf>, line: &str) {
        match (self.volume, self.form) {
            (Volume::All, Form::Json) => self.object(&json!({"event": event, "files": paths(what)})),
            (Volume::All, Form::Lines) => self.output.say(line),
            (Volume::Faults, _) => {}
        }
    }

    /// A place of the host that cannot be looked at.
    pub fn unreadable(&self, path: &Path) {
        match self.form {
            Form::Json => self.object(&json!({"event": "unreadable", "path": path.display().to_string()})),
            Form::Lines => self.output.warn(
                &format!("{} cannot be read: what containers hold of it stays as it is", path.display()),
                Some("let this user read it, or leave it out by 'ignore' or '.dockerignore'"),
            ),
        }
    }

    /// The same, with each path that differs.
    pub fn listed(&self, container: &str, compared: &Compared) {
        self.compared(container, compared);
        for (path, held) in &compared.differing {
            let how = if held.is_some() { "differs" } else { "missing" };
            match self.form {
                Form::Json => self.object(&json!({"event": how, "container": container, "path": path.to_string()})),
                Form::Lines => self.output.data(&format!("{how} {container}: {path}\n")),
            }
        }
    }

    /// `restarted web, with it proxy: app.conf changed, 0.3 s`.
    pub fn restarted(
        &self,
        (asked, drawn): (&BTreeSet<Name>, &BTreeSet<Name>),
        what: &BTreeSet<PathBuf>,
        took: Duration,
    ) {
        let object = json!({"event": "restarted", "services": names(asked), "dependents": names(drawn),
            "files": paths(what), "ms": milliseconds(took)});
        self.say(&object, || {
            let with = if drawn.is_empty() { String::new() } else { format!(", with it {}", list(drawn)) };
            format!("restarted {}{with}: {} changed, {:.1} s", list(asked), words(what), took.as_secs_f64())
        });
    }

    /// `ran 'nginx -s reload' in web, 0.05 s`.
    pub fn ran(&self, command: &str, service: &Name, took: Duration) {
        let object = json!({"event": "ran", "service": service.as_str(), "command": command, "ms": milliseconds(took)});
        self.say(&object, || format!("ran '{command}' in {service}, {:.2} s", took.as_secs_f64()));
    }

    /// `sent SIGHUP to web: nginx.conf changed, 0.02 s`.
    pub fn signalled(&self, (signal, service): (&Signal, &Name), what: &BTreeSet<PathBuf>, took: Duration) {
        let object = json!({"event": "signalled", "service": service.as_str(), "signal": signal.as_str(),
            "files": paths(what), "ms": milliseconds(took)});
        self.say(&object, || {
            format!("sent {} to {service}: {} changed, {:.2} s", signal.as_str(), words(what), took.as_secs_f64())
        });
    }

    /// `rebuilt web: Dockerfile changed, 3.2 s`.
    pub fn rebuilt(&self, services: &BTreeSet<Name>, what: &BTreeSet<PathBuf>, took: Duration) {
        let object = json!({"event": "rebuilt", "services": names(services), "files": paths(what),
            "ms": milliseconds(took)});
        let line = || format!("rebuilt {}: {} changed, {:.1} s", list(services), words(what), took.as_secs_f64());
        self.say(&object, line);
    }

    fn say(&self, object: &Value, line: impl FnOnce() -> String) {
        match (self.volume, self.form) {
            (Volume::All, Form::Json) => self.object(object),
            (Volume::All, Form::Lines) => self.output.data(&format!("{}\n", line())),
            (Volume::Faults, _) => {}
        }
    }

    fn object(&self, object: &Value) {
        self.output.data(&format!("{object}\n"));
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn names(names: &BTreeSet<Name>) -> Vec<&str> {
    names.iter().map(Name::as_str).collect()
}

fn paths(paths: &BTreeSet<PathBuf>) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Names with commas between.
pub fn list(all: &BTreeSet<Name>) -> String {
    names(all).join(", ")
}

/// `src/app.py`, or `src/app.py and 3 more`.
pub fn words(paths: &BTreeSet<PathBuf>) -> String {
    let first = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
    match paths.len() {
        0 | 1 => first,
        more => format!("{first} and {} more", more - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_counted() {
        let words = |paths: &[&str]| words(&paths.iter().map(PathBuf::from).collect());
        assert_eq!(words(&["a"]), "a");
        assert_eq!(words(&["a", "b", "c"]), "a and 2 more");
    }
}
