//! Which images are fetched and built before anything else.

use super::{image_mount, selection};
use crate::graph::Services;
use crate::model::{Project, PullPolicy, Service};
use crate::plan::provide;
use crate::plan::{Action, Images, Kind, Observed, Plan, Policy, Purpose, Reason, SeenImage, Step, Subject};
use crate::value::{ImageName, Name, Platform};
use std::collections::BTreeSet;
use std::time::Duration;

/// The steps that bring the images of the selected services to the engine. A service that can be built is built rather
/// than fetched, unless its `pull_policy` says otherwise; then a failed pull is no fault, and what is still missing is
/// built by the plan for [`Images::Rest`].
pub fn images(wanted: &Project, seen: &Observed, policy: &Policy, images: Images) -> Plan {
    let selected = selection(wanted, &Services::of(wanted), policy);
    let chosen = image_mount::providers(wanted, &selected);
    let made: BTreeSet<String> =
        chosen.iter().filter(|service| is_built(service)).map(|service| wanted.image_of(service).familiar()).collect();
    let mut plan = Plan::default();
    let mut builds: Vec<(Name, ImageName, Reason)> = Vec::new();
    let mut pulled = BTreeSet::new();
    for service in chosen {
        for image in service.hook_images() {
            let missing = !seen.images.contains_key(&image.familiar());
            if missing
                && service.pull_policy != Some(PullPolicy::Never)
                && pulled.insert((image.familiar(), service.platform.clone()))
            {
                let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
                let action = Action::Pull { image, platform: service.platform.clone(), required: true };
                plan.add(Step { action, because: Reason::Missing, subject, needs: vec![] });
            }
        }
        let image = wanted.image_of(service);
        let is_made = made.contains(&image.familiar());
        match need(service, seen.images.get(&image.familiar()), images) {
            Need::Build(reason) => builds.push((service.name.clone(), image, reason)),
            // Another service makes it.
            Need::Pull(Reason::Missing | Reason::OtherPlatform(_)) if is_made => {}
            Need::Pull(because) => {
                if pulled.insert((image.familiar(), service.platform.clone())) {
                    let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
                    let action = Action::Pull { image, platform: service.platform.clone(), required: !is_made };
                    plan.add(Step { action, because, subject, needs: vec![] });
                }
            }
            Need::Nothing => {}
        }
    }
    for (service, image) in image_mount::foreign(wanted, &selected) {
        let is_there = seen.images.contains_key(&image.familiar()) || made.contains(&image.familiar());
        if images != Images::Rest && !is_there && pulled.insert((image.familiar(), None)) {
            let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
            let action = Action::Pull { image, platform: None, required: true };
            plan.add(Step { action, because: Reason::Missing, subject, needs: vec![] });
        }
    }
    if let Some((_, _, because)) = builds.first().cloned() {
        let names: Vec<&str> = builds.iter().map(|(_, image, _)| image.as_str()).collect();
        let subject = Subject::new(Kind::Image, names.join(", "));
        let services = builds.iter().map(|(service, _, _)| service.clone()).collect();
        let action = Action::Build { services, purpose: Purpose::Run };
        plan.add(Step { action, because, subject, needs: vec![] });
    }
    if images != Images::Rest {
        provide::models(&mut plan, wanted.services.values().filter(|service| selected.contains(&service.name)));
        provide::all(
            &mut plan,
            wanted,
            Services::of(wanted).start_order().iter().filter(|name| selected.contains(*name)),
        );
    }
    plan
}

enum Need {
    Nothing,
    Pull(Reason),
    Build(Reason),
}

