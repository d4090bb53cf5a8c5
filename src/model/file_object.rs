//! [`FileObject`]: a declared config or secret. Spec: `configs` and `secrets`.

use super::fields::{Fields, Values};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::value::{Checksum, Name, Secret};
use std::collections::BTreeMap;

/// A text that containers find as a file. It has exactly one source, unless somebody else made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileObject {
    /// What the platform calls it. Default `<project>_<key>`.
    pub name: String,
    /// The file of the host that holds it, absolute.
    pub file: Option<String>,
    /// The variable of the project's environment that holds it.
    pub environment: Option<String>,
    /// The text itself; only a config has one.
    pub content: Option<String>,
    /// Whether somebody else made it.
    pub external: bool,
    /// Labels of the user.
    pub labels: BTreeMap<String, String>,
    /// The driver of a secret; only Swarm knows it.
    pub driver: Option<String>,
    /// What the driver is told.
    pub driver_opts: BTreeMap<String, String>,
    /// The language of its template; only Swarm knows it.
    pub template_driver: Option<String>,
    /// What is in it, where no file of the host has it; nothing until somebody looked.
    pub text: Option<Secret>,
    /// What tells that it changed; nothing until somebody looked, and where nobody can.
    pub checksum: Option<Checksum>,
}

impl FileObject {
    pub(super) fn read_config(key: &Name, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("config", node, diagnostics)?;
        let config = Self { content: fields.text("content"), ..Self::common(&mut fields) };
        fields.exclude(&["file", "environment", "content"], "a config has one source: keep one of them");
        // Compose looks whether the key is there, not at what it says.
        let sources = ["file", "environment", "content", "external"];
        if sources.iter().all(|key| fields.node(key).is_none()) {
            let fault = Diagnostic::error("missing-value", format!("config '{key}' has no source"));
            let fault = fault.help("add 'file:', 'environment:' or 'content:', or 'external: true'");
            fields.report(fault.at(place(&fields, node)));
        }
        fields.finish();
        Some(config)
    }

    pub(super) fn read_secret(key: &Name, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("secret", node, diagnostics)?;
        let common = Self::common(&mut fields);
        let secret = Self {
            driver: fields.text("driver"),
            driver_opts: fields.map_of("driver_opts", Values::GivenNumbers),
            ..common
        };
        fields.exclude(&["file", "environment"], "a secret has one source: keep one of them");
        let is_written = ["file", "environment"].iter().any(|key| fields.node(key).is_some());
        // What is written and wrong has been reported: 'content' is known to configs only.
        let is_wrong = fields.place("content").is_some() || fields.place("external").is_some() && !is_flag(node);
        if !is_written && !secret.external && !is_wrong {
            let fault = Diagnostic::error("missing-value", format!("secret '{key}' has no source"));
            let fault = fault.help("add 'file: ./secret.txt' or 'environment: VARIABLE', or 'external: true'");
            fields.report(fault.at(place(&fields, node)));
        }
        if let Some(place) = fields.place("content") {
            let fault = Diagnostic::error("unknown-key", "'content' is not a secret attribute: only a config has one");
            fields.report(
                fault.at(place).help("use 'file:' or 'environment:', so that the secret stays out of this file"),
            );
            fields.node("content");
        }
        fields.finish();
        Some(secret)
    }

    fn common(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.text("name").unwrap_or_default(),
            file: fields.text("file"),
            environment: fields.text("environment"),
            external: fields.flag("external").unwrap_or(false),
            labels: fields.map("labels"),
            template_driver: fields.text("template_driver"),
            ..Self::default()
        }
    }

    /// Takes in what is in it, which no file of the host has.
    pub fn fill(&mut self, text: Secret) {
        self.checksum = Some(Checksum::of(text.expose()));
        self.text = Some(text);
    }

    /// Whether no file of the host has it, so that it is put into containers before they start.
    pub fn is_in_memory(&self) -> bool {
        self.file.is_none() && !self.external
    }

    /// The config or secret in Compose's key order, without what was found in it.
    pub fn write(&self) -> Node {
        let Self {
            name,
            file,
            environment,
            content,
            external,
            labels,
            driver,
            driver_opts,
            template_driver,
            text: _,
            checksum: _,
        } = self;
        let mut writer = Writer::default();
        writer.text("name", Some(name)).text("file", file.as_ref()).text("environment", environment.as_ref());
        writer.text("content", content.as_ref()).flag("external", *external).map("labels", labels);
        writer.text("driver", driver.as_ref()).map("driver_opts", driver_opts);
        writer.text("template_driver", template_driver.as_ref()).finish()
    }
}

/// Where something that is missing is reported; what normalisation added is no first key.
fn place(fields: &Fields<'_>, node: &Node) -> crate::source::Span {
    fields.start().unwrap_or(node.span)
}

/// Whether 'external' says true or false.
fn is_flag(node: &Node) -> bool {
    let word = node.get("external").and_then(Node::as_text).unwrap_or_default().to_ascii_lowercase();
    ["true", "yes", "y", "on", "false", "no", "n", "off"].contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn key() -> Name {
        "s".parse().expect("a name")
    }

    fn config(text: &str) -> Result<String, String> {
        read_part(text, |node, faults| FileObject::read_config(&key(), node, faults))
            .map(|config| json::compact(&config.write()))
    }

    fn secret(text: &str) -> Result<String, String> {
        read_part(text, |node, faults| FileObject::read_secret(&key(), node, faults))
            .map(|secret| json::compact(&secret.write()))
    }

    #[test]
    fn they_are_written_in_the_order_of_compose() {
        let text = "{template_driver: t, labels: {l: 1}, content: c, name: p_c}";
        let wanted = r#"{"name":"p_c","content":"c","labels":{"l":"1"},"template_driver":"t"}"#;
        assert_eq!(config(text), Ok(wanted.into()));
        let text = "{driver_opts: {a: 1}, driver: d, external: true, file: /f, name: n}";
        let wanted = r#"{"name":"n","file":"/f","external":true,"driver":"d","driver_opts":{"a":"1"}}"#;
        assert_eq!(secret(text), Ok(wanted.into()));
    }

    #[test]
    fn each_has_exactly_one_source_unless_somebody_else_made_it() {
        assert_eq!(config("{}"), Err("config 's' has no source".into()));
        assert_eq!(secret("{driver: d}"), Err("secret 's' has no source".into()));
        assert_eq!(secret("{external: false}"), Err("secret 's' has no source".into()));
        assert_eq!(config("{file: a, content: b}"), Err("'file' and 'content' exclude each other".into()));
        assert_eq!(secret("{environment: B, file: a}"), Err("'environment' and 'file' exclude each other".into()));
        for text in ["{external: true}", "{external: false}", "{content: ''}", "{environment: A}"] {
            assert!(config(text).is_ok(), "{text}");
        }
        for text in ["{external: true}", "{external: true, file: x}", "{environment: A}"] {
            assert!(secret(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn only_a_config_has_content_and_only_a_secret_a_driver() {
        let fault = "'content' is not a secret attribute: only a config has one";
        assert_eq!(secret("{file: a, content: b}"), Err(fault.into()));
        assert_eq!(config("{file: a, driver: b}"), Err("'driver' is not a config attribute".into()));
    }
}
