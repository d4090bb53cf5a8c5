//! `hoist config`: the project as it is understood, or a list of something in it.
//!
//! Nothing is decided here about what a project means: a tree comes from the loader or the model, and is printed.

mod digests;
mod extensions;
mod list;
mod order;
mod printed;
mod variables;

use super::{Context, Exit};
use crate::document::Node;
use crate::load::{Loaded, Phase};
use crate::model::{Dialect, Project};
use crate::value::Name;
use anyhow::Context as _;
use list::{List, Lists};
use printed::Dollars;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

/// Show the project as it is understood
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Config {
    /// Only these services, with what they depend on
    #[arg(value_name = "SERVICE")]
    targets: Vec<Name>,
    /// How to print it [default: yaml]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Only check it
    #[arg(short, long)]
    quiet: bool,
    /// Write to a file instead
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave variables as they are written
    #[arg(long)]
    no_interpolate: bool,
    /// Leave out what the file need not say, such as the default network
    #[arg(long)]
    no_normalize: bool,
    /// Leave relative paths as they are written
    #[arg(long)]
    no_path_resolution: bool,
    /// Do not check what attributes say about each other
    #[arg(long)]
    no_consistency: bool,
    /// Does nothing, as in Compose: what is printed holds what env files say
    #[arg(long)]
    no_env_resolution: bool,
    /// Pin images to the digests that their registries have now
    #[arg(long)]
    resolve_image_digests: bool,
    /// Print only the pinned images, as a file to put over the others
    #[arg(long)]
    lock_image_digests: bool,
    #[command(flatten)]
    lists: Lists,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Yaml,
    Json,
}

impl Config {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let text = match self.lists.wanted() {
            Some(List::Variables) => variables::text(&context.merged(&variables::WITHOUT)?.parameters(), self.format),
            Some(List::Environment) => list::environment(&context.merged(&[])?.environment),
            Some(List::Hashes(wanted)) => list::hashes(&load(context, &self.without(), &[])?.project, &wanted)?,
            Some(list) => list::lines(&list, &self.tree_of_names(&list, context)?),
            None => self.document(context).await?,
        };
        if self.quiet {
            return Ok(Exit::DONE);
        }
        match &self.output {
            None => context.output().data(&text),
            Some(file) => {
                std::fs::write(file, text).with_context(|| format!("'{}' cannot be written", file.display()))?;
            }
        }
        Ok(Exit::DONE)
    }

    async fn document(&self, context: &Context) -> anyhow::Result<String> {
        let format = self.format.unwrap_or(Format::Yaml);
        let mut tree = if self.no_interpolate {
            context.merged(&self.without())?.tree
        } else {
            // The process ends with this command: to give back a large project piece by piece would only take time.
            let loaded = ManuallyDrop::new(load(context, &self.without(), &self.targets)?);
            let mut tree = loaded.project.write(format.dialect());
            extensions::keep(&mut tree, loaded.origins.tree(), format);
            tree
        };
        if self.resolve_image_digests || self.lock_image_digests {
            digests::pin(&mut tree, context).await?;
        }
        if self.lock_image_digests {
            tree = digests::only_images(&tree);
        }
        if self.no_interpolate {
            order::sort_all(&mut tree, format);
        } else {
            order::sort_names(&mut tree, format);
        }
        let dollars = if self.no_interpolate { Dollars::AsTheyAre } else { Dollars::Doubled };
        Ok(printed::text(tree, format, dollars))
    }

    /// The tree that a list is taken from, without a look at files of variables. Profiles are those of all services,
    /// active or not.
    fn tree_of_names(&self, list: &List, context: &Context) -> anyhow::Result<Node> {
        if self.no_interpolate {
            return Ok(context.merged(&self.without())?.tree);
        }
        // Services that are named narrow the images alone, as in Compose.
        let targets = if matches!(list, List::Images) { &self.targets[..] } else { &[] };
        let loaded = load(context, &[&self.without()[..], &[Phase::Environment]].concat(), targets)?;
        Ok(match list {
            List::Profiles => loaded.origins.tree().clone(),
            _ => loaded.project.write(Dialect::Yaml),
        })
    }

    fn without(&self) -> Vec<Phase> {
        let phases = [
            (self.no_interpolate, Phase::Interpolation),
            (self.no_normalize, Phase::Normalisation),
            (self.no_path_resolution, Phase::Paths),
            (self.no_consistency, Phase::Consistency),
        ];
        phases.into_iter().filter(|(without, _)| *without).map(|(_, phase)| phase).collect()
    }
}

impl Format {
    fn dialect(self) -> Dialect {
        match self {
            Self::Json => Dialect::Json,
            Self::Yaml => Dialect::Yaml,
        }
    }
}

/// The project, with what was asked for and nothing that is of no use to it.
fn load(context: &Context, without: &[Phase], targets: &[Name]) -> anyhow::Result<Loaded> {
    let mut loaded = context.load_without(without, targets)?;
    keep_needed(&mut loaded.project, targets);
    if !context.keeps_all_resources() {
        loaded.project.prune();
    }
    Ok(loaded)
}

/// Drops the services that were not asked for, directly or by what depends on them; nobody depends on those then.
fn keep_needed(project: &mut Project, targets: &[Name]) {
    if !targets.is_empty() {
        let closure = crate::graph::Services::of(project).closure(targets);
        project.services.retain(|name, _| closure.contains(name));
        for service in project.services.values_mut() {
            service.depends_on.retain(|name, _| closure.contains(name));
        }
    }
}
