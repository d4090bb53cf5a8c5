//! [`ModelBinding`]: how a service learns of a model. Spec: services, `models`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;

/// The variables that tell a service about a model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelBinding {
    /// The variable with the URL of the model. Default: the model's key in upper case, then `_URL`. Spec:
    /// `endpoint_var`.
    pub endpoint_variable: Option<String>,
    /// The variable with the name of the model. Default: the model's key in upper case, then `_MODEL`. Spec:
    /// `model_var`.
    pub model_variable: Option<String>,
}

impl ModelBinding {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("models", node, diagnostics)?;
        let binding = Self { endpoint_variable: fields.text("endpoint_var"), model_variable: fields.text("model_var") };
        fields.finish();
        Some(binding)
    }

    pub(super) fn write(&self) -> Node {
        let Self { endpoint_variable, model_variable } = self;
        let mut writer = Writer::default();
        writer.text("endpoint_var", endpoint_variable.as_ref()).text("model_var", model_variable.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{attribute, service_fault};

    #[test]
    fn a_binding_without_options_stays_null() {
        assert_eq!(attribute("models: {m: , k: {}}"), r#"{"models":{"k":{},"m":null}}"#);
        let full = "models: {m: {model_var: B, endpoint_var: A}}";
        assert_eq!(attribute(full), r#"{"models":{"m":{"endpoint_var":"A","model_var":"B"}}}"#);
        assert!(service_fault("models: {m: {foo: 1}}").is_some());
    }
}
