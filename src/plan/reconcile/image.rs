//! Which images are fetched and built before anything else.

use super::selection;
use crate::graph::Services;
use crate::model::{Project, PullPolicy, Service};
use crate::plan::{Action, Images, Kind, Observed, Plan, Policy, Reason, Step, Subject};
use crate::value::{ImageName, Name};
use std::collections::BTreeSet;

/// The steps that bring the images of the selected services to the engine. A service that can be built is built rather
/// than fetched, unless its `pull_policy` says otherwise.
pub fn images(wanted: &Project, seen: &Observed, policy: &Policy, images: Images) -> Plan {
    let selected = selection(wanted, &Services::of(wanted), policy);
    let mut plan = Plan::default();
    let mut builds: Vec<(Name, ImageName, Reason)> = Vec::new();
    let mut pulled = BTreeSet::new();
    for service in wanted.services.values().filter(|service| selected.contains(&service.name)) {
        let image = wanted.image_of(service);
        let missing = !seen.images.contains_key(&image.familiar());
        match need(service, missing, images) {
            Need::Nothing => {}
            Need::Build(reason) => builds.push((service.name.clone(), image, reason)),
            Need::Pull(reason) => {
                if pulled.insert(image.familiar()) {
                    let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
                    let action = Action::Pull { image, platform: service.platform.clone() };
                    plan.add(Step { action, because: reason, subject, needs: vec![] });
                }
            }
        }
    }
    if let Some((_, _, because)) = builds.first().cloned() {
        let names: Vec<&str> = builds.iter().map(|(_, image, _)| image.as_str()).collect();
        let subject = Subject::new(Kind::Image, names.join(", "));
        let services = builds.iter().map(|(service, _, _)| service.clone()).collect();
        plan.add(Step { action: Action::Build { services }, because, subject, needs: vec![] });
    }
    plan
}

enum Need {
    Nothing,
    Pull(Reason),
    Build(Reason),
}

fn need(service: &Service, missing: bool, images: Images) -> Need {
    let policy = service.pull_policy.as_ref();
    match (&service.build, policy, images) {
        (Some(_), _, Images::Build) | (Some(_), Some(PullPolicy::Build), _) => Need::Build(Reason::Asked),
        (None, Some(PullPolicy::Never), _) => Need::Nothing,
        (_, Some(PullPolicy::Always), _) => Need::Pull(Reason::Asked),
        (Some(_), _, _) if missing => Need::Build(Reason::Missing),
        (_, _, _) if missing => Need::Pull(Reason::Missing),
        _ => Need::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SeenImage;
    use crate::testing::{plan_lines, project, reasons};

    fn lines(services: &str, there: &[&str], wish: Images) -> Vec<String> {
        let wanted = project(&format!("services: {{{services}}}"));
        let image = |name: &&str| (name.to_string(), SeenImage { id: "sha256:0".into() });
        let seen = Observed { images: there.iter().map(image).collect(), ..Observed::default() };
        plan_lines(&images(&wanted, &seen, &Policy::default(), wish))
    }

    const BUILT: &str = "web: {build: {context: /w}}";

    #[test]
    fn only_what_is_missing_is_fetched_and_only_once() {
        let two = "a: {image: x}, b: {image: 'docker.io/library/x:latest'}, c: {image: y}";
        assert_eq!(lines(two, &["y:latest"], Images::Missing), ["pull x"]);
    }

    #[test]
    fn what_can_be_built_is_built_rather_than_fetched() {
        assert_eq!(lines(BUILT, &[], Images::Missing), ["build web"]);
        assert_eq!(lines("web: {image: w, build: {context: /w}}", &[], Images::Missing), ["build w"]);
        assert!(lines(BUILT, &["p-web:latest"], Images::Missing).is_empty());
    }

    #[test]
    fn all_builds_are_one_step_so_that_what_they_share_is_built_once() {
        let two = format!("{BUILT}, job: {{build: {{context: /w}}}}");
        assert_eq!(lines(&two, &[], Images::Missing), ["build web, p-job"]);
    }

    #[test]
    fn never_fetches_nothing_and_always_fetches_what_is_there() {
        assert!(lines("a: {image: x, pull_policy: never}", &[], Images::Missing).is_empty());
        assert_eq!(lines("a: {image: x, pull_policy: always}", &["x:latest"], Images::Missing), ["pull x"]);
    }

    #[test]
    fn only_always_fetches_what_can_be_built() {
        let web = |policy: &str| format!("web: {{image: w, build: {{context: /w}}, pull_policy: {policy}}}");
        assert_eq!(lines(&web("always"), &[], Images::Missing), ["pull w"]);
        assert_eq!(lines(&web("missing"), &[], Images::Missing), ["build w"]);
        assert_eq!(lines(&web("build"), &["w:latest"], Images::Missing), ["build w"]);
        assert_eq!(lines(&web("never"), &[], Images::Missing), ["build w"]);
    }

    #[test]
    fn build_builds_all_that_can_be_built_and_nothing_else() {
        let both = format!("{BUILT}, a: {{image: x}}");
        let there = ["p-web:latest", "x:latest"];
        assert_eq!(lines(&both, &there, Images::Build), ["build web"]);
    }

    #[test]
    fn only_selected_services_and_their_dependencies_are_brought() {
        let text =
            "services: {a: {image: x, depends_on: {b: {condition: service_started}}}, b: {image: y}, c: {image: z}}";
        let policy = Policy { targets: vec!["a".parse().expect("valid")], ..Policy::default() };
        let plan = images(&project(text), &Observed::default(), &policy, Images::Missing);
        assert_eq!(plan_lines(&plan), ["pull x", "pull y"]);
        assert_eq!(reasons(&plan)[0], "pull x: not there yet");
    }
}
