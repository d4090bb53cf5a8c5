//! `config --variables`: what the files ask for, as a table or as data in Compose's words.

use super::Format;
use super::printed::{self, Dollars};
use crate::document::Node;
use crate::load::{Parameter, Phase};
use crate::render::Table;
use std::collections::BTreeMap;

/// Phases that would mix other things into the texts of the files.
pub(super) const WITHOUT: [Phase; 2] = [Phase::Normalisation, Phase::Paths];

/// The variables by name; a table unless a format is asked for.
pub(super) fn text(all: &BTreeMap<String, Parameter>, format: Option<Format>) -> String {
    match format {
        None => table(all),
        Some(Format::Json) => data(all, ["Name", "DefaultValue", "PresenceValue", "Required"], Format::Json),
        Some(Format::Yaml) => data(all, ["name", "defaultvalue", "presencevalue", "required"], Format::Yaml),
    }
}

fn table(all: &BTreeMap<String, Parameter>) -> String {
    let mut table = Table::new(["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"]);
    for (name, one) in all {
        table.row([name.as_str(), if one.is_required { "true" } else { "false" }, &one.default, &one.alternate]);
    }
    table.render()
}

fn data(all: &BTreeMap<String, Parameter>, keys: [&str; 4], format: Format) -> String {
    let one = |name: &str, one: &Parameter| {
        let texts = [name, &one.default, &one.alternate].map(Node::text);
        Node::map(keys.into_iter().zip(texts.into_iter().chain([Node::plain(one.is_required)])))
    };
    let all = all.iter().map(|(name, parameter)| (name.as_str(), one(name, parameter)));
    printed::text(Node::map(all), format, Dollars::AsTheyAre)
}
