//! [`Output`]: the one place that writes. Data goes to standard output, talk to standard error.
//!
//! Guarantees: writers in several tasks never mix within a line, a progress display that is on the screen steps aside
//! for what is written, and a reader that went away is no fault: what it would have read is dropped.

use super::{
    Colours, LogPrefix, LogWriter, Look, Places, Progress, Removed, Size, Stack, diagnostic_json, diagnostics_text,
    removed_json, removed_text, summary,
};
use crate::diagnostic::{Diagnostics, Severity};
use crate::document::Origins;
use crate::plan::Plan;
use crate::source::SourceMap;
use indicatif::MultiProgress;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ansi {
    /// On terminals, as `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` say.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How the work on a plan is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProgressMode {
    /// In place on a terminal, else plain.
    #[default]
    Auto,
    /// In place. Where there is no terminal: plain.
    Tty,
    /// A line for each change that matters.
    Plain,
    /// One JSON object a line; talk is JSON too.
    Json,
    /// Nothing but warnings and errors.
    Quiet,
}

/// The one place that writes. A clone is a handle to the same.
#[derive(Debug, Clone)]
pub struct Output {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    mode: ProgressMode,
    data: Colours,
    talk: Colours,
    size: Size,
    closed: AtomicBool,
    /// The display that is on the screen and has to step aside for what is written.
    display: Mutex<Option<MultiProgress>>,
}

impl Output {
    /// An output to the streams of this process.
    ///
    /// `NO_COLOR`, `CLICOLOR_FORCE`, `TERM`, `COLUMNS` and `LINES` of the environment count.
    pub fn new(ansi: Ansi, progress: ProgressMode, environment: &BTreeMap<String, String>) -> Self {
        let stream = |terminal: bool| if terminal { Stream::Terminal } else { Stream::Other };
        let (stdout, stderr) = (stream(io::stdout().is_terminal()), stream(io::stderr().is_terminal()));
        let in_place = stderr == Stream::Terminal && environment.get("TERM").is_none_or(|term| term != "dumb");
        let mode = match progress {
            ProgressMode::Auto | ProgressMode::Tty if in_place => ProgressMode::Tty,
            ProgressMode::Auto | ProgressMode::Tty => ProgressMode::Plain,
            chosen => chosen,
        };
        Self {
            shared: Arc::new(Shared {
                mode,
                data: colours(ansi, stdout, environment),
                talk: colours(ansi, stderr, environment),
                size: Size::of(environment),
                closed: AtomicBool::new(false),
                display: Mutex::new(None),
            }),
        }
    }

    /// How work is shown: never `Auto`.
    pub fn mode(&self) -> ProgressMode {
        self.shared.mode
    }

    /// The colours of data.
    pub fn colours(&self) -> Colours {
        self.shared.data
    }

    /// The colours of talk.
    pub fn talk_colours(&self) -> Colours {
        self.shared.talk
    }

    /// The size of the terminal.
    pub fn size(&self) -> Size {
        self.shared.size
    }

