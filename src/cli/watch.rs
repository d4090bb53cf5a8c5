//! `hoist watch`.

use super::changes::Changes;
use super::failure::{Advised, report_blocked, report_outcomes};
use super::interrupt::Ended;
use super::up::Up;
use super::{Context, Exit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path as Place;
use crate::engine::{Engine, Licence};
use crate::execute::OnFailure;
use crate::load::Loaded;
use crate::model::Project;
use crate::plan::reconcile::restart;
use crate::plan::{Action, Plan, Policy};
use crate::render::Output;
use crate::session::Session;
use crate::value::Name;
use crate::watch::{Breaker, Change, Rules, Watch as Files, WatchError, Writable};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Time before a container is killed whose file does not say how long it may take: somebody waits in front of the screen.
const GRACE: Duration = Duration::from_secs(2);

/// Restart services when files that they have as bind mounts change
#[derive(Debug, clap::Args)]
pub struct Watch {
    /// Services to watch [default: all]
    services: Vec<Name>,
    /// Do not bring the services up first
    #[arg(long)]
    no_up: bool,
    /// Watch bind mounts too that the container may write to
    #[arg(long)]
    writable: bool,
}

impl Watch {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        // What `up` says of the files is not said twice.
        let load = if self.no_up { Context::load } else { Context::load_quietly };
        let loaded = load(context, &self.services)?;
        tell_unheeded(context, &loaded, &self.services);
        let rules = self.rules(context, &loaded.project)?;
        // What changes while the services come up counts too.
        let mut files = Files::start(&rules.roots, Path::new(&loaded.project.identity.working_dir))
            .map_err(|error| advised(&error))?;
        if !self.no_up {
            let exit = Box::pin(Up::detached(Changes::of(self.services)).run(context)).await?;
            if exit != Exit::DONE {
                return Ok(exit);
            }
        }
        let engine = context.engine()?;
        let Some(licence) = context.licence() else { return Ok(Exit::DONE) };
        let mut reload = Reload {
            output: context.output(),
            engine: &engine,
            licence,
            project: &loaded.project,
            breaker: Breaker::default(),
            pending: Vec::new(),
        };
        context.output().data("Watch enabled\n");
        loop {
            let changes = tokio::select! {
                changes = files.next() => changes.map_err(|error| advised(&error))?,
                () = context.interrupts().next() => return Ok(Exit::INTERRUPTED),
            };
            reload.take(changes, &mut files)?;
            let halt = CancellationToken::new();
            match context.interrupts().or(reload.restart(&halt), &halt).await {
                Ended::Finished(()) => {}
                Ended::Interrupted(_) => return Ok(Exit::INTERRUPTED),
            }
        }
    }

    /// What is watched; what is not, and might be meant to be, is told.
    fn rules(&self, context: &Context, project: &Project) -> anyhow::Result<Rules> {
        let writable = if self.writable { Writable::Watch } else { Writable::Leave };
        let rules = Rules::of(project, &self.services, writable, &|path| std::fs::read_to_string(path).ok());
        let folder = Path::new(&project.identity.working_dir);
        let skipped = rules.skipped.iter().map(|one| format!("{} of {}", shown(&one.path, folder), one.service));
        let skipped = skipped.collect::<Vec<_>>().join(", ");
        let remedy = "mount it read-only (':ro'), or add --writable if the service does not write there itself";
        if rules.roots.is_empty() {
            let message = "nothing to watch: no service mounts a file or folder of the project read-only";
            let help = if skipped.is_empty() {
                "mount what the service reads, such as './nginx.conf:/etc/nginx/nginx.conf:ro'".to_owned()
            } else {
                format!("writable is {skipped}: {remedy}")
            };
            return Err(Advised::new(message, Some(help)).into());
        }
        if !skipped.is_empty() {
            context.output().note(&format!("writable and so not watched: {skipped}"), Some(remedy));
        }
        Ok(rules)
    }
}

/// Says of `develop.watch` that it does nothing yet.
fn tell_unheeded(context: &Context, loaded: &Loaded, targets: &[Name]) {
    let mut faults = Diagnostics::default();
    for service in loaded.project.services.values() {
        let asked = targets.is_empty() || targets.contains(&service.name);
        if asked && service.develop.as_ref().is_some_and(|develop| !develop.watch.is_empty()) {
            let place = Place::of(["services", service.name.as_str(), "develop", "watch"]);
            let message = format!("'develop.watch' of service '{}' is not acted on yet", service.name);
            let fault = Diagnostic::warning("watch-unheeded", message).at(loaded.origins.span(&place));
            faults.push(fault.help("only bind mounts are watched; 'docker compose watch' copies and rebuilds"));
        }
    }
    context.output().diagnostics(&faults, &loaded.sources, &loaded.origins);
}

fn advised(error: &WatchError) -> Advised {
    let help = error.help();
    Advised::new(error.to_string(), help)
}

