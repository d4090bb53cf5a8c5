//! [`Parameter`]: a variable that the files of a project ask for, and what stands in for it.

use super::template::{self, Use};
use crate::document::{Node, Value};
use std::collections::BTreeMap;

/// A variable that the files ask for. Where they use it in several ways, each field is of the first that says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameter {
    /// Whether it must be set: `${NAME:?}`.
    pub is_required: bool,
    /// What stands in for it when it is not set, as written: `${NAME:-default}`.
    pub default: String,
    /// What stands in for it when it is set, as written: `${NAME:+alternate}`.
    pub alternate: String,
}

impl Parameter {
    /// The variables of all texts of a tree, those inside of defaults included, by name.
    pub(super) fn of(tree: &Node) -> BTreeMap<String, Self> {
        let mut all = BTreeMap::new();
        collect(tree, &mut all);
        all
    }

    fn add(&mut self, used: &Use<'_>) {
        let fill = |field: &mut String| {
            if field.is_empty() {
                used.word.clone_into(field);
            }
        };
        match used.operator.trim_start_matches(':') {
            "?" => self.is_required = true,
            "-" => fill(&mut self.default),
            "+" => fill(&mut self.alternate),
            _ => {}
        }
    }
}

fn collect(node: &Node, all: &mut BTreeMap<String, Parameter>) {
    match &node.value {
        Value::Scalar { text, .. } => {
            for used in template::uses(text) {
                all.entry(used.name.to_owned()).or_default().add(&used);
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, all)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| collect(value, all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Vec<(String, bool, String, String)> {
        let tree = Node::list(texts.iter().map(|text| Node::text(*text)));
        let all = Parameter::of(&tree).into_iter();
        all.map(|(name, one)| (name, one.is_required, one.default, one.alternate)).collect()
    }

    #[test]
    fn each_way_to_use_a_variable_says_something_of_it() {
        let found = of(&["$B ${A:-x} ${A:-y}", "${A:?must} ${C+alt} $$NOT ${not valid} $ 1", "${A}"]);
        let wanted = [("A", true, "x", ""), ("B", false, "", ""), ("C", false, "", "alt")];
        let wanted = wanted.map(|(name, required, default, alternate)| {
            (name.to_owned(), required, default.to_owned(), alternate.to_owned())
        });
        assert_eq!(found, wanted);
    }

    #[test]
    fn variables_inside_of_words_are_found_and_the_words_stay_as_written() {
        let found = of(&["${A:-pre ${B-in} $C}"]);
        assert_eq!(found.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
        assert_eq!((found[0].2.as_str(), found[1].2.as_str()), ("pre ${B-in} $C", "in"));
    }
}
