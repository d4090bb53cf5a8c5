//! [`LanguageModel`]: a model that services talk to. Spec: `models`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;

/// A declared model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LanguageModel {
    /// A name for people.
    pub name: Option<String>,
    /// The model's address in a registry, such as `ai/smollm2`.
    pub model: String,
    /// How many tokens it keeps in mind. Default: the model's own.
    pub context_size: Option<u64>,
    /// Flags of the program that runs it.
    pub runtime_flags: Vec<String>,
}

impl LanguageModel {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("model", node, diagnostics)?;
        fields.require("model", "add 'model: ai/smollm2', its address in a registry");
        let model = Self {
            name: fields.text("name"),
            model: fields.text("model").unwrap_or_default(),
            context_size: fields.unquoted("context_size"),
            runtime_flags: fields.texts("runtime_flags"),
        };
        fields.finish();
        Some(model)
    }

    /// The model in Compose's key order.
    pub fn write(&self) -> Node {
        let Self { name, model, context_size, runtime_flags } = self;
        let mut writer = Writer::default();
        writer.text("name", name.as_ref()).text("model", Some(model));
        writer.number("context_size", context_size.filter(|size| *size != 0));
        writer.texts("runtime_flags", runtime_flags).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, LanguageModel::read).map(|model| json::compact(&model.write()))
    }

    #[test]
    fn a_model_is_written_in_the_order_of_compose() {
        let text = "{runtime_flags: [--a], context_size: 5, model: a, name: q}";
        assert_eq!(written(text), Ok(r#"{"name":"q","model":"a","context_size":5,"runtime_flags":["--a"]}"#.into()));
        assert_eq!(written("{model: a, context_size: 0, runtime_flags: []}"), Ok(r#"{"model":"a"}"#.into()));
    }

    #[test]
    fn a_model_needs_its_address() {
        assert_eq!(written("{name: q}"), Err("'model' needs 'model'".into()));
        assert!(written("{model: a, context_size: -1}").is_err());
    }
}
