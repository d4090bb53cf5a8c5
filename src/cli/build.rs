//! `hoist build`.

use super::carrier::{Task, settle};
use super::globals::Progress;
use super::{Context, Exit};
use crate::load::Loaded;
use crate::model::Build as Recipe;
use crate::plan::registry::Dependencies;
use crate::plan::{Purpose, build};
use crate::value::Name;

/// Build the images of services
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Build {
    /// Only these services, and those whose images are contexts of theirs [default: all that can be built]
    services: Vec<Name>,
    /// Value of an ARG, as NAME=VALUE; repeat it for several
    #[arg(long = "build-arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Builder of buildx that builds
    #[arg(long, value_name = "NAME")]
    builder: Option<String>,
    /// Only check the recipes
    #[arg(long, conflicts_with_all = ["push", "print"])]
    check: bool,
    /// Run every step anew
    #[arg(long)]
    no_cache: bool,
    /// Print what buildx bake would be told, and build nothing
    #[arg(long)]
    print: bool,
    /// What is attested about how images were made: true, false, or words such as mode=max
    #[arg(long, value_name = "WORDS")]
    provenance: Option<String>,
    /// Fetch base images anew
    #[arg(long)]
    pull: bool,
    /// Send images to their registries when they are built
    #[arg(long)]
    push: bool,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
    /// Whether a list of an image's parts is attached: true, false, or words such as generator=IMAGE
    #[arg(long, value_name = "WORDS")]
    sbom: Option<String>,
    /// Key for RUN --mount=type=ssh: 'default' for the agent, or ID=PATH
    #[arg(long, value_name = "KEY")]
    ssh: Option<String>,
    /// Build what the services depend on too
    #[arg(long)]
    with_dependencies: bool,
    /// How progress is shown
    #[arg(long, value_enum, hide = true)]
    pub progress: Option<Progress>,
    #[command(flatten)]
    obsolete: Obsolete,
}

/// What docker compose takes for the sake of old scripts, and does nothing with.
#[derive(Debug, clap::Args)]
struct Obsolete {
    #[arg(short, long, hide = true, value_name = "BYTES")]
    memory: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    compress: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    force_rm: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    no_rm: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    parallel: Option<bool>,
}

impl Build {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut loaded = context.load(&self.services)?;
        if self.obsolete.memory.is_some() {
            context.output().warn("'--memory' does nothing: BuildKit has no such limit", None);
        }
        let dependencies = if self.with_dependencies { Dependencies::Include } else { Dependencies::Leave };
        let services = build::chosen(&loaded.project, &self.services, dependencies);
        self.change_recipes(&mut loaded, &services);
        loaded.read_build_secrets();
        let engine = match &self.builder {
            Some(builder) => context.engine_with(&[("BUILDX_BUILDER", builder)])?,
            None => context.engine()?,
        };
        let project = &loaded.project;
        if self.print {
            let told = engine.definition(project, &services, self.purpose()).await?;
            context.output().data(&format!("{told}\n"));
            return Ok(Exit::DONE);
        }
        let plan = build::build(project, services, self.purpose());
        Ok(settle(context, Task { engine: &engine, project, plan: &plan }, "nothing to build").await)
    }

    fn purpose(&self) -> Purpose {
        match (self.check, self.push) {
            (true, _) => Purpose::Check,
            (false, true) => Purpose::Push,
            (false, false) => Purpose::Keep,
        }
    }

    fn change_recipes(&self, loaded: &mut Loaded, services: &[Name]) {
        let Loaded { project, environment, .. } = loaded;
        let chosen = project.services.values_mut().filter(|service| services.contains(&service.name));
        for recipe in chosen.filter_map(|service| service.build.as_mut()) {
            self.change(recipe);
            for argument in &self.arguments {
                if let Some((name, value)) = argument.split_once('=') {
                    recipe.args.insert(name.to_owned(), value.to_owned());
                } else if let Some(value) = environment.get(argument) {
                    recipe.args.insert(argument.clone(), value.clone());
                }
            }
        }
    }

    fn change(&self, recipe: &mut Recipe) {
        recipe.no_cache |= self.no_cache;
        recipe.pull |= self.pull;
        for (given, kept) in [(&self.provenance, &mut recipe.provenance), (&self.sbom, &mut recipe.sbom)] {
            if given.is_some() {
                kept.clone_from(given);
            }
        }
        if let Some(key) = &self.ssh {
            let (id, path) = key.split_once('=').map_or((key.as_str(), None), |(id, path)| (id, Some(path.to_owned())));
            recipe.ssh.insert(id.to_owned(), path);
        }
    }
}
