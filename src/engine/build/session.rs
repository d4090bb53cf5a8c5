//! Builds on the engine itself: the context goes there as an archive, BuildKit asks back in a session.

use super::batch::{Batch, Target};
use super::progress::Tracker;
use super::shortfall::registry_cache;
use super::{failed, recipe};
use crate::engine::archive::{self, Contents};
use crate::engine::{Engine, EngineError, credentials};
use crate::event::What;
use crate::ignore::Ignore;
use crate::model::Build;
use crate::value::ImageName;
use bollard::body_try_stream;
use bollard::models::BuildInfoAux;
use bollard::query_parameters::{BuildImageOptions, BuilderVersion, TagImageOptionsBuilder};
use futures_util::{StreamExt, TryStreamExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The recipe's name in the archive when it is none of the context's files; nobody calls a file so.
const FOREIGN: &str = ".dockerfile.hoist-7d1c4b";

/// What is sent, and what the recipe is called in it.
struct Sent {
    contents: Option<Contents>,
    dockerfile: String,
}

impl Engine {
    /// Builds one target after the other, what others are made from first.
    pub(super) async fn build_in_session(
        &self,
        batch: &Batch<'_>,
        report: &(dyn Fn(What) + Sync),
    ) -> Result<(), EngineError> {
        for at in batch.levels()?.into_iter().flatten() {
            let Some(target) = batch.targets.get(at) else { continue };
            self.build_one(batch, target, report).await?;
            if target.is_pushed(batch.purpose) && target.asked {
                for tag in target.tags().iter().filter_map(|tag| tag.parse().ok()) {
                    self.push(&tag, report).await?;
                }
            }
        }
        Ok(())
    }

    async fn build_one(
        &self,
        batch: &Batch<'_>,
        target: &Target<'_>,
        report: &(dyn Fn(What) + Sync),
    ) -> Result<(), EngineError> {
        let Sent { contents, dockerfile } = sent(target)?;
        let mut options = options(target, dockerfile);
        options.platform = target.platforms(batch.purpose, self.host.platform.as_deref()).pop().unwrap_or_default();
        let arguments = target.arguments(&batch.proxies);
        options.buildargs = (!arguments.is_empty()).then(|| arguments.into_iter().collect());
        let registries = recipe::images(target.build).iter().map(|image| image.registry().to_owned()).collect();
        let credentials = credentials::all(&self.host, &registries).await?.into_iter().collect();
        let pieces = match contents {
            Some(contents) => archive::stream(contents).left_stream(),
            None => futures_util::stream::empty().right_stream(),
        };
        let body = body_try_stream(pieces.map_ok(Into::into));
        let docker = self.patient();
        let mut reports = docker.build_image(options, Some(credentials), Some(body));
        let mut tracker = Tracker::default();
        while let Some(info) = reports.next().await {
            match info.map_err(|fault| self.sorted(fault)) {
                Ok(info) => {
                    if let Some(BuildInfoAux::BuildKit(status)) = info.aux {
                        tracker.hear(status.into(), report);
                    }
                }
                Err(EngineError::Refused { message, .. } | EngineError::NotFound { message }) => {
                    return Err(failed(vec![target.name().clone()], tracker.failure(), &message));
                }
                Err(error) => return Err(error),
            }
        }
        self.tag(target).await
    }

    /// The build gives one name; the others are added afterwards.
    async fn tag(&self, target: &Target<'_>) -> Result<(), EngineError> {
        let tags = target.tags();
        let Some((built, others)) = tags.split_last() else { return Ok(()) };
        for name in others.iter().filter_map(|name| name.parse::<ImageName>().ok()) {
            let (repository, tag) = name.split();
            let options = TagImageOptionsBuilder::new().repo(repository).tag(tag).build();
            self.docker.tag_image(built, Some(options)).await.map_err(|fault| self.sorted(fault))?;
        }
        Ok(())
    }
}

fn options(target: &Target<'_>, dockerfile: String) -> BuildImageOptions {
    let Build {
        context,
        dockerfile: _,
        dockerfile_inline: _,
        entitlements: _,
        args: _,
        provenance: _,
        sbom: _,
        ssh: _,
        labels: _,
        cache_from,
        cache_to: _,
        no_cache,
        no_cache_filter: _,
        additional_contexts: _,
        pull,
        extra_hosts,
        isolation: _,
        network,
        target: stage,
        secrets: _,
        shm_size,
        tags: _,
        ulimits: _,
        platforms: _,
        privileged: _,
    } = target.build;
    let hosts: Vec<String> = extra_hosts.iter().map(|line| line.replacen('=', ":", 1)).collect();
    let caches: Vec<String> = cache_from.iter().filter_map(|cache| registry_cache(cache)).map(str::to_owned).collect();
    BuildImageOptions {
        dockerfile,
        t: target.tags().pop(),
        remote: recipe::is_remote(context).then(|| context.clone()),
        labels: Some(target.labels().into_iter().collect()),
        cachefrom: (!caches.is_empty()).then_some(caches),
        nocache: *no_cache,
        pull: pull.then(|| "1".into()),
        extrahosts: (!hosts.is_empty()).then(|| hosts.join(",")),
        networkmode: network.clone(),
        target: stage.clone().unwrap_or_default(),
        shmsize: shm_size.and_then(|size| i32::try_from(size.bytes()).ok()),
        version: BuilderVersion::BuilderBuildKit,
        session: Some(session_id()),
        ..BuildImageOptions::default()
    }
}

/// A name that no other session has: it need not be secret.
fn session_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("hoist{:x}x{:x}x{count}", now.as_nanos(), std::process::id())
}

