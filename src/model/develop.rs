//! [`Develop`]: what `watch` does when a file changes. Spec: services, `develop`.

use super::fields::Fields;
use super::writer::Writer;
use super::{Dialect, Hook, Reload};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;

/// How a service is developed; it changes nothing in what `up` does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Develop {
    /// What is watched.
    pub watch: Vec<Watch>,
}

/// A folder or file that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The folder or file of the host, absolute.
    pub path: String,
    /// What a change causes.
    pub action: WatchAction,
    /// Where it is copied to in the container. Needed to copy, and then never missing.
    pub target: Option<String>,
    /// What runs in the container after `sync+exec`.
    pub exec: Option<Hook>,
    /// Only files that match one of these patterns. Default: all.
    pub include: Vec<String>,
    /// No files that match one of these patterns, relative to `path`. Default: those of `.dockerignore`.
    pub ignore: Vec<String>,
    /// Whether everything is copied once at the start. Default false.
    pub initial_sync: bool,
    /// How the service takes the files up, in place of what the action says about that.
    pub reload: Option<Reload>,
}

/// What a change causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchAction {
    /// The image is built anew and the containers are replaced.
    Rebuild,
    /// The files are copied.
    Sync,
    /// The containers are restarted.
    Restart,
    /// The files are copied, then the containers are restarted.
    SyncRestart,
    /// The files are copied, then a command runs.
    SyncExec,
}

impl WatchAction {
    const ALL: [Self; 5] = [Self::Rebuild, Self::Sync, Self::Restart, Self::SyncRestart, Self::SyncExec];

    /// The word of the compose language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rebuild => "rebuild",
            Self::Sync => "sync",
            Self::Restart => "restart",
            Self::SyncRestart => "sync+restart",
            Self::SyncExec => "sync+exec",
        }
    }

    /// Whether files are copied.
    pub fn copies(self) -> bool {
        matches!(self, Self::Sync | Self::SyncRestart | Self::SyncExec)
    }
}

impl Develop {
    /// Reads the mapping; null counts as not written.
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.is_null() {
            return None;
        }
        let mut fields = Fields::of("develop", node, diagnostics)?;
        let develop = Self { watch: fields.items("watch", Watch::read) };
        fields.finish();
        Some(develop)
    }

    pub(super) fn write(&self, dialect: Dialect) -> Node {
        Writer::default().items("watch", &self.watch, |watch| watch.write(dialect)).finish()
    }
}

impl Watch {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("watch", node, diagnostics)?;
        fields.require("path", "add 'path: ./src', the folder to watch");
        fields.require("action", "add 'action: rebuild', or another one");
        let path = fields.text("path");
        let action = fields.word("action", &WatchAction::ALL, WatchAction::as_str);
        let target = fields.text("target");
        if path.as_deref() == Some("") {
            let place = fields.node("path").map(|node| node.span);
            let fault = Diagnostic::error("invalid-value", "the path to watch is empty").at(place);
            fields.report(fault.help("write '.' for the project's folder"));
        }
        if action.is_some_and(WatchAction::copies) && target.as_deref().unwrap_or_default().is_empty() {
            let word = action.map_or("", WatchAction::as_str);
            let place = fields.start().unwrap_or(node.span);
            let fault = Diagnostic::error("missing-value", format!("the action '{word}' needs a 'target'")).at(place);
            fields.report(fault.help("add 'target: /app', where the files go in the container"));
        }
        let exec = fields.nested("exec").and_then(|(node, faults)| Hook::read(node, faults));
        let (include, ignore) = (fields.texts("include"), fields.texts("ignore"));
        let initial_sync = fields.flag("initial_sync").unwrap_or(false);
        let reload = reload(&mut fields, action);
        fields.finish();
        Some(Self { path: path?, action: action?, target, exec, include, ignore, initial_sync, reload })
    }

    /// JSON always has `exec`, as Compose does. Extensions are taken from the file by whoever prints them.
    fn write(&self, dialect: Dialect) -> Node {
        let Self { path, action, target, exec, include, ignore, initial_sync, reload: _ } = self;
        let nothing = (dialect == Dialect::Json).then(|| Hook::default().write(dialect));
        let mut writer = Writer::default();
        writer.text("path", Some(path)).text("action", Some(&action.as_str())).text("target", target.as_ref());
        writer.optional("exec", exec.as_ref().map(|hook| hook.write(dialect)).or(nothing));
        writer.texts("include", include).texts("ignore", ignore).flag("initial_sync", *initial_sync).finish()
    }
}

/// What a rule says about how files are taken up; an action that says it as well contradicts it.
fn reload(fields: &mut Fields<'_>, action: Option<WatchAction>) -> Option<Reload> {
    let place = fields.place("x-reload");
    let (node, diagnostics) = fields.nested("x-reload")?;
    let reload = Reload::read(node, diagnostics);
    if let Some(action @ (WatchAction::Rebuild | WatchAction::SyncExec)) = action {
        let message = format!("'x-reload' and the action '{}' exclude each other", action.as_str());
        let fault = Diagnostic::error("conflict", message).at(place);
        fields.report(fault.help("write 'action: restart' or 'action: sync+restart', which it takes the place of"));
    }
    reload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str, dialect: Dialect) -> Result<String, String> {
        let text = format!("{{watch: [{text}]}}");
        read_part(&text, Develop::read).map(|develop| json::compact(&develop.write(dialect)))
    }

    #[test]
    fn json_always_has_exec_and_yaml_only_what_is_there() {
        let text = "{path: /a, action: sync, target: /b, ignore: [c], include: [d], initial_sync: true}";
        let rest = r#""include":["d"],"ignore":["c"],"initial_sync":true}]}"#;
        let begin = r#"{"watch":[{"path":"/a","action":"sync","target":"/b","#;
        assert_eq!(written(text, Dialect::Yaml), Ok(format!("{begin}{rest}")));
        assert_eq!(written(text, Dialect::Json), Ok(format!(r#"{begin}"exec":{{"command":null}},{rest}"#)));
    }

    #[test]
    fn what_copies_needs_a_target() {
        for action in ["sync", "sync+restart", "sync+exec"] {
            let fault = format!("the action '{action}' needs a 'target'");
            assert_eq!(written(&format!("{{path: /a, action: {action}}}"), Dialect::Yaml), Err(fault));
        }
        for action in ["rebuild", "restart"] {
            assert!(written(&format!("{{path: /a, action: {action}}}"), Dialect::Yaml).is_ok());
        }
    }

    #[test]
    fn a_path_and_a_known_action_are_needed() {
        let cases = [
            ("{action: rebuild}", "'watch' needs 'path'"),
            ("{path: /a}", "'watch' needs 'action'"),
            ("{path: '', action: rebuild}", "the path to watch is empty"),
            ("{path: /a, action: sink}", "'sink' is not a value of 'action'"),
            ("{path: /a, action: rebuild, exec: {user: u}}", "'hook' needs 'command'"),
        ];
        for (text, fault) in cases {
            assert_eq!(written(text, Dialect::Yaml), Err(fault.into()), "{text}");
        }
    }
}
