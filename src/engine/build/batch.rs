//! [`Batch`]: what one run builds: which images, which of them are one, and which are made from which. Pure but for the
//! recipes, which it reads.

use super::recipe;
use crate::engine::EngineError;
use crate::engine::proxy::with_proxies;
use crate::model::{Build, Project, Service};
use crate::plan::{Purpose, labels};
use crate::value::{ImageName, Name};
use std::collections::{BTreeMap, BTreeSet};

/// What one run builds.
pub(super) struct Batch<'a> {
    pub project: &'a Project,
    pub purpose: Purpose,
    /// The proxies of the docker client.
    pub proxies: BTreeMap<String, String>,
    /// By the names of their first services.
    pub targets: Vec<Target<'a>>,
}

/// An image to build, for one service or for several that are built alike.
pub(super) struct Target<'a> {
    pub project: &'a Project,
    /// The first stands for all.
    pub services: Vec<&'a Service>,
    pub build: &'a Build,
    /// Whether it was asked for, or is only what another one is made from.
    pub asked: bool,
    /// The targets that it is made from, by what its recipe calls them.
    pub bases: BTreeMap<String, usize>,
}

/// The prefix of a context that is another service's image.
const SERVICE: &str = "service:";

impl<'a> Batch<'a> {
    /// All that these services need. What an image is made from is built too when it is asked for or not there.
    ///
    /// # Errors
    /// When a service has nothing to build, or its context is not there.
    pub fn of(
        project: &'a Project,
        asked: &[Name],
        purpose: Purpose,
        missing: &BTreeSet<ImageName>,
    ) -> Result<Self, EngineError> {
        let makers = makers(project);
        let is_made = |image: &ImageName| missing.contains(image) || is_asked(&makers, asked, image);
        let mut names: Vec<Name> = asked.to_vec();
        let mut bases: BTreeMap<Name, BTreeMap<String, Name>> = BTreeMap::new();
        let mut next = 0;
        while let Some(name) = names.get(next).cloned() {
            next += 1;
            let (service, build) = with_build(project, &name)?;
            let found = bases_of(service, build, &makers, &is_made);
            let new: Vec<Name> = found.values().filter(|base| !names.contains(base)).cloned().collect();
            names.extend(new);
            bases.insert(name, found);
        }
        let mut batch = Self { project, purpose, proxies: BTreeMap::new(), targets: Vec::new() };
        for name in &names {
            batch.add(with_build(project, name)?, asked.contains(name));
        }
        for (name, found) in bases {
            batch.link(&name, found);
        }
        Ok(batch)
    }

    /// Adds a service to the target that is built alike, or a target of its own.
    fn add(&mut self, (service, build): (&'a Service, &'a Build), asked: bool) {
        let alike = |target: &&mut Target<'a>| target.asked == asked && target.is_alike(service, build);
        match self.targets.iter_mut().find(alike) {
            Some(target) => target.services.push(service),
            None => self.targets.push(Target {
                project: self.project,
                services: vec![service],
                build,
                asked,
                bases: BTreeMap::new(),
            }),
        }
    }

    fn link(&mut self, name: &Name, bases: BTreeMap<String, Name>) {
        let Some(own) = self.position(name) else { return };
        let found: BTreeMap<String, usize> = bases
            .into_iter()
            .filter_map(|(context, base)| Some((context, self.position(&base)?)))
            .filter(|(_, base)| *base != own)
            .collect();
        if let Some(target) = self.targets.get_mut(own) {
            target.bases.extend(found);
        }
    }

    fn position(&self, name: &Name) -> Option<usize> {
        self.targets.iter().position(|target| target.services.iter().any(|service| service.name == *name))
    }

    /// The targets in levels: each is made from targets of earlier levels only.
    ///
    /// # Errors
    /// When images are made from each other.
    pub fn levels(&self) -> Result<Vec<Vec<usize>>, EngineError> {
        let mut levels: Vec<Vec<usize>> = Vec::new();
        let mut done = BTreeSet::new();
        while done.len() < self.targets.len() {
            let ready = |(at, target): (usize, &Target<'_>)| {
                (!done.contains(&at) && target.bases.values().all(|base| done.contains(base))).then_some(at)
            };
            let level: Vec<usize> = self.targets.iter().enumerate().filter_map(ready).collect();
            if level.is_empty() {
                let rest = self.targets.iter().enumerate().filter(|(at, _)| !done.contains(at));
                let services = rest.map(|(_, target)| target.name().clone()).collect();
                let message = "their images are made from each other".into();
                return Err(EngineError::BuildFailed { services, message, log: Vec::new() });
            }
            done.extend(level.iter().copied());
            levels.push(level);
        }
        Ok(levels)
    }

    /// The services of all targets, for an error about all of them.
    pub fn services(&self) -> Vec<Name> {
        self.targets.iter().map(|target| target.name().clone()).collect()
    }
}

