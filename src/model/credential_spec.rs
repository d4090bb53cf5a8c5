//! [`CredentialSpec`]: the managed account of a Windows container. Spec: services, `credential_spec`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;

/// Where the description of the account comes from; exactly one is of use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CredentialSpec {
    /// A key of `configs`.
    pub config: Option<String>,
    /// A file in the engine's own folder.
    pub file: Option<String>,
    /// A value of the engine's registry.
    pub registry: Option<String>,
}

impl CredentialSpec {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("credential_spec", node, diagnostics)?;
        let spec = Self { config: fields.text("config"), file: fields.text("file"), registry: fields.text("registry") };
        fields.finish();
        Some(spec)
    }

    pub(super) fn write(&self) -> Node {
        let Self { config, file, registry } = self;
        let mut writer = Writer::default();
        writer.text("config", config.as_ref()).text("file", file.as_ref()).text("registry", registry.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{attribute, service_fault};

    #[test]
    fn an_account_is_written_even_when_it_says_nothing() {
        let full = "credential_spec: {registry: r, file: f, config: c}";
        assert_eq!(attribute(full), r#"{"credential_spec":{"config":"c","file":"f","registry":"r"}}"#);
        assert_eq!(attribute("credential_spec: {file: ''}"), r#"{"credential_spec":{}}"#);
        assert!(service_fault("credential_spec: {foo: 1}").is_some());
    }
}
