//! [`LogWriter`]: the output of several containers on standard output, each line behind the name of who said it.
//!
//! Lines stay whole: what is not yet ended by a line break is kept. Bytes pass unchanged, whatever their encoding.

use super::width::{columns, pad};
use super::{Colours, Output};
use crate::value::Moment;
use indexmap::IndexMap;
use std::time::SystemTime;

/// A line longer than this is shown in parts, so that what never ends a line cannot fill the memory.
const LONGEST_LINE: usize = 64 * 1024;

/// What stands in front of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPrefix {
    /// `redis-1  | ` in the colour of the container, where there is colour.
    Coloured,
    /// `redis-1  | `.
    Plain,
    /// Nothing.
    None,
}

/// Whether a line says when it came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stamps {
    /// It does not.
    #[default]
    None,
    /// The moment at which its end arrived here, as RFC 3339 in UTC.
    Arrival,
}

/// Where the lines of all containers meet. What it still holds is written when it is dropped.
#[derive(Debug)]
pub struct LogWriter {
    output: Output,
    prefix: LogPrefix,
    stamps: Stamps,
    /// The containers in the order of their colours, each with the line that it has not ended yet.
    kept: IndexMap<String, Vec<u8>>,
}

impl LogWriter {
    pub(super) fn new(output: Output, names: Vec<String>, prefix: LogPrefix) -> Self {
        Self { output, prefix, stamps: Stamps::None, kept: names.into_iter().map(|name| (name, Vec::new())).collect() }
    }

    /// Lets each line say when it came.
    #[must_use]
    pub fn stamped(mut self, stamps: Stamps) -> Self {
        self.stamps = stamps;
        self
    }

    /// Takes what a container said; whole lines are shown at once. A name that was not known takes the next colour, and
    /// may widen the prefix from here on.
    pub fn write(&mut self, name: &str, bytes: &[u8]) {
        let kept = self.kept.entry(name.to_owned()).or_default();
        kept.extend_from_slice(bytes);
        match kept.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => {
                let rest = kept.split_off(end + 1);
                let lines = std::mem::replace(kept, rest);
                self.show(name, &lines);
            }
            None if kept.len() > LONGEST_LINE => self.end(name),
            None => {}
        }
    }

    /// A line about a container, such as `exited with code 0`; it is talk.
    pub fn event(&mut self, name: &str, text: &str) {
        self.end(name);
        self.output.say(&self.output.talk_colours().dim(&format!("{name} {text}")));
    }

    /// Writes what is still kept.
    pub fn finish(self) {}

    /// Shows what is still kept of a container, as a line.
    fn end(&mut self, name: &str) {
        let mut line = self.kept.get_mut(name).map(std::mem::take).unwrap_or_default();
        if !line.is_empty() {
            line.push(b'\n');
            self.show(name, &line);
        }
    }

    fn show(&self, name: &str, lines: &[u8]) {
        let stamp = match self.stamps {
            Stamps::None => String::new(),
            Stamps::Arrival => format!("{} ", Moment::from(SystemTime::now()).rfc3339()),
        };
        self.output.data_bytes(&prefixed(&format!("{}{stamp}", self.prefix_of(name)), lines));
    }

    fn prefix_of(&self, name: &str) -> String {
        let width = self.kept.keys().map(|name| columns(name)).max().unwrap_or(0);
        let text = format!("{}  | ", pad(name, width));
        let colours = match self.prefix {
            LogPrefix::None => return String::new(),
            LogPrefix::Plain => Colours::Off,
            LogPrefix::Coloured => self.output.colours(),
        };
        colours.nth(self.kept.get_index_of(name).unwrap_or(0), &text)
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        let names: Vec<String> = self.kept.keys().cloned().collect();
        for name in names {
            self.end(&name);
        }
    }
}

/// Each line behind the prefix.
fn prefixed(prefix: &str, lines: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines.len() + prefix.len());
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Ansi, ProgressMode};
    use super::*;
    use std::collections::BTreeMap;

    fn writer(names: &[&str]) -> LogWriter {
        let output = Output::new(Ansi::Never, ProgressMode::Quiet, &BTreeMap::new());
        LogWriter::new(output, names.iter().map(|name| (*name).to_owned()).collect(), LogPrefix::Coloured)
    }

    #[test]
    fn every_line_is_prefixed_and_no_byte_changes() {
        assert_eq!(prefixed("a  | ", b"x\n\xff\r\n\ny\n"), b"a  | x\na  | \xff\r\na  | \na  | y\n");
    }

    #[test]
    fn prefixes_are_as_wide_as_the_longest_name() {
        let mut writer = writer(&["redis-1", "api-1"]);
        assert_eq!(writer.prefix_of("api-1"), "api-1    | ");
        writer.write("frontend-1", b"");
        assert_eq!(writer.prefix_of("frontend-1"), "frontend-1  | ");
        assert_eq!(writer.prefix_of("api-1"), "api-1       | ");
    }

    #[test]
    fn a_line_is_kept_until_it_ends() {
        let mut writer = writer(&["a"]);
        writer.write("a", b"one\rtwo");
        assert_eq!(writer.kept.get("a").map(Vec::as_slice), Some(&b"one\rtwo"[..]));
        writer.kept.clear();
    }
}