/// The images that these services are made from, that other services build, and that are not asked for.
pub(super) fn foreign_bases(project: &Project, asked: &[Name]) -> BTreeSet<ImageName> {
    let makers = makers(project);
    let mut all = BTreeSet::new();
    let mut names: Vec<Name> = asked.to_vec();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let Ok((service, build)) = with_build(project, &name) else { continue };
        for (image, maker) in recipe::images(build).into_iter().filter_map(|image| {
            let maker = makers.get(&image.familiar()).filter(|maker| **maker != service.name)?;
            Some((image, maker.clone()))
        }) {
            if !is_asked(&makers, asked, &image) {
                all.insert(image);
            }
            if !names.contains(&maker) {
                names.push(maker);
            }
        }
    }
    all
}

/// Which service builds an image, by the image's familiar name.
fn makers(project: &Project) -> BTreeMap<String, Name> {
    let mut makers = BTreeMap::new();
    for service in project.services.values() {
        let Some(build) = &service.build else { continue };
        let tags = build.tags.iter().filter_map(|tag| tag.parse::<ImageName>().ok());
        for image in tags.chain([project.image_of(service)]) {
            makers.entry(image.familiar()).or_insert_with(|| service.name.clone());
        }
    }
    makers
}

fn is_asked(makers: &BTreeMap<String, Name>, asked: &[Name], image: &ImageName) -> bool {
    makers.get(&image.familiar()).is_some_and(|maker| asked.contains(maker))
}

/// The services that a build is made from, by what its recipe calls their images.
fn bases_of(
    service: &Service,
    build: &Build,
    makers: &BTreeMap<String, Name>,
    is_made: &dyn Fn(&ImageName) -> bool,
) -> BTreeMap<String, Name> {
    let contexts = build.additional_contexts.iter();
    let named = contexts.filter_map(|(context, place)| {
        let base: Name = place.strip_prefix(SERVICE)?.parse().ok()?;
        Some((context.clone(), base))
    });
    let images = recipe::images(build).into_iter().filter(|image| is_made(image)).filter_map(|image| {
        let maker = makers.get(&image.familiar()).filter(|maker| **maker != service.name)?;
        Some((context_name(&image), maker.clone()))
    });
    let mut all: BTreeMap<String, Name> = images.collect();
    all.retain(|context, _| !build.additional_contexts.contains_key(context));
    all.extend(named);
    all
}

/// What `BuildKit` calls an image that a context takes the place of: its familiar name, without the tag `latest`.
fn context_name(image: &ImageName) -> String {
    let familiar = image.familiar();
    familiar.strip_suffix(":latest").map(str::to_owned).unwrap_or(familiar)
}

fn with_build<'a>(project: &'a Project, name: &Name) -> Result<(&'a Service, &'a Build), EngineError> {
    let service = project.services.get(name);
    let build = service.and_then(|service| service.build.as_ref());
    match (service, build) {
        (Some(_), Some(build)) if !recipe::is_remote(&build.context) && !recipe::is_folder(&build.context) => {
            Err(EngineError::File { path: build.context.clone(), fault: "there is no such folder".into() })
        }
        (Some(service), Some(build)) => Ok((service, build)),
        _ => Err(EngineError::Internal(format!("service '{name}' has nothing to build"))),
    }
}

