//! What `pull` and `push` exchange with registries.

use super::{Action, Kind, Observed, Plan, Reason, Step, Subject};
use crate::graph::Services;
use crate::model::{Project, PullPolicy, Service};
use crate::value::{ImageName, Name};
use std::collections::BTreeSet;

/// What the user asks of `pull` or `push`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The services whose images are meant; all when empty.
    pub services: Vec<Name>,
    /// What they depend on.
    pub dependencies: Dependencies,
    /// The images that are built here too: only `pull` asks.
    pub buildable: Buildable,
    /// What a failure is.
    pub failures: Failures,
}

/// Whether what a service depends on is meant with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dependencies {
    /// No.
    #[default]
    Leave,
    /// All of it.
    Include,
}

/// Whether images that can be built are fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Buildable {
    /// As others are.
    #[default]
    Fetch,
    /// No.
    Leave,
}

/// What an image that cannot be exchanged means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Failures {
    /// A fault.
    #[default]
    Count,
    /// Nothing: the others go on and the command has done its work.
    PassOver,
}

/// The steps of `pull`: each image once for each platform. Without a policy every image is fetched, with `missing` those
/// that are not there and those called `latest`.
pub fn pull(wanted: &Project, seen: &Observed, wish: &Exchange) -> Plan {
    let mut plan = Plan::default();
    let mut pulled = BTreeSet::new();
    for service in chosen(wanted, wish) {
        let image = wanted.image_of(service);
        let is_left = wish.buildable == Buildable::Leave && service.build.is_some();
        if is_left || !is_fetched(service, &image, seen) {
            continue;
        }
        if pulled.insert((image.familiar(), service.platform.clone())) {
            let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
            let required = wish.failures == Failures::Count;
            let action = Action::Pull { image, platform: service.platform.clone(), required };
            plan.add(Step { action, because: Reason::Asked, subject, needs: vec![] });
        }
    }
    plan
}

/// The steps of `push`: the image and the further tags of each service that is built and has a name to push to.
pub fn push(wanted: &Project, wish: &Exchange) -> Plan {
    let mut plan = Plan::default();
    let mut pushed = BTreeSet::new();
    for service in chosen(wanted, wish) {
        let (Some(build), Some(image)) = (&service.build, &service.image) else { continue };
        let tags = build.tags.iter().filter_map(|tag| tag.parse::<ImageName>().ok());
        // What is named by its digest is in its registry already.
        for image in tags.chain([image.clone()]).filter(|image| !image.is_pinned()) {
            if pushed.insert(image.familiar()) {
                let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
                let action = Action::Push { image, required: wish.failures == Failures::Count };
                plan.add(Step { action, because: Reason::Asked, subject, needs: vec![] });
            }
        }
    }
    plan
}

fn chosen<'a>(wanted: &'a Project, wish: &Exchange) -> Vec<&'a Service> {
    let names: BTreeSet<Name> = match (wish.services.as_slice(), wish.dependencies) {
        ([], _) => wanted.services.keys().cloned().collect(),
        (asked, Dependencies::Include) => Services::of(wanted).closure(asked),
        (asked, Dependencies::Leave) => asked.iter().cloned().collect(),
    };
    wanted.services.values().filter(|service| names.contains(&service.name)).collect()
}

fn is_fetched(service: &Service, image: &ImageName, seen: &Observed) -> bool {
    // What has no name of its own is nowhere but here.
    if service.image.is_none() || service.provider.is_some() {
        return false;
    }
    match service.pull_policy {
        Some(PullPolicy::Never | PullPolicy::Build) => false,
        Some(PullPolicy::Missing) => !seen.images.contains_key(&image.familiar()) || image.is_latest(),
        Some(
            PullPolicy::Always | PullPolicy::Refresh | PullPolicy::Daily | PullPolicy::Weekly | PullPolicy::Every(_),
        )
        | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SeenImage;
    use crate::testing::{plan_lines, project};

    fn pulled(services: &str, there: &[&str], wish: &Exchange) -> Vec<String> {
        let image = |name: &&str| ((*name).to_owned(), SeenImage::of("sha256:0"));
        let seen = Observed { images: there.iter().map(image).collect(), ..Observed::default() };
        plan_lines(&pull(&project(&format!("services: {{{services}}}")), &seen, wish))
    }

    #[test]
    fn all_is_fetched_unless_a_policy_says_otherwise() {
        let all = "a: {image: 'a:1'}, b: {image: 'b:1', pull_policy: never}, c: {image: 'c:1', pull_policy: build}, \
                   d: {image: 'd:1', pull_policy: missing}, e: {image: e, pull_policy: missing}, \
                   f: {image: 'f:1', pull_policy: daily}, g: {build: {context: /g}}, h: {image: 'a:1'}";
        let there = ["a:1", "d:1", "e:latest", "f:1"];
        assert_eq!(pulled(all, &there, &Exchange::default()), ["pull a:1", "pull e", "pull f:1"]);
    }

    #[test]
    fn what_can_be_built_is_left_out_when_asked() {
        let both = "a: {image: 'a:1', build: {context: /a}}, b: {image: 'b:1'}";
        assert_eq!(pulled(both, &[], &Exchange::default()), ["pull a:1", "pull b:1"]);
        let wish = Exchange { buildable: Buildable::Leave, ..Exchange::default() };
        assert_eq!(pulled(both, &[], &wish), ["pull b:1"]);
    }

    #[test]
    fn dependencies_are_included_when_asked() {
        let two = "a: {image: a, depends_on: {b: {condition: service_started}}}, b: {image: b}";
        let only = Exchange { services: vec!["a".parse().expect("valid")], ..Exchange::default() };
        assert_eq!(pulled(two, &[], &only), ["pull a"]);
        let with = Exchange { dependencies: Dependencies::Include, ..only };
        assert_eq!(pulled(two, &[], &with), ["pull a", "pull b"]);
    }

    #[test]
    fn what_is_built_and_named_is_pushed_with_all_its_tags() {
        let text = "services: {a: {image: 'r.example/a:1', build: {context: /a, tags: ['r.example/a:2', \
                    'r.example/a:1']}}, b: {build: {context: /b}}, c: {image: c}}";
        assert_eq!(
            plan_lines(&push(&project(text), &Exchange::default())),
            ["push r.example/a:2", "push r.example/a:1"]
        );
    }
}