    /// Whether the reader of standard output went away.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Relaxed)
    }

    /// Writes to standard output, as is.
    pub fn data(&self, text: &str) {
        self.data_bytes(text.as_bytes());
    }

    /// Writes bytes to standard output, as they are.
    pub fn data_bytes(&self, bytes: &[u8]) {
        if self.is_closed() {
            return;
        }
        let written = self.aside(|| {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        });
        if written.is_err() {
            self.shared.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Writes what a process said on its standard error to ours, as it is.
    pub fn talk_bytes(&self, bytes: &[u8]) {
        // Nobody is left to be told when standard error is gone.
        let _ = self.aside(|| io::stderr().lock().write_all(bytes));
    }

    /// A line of talk.
    pub fn say(&self, text: &str) {
        match self.shared.mode {
            ProgressMode::Quiet => {}
            ProgressMode::Json => self.talk(&json!({"level": "info", "message": text}).to_string()),
            _ => self.talk(text),
        }
    }

    /// A question; the answer is written on the same line.
    pub fn ask(&self, question: &str) {
        // Nobody is left to be asked when standard error is gone.
        let _ = self.aside(|| {
            let mut out = io::stderr().lock();
            write!(out, "{question}").and_then(|()| out.flush())
        });
    }

    /// Something worth knowing.
    pub fn note(&self, message: &str, help: Option<&str>) {
        if self.shared.mode != ProgressMode::Quiet {
            self.headed("note", message, help);
        }
    }

    /// Something that does not do what it seems to.
    pub fn warn(&self, message: &str, help: Option<&str>) {
        self.headed("warning", message, help);
    }

    /// Why a command failed.
    pub fn error(&self, message: &str, help: Option<&str>) {
        self.headed("error", message, help);
    }

    /// What is up, where, and what is not.
    pub fn stack(&self, stack: &Stack) {
        match self.shared.mode {
            _ if stack.is_empty() => {}
            ProgressMode::Quiet => {}
            ProgressMode::Json => self.talk(&json!({"level": "info", "services": stack.json()}).to_string()),
            _ => self.talk(&stack.text(self.shared.talk)),
        }
    }

    /// Volumes that go with their data; told in every mode.
    pub fn removed(&self, heading: &str, all: &[Removed]) {
        if self.shared.mode == ProgressMode::Json {
            for one in all {
                let mut line = json!({"level": "info", "message": heading.trim_end_matches(':')});
                if let (Some(line), Value::Object(more)) = (line.as_object_mut(), removed_json(one)) {
                    line.extend(more);
                }
                self.talk(&line.to_string());
            }
            return;
        }
        self.talk(&format!("{heading}\n{}", removed_text(all).trim_end()));
    }

    /// What is wrong with the user's files, by place.
    pub fn diagnostics(&self, diagnostics: &Diagnostics, sources: &SourceMap, origins: &Origins) {
        let places = Places { sources, origins };
        let look = Look { colours: self.shared.talk, width: self.shared.size.width };
        let text = if self.shared.mode == ProgressMode::Json {
            let all = diagnostics.sorted().into_iter();
            all.map(|one| diagnostic_json(one, places).to_string()).collect::<Vec<_>>().join("\n")
        } else {
            let text = diagnostics_text(diagnostics, places, look);
            let many = diagnostics.count(Severity::Error) > 1;
            if many { format!("{text}\n{}\n", summary(diagnostics)) } else { text }
        };
        if !text.is_empty() {
            self.talk(text.trim_end());
        }
    }

    /// Shows a plan while it is carried out.
    pub fn progress(&self, plan: &Plan) -> Progress {
        Progress::new(self.clone(), plan)
    }

    /// Shows the output of several containers; the names that are known make the width of the prefix.
    pub fn logs(&self, names: Vec<String>, prefix: LogPrefix) -> LogWriter {
        LogWriter::new(self.clone(), names, prefix)
    }

    /// Writes a line of talk, whatever the mode.
    pub(super) fn talk(&self, line: &str) {
        // Nobody is left to be told when standard error is gone.
        let _ = self.aside(|| writeln!(io::stderr().lock(), "{line}"));
    }

    /// Puts a display on the screen, or takes it off.
    pub(super) fn show(&self, display: Option<MultiProgress>) {
        *self.display() = display;
    }

    fn headed(&self, level: &str, message: &str, help: Option<&str>) {
        let line = match self.shared.mode {
            ProgressMode::Json => json!({"level": level, "message": message, "help": help}).to_string(),
            _ => headed(level, message, help, self.shared.talk),
        };
        self.talk(&line);
    }

    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*self.display() {
            Some(display) => display.suspend(write),
            None => write(),
        }
    }

    fn display(&self) -> MutexGuard<'_, Option<MultiProgress>> {
        self.shared.display.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is behind a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Terminal,
    Other,
}

fn colours(ansi: Ansi, stream: Stream, environment: &BTreeMap<String, String>) -> Colours {
    let value = |name: &str| environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let forced = value("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let capable = stream == Stream::Terminal && value("TERM") != Some("dumb");
    match ansi {
        Ansi::Always => Colours::On,
        Ansi::Auto if value("NO_COLOR").is_none() && (forced || capable) => Colours::On,
        Ansi::Auto | Ansi::Never => Colours::Off,
    }
}

fn headed(level: &str, message: &str, help: Option<&str>, colours: Colours) -> String {
    let head = format!("{level}:");
    let head = match level {
        "error" => colours.red(&head),
        "warning" => colours.yellow(&head),
        _ => colours.cyan(&head),
    };
    let help = help.map(|help| helped(help, colours)).unwrap_or_default();
    format!("{head} {message}{help}")
}

fn helped(help: &str, colours: Colours) -> String {
    format!("\n  {} {help}", colours.cyan("help:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn no_color_wins_over_a_terminal_and_loses_to_the_flag() {
        let none = environment([("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]);
        assert_eq!(colours(Ansi::Auto, Stream::Terminal, &none), Colours::Off);
        assert_eq!(colours(Ansi::Always, Stream::Other, &none), Colours::On);
        assert_eq!(colours(Ansi::Auto, Stream::Terminal, &environment([("NO_COLOR", "")])), Colours::On);
    }

    #[test]
    fn colour_is_for_terminals_unless_forced() {
        assert_eq!(colours(Ansi::Auto, Stream::Other, &environment([])), Colours::Off);
        assert_eq!(colours(Ansi::Auto, Stream::Other, &environment([("CLICOLOR_FORCE", "1")])), Colours::On);
        assert_eq!(colours(Ansi::Auto, Stream::Terminal, &environment([("TERM", "dumb")])), Colours::Off);
    }

    #[test]
    fn help_stands_on_a_line_of_its_own() {
        let text = headed("error", "no compose file found", Some("add 'compose.yaml'"), Colours::Off);
        assert_eq!(text, "error: no compose file found\n  help: add 'compose.yaml'");
    }
}
