//! Short spellings to long ones, so that merging and reading know one form only.
//!
//! A value of a kind that an attribute does not take is left as it is: `read` reports kinds. What is derived keeps the
//! place and the merge instruction of what it was made from.

mod build;
mod device;
mod host;
mod list;
mod pairs;
mod port;
mod port_range;
mod reference;
mod resource;
mod volume;
mod words;

use super::ledger::Ledger;
use super::normalise::entries;
use super::place::Place;
use super::rules::{Attribute, Bare, Shape};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Tag, Value};

/// A part of a document in the long spelling.
pub(super) fn shape(node: Node, place: &Place<'_>, ledger: &mut Ledger) -> Node {
    walk(node, place, ledger)
}

/// How much of a document with variables in it is brought into the long spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// All that can be, so that it merges.
    Long,
    /// What Compose does: texts of commands, lists of pairs and their kin stay as they are written.
    AsWritten,
}

/// The same with variables in it: what cannot be brought into the long spelling before they are known stays.
pub(super) fn shape_what_can_be(node: Node, place: &Place<'_>, spelling: Spelling) -> Node {
    walk_what_can_be(node, (place, spelling), &mut Ledger::default())
}

/// What stays as it is written until all files are merged: the labels of configs and secrets.
pub(super) fn shape_late(root: &mut Node, ledger: &mut Ledger) {
    for section in ["configs", "secrets"] {
        for (key, resource) in entries(root.get_mut(section)) {
            let (section, name) = (Place::ROOT.key(section), key.as_text().unwrap_or_default());
            let place = section.key(name);
            let Some(labels) = resource.get_mut("labels") else { continue };
            *labels = apply(place.key("labels").attribute().shape, std::mem::take(labels), ledger);
        }
    }
}

fn stays_as_written(attribute: &Attribute) -> bool {
    match attribute.shape {
        Shape::Words | Shape::Test | Shape::Hosts | Shape::Texts | Shape::Pairs(Bare::Null | Bare::Empty) => true,
        Shape::One => ["dns_search", "tmpfs"].contains(&attribute.name),
        _ => false,
    }
}

fn walk_what_can_be(node: Node, (place, spelling): (&Place<'_>, Spelling), scratch: &mut Ledger) -> Node {
    let attribute = place.attribute();
    let stays = spelling == Spelling::AsWritten && stays_as_written(attribute);
    let shape = if stays { Shape::Same } else { attribute.shape };
    let mut node = if depends_on_variables(&node, shape) { node } else { try_to_apply(shape, node, scratch) };
    match &mut node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let inside = std::mem::take(value);
                let place = place.key(key.as_text().unwrap_or_default());
                *value = walk_what_can_be(inside, (&place, spelling), scratch);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let inside = std::mem::take(item);
                *item = walk_what_can_be(inside, (&place.index(index), spelling), scratch);
            }
        }
        Value::Scalar { .. } => {}
    }
    node
}

fn try_to_apply(shape: Shape, node: Node, scratch: &mut Ledger) -> Node {
    let shaped = apply(shape, node.clone(), scratch);
    if std::mem::take(&mut scratch.diagnostics).has_errors() { node } else { shaped }
}

/// Whether the long spelling would be another one once variables are known: they may bring words, and names of
/// variables; a variable inside a word or as a key would stay as it is.
fn depends_on_variables(node: &Node, shape: Shape) -> bool {
    match (shape, &node.value) {
        (Shape::Words, Value::Scalar { text, .. }) => text.contains('$'),
        (Shape::Pairs(_), Value::List(items)) => {
            let name =
                |item: &Node| item.as_text().and_then(|text| text.split('=').next()).unwrap_or_default().contains('$');
            items.iter().any(name)
        }
        _ => false,
    }
}

fn walk(node: Node, place: &Place<'_>, ledger: &mut Ledger) -> Node {
    if node.tag == Tag::Reset {
        return node;
    }
    let attribute = place.attribute();
    let shape = if attribute.is_late { Shape::Same } else { attribute.shape };
    let Node { value, span, tag } = apply(shape, node, ledger);
    let value = match value {
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let value = walk(value, &place.key(key.as_text().unwrap_or_default()), ledger);
                    (key, value)
                })
                .collect(),
        ),
        Value::List(items) => {
            let walked = items.into_iter().enumerate();
            Value::List(walked.map(|(index, item)| walk(item, &place.index(index), ledger)).collect())
        }
        scalar @ Value::Scalar { .. } => scalar,
    };
    Node { value, span, tag }
}