/// What restarts services for changes.
struct Reload<'a> {
    output: &'a Output,
    engine: &'a Engine,
    licence: Licence,
    project: &'a Project,
    breaker: Breaker,
    /// Changes that no restart has followed yet.
    pending: Vec<Change>,
}

impl Reload<'_> {
    /// Takes changes, but for services that are restarted again and again for what they write themselves.
    fn take(&mut self, changes: Vec<Change>, files: &mut Files) -> anyhow::Result<()> {
        let now = Instant::now();
        for mut change in changes {
            let tripped: Vec<Name> =
                change.services.iter().filter(|service| self.breaker.trips(service, now)).cloned().collect();
            for service in tripped {
                change.services.remove(&service);
                files.leave(&service);
                self.output.warn(
                    &format!("{service} is restarted again and again for {}: it is no longer watched", words(&change)),
                    Some("it seems to write there itself: add what it writes to '.dockerignore'"),
                );
            }
            if !change.services.is_empty() {
                self.pending.push(change);
            }
        }
        if files.is_empty() {
            return Err(Advised::new("nothing is left to watch", None).into());
        }
        Ok(())
    }

    /// Restarts the services of all pending changes. What fails is told and tried again with the next change.
    async fn restart(&mut self, halt: &CancellationToken) {
        let targets: BTreeSet<Name> = self.pending.iter().flat_map(|change| change.services.clone()).collect();
        if targets.is_empty() {
            return;
        }
        let began = Instant::now();
        let seen = match self.engine.observe(self.project).await {
            Ok(seen) => seen,
            Err(error) => return self.output.error(&error.to_string(), error.help().as_deref()),
        };
        let plan = |grace| {
            let policy = Policy { targets: targets.iter().cloned().collect(), grace, ..Policy::default() };
            restart(self.project, &seen, &policy)
        };
        let chosen =
            plan(None).and_then(|patient| if self.has_own_grace(&patient) { Ok(patient) } else { plan(Some(GRACE)) });
        let plan = match chosen {
            Ok(plan) => plan,
            Err(blocked) => return report_blocked(self.output, &blocked),
        };
        let session = Session::new((self.engine, self.licence), self.project, &|_| {});
        let outcomes = session.carry_out(&plan, OnFailure::GoOn, halt).await;
        for service in &targets {
            self.breaker.restarted(service, Instant::now());
        }
        if !report_outcomes(self.output, &plan, &outcomes) {
            return;
        }
        let changed = std::mem::take(&mut self.pending);
        self.tell(&targets, &plan, (&changed, began.elapsed()));
    }

    /// Whether the file says of any service of a plan how long it may take to stop.
    fn has_own_grace(&self, plan: &Plan) -> bool {
        let mut services = plan.steps().filter_map(|(_, step)| step.subject.service.as_ref());
        services.any(|name| self.project.services.get(name).is_some_and(|one| one.stop_grace_period.is_some()))
    }

    /// `restarted web: nginx.conf changed, 0.4 s`.
    fn tell(&self, targets: &BTreeSet<Name>, plan: &Plan, (changes, took): (&[Change], Duration)) {
        let starts = plan.steps().filter(|(_, step)| matches!(step.action, Action::Start { .. }));
        let started: BTreeSet<&Name> = starts.filter_map(|(_, step)| step.subject.service.as_ref()).collect();
        let (asked, drawn): (Vec<&Name>, Vec<&Name>) = started.iter().partition(|name| targets.contains(**name));
        let what = changes.iter().map(words).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        if asked.is_empty() {
            self.output.note(
                &format!("{what} changed, but {} has no container", list(&targets.iter().collect::<Vec<_>>())),
                Some("make it with 'hoist up -d'"),
            );
            return;
        }
        let with = if drawn.is_empty() { String::new() } else { format!(", with it {}", list(&drawn)) };
        self.output.data(&format!("restarted {}{with}: {what} changed, {:.1} s\n", list(&asked), took.as_secs_f64()));
    }
}

fn list(names: &[&Name]) -> String {
    names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// `src/app.py`, or `src/app.py and 3 more`.
fn words(change: &Change) -> String {
    let first = change.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
    match change.paths.len() {
        0 | 1 => first,
        more => format!("{first} and {} more", more - 1),
    }
}

/// A path as people write it in the file.
fn shown(path: &Path, folder: &Path) -> String {
    let below: PathBuf = path.strip_prefix(folder).unwrap_or(path).to_owned();
    if below.as_os_str().is_empty() { ".".to_owned() } else { format!("./{}", below.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_counted() {
        let change =
            |paths: &[&str]| Change { services: BTreeSet::new(), paths: paths.iter().map(PathBuf::from).collect() };
        assert_eq!(words(&change(&["a"])), "a");
        assert_eq!(words(&change(&["a", "b", "c"])), "a and 2 more");
    }
}
