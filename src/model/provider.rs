//! [`Provider`]: a program that provides a service in place of a container. Spec: services, `provider`.

use super::fields::{Fields, scalar_text, wrong_kind};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use std::collections::BTreeMap;

/// A program that provides a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The program: a plugin of the docker command or a command of the host. Spec: `type`.
    pub program: String,
    /// What it is told; each name may have several values.
    pub options: BTreeMap<String, Vec<String>>,
}

impl Provider {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("provider", node, diagnostics)?;
        if fields.node("type").is_none() {
            let fault = Diagnostic::error("missing-value", "a provider needs a 'type', the program that provides");
            let place = fields.start().unwrap_or(node.span);
            fields.report(fault.at(place).help("add 'type:'"));
        }
        let program = fields.text("type");
        let options = fields.nested("options").map(|(node, faults)| options(node, faults)).unwrap_or_default();
        fields.finish();
        Some(Self { program: program?, options })
    }

    pub(super) fn write(&self) -> Node {
        let Self { program, options } = self;
        let list = |values: &Vec<String>| Node::list(values.iter().map(|value| Node::text(value.as_str())));
        let all = options.iter().map(|(name, values)| (name.as_str(), list(values)));
        let mut writer = Writer::default();
        writer.text("type", Some(program)).optional("options", (!options.is_empty()).then(|| Node::map(all))).finish()
    }
}

fn options(node: &Node, diagnostics: &mut Diagnostics) -> BTreeMap<String, Vec<String>> {
    let Some(entries) = node.as_map() else {
        diagnostics.push(wrong_kind("options", "a mapping", node));
        return BTreeMap::new();
    };
    let mut options = BTreeMap::new();
    for (name, value) in entries {
        let items = value.as_list().unwrap_or(std::slice::from_ref(value));
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match scalar_text(item) {
                Some(text) => values.push(text),
                None => diagnostics.push(wrong_kind("options", "a string, a number or a boolean", item)),
            }
        }
        options.insert(name.as_text().unwrap_or_default().to_owned(), values);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    #[test]
    fn the_values_of_an_option_are_always_a_list() {
        let written = |text| read_part(text, Provider::read).map(|provider| json::compact(&provider.write()));
        let text = "{type: t, options: {b: [x, 2], a: 1, c: [true], d: [1.10]}}";
        let json = r#"{"type":"t","options":{"a":["1"],"b":["x","2"],"c":["true"],"d":["1.1"]}}"#;
        assert_eq!(written(text), Ok(json.into()));
        assert_eq!(written("{type: ''}"), Ok("{}".into()));
        for text in ["{}", "{type: t, options: {a: }}", "{type: t, options: [a=b]}", "{type: t, bar: 1}"] {
            assert!(written(text).is_err(), "{text}");
        }
    }
}