fn apply(shape: Shape, node: Node, ledger: &mut Ledger) -> Node {
    let Ledger { diagnostics, allowance, .. } = ledger;
    match shape {
        Shape::Same => node,
        Shape::Pairs(bare) => pairs::shape(node, bare, diagnostics),
        Shape::Names => list::names(node, diagnostics, |_| Node::null()),
        Shape::Dependencies => list::names(node, diagnostics, list::started),
        Shape::One => list::one(node),
        Shape::Filled => list::filled(node),
        Shape::Texts => list::texts(node),
        Shape::Gpus => list::gpus(node),
        Shape::Words => words::shape(node, diagnostics),
        Shape::Test => words::test(node),
        Shape::Build => build::shape(node),
        Shape::Keys => build::keys(node, diagnostics),
        Shape::Ports => each(node, diagnostics, |item, _| port::shape(item, allowance)),
        Shape::Volumes => each(node, diagnostics, volume::shape),
        Shape::Devices => each(node, diagnostics, |item, _| device::shape(item)),
        Shape::References => reference::shape(node),
        Shape::EnvironmentFiles => {
            each(list::one(node), diagnostics, |item, _| Ok(vec![reference::environment_file(item)]))
        }
        Shape::Hosts => host::shape(node, diagnostics),
        Shape::Resource => resource::shape(node, diagnostics),
        Shape::Extends => reference::extends(node),
        Shape::Includes => reference::included(node),
    }
}

/// What one item of a list becomes.
type Shaped = Result<Vec<Node>, Box<Diagnostic>>;

/// What the items of a list become; a faulty one is dropped with its fault.
fn each(node: Node, diagnostics: &mut Diagnostics, mut shape: impl FnMut(Node, &mut Diagnostics) -> Shaped) -> Node {
    let Node { value, span, tag } = node;
    let Value::List(items) = value else { return Node { value, span, tag } };
    let mut shaped = Vec::with_capacity(items.len());
    for item in items {
        if item.tag == Tag::Reset {
            shaped.push(item);
            continue;
        }
        match shape(item, diagnostics) {
            Ok(items) => shaped.extend(items),
            Err(fault) => diagnostics.push(*fault),
        }
    }
    Node { value: Value::List(shaped), span, tag }
}

/// Another value in the place of a node.
fn derive(from: &Node, value: Value) -> Node {
    Node { value, span: from.span, tag: from.tag }
}

/// A map in the place of a node; entries without a value are left out, all have its place.
fn mapping<'a>(from: &Node, entries: impl IntoIterator<Item = (&'a str, Option<Node>)>) -> Node {
    let at = |node: Node| if node.span.is_somewhere() { node } else { node.at(from.span) };
    let entries = entries.into_iter().filter_map(|(key, value)| Some((Node::text(key).at(from.span), at(value?))));
    derive(from, Value::Map(entries.collect()))
}

/// A fault in the spelling of an item.
#[expect(clippy::unnecessary_box_returns, reason = "every caller gives it as the error of a result")]
fn fault(item: &Node, message: impl Into<String>, help: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("invalid-value", message).at(item.span).help(help))
}

/// Reads a list in YAML and gives its shaped items as JSON, or the first fault.
#[cfg(test)]
fn shaped(pattern: &str, text: &str) -> Result<String, String> {
    use crate::document::parse;
    let mut sources = crate::source::SourceMap::default();
    let file = sources.add("compose.yaml".into(), text.into());
    let mut node = parse::parse(&sources, file).expect("valid YAML").remove(0);
    for key in pattern.rsplit('.') {
        node = Node::map([(key, node)]);
    }
    let mut ledger = Ledger::default();
    let mut root = shape(node, &Place::ROOT, &mut ledger);
    for key in pattern.split('.') {
        root = root.take(key).expect("shapes keep keys");
    }
    match ledger.diagnostics.sorted().first() {
        Some(fault) => Err(fault.message.clone()),
        None => Ok(crate::load::tests::compact(&root)),
    }
}
