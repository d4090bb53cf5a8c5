//! [`Hook`]: a command inside a running container, or before it in one of its own. Spec: services, `post_start`, `pre_stop`, `pre_start`; develop, `exec`.

use super::Dialect;
use super::fields::Fields;
use super::writer::{Writer, words};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// A command and how it is run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hook {
    /// The command; nothing when the file says null.
    pub command: Option<Vec<String>>,
    /// The image of a command before the start. Default: the service's.
    pub image: Option<String>,
    /// The user. Default: the container's.
    pub user: Option<String>,
    /// Whether it has all rights on the host. Default false.
    pub privileged: bool,
    /// The working directory. Default: the container's.
    pub working_dir: Option<String>,
    /// More variables; one without a value takes the container's.
    pub environment: BTreeMap<String, Option<String>>,
}

impl Hook {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("hook", node, diagnostics)?;
        fields.require("command", "add 'command:', what the hook runs");
        let hook = Self {
            command: fields.optional_texts("command"),
            image: fields.text("image"),
            user: fields.text("user"),
            privileged: fields.flag("privileged").unwrap_or(false),
            working_dir: fields.text("working_dir"),
            environment: fields.optional_map("environment"),
        };
        fields.finish();
        Some(hook)
    }

    pub(super) fn write(&self, dialect: Dialect) -> Node {
        let Self { command, image, user, privileged, working_dir, environment } = self;
        let mut writer = Writer::default();
        writer.optional("command", words(command.as_ref(), dialect)).text("image", image.as_ref());
        writer.text("user", user.as_ref());
        writer.flag("privileged", *privileged).text("working_dir", working_dir.as_ref());
        writer.optional_map("environment", environment).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, Hook::read).map(|hook| json::compact(&hook.write(Dialect::Json)))
    }

    #[test]
    fn a_hook_is_written_in_the_order_of_compose() {
        let text = "{environment: {B: , A: 1}, working_dir: /w, privileged: 'true', user: root, command: [a, b]}";
        let wanted = concat!(
            r#"{"command":["a","b"],"user":"root","privileged":true,"working_dir":"/w","#,
            r#""environment":{"A":"1","B":null}}"#
        );
        assert_eq!(written(text), Ok(wanted.into()));
    }

    #[test]
    fn a_hook_needs_a_command_which_may_be_null_or_empty() {
        assert_eq!(written("{user: root}"), Err("'hook' needs 'command'".into()));
        assert_eq!(written("{command: }"), Ok(r#"{"command":null}"#.into()));
        assert_eq!(written("{command: []}"), Ok(r#"{"command":[]}"#.into()));
        assert!(written("{command: [a], foo: 1}").is_err());
    }
}
