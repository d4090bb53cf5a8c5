//! `hoist watch`.

mod bench;
mod model;
mod tell;
mod works;

use super::changes::Changes;
use super::failure::{Advised, report};
use super::up::Up;
use super::{Context, Exit};
use crate::engine::{Engine, Licence};
use crate::load::Loaded;
use crate::model::Project;
use crate::value::Name;
use crate::watch::{Disk, Mounts, News, Rules, Watch as Files, WatchError, resolved};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tell::Teller;
use works::{Prune, Works};

/// Keep containers as the files of the host are
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Watch {
    /// Services to watch [default: all]
    services: Vec<Name>,
    /// Do not bring the services up first
    #[arg(long)]
    no_up: bool,
    /// Remove the image that a rebuilt one takes the place of [default: true]
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true)]
    prune: bool,
    /// Say nothing of what is copied, restarted and built
    #[arg(long)]
    quiet: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Compare containers with the host, list what differs, and end
    #[arg(long)]
    check: bool,
    /// Do not restart services for their read-only bind mounts
    #[arg(long, conflicts_with = "writable")]
    no_reload_mounts: bool,
    /// Restart services for bind mounts too that they may write to
    #[arg(long)]
    writable: bool,
}

/// Why changes are no longer followed.
enum Followed {
    /// The user ended it.
    Interrupted,
    /// The project is described otherwise: by these files.
    Changed(BTreeSet<PathBuf>),
}

/// What the engine is changed with.
type Hands<'a> = (&'a Engine, Licence);

impl Watch {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        // What `up` says of the files is not said twice.
        let load = if self.no_up || self.check { Context::load } else { Context::load_quietly };
        let mut loaded = load(context, &self.services)?;
        let rules = self.rules(context, &loaded)?;
        let engine = context.engine()?;
        let Some(licence) = context.licence() else {
            context.output().say("a dry run watches nothing");
            return Ok(Exit::DONE);
        };
        // What changes while the services come up counts too.
        let mut files = start((&engine, licence), &loaded.project, rules)?;
        tell_silent(context, &files, &loaded.project);
        if self.check {
            return self.compare(context, files).await;
        }
        if !self.no_up {
            let exit = Box::pin(Up::detached(Changes::developed(self.services.clone())).run(context)).await?;
            if exit != Exit::DONE {
                return Ok(exit);
            }
        }
        files.attach().await?;
        self.teller(context).enabled();
        loop {
            match self.follow(context, (&engine, licence), &loaded.project, &mut files).await? {
                Followed::Interrupted => return Ok(Exit::INTERRUPTED),
                Followed::Changed(what) => {
                    match model::renew(context, &self, (&engine, licence), what).await {
                        Ok((renewed, next)) => {
                            files.rest().await;
                            (loaded, files) = (renewed, next.after(files));
                        }
                        // What is wrong is mended by the next save; until then all goes on as it was.
                        Err(error) => drop(report(context.output(), &error)),
                    }
                }
            }
        }
    }

    /// Does what changes ask for until the user ends it, or the project is another one.
    async fn follow(
        &self,
        context: &Context,
        hands: Hands<'_>,
        project: &Project,
        files: &mut Files,
    ) -> anyhow::Result<Followed> {
        let teller = self.teller(context);
        let prune = if self.prune { Prune::Remove } else { Prune::Leave };
        let mut works = Works::new(context, hands, (project, teller, prune));
        loop {
            works.begin(files);
            tokio::select! {
                news = files.next() => match news.map_err(|error| advised(&error))? {
                    News::Flushed(flushed) => teller.flushed(&flushed),
                    News::Compared(container, compared) => teller.compared(&container, &compared),
                    News::Due(due) => works.take(due, files)?,
                    News::Model(what) => {
                        works.end(files).await;
                        return Ok(Followed::Changed(what));
                    }
                },
                turn = works.next() => works.turn(turn, files),
                () = context.interrupts().next() => {
                    works.end(files).await;
                    return Ok(Followed::Interrupted);
                }
            }
        }
    }

    /// `--check`.
    async fn compare(&self, context: &Context, mut files: Files) -> anyhow::Result<Exit> {
        files.attach().await?;
        files.compare_all();
        let (teller, mut differ) = (self.teller(context), false);
        while let Some((container, compared)) = files.next_comparison().await? {
            differ |= !compared.differing.is_empty();
            teller.listed(&container, &compared);
        }
        Ok(if differ { Exit::FAILED } else { Exit::DONE })
    }

    fn teller<'a>(&self, context: &'a Context) -> Teller<'a> {
        Teller::new(context.output(), self.quiet, self.json)
    }

    /// What is watched; what is not, and might be meant to be, is told.
    fn rules(&self, context: &Context, loaded: &Loaded) -> anyhow::Result<Rules> {
        let project = &loaded.project;
        let mounts = match (self.no_reload_mounts, self.writable) {
            (true, _) => Mounts::Ignore,
            (_, true) => Mounts::All,
            _ => Mounts::ReadOnly,
        };
        let disk = Disk {
            read: &|path| std::fs::read_to_string(path).ok(),
            resolve: &resolved,
            is_file: &|path| path.is_file(),
        };
        let mut rules = Rules::of(project, &self.services, mounts, &disk);
        let folder = resolved(&project.identity.working_dir);
        let skipped = rules.skipped.iter().map(|one| format!("{} of {}", shown(&one.path, &folder), one.service));
        let skipped = skipped.collect::<Vec<_>>().join(", ");
        let remedy = "mount it read-only (':ro'), write a 'develop' section, or add --writable if the service does not \
                      write there itself";
        if rules.rules.is_empty() {
            let message = "nothing to watch: no service has a 'develop' section, or mounts a file or folder of the \
                           project read-only";
            let help = if skipped.is_empty() {
                "write what is to happen under 'develop.watch' of a service".to_owned()
            } else {
                format!("writable is {skipped}: {remedy}")
            };
            return Err(Advised::new(message, Some(help)).into());
        }
        if !skipped.is_empty() {
            context.output().note(&format!("writable and so not watched: {skipped}"), Some(remedy));
        }
        rules.watch_model(model::files(loaded));
        Ok(rules)
    }
}

/// Says which file systems tell of no changes.
fn tell_silent(context: &Context, files: &Files, project: &Project) {
    for (path, kind) in files.silent() {
        let place = shown(path, &resolved(&project.identity.working_dir));
        let message =
            format!("{place} is on a file system ({kind}) that tells of no changes: it is looked at every 2 s");
        context.output().note(&message, None);
    }
}

fn start((engine, licence): Hands<'_>, project: &Project, rules: Rules) -> Result<Files, Advised> {
    let place = (project.name(), project.identity.working_dir.as_path());
    Files::start((engine, licence), place, rules).map_err(|error| advised(&error))
}

fn advised(error: &WatchError) -> Advised {
    let help = error.help();
    Advised::new(error.to_string(), help)
}

/// A path as people write it in the file.
fn shown(path: &Path, folder: &Path) -> String {
    let below: PathBuf = path.strip_prefix(folder).unwrap_or(path).to_owned();
    if below.as_os_str().is_empty() { ".".to_owned() } else { format!("./{}", below.display()) }
}
