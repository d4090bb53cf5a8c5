//! [`Named`]: a container that a plan makes and whose name its service gives, so that somebody else may have it.

use super::{Action, Plan};
use crate::document::Path;
use crate::model::Project;
use crate::value::Name;

/// A container that a plan makes, by the name that its service gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The service.
    pub service: Name,
    /// Where the name is written.
    pub place: Path,
    /// The name.
    pub name: String,
}

/// The containers that a plan makes whose services name them. That none of the project has the name and keeps it,
/// [`reconcile`](super::reconcile) has seen to.
pub fn named(wanted: &Project, plan: &Plan) -> Vec<Named> {
    let made = plan.steps().filter_map(|(_, step)| match &step.action {
        Action::Create { replica, .. } => wanted.services.get(&replica.service),
        _ => None,
    });
    let named = made.filter_map(|service| {
        let name = service.container_name.clone()?;
        let place = Path::of(["services", service.name.as_str(), "container_name"]);
        Some(Named { service: service.name.clone(), place, name })
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Policy;
    use crate::plan::reconcile::reconcile;
    use crate::testing::{applied, fetched, project};

    #[test]
    fn only_what_is_made_and_has_a_name_of_its_own_is_looked_for() {
        let text = "services: {a: {image: x, container_name: shop}, b: {image: x}}";
        let found = |before: &str| {
            let wanted = project(text);
            let seen = fetched(&wanted, &applied(&project(before)));
            let plan = reconcile(&wanted, &seen, &Policy::default()).expect("possible");
            named(&wanted, &plan).into_iter().map(|one| format!("{} {}", one.place, one.name)).collect::<Vec<_>>()
        };
        assert_eq!(found("services: {b: {image: x}}"), ["services.a.container_name shop"]);
        assert!(found(text).is_empty());
    }
}
