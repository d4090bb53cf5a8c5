//! Images pinned to what their registries have under their names now.

use super::super::failure::Faulty;
use crate::cli::Context;
use crate::document::{Node, Value};
use crate::engine::EngineError;
use crate::value::ImageName;
use anyhow::Context as _;
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Puts the digest behind the name of each service's image. All that fail are told.
pub(super) async fn pin(tree: &mut Node, context: &Context) -> anyhow::Result<()> {
    let mut pinned = BTreeMap::new();
    let images = images(tree)?;
    if !images.iter().all(ImageName::is_pinned) {
        let engine = context.engine()?;
        let asked = images.iter().map(async |image| (image.clone(), engine.pinned(image).await));
        pinned = all_or_none(join_all(asked).await, context)?;
    }
    for image in services(tree).iter_mut().filter_map(|(_, service)| service.get_mut("image")) {
        let name: Option<ImageName> = image.as_text().and_then(|text| text.parse().ok());
        if let Some(name) = name {
            let name = pinned.get(&name).cloned().unwrap_or_else(|| name.canonical());
            *image = Node::text(name.as_str());
        }
    }
    Ok(())
}

/// A file that says only which image each service has.
pub(super) fn only_images(tree: &Node) -> Node {
    let services = tree.get("services").and_then(Node::as_map).unwrap_or_default();
    let mut images = Vec::new();
    for (name, service) in services {
        if let (Some(name), Some(image)) = (name.as_text(), service.get("image")) {
            images.push((name, Node::map([("image", image.clone())])));
        }
    }
    Node::map([("services", Node::map(images))])
}

fn images(tree: &mut Node) -> anyhow::Result<BTreeSet<ImageName>> {
    let mut all = BTreeSet::new();
    for (name, service) in services(tree).iter() {
        if let Some(image) = service.get("image").and_then(Node::as_text) {
            let why = || format!("the image of '{}' cannot be pinned", name.as_text().unwrap_or_default());
            all.insert(image.parse().with_context(why)?);
        }
    }
    Ok(all)
}

fn services(tree: &mut Node) -> &mut [(Node, Node)] {
    match tree.get_mut("services").map(|services| &mut services.value) {
        Some(Value::Map(entries)) => entries,
        _ => &mut [],
    }
}

fn all_or_none(
    answers: Vec<(ImageName, Result<ImageName, EngineError>)>,
    context: &Context,
) -> anyhow::Result<BTreeMap<ImageName, ImageName>> {
    let mut pinned = BTreeMap::new();
    let mut is_faulty = false;
    for (image, answer) in answers {
        match answer {
            Ok(name) => drop(pinned.insert(image, name)),
            // Without an engine there is one fault, not one for each image.
            Err(error) if error.is_connection() => return Err(error.into()),
            Err(error) => {
                is_faulty = true;
                context.output().error(&error.to_string(), error.help().as_deref());
            }
        }
    }
    if is_faulty { Err(Faulty.into()) } else { Ok(pinned) }
}