impl<'a> Target<'a> {
    /// The service that stands for all.
    pub fn service(&self) -> Option<&'a Service> {
        self.services.first().copied()
    }

    /// Its name.
    pub fn name(&self) -> &'a Name {
        &self.services.first().expect("a target is made with a service").name
    }

    fn is_alike(&self, service: &Service, build: &Build) -> bool {
        let untagged = |build: &Build| Build { tags: Vec::new(), ..build.clone() };
        let first = self.service();
        first
            .is_some_and(|first| first.platform == service.platform && first.image.is_some() == service.image.is_some())
            && untagged(self.build) == untagged(build)
    }

    /// The names of the image: the extra ones of each service, then the one that its containers use.
    pub fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for service in &self.services {
            let image = self.project.image_of(service);
            let name = image.to_string();
            let extra = service.build.iter().flat_map(|build| &build.tags).filter(|tag| **tag != name).cloned();
            // No build can give a digest.
            tags.extend(extra.chain((!image.is_pinned()).then(|| name.clone())));
        }
        let mut seen = BTreeSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        tags
    }

    /// Compose's labels, then the user's, which win here as they do there.
    pub fn labels(&self) -> BTreeMap<String, String> {
        let ours = [
            (labels::PROJECT, self.project.name().to_string()),
            (labels::SERVICE, self.name().to_string()),
            (labels::VERSION, labels::COMPOSE_VERSION.to_owned()),
        ];
        let mut all: BTreeMap<_, _> = ours.into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
        all.extend(self.build.labels.clone());
        all
    }

    /// The values of the recipe's `ARG`s.
    pub fn arguments(&self, proxies: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        with_proxies(&self.build.args, proxies)
    }

    /// Whether a registry gets it: what has no name of its own has no registry.
    pub fn is_pushed(&self, purpose: Purpose) -> bool {
        purpose == Purpose::Push && self.service().is_some_and(|service| service.image.is_some())
    }

    /// The platforms that it is built for; empty for the builder's own. Containers need one only.
    pub fn platforms(&self, purpose: Purpose, default: Option<&str>) -> Vec<String> {
        let own = self.service().and_then(|service| service.platform.as_deref()).filter(|own| !own.is_empty());
        let one = own.or(default).map(str::to_owned);
        match (purpose, self.build.platforms.as_slice()) {
            (Purpose::Run, [only]) => vec![one.unwrap_or_else(|| only.clone())],
            (Purpose::Run, _) | (_, []) => one.into_iter().collect(),
            (Purpose::Keep | Purpose::Push | Purpose::Check, all) => all.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    /// Contexts that are fetched need no folder.
    fn batch<'a>(project: &'a Project, asked: &[&str], missing: &[&str]) -> Batch<'a> {
        let asked: Vec<Name> = asked.iter().map(|name| name.parse().expect("a name")).collect();
        let missing = missing.iter().map(|name| name.parse().expect("an image")).collect();
        Batch::of(project, &asked, Purpose::Keep, &missing).expect("possible")
    }

    fn names(batch: &Batch<'_>) -> Vec<String> {
        let one = |target: &Target<'_>| {
            let services: Vec<&str> = target.services.iter().map(|service| service.name.as_str()).collect();
            let bases = target.bases.iter().map(|(name, at)| format!("{name}={at}"));
            [services.join("+")].into_iter().chain(bases).collect::<Vec<_>>().join(" ")
        };
        batch.targets.iter().map(one).collect()
    }

    #[test]
    fn what_is_built_alike_is_built_once_with_all_its_names() {
        let project = project(
            "services: {web: {build: {context: 'git://x', tags: ['w:2']}}, job: {image: 'j:1', build: {context: \
             'git://x'}}, cron: {build: {context: 'git://x'}}, other: {build: {context: 'git://x', args: {A: b}}}}",
        );
        let batch = batch(&project, &["web", "job", "cron", "other"], &[]);
        assert_eq!(names(&batch), ["web+cron", "job", "other"]);
        assert_eq!(batch.targets[0].tags(), ["w:2", "p-web", "p-cron"]);
        assert_eq!(batch.levels().expect("no circle"), [[0, 1, 2]]);
    }

    #[test]
    fn what_an_image_is_made_from_comes_first() {
        let project = project(
            "services: {app: {build: {context: 'git://x', dockerfile_inline: 'FROM r.example/base'}}, \
             base: {image: 'r.example/base:latest', build: {context: 'git://y'}}, \
             tool: {build: {context: 'git://z', additional_contexts: {app: 'service:app'}}}}",
        );
        let all = batch(&project, &["app", "base", "tool"], &[]);
        assert_eq!(names(&all), ["app r.example/base=1", "base", "tool app=0"]);
        assert_eq!(all.levels().expect("no circle"), [vec![1], vec![0], vec![2]]);
        // A base that is there and that nobody asks for is used as it is.
        assert_eq!(names(&batch(&project, &["app"], &[])), ["app"]);
        let missing = batch(&project, &["tool"], &["r.example/base"]);
        assert_eq!(names(&missing), ["tool app=1", "app r.example/base=2", "base"]);
        assert!(!missing.targets[1].asked);
        let asked: Vec<Name> = vec!["tool".parse().expect("a name"), "app".parse().expect("a name")];
        let foreign: Vec<String> = foreign_bases(&project, &asked).iter().map(ToString::to_string).collect();
        assert_eq!(foreign, ["r.example/base"]);
    }

    #[test]
    fn images_that_are_made_from_each_other_are_named() {
        let project = project(
            "services: {a: {image: a, build: {context: 'git://x', dockerfile_inline: FROM b}}, \
             b: {image: b, build: {context: 'git://x', dockerfile_inline: FROM a}}}",
        );
        let fault = batch(&project, &["a", "b"], &[]).levels().expect_err("a circle");
        assert_eq!(fault.to_string(), "'a', 'b' could not be built: their images are made from each other");
    }

    #[test]
    fn containers_need_one_platform_and_others_get_all() {
        let project = project(
            "services: {a: {build: {context: 'git://x', platforms: [linux/amd64, linux/arm64]}}, \
             b: {platform: linux/arm64, build: {context: 'git://y', platforms: [linux/amd64, linux/arm64]}}, \
             c: {build: {context: 'git://z'}}}",
        );
        let batch = batch(&project, &["a", "b", "c"], &[]);
        let of = |at: usize, purpose| batch.targets[at].platforms(purpose, None).join(",");
        assert_eq!(of(0, Purpose::Run), "");
        assert_eq!(of(0, Purpose::Keep), "linux/amd64,linux/arm64");
        assert_eq!(of(1, Purpose::Run), "linux/arm64");
        assert_eq!(of(2, Purpose::Keep), "");
        assert_eq!(batch.targets[2].platforms(Purpose::Run, Some("linux/arm64")), ["linux/arm64"]);
    }
}
