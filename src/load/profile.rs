//! Which services take part: those without a profile, and those of an active one.

use super::Request;
use super::environment::Environment;
use crate::document::Node;
use crate::model::Project;
use indexmap::IndexMap;

/// The active profiles.
#[derive(Debug)]
pub(super) struct Profiles(Vec<String>);

impl Profiles {
    /// Those of the flags, or else of `COMPOSE_PROFILES`; `*` stands for all. Without either, the one without a name is
    /// active, as with Compose: projects say `profiles: [""]` for what is off as soon as a profile is chosen.
    pub fn of(request: &Request, environment: &Environment) -> Self {
        if !request.profiles.is_empty() {
            return Self(request.profiles.clone());
        }
        let list = environment.filled("COMPOSE_PROFILES").unwrap_or_default();
        Self(list.split(',').map(str::trim).map(str::to_owned).collect())
    }

    /// Whether a service with these profiles takes part.
    pub fn activate<'a>(&self, mut profiles: impl Iterator<Item = &'a str>) -> bool {
        let Some(first) = profiles.next() else { return true };
        let is_active = |profile: &str| self.0.iter().any(|active| active == "*" || active == profile);
        is_active(first) || profiles.any(is_active)
    }

    /// Whether a service that is still a tree takes part.
    pub fn activate_node(&self, service: &Node) -> bool {
        let profiles = service.get("profiles").and_then(Node::as_list).unwrap_or_default();
        self.activate(profiles.iter().filter_map(Node::as_text))
    }

    /// Puts the services that do not take part aside.
    pub fn sort(&self, project: &mut Project) {
        let is_active = |profiles: &[String]| self.activate(profiles.iter().map(String::as_str));
        let all = std::mem::take(&mut project.services).into_iter();
        let (active, inactive): (IndexMap<_, _>, IndexMap<_, _>) =
            all.partition(|(_, service)| is_active(&service.profiles));
        project.services = active;
        project.inactive = inactive;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_takes_part_without_profile_or_with_an_active_one() {
        let environment = Environment::of_pairs([("COMPOSE_PROFILES", " a ,b")]);
        let profiles = Profiles::of(&Request::default(), &environment);
        assert!(profiles.activate([].into_iter()));
        assert!(profiles.activate(["x", "a"].into_iter()));
        assert!(!profiles.activate(["x"].into_iter()));
    }

    #[test]
    fn the_profile_without_a_name_is_active_until_one_is_chosen() {
        let none = Environment::of_pairs([]);
        assert!(Profiles::of(&Request::default(), &none).activate(["", "x"].into_iter()));
        let request = Request { profiles: vec!["b".into()], ..Request::default() };
        assert!(!Profiles::of(&request, &none).activate([""].into_iter()));
        let chosen = Environment::of_pairs([("COMPOSE_PROFILES", "b")]);
        assert!(!Profiles::of(&Request::default(), &chosen).activate([""].into_iter()));
    }

    #[test]
    fn flags_replace_the_variable_and_a_star_means_all() {
        let environment = Environment::of_pairs([("COMPOSE_PROFILES", "a")]);
        let request = Request { profiles: vec!["*".into()], ..Request::default() };
        assert!(Profiles::of(&request, &environment).activate(["x"].into_iter()));
        let request = Request { profiles: vec!["b".into()], ..Request::default() };
        assert!(!Profiles::of(&request, &environment).activate(["a"].into_iter()));
    }
}