fn need(service: &Service, seen: Option<&SeenImage>, images: Images) -> Need {
    let policy = service.pull_policy.as_ref();
    let absent = absence(service, seen);
    let missing = |bring: fn(Reason) -> Need| absent.clone().map_or(Need::Nothing, bring);
    match (is_built(service), policy, images) {
        (false, _, Images::Rest) | (false, Some(PullPolicy::Never), _) => Need::Nothing,
        (true, _, Images::Build) | (true, Some(PullPolicy::Build), Images::Missing) => Need::Build(Reason::Asked),
        (_, Some(PullPolicy::Always), Images::Missing | Images::Build) => Need::Pull(Reason::Asked),
        (is_built, Some(policy), Images::Missing | Images::Build)
            if is_due(policy, seen) && (absent.is_none() || !is_built) =>
        {
            Need::Pull(absent.unwrap_or_else(|| Reason::Due(policy.clone())))
        }
        (true, _, _) => missing(Need::Build),
        (false, _, _) => missing(Need::Pull),
    }
}

/// Whether a build can make the service's image: it cannot make one that is named by its digest.
fn is_built(service: &Service) -> bool {
    service.build.is_some() && !service.image.as_ref().is_some_and(ImageName::is_pinned)
}

/// Why the image counts as not there, when it does: it is not, or it is one for another platform.
fn absence(service: &Service, seen: Option<&SeenImage>) -> Option<Reason> {
    let Some(seen) = seen else { return Some(Reason::Missing) };
    let wanted = service.platform.as_deref().filter(|platform| !platform.is_empty()).map(Platform::of)?;
    let other = seen.platform.as_ref().filter(|platform| !wanted.accepts(platform))?;
    Some(Reason::OtherPlatform(other.clone()))
}

