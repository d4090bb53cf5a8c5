//! [`Provided`]: what the programs that provide services have set in this run.

use crate::model::Project;
use crate::plan::Variables;
use crate::value::Name;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What the programs that provide services and models have set in this run, by the service that is told.
#[derive(Debug, Default)]
pub struct Provided(Mutex<BTreeMap<Name, Variables>>);

impl Provided {
    pub(super) fn keep(&self, service: &Name, variables: Variables) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(service.clone()).or_default().extend(variables);
    }

    /// The project with the variables in its services.
    pub fn tell<'a>(&self, project: &'a Project) -> Cow<'a, Project> {
        let provided = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if provided.values().all(Variables::is_empty) {
            return Cow::Borrowed(project);
        }
        let mut project = project.clone();
        for (name, variables) in &*provided {
            if let Some(service) = project.services.get_mut(name) {
                let set = variables.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
                service.environment.extend(set);
            }
        }
        Cow::Owned(project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn only_those_that_are_told_have_the_variables() {
        let project = project("services: {web: {image: x}, other: {image: y}}");
        let provided = Provided::default();
        assert!(matches!(provided.tell(&project), Cow::Borrowed(_)));
        provided.keep(&"web".parse().expect("valid"), Variables::from([("DB_URL".into(), "u".into())]));
        provided.keep(&"web".parse().expect("valid"), Variables::from([("MORE".into(), "m".into())]));
        let told = provided.tell(&project);
        let count = |name: &str| told.services.get(name).map(|one| one.environment.len());
        assert_eq!((count("web"), count("other")), (Some(2), Some(0)));
    }
}
