//! [`Reload`]: what happens while files are watched when those of a mount or of a rule change. Hoist's own: `x-reload`.

use super::fields::{Fields, invalid_value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::value::{Name, Signal};

/// What happens when files change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reload {
    /// How the service takes them up.
    pub by: ReloadBy,
    /// No files that match one of these patterns.
    pub ignore: Vec<String>,
    /// Services that are restarted with it.
    pub dependents: Vec<Name>,
}

/// How a service takes up what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReloadBy {
    /// It sees to that itself: nothing is done.
    Itself,
    /// By a restart.
    Restart,
    /// By a signal to the first process of its containers.
    Signal(Signal),
    /// By a command in its containers.
    Exec(Vec<String>),
}

/// What ends a process or halts it is no reload.
const ENDS: [&str; 4] = ["SIGKILL", "SIGTERM", "SIGSTOP", "SIGTSTP"];

impl Reload {
    /// Reads `restart`, `off`, or the mapping, where nothing else is said a restart.
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if let Some(word) = node.as_text() {
            let alone = |by| Self { by, ignore: Vec::new(), dependents: Vec::new() };
            return match word {
                "restart" => Some(alone(ReloadBy::Restart)),
                "off" => Some(alone(ReloadBy::Itself)),
                _ => {
                    let fault = Diagnostic::error("invalid-value", format!("'{word}' is not a value of 'x-reload'"));
                    diagnostics.push(fault.at(node.span).help("one of restart, off, or 'signal: HUP', 'exec: [...]'"));
                    None
                }
            };
        }
        let mut fields = Fields::of("x-reload", node, diagnostics)?;
        fields.exclude(&["exec", "signal"], "keep the one that makes the service read its files");
        let by = match (signal(&mut fields), fields.optional_texts("exec")) {
            (Some(signal), _) => ReloadBy::Signal(signal),
            (None, Some(command)) if command.is_empty() => {
                let fault = Diagnostic::error("missing-value", "the command of 'x-reload' is empty");
                let place = fields.place("exec");
                fields.report(fault.at(place).help("write it as a list: [nginx, -s, reload]"));
                return None;
            }
            (None, Some(command)) => ReloadBy::Exec(command),
            (None, None) => ReloadBy::Restart,
        };
        let (ignore, dependents) = (fields.texts("ignore"), fields.items("dependents", name));
        fields.finish();
        Some(Self { by, ignore, dependents })
    }
}

fn name(node: &Node, diagnostics: &mut Diagnostics) -> Option<Name> {
    match node.as_text().unwrap_or_default().parse() {
        Ok(name) => Some(name),
        Err(invalid) => {
            diagnostics.push(invalid_value(invalid, node.span));
            None
        }
    }
}

fn signal(fields: &mut Fields<'_>) -> Option<Signal> {
    let place = fields.node("signal").map(|node| node.span);
    let signal: Signal = fields.parsed("signal")?;
    if ENDS.contains(&signal.as_str()) {
        let message = format!("{} makes no process read its files", signal.as_str());
        let fault = Diagnostic::error("invalid-value", message).at(place);
        fields.report(fault.help("write 'x-reload: restart', or the signal that it reloads by, such as HUP"));
    }
    Some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read_part;

    fn by(text: &str) -> Result<ReloadBy, String> {
        read_part(text, Reload::read).map(|reload| reload.by)
    }

    #[test]
    fn one_word_or_a_mapping_says_how() {
        assert_eq!(by("restart"), Ok(ReloadBy::Restart));
        assert_eq!(by("'off'"), Ok(ReloadBy::Itself));
        assert_eq!(by("{ignore: [a]}"), Ok(ReloadBy::Restart));
        assert_eq!(by("{signal: hup}"), Ok(ReloadBy::Signal("HUP".parse().expect("valid"))));
        assert_eq!(by("{exec: [a, b]}"), Ok(ReloadBy::Exec(vec!["a".into(), "b".into()])));
    }

    #[test]
    fn what_cannot_work_is_a_fault() {
        for (text, fault) in [
            ("reload", "'reload' is not a value of 'x-reload'"),
            ("{signal: HOP}", "'HOP' is not a signal"),
            ("{signal: TERM}", "SIGTERM makes no process read its files"),
            ("{exec: []}", "the command of 'x-reload' is empty"),
            ("{exec: [a], signal: HUP}", "'exec' and 'signal' exclude each other"),
        ] {
            assert_eq!(by(text), Err(fault.into()), "{text}");
        }
    }
}