fn sent(target: &Target<'_>) -> Result<Sent, EngineError> {
    let Build { context, dockerfile, dockerfile_inline, .. } = target.build;
    if recipe::is_remote(context) {
        return Ok(Sent { contents: None, dockerfile: dockerfile.clone().unwrap_or_default() });
    }
    let folder = PathBuf::from(context);
    let path = PathBuf::from(recipe::dockerfile(target));
    let inside = path.strip_prefix(target.build.folder()).ok().map(|path| path.to_string_lossy().into_owned());
    let mut ignore = rules(&folder, dockerfile_inline.is_none().then_some(path.as_path()))?;
    let (name, extra) = match (dockerfile_inline, inside) {
        (None, Some(name)) => (name, Vec::new()),
        (Some(inline), _) => (FOREIGN.to_owned(), vec![(FOREIGN.to_owned(), inline.clone())]),
        (None, None) => (FOREIGN.to_owned(), vec![(FOREIGN.to_owned(), read(&path)?)]),
    };
    ignore.keep(&name);
    Ok(Sent { contents: Some(Contents { folder, ignore, extra }), dockerfile: name })
}

/// What is left out: BuildKit reads no rules from an archive, so they are applied before. Those next to the recipe win
/// over those of the context.
fn rules(folder: &Path, dockerfile: Option<&Path>) -> Result<Ignore, EngineError> {
    let beside = dockerfile.map(|path| PathBuf::from(format!("{}.dockerignore", path.display())));
    let found = beside.into_iter().chain([folder.join(".dockerignore")]).find(|path| path.is_file());
    found.map_or_else(|| Ok(Ignore::default()), |path| Ok(Ignore::parse(&read(&path)?)))
}

fn read(path: &Path) -> Result<String, EngineError> {
    std::fs::read_to_string(path).map_err(|fault| unreadable(path, &fault.to_string()))
}

fn unreadable(path: &Path, fault: &str) -> EngineError {
    EngineError::File { path: path.display().to_string(), fault: fault.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Project;
    use crate::plan::Purpose;
    use std::collections::BTreeSet;

    fn project(folder: &Path, build: &str) -> Project {
        let text = format!("services: {{a: {{build: {{context: {}, {build}}}}}}}", folder.display());
        crate::testing::project(&text)
    }

    fn sent_of(project: &Project) -> Sent {
        let name = "a".parse().expect("a name");
        let batch = Batch::of(project, &[name], Purpose::Run, &BTreeSet::new()).expect("a build");
        sent(&batch.targets[0]).expect("readable")
    }

    #[test]
    fn a_recipe_outside_the_context_is_sent_under_a_name_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("context")).expect("made");
        std::fs::write(folder.path().join("Outside"), "FROM x").expect("written");
        let project = project(&folder.path().join("context"), "dockerfile: ../Outside");
        let sent = sent_of(&project);
        assert_eq!(sent.dockerfile, FOREIGN);
        assert_eq!(sent.contents.expect("a folder").extra, [(FOREIGN.to_owned(), "FROM x".to_owned())]);
    }

    #[test]
    fn the_recipe_is_sent_even_when_it_is_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("Dockerfile"), "FROM x").expect("written");
        std::fs::write(folder.path().join(".dockerignore"), "*").expect("written");
        let sent = sent_of(&project(folder.path(), "no_cache: true"));
        let ignore = sent.contents.expect("a folder").ignore;
        assert_eq!(sent.dockerfile, "Dockerfile");
        assert!(!ignore.ignores("Dockerfile") && ignore.ignores("src"));
    }

    #[test]
    fn rules_beside_the_recipe_win() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("Dockerfile"), "FROM x").expect("written");
        std::fs::write(folder.path().join(".dockerignore"), "a").expect("written");
        std::fs::write(folder.path().join("Dockerfile.dockerignore"), "b").expect("written");
        let ignore = sent_of(&project(folder.path(), "no_cache: true")).contents.expect("a folder").ignore;
        assert!(ignore.ignores("b") && !ignore.ignores("a"));
    }
}