/// Whether an image is older than its policy lets it become. One whose age is not known is.
fn is_due(policy: &PullPolicy, seen: Option<&SeenImage>) -> bool {
    let day = Duration::from_hours(24);
    let limit = match policy {
        PullPolicy::Refresh => Duration::ZERO,
        PullPolicy::Daily => day,
        PullPolicy::Weekly => day * 7,
        PullPolicy::Every(interval) => interval.duration(),
        PullPolicy::Missing | PullPolicy::Always | PullPolicy::Never | PullPolicy::Build => return false,
    };
    seen.and_then(|image| image.age).is_none_or(|age| age >= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{plan_lines, project, reasons};

    fn seen(there: &[&str], image: &SeenImage) -> Observed {
        let images = there.iter().map(|name| ((*name).to_owned(), image.clone())).collect();
        Observed { images, ..Observed::default() }
    }

    fn plan(services: &str, seen: &Observed, wish: Images) -> Plan {
        images(&project(&format!("services: {{{services}}}")), seen, &Policy::default(), wish)
    }

    fn lines(services: &str, there: &[&str], wish: Images) -> Vec<String> {
        plan_lines(&plan(services, &seen(there, &SeenImage::of("sha256:0")), wish))
    }

    const BUILT: &str = "web: {build: {context: /w}}";

    #[test]
    fn only_what_is_missing_is_fetched_and_only_once() {
        let two = "a: {image: x}, b: {image: 'docker.io/library/x:latest'}, c: {image: y}";
        assert_eq!(lines(two, &["y:latest"], Images::Missing), ["pull x"]);
    }

    #[test]
    fn an_image_is_fetched_once_for_each_platform() {
        let two = "a: {image: x, platform: linux/amd64}, b: {image: x, platform: linux/arm64}, \
                   c: {image: x, platform: linux/arm64}";
        assert_eq!(lines(two, &[], Images::Missing), ["pull x", "pull x"]);
    }

    #[test]
    fn what_can_be_built_is_built_rather_than_fetched() {
        assert_eq!(lines(BUILT, &[], Images::Missing), ["build web"]);
        assert_eq!(lines("web: {image: w, build: {context: /w}}", &[], Images::Missing), ["build w"]);
        assert!(lines(BUILT, &["p-web:latest"], Images::Missing).is_empty());
    }

    #[test]
    fn an_image_that_is_named_by_its_digest_is_fetched_and_never_built() {
        let pinned = "web: {image: 'w:1@sha256:00', build: {context: /w}}";
        assert_eq!(lines(pinned, &[], Images::Missing), ["pull w:1@sha256:00"]);
        assert_eq!(lines(pinned, &[], Images::Build), ["pull w:1@sha256:00"]);
        assert!(lines(pinned, &["w:1@sha256:00"], Images::Build).is_empty());
    }

    #[test]
    fn what_another_service_builds_is_not_fetched() {
        let both = "job: {image: w}, web: {image: w, build: {context: /w}}";
        assert_eq!(lines(both, &[], Images::Missing), ["build w"]);
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
        assert_eq!(lines(&web("daily"), &[], Images::Missing), ["build w"]);
    }

    #[test]
    fn a_pull_of_what_can_be_built_may_fail_and_the_rest_is_built() {
        let web = "web: {image: w, build: {context: /w}, pull_policy: always}, a: {image: x, pull_policy: always}";
        let first = plan(web, &Observed::default(), Images::Missing);
        let required: Vec<bool> = first
            .steps()
            .filter_map(|(_, step)| match step.action {
                Action::Pull { required, .. } => Some(required),
                _ => None,
            })
            .collect();
        assert_eq!(required, [false, true]);
        assert_eq!(lines(web, &["x:latest"], Images::Rest), ["build w"]);
        assert!(lines(web, &["x:latest", "w:latest"], Images::Rest).is_empty());
    }

    #[test]
    fn build_builds_all_that_can_be_built_and_nothing_else() {
        let both = format!("{BUILT}, a: {{image: x}}");
        let there = ["p-web:latest", "x:latest"];
        assert_eq!(lines(&both, &there, Images::Build), ["build web"]);
    }

    #[test]
    fn a_policy_with_a_time_fetches_what_is_older() {
        let hours = |hours| SeenImage { age: Some(Duration::from_hours(hours)), ..SeenImage::of("sha256:0") };
        for (policy, young, old) in
            [("daily", 23, 25), ("weekly", 167, 169), ("every_2h", 1, 3), ("every_1w2d", 215, 217)]
        {
            let service = format!("a: {{image: x, pull_policy: {policy}}}");
            assert!(plan(&service, &seen(&["x:latest"], &hours(young)), Images::Missing).is_empty(), "{policy}");
            let due = plan(&service, &seen(&["x:latest"], &hours(old)), Images::Missing);
            assert_eq!(reasons(&due), [format!("pull x: its pull policy is '{policy}'")]);
            assert_eq!(lines(&service, &[], Images::Missing), ["pull x"]);
            // Nobody knows how old it is.
            assert_eq!(lines(&service, &["x:latest"], Images::Missing), ["pull x"]);
        }
        let refresh = "a: {image: x, pull_policy: refresh}";
        assert_eq!(plan(refresh, &seen(&["x:latest"], &hours(0)), Images::Missing).len(), 1);
    }

    #[test]
    fn an_image_for_another_platform_counts_as_absent() {
        let amd = SeenImage { platform: Some(Platform::of("linux/amd64")), ..SeenImage::of("sha256:0") };
        let there = seen(&["x:latest"], &amd);
        assert!(plan("a: {image: x, platform: linux/x86_64}", &there, Images::Missing).is_empty());
        let other = plan("a: {image: x, platform: linux/arm64}", &there, Images::Missing);
        assert_eq!(reasons(&other), ["pull x: the one that is there is for linux/amd64"]);
    }

    #[test]
    fn images_that_are_mounted_are_brought_with_the_service() {
        let mount = |source: &str| format!("{{type: image, source: {source}, target: /{source}}}");
        let text = format!(
            "services: {{a: {{image: x, volumes: [{}, {}]}}, web: {{build: {{context: /w}}}}}}",
            mount("web"),
            mount("y")
        );
        let policy = Policy { targets: vec!["a".parse().expect("valid")], ..Policy::default() };
        let plan = images(&project(&text), &Observed::default(), &policy, Images::Missing);
        assert_eq!(plan_lines(&plan), ["pull x", "pull y", "build web"]);
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
