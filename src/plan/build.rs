//! What `build` makes: the images of services, with what they are made from.

use super::registry::Dependencies;
use super::{Action, Kind, Plan, Purpose, Reason, Step, Subject};
use crate::graph::Services;
use crate::model::Project;
use crate::value::Name;
use std::collections::BTreeSet;

/// The services that are meant: those named (all when none is), with what they depend on when that is asked for, and with
/// those whose images are contexts of theirs. Only what can be built, in the order of the file.
pub fn chosen(wanted: &Project, asked: &[Name], dependencies: Dependencies) -> Vec<Name> {
    let mut names: BTreeSet<Name> = match (asked, dependencies) {
        ([], _) => wanted.services.keys().cloned().collect(),
        (asked, Dependencies::Include) => Services::of(wanted).closure(asked),
        (asked, Dependencies::Leave) => asked.iter().cloned().collect(),
    };
    loop {
        let found: Vec<Name> = names.iter().flat_map(|name| contexts(wanted, name)).collect();
        let before = names.len();
        names.extend(found);
        if names.len() == before {
            break;
        }
    }
    let can = wanted.services.values().filter(|service| service.build.is_some() && names.contains(&service.name));
    can.map(|service| service.name.clone()).collect()
}

fn contexts(wanted: &Project, name: &Name) -> Vec<Name> {
    let build = wanted.services.get(name).and_then(|service| service.build.as_ref());
    let contexts = build.into_iter().flat_map(|build| build.additional_contexts.values());
    contexts.filter_map(|place| place.strip_prefix("service:")?.parse().ok()).collect()
}

/// One step for all, so that what they share is built once.
pub fn build(wanted: &Project, services: Vec<Name>, purpose: Purpose) -> Plan {
    let mut plan = Plan::default();
    if services.is_empty() {
        return plan;
    }
    let found = services.iter().filter_map(|name| wanted.services.get(name));
    let images: Vec<String> = found.map(|service| wanted.image_of(service).to_string()).collect();
    let subject = Subject::new(Kind::Image, images.join(", "));
    plan.add(Step { action: Action::Build { services, purpose }, because: Reason::Asked, subject, needs: vec![] });
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{plan_lines, project};

    #[test]
    fn what_an_image_is_made_from_is_built_with_it() {
        let wanted = project(
            "services: {a: {depends_on: {d: {condition: service_started}}, build: {context: /a, additional_contexts: \
             {b: 'service:b', x: /x}}}, b: {build: {context: /b, additional_contexts: {c: 'service:c'}}}, \
             c: {build: {context: /c}}, d: {build: {context: /d}}, e: {image: e}}",
        );
        let of = |asked: &[&str], dependencies| {
            let asked: Vec<Name> = asked.iter().map(|name| name.parse().expect("a name")).collect();
            let chosen = chosen(&wanted, &asked, dependencies);
            chosen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(&[], Dependencies::Leave), "a b c d");
        assert_eq!(of(&["a"], Dependencies::Leave), "a b c");
        assert_eq!(of(&["a"], Dependencies::Include), "a b c d");
        assert_eq!(of(&["e"], Dependencies::Leave), "");
        let plan = build(&wanted, vec!["c".parse().expect("a name"), "d".parse().expect("a name")], Purpose::Keep);
        assert_eq!(plan_lines(&plan), ["build c, p-d"]);
        assert!(build(&wanted, vec![], Purpose::Keep).is_empty());
    }
}
