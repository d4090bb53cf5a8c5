//! Which images `down` removes.

use super::Draft;
use crate::model::{Project, Service};
use crate::plan::adopt::adopt;
use crate::plan::{Action, Kind, Subject};
use std::collections::BTreeSet;

/// Which images go with the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Images {
    /// All stay.
    #[default]
    Keep,
    /// Those that were built and that nobody gave a name.
    Local,
    /// All that services use.
    All,
}

impl Draft<'_> {
    /// Images, after the containers that were made from them. One that something else still uses stays.
    pub(super) fn images(&mut self) {
        let adopted = adopt(self.name, self.seen);
        let project = self.wanted.unwrap_or(&adopted);
        let named = self.wanted.is_some();
        let going = |service: &Service| match self.teardown.images {
            Images::Keep => false,
            Images::All => service.provider.is_none(),
            Images::Local => has_default_name(project, service, named),
        };
        let targets = &self.teardown.targets;
        let asked = |service: &&Service| targets.is_empty() || targets.contains(&service.name);
        let services = project.services.values().filter(asked).filter(|service| going(service));
        let images: BTreeSet<String> = services.map(|service| project.image_of(service).familiar()).collect();
        for image in images.into_iter().filter(|image| self.seen.images.contains_key(image)) {
            let (subject, needs) = (Subject::new(Kind::Image, &image), self.all_removed());
            self.add(Action::RemoveImage { image }, &subject, needs);
        }
    }
}

/// Whether the image of a service is called as nobody chose. Labels tell the name of an image, not who gave it.
fn has_default_name(project: &Project, service: &Service, from_file: bool) -> bool {
    let unnamed = Service { image: None, ..service.clone() };
    let default = || project.image_of(&unnamed).familiar() == project.image_of(service).familiar();
    if from_file { service.build.is_some() && service.image.is_none() } else { default() }
}
