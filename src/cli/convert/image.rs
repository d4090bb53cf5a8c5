//! `--inspect-images`: what the images of a project say, as the engine has them.

use super::super::Context;
use crate::kubernetes::Images;
use crate::model::{Project, Service};
use crate::value::ImageName;
use std::collections::BTreeSet;

/// What the images of these projects say, of those that are here; the others are told of, each once. None is fetched.
///
/// # Errors
/// When no engine can be asked.
pub(super) async fn look<'p>(
    context: &Context,
    projects: impl IntoIterator<Item = &'p Project>,
) -> anyhow::Result<Images> {
    let engine = context.engine()?;
    let (mut images, mut missing) = (Images::new(), BTreeSet::new());
    for project in projects {
        for service in project.services.values().filter(|service| service.provider.is_none()) {
            let name = project.image_of(service);
            if images.contains_key(&name) || missing.contains(&name) {
                continue;
            }
            if let Some(facts) = engine.image_facts(&name).await? {
                images.insert(name, facts);
            } else {
                context.output().say(&told(service, &name));
                missing.insert(name);
            }
        }
    }
    Ok(images)
}

/// That an image is not here, and how it comes here.
fn told(service: &Service, name: &ImageName) -> String {
    let how = if service.build.is_some() { "build" } else { "pull" };
    format!(
        "image '{name}' is not on this machine, and nothing is taken from it: 'hoist {how} {}' brings it",
        service.name
    )
}
