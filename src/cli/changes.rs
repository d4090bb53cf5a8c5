//! [`Changes`]: the flags that say what `up`, `create` and `plan` bring about.

use super::Context;
use super::consent::{Answer, ask};
use super::failure::NoSuchService;
use super::foreign::{TakeOver, is_shared};
use super::interrupt::Interrupted;
use crate::engine::Engine;
use crate::load::Loaded;
use crate::model::{Project, PullPolicy, Service};
use crate::plan::reconcile::changed_volumes;
use crate::plan::{
    Action, AnonymousVolumes, Dependencies, Images, Observed, Orphans, Plan, Policy, Providers, Reach, Recreate,
};
use crate::value::Name;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The default of `--remove-orphans`, where a whole project comes or goes: for `up`, for the `plan` that shows it, for
/// `down` and `kill`.
pub const REMOVE_ORPHANS: &str = "COMPOSE_REMOVE_ORPHANS";

/// What is brought about.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Changes {
    /// Services that are meant, with what they depend on [default: all]
    pub services: Vec<Name>,
    /// Build images first
    #[arg(long)]
    build: bool,
    /// Do not build, even what is missing
    #[arg(long)]
    no_build: bool,
    /// When images are fetched: missing, always, never, build [default: each service's `pull_policy`]
    #[arg(long, value_name = "POLICY", value_parser = parse_pull)]
    pull: Option<PullPolicy>,
    /// Replace containers even if nothing changed
    #[arg(long)]
    force_recreate: bool,
    /// Keep containers even if something changed
    #[arg(long)]
    no_recreate: bool,
    /// Replace the containers of dependencies too, even if nothing changed
    #[arg(long)]
    always_recreate_deps: bool,
    /// Give containers new anonymous volumes and remove the old ones, with their data
    #[arg(short = 'V', long)]
    renew_anon_volumes: bool,
    /// Leave alone what the services depend on
    #[arg(long)]
    no_deps: bool,
    /// Remove containers of services that are no longer in the file
    #[arg(long, value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
    /// Number of containers of a service, as SERVICE=NUMBER
    #[arg(long, value_name = "SERVICE=NUMBER", value_parser = parse_scale)]
    scale: Vec<(Name, u32)>,
    /// Seconds before a container that makes way is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Do not show how far the fetching of images is
    #[arg(long)]
    pub quiet_pull: bool,
    /// Do not show how far the building of images is
    #[arg(long)]
    pub quiet_build: bool,
    /// Agree to everything that would be asked; a stack of another folder is taken over with its volumes as they are
    #[arg(short, long)]
    yes: bool,
    /// Where they come from.
    #[arg(skip)]
    given_by: GivenBy,
    /// Whether services that are built and watched are built, even if there is an image.
    #[arg(skip)]
    develop: bool,
    /// What becomes of orphans, once the environment is known.
    #[arg(skip)]
    orphans: OnceCell<Orphans>,
    /// The volumes that the user agreed to lose, once asked.
    #[arg(skip)]
    renew: RefCell<Option<BTreeSet<String>>>,
}

/// Whether it is the user who sets these flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum GivenBy {
    /// They are on the command line.
    #[default]
    User,
    /// They are what another command stands for, which has only some of them.
    Command,
}

/// A policy that holds for one run: intervals between two fetches are for files.
pub fn parse_pull(text: &str) -> Result<PullPolicy, String> {
    match text.parse() {
        Ok(policy @ (PullPolicy::Missing | PullPolicy::Always | PullPolicy::Never | PullPolicy::Build)) => Ok(policy),
        _ => Err("one of missing, always, never, build".into()),
    }
}

/// `web=3`.
pub fn parse_scale(text: &str) -> Result<(Name, u32), String> {
    let fault = || format!("'{text}' is not SERVICE=NUMBER");
    let (service, number) = text.split_once('=').ok_or_else(fault)?;
    Ok((service.parse().map_err(|_| fault())?, number.parse().map_err(|_| fault())?))
}

impl Changes {
    /// These services, all when none is named; what is developed is built from what its files are now.
    pub fn developed(services: Vec<Name>) -> Self {
        Self { services, develop: true, given_by: GivenBy::Command, ..Self::default() }
    }

    /// What is developed is built from what its files are now.
    pub fn develop(&mut self) {
        self.develop = true;
    }

    /// The same once more, after the files of the project changed: what is done once, such as making everything anew, is
    /// not done again, and nothing is agreed to or asked.
    pub fn again(&self) -> Self {
        Self {
            build: false,
            force_recreate: false,
            always_recreate_deps: false,
            renew_anon_volumes: false,
            yes: false,
            orphans: OnceCell::default(),
            renew: RefCell::new(Some(BTreeSet::new())),
            ..self.clone()
        }
    }

    /// The same, and what is no longer in the file goes.
    pub fn without_orphans(&self) -> Self {
        Self { remove_orphans: true, ..self.again() }
    }

    /// The same, and these volumes are made anew, without their data.
    pub fn without_data(&self, volumes: BTreeSet<String>) -> Self {
        Self { renew: RefCell::new(Some(volumes)), ..self.again() }
    }

    /// The project as it is described by now, in the numbers that are asked for.
    ///
    /// # Errors
    /// When the files have faults, which are shown.
    pub fn look_again(&self, context: &Context) -> anyhow::Result<Loaded> {
        let mut loaded = context.load_quietly(&self.services)?;
        self.set_scale(&mut loaded.project)?;
        Ok(loaded)
    }

    /// Whether images are not built.
    pub fn forbids_builds(&self) -> bool {
        self.no_build
    }

    /// These services in these numbers.
    pub fn scaled(scale: Vec<(Name, u32)>, no_deps: bool) -> Self {
        let services = scale.iter().map(|(name, _)| name.clone()).collect();
        Self { services, no_deps, scale, given_by: GivenBy::Command, ..Self::default() }
    }

    /// The project as these flags want it, and the engine that can have it.
    pub async fn prepare(&self, context: &Context) -> anyhow::Result<(Loaded, Engine)> {
        let mut loaded = self.load(context)?;
        let engine = context.engine()?;
        context.refuse_what_fails(&loaded, &self.services, &engine).await?;
        context.grant_api_socket(&mut loaded, &engine).await?;
        Ok((loaded, engine))
    }

    /// Loads the project; flags that contradict each other are an error.
    fn load(&self, context: &Context) -> anyhow::Result<Loaded> {
        self.refuse_contradictions()?;
        let mut loaded = context.load(&self.services)?;
        self.set_scale(&mut loaded.project)?;
        if self.pull.is_some() {
            loaded.project.services.values_mut().for_each(|service| service.pull_policy.clone_from(&self.pull));
        }
        if self.develop {
            let is_developed = |service: &&mut Service| service.build.is_some() && service.is_watched();
            let developed = loaded.project.services.values_mut().filter(is_developed);
            developed.for_each(|service| service.pull_policy = Some(PullPolicy::Build));
        }
        refuse_nothing(&loaded.project)?;
        let flag = if self.remove_orphans { Orphans::Remove } else { Orphans::Keep };
        let orphans = context.orphans(flag, Some(&loaded.environment))?;
        self.orphans.get_or_init(|| orphans);
        context.tell_effects(&mut loaded, &self.services)?;
        Ok(loaded)
    }

    /// What the flags ask of the plan.
    pub fn policy(&self, reach: Reach) -> Policy {
        // New anonymous volumes are for new containers.
        let anew = self.force_recreate || self.renew_anon_volumes;
        let recreate = |anew: bool| match (self.no_recreate, anew) {
            (true, _) => Recreate::Never,
            (_, true) => Recreate::Always,
            _ => Recreate::Diverged,
        };
        Policy {
            recreate: recreate(anew),
            recreate_dependencies: recreate(self.always_recreate_deps),
            anonymous: if self.renew_anon_volumes { AnonymousVolumes::Remove } else { AnonymousVolumes::Keep },
            orphans: self.orphans.get().copied().unwrap_or_default(),
            targets: self.services.clone(),
            dependencies: if self.no_deps { Dependencies::Leave } else { Dependencies::Include },
            grace: self.timeout.map(Duration::from_secs),
            reach,
            one_off: None,
            providers: Providers::Asked,
            renew: self.renew.borrow().clone().unwrap_or_default(),
        }
    }

    /// Whether a stack of another folder is taken over.
    pub fn take_over(&self) -> TakeOver {
        match (self.yes, self.given_by) {
            (true, _) => TakeOver::Agreed,
            (false, GivenBy::User) => TakeOver::Refused,
            (false, GivenBy::Command) => TakeOver::Impossible,
        }
    }

    /// Gives up, with `--yes`, the data of volumes that changed, as they are seen now. Who takes over what another
    /// folder made did not mean its data.
    pub fn agree(&self, loaded: &Loaded, seen: &Observed) {
        if self.yes {
            let is_shared = is_shared(&loaded.project, loaded.named_by, seen);
            let changed = if is_shared { Vec::new() } else { changed_volumes(&loaded.project, seen) };
            self.renew.replace(Some(changed.into_iter().collect()));
        }
    }

    /// Asks once, and only on a terminal, about each volume that changed: it can only be made anew, without its data.
    ///
    /// # Errors
    /// [`Interrupted`] when `halt` comes before the answer.
    pub async fn give_up_volumes(
        &self,
        context: &Context,
        (loaded, seen): (&Loaded, &Observed),
        halt: &CancellationToken,
    ) -> anyhow::Result<()> {
        self.agree(loaded, seen);
        let changed = changed_volumes(&loaded.project, seen);
        if changed.is_empty() || self.renew.borrow().is_some() || !std::io::stdin().is_terminal() {
            return Ok(());
        }
        let mut agreed = BTreeSet::new();
        for volume in changed {
            let question = format!("the definition of volume '{volume}' changed: make it anew and lose its data?");
            let answer = tokio::select! {
                answer = ask(context, &question) => answer?,
                () = halt.cancelled() => Answer::Interrupted,
            };
            match answer {
                Answer::Yes => drop(agreed.insert(volume)),
                Answer::No | Answer::Nobody => {}
                Answer::Interrupted => return Err(Interrupted.into()),
            }
        }
        self.renew.replace(Some(agreed));
        Ok(())
    }

    /// What the flags ask of the plan for images.
    pub fn images(&self) -> Images {
        if self.build { Images::Build } else { Images::Missing }
    }

    /// `--no-build` with an image that only a build can make.
    pub fn refuse_builds(&self, plan: &Plan) -> anyhow::Result<()> {
        let build = plan.steps().find(|(_, step)| matches!(step.action, Action::Build { .. }));
        match build.filter(|_| self.no_build) {
            Some((_, step)) => {
                anyhow::bail!("image '{}' is missing and --no-build forbids to build it", step.subject.name)
            }
            None => Ok(()),
        }
    }

    fn refuse_contradictions(&self) -> anyhow::Result<()> {
        let pairs = [
            (self.build && self.no_build, "--build and --no-build"),
            (self.force_recreate && self.no_recreate, "--force-recreate and --no-recreate"),
            (self.always_recreate_deps && self.no_recreate, "--always-recreate-deps and --no-recreate"),
            (self.renew_anon_volumes && self.no_recreate, "--no-recreate and --renew-anon-volumes"),
        ];
        match pairs.into_iter().find(|(both, _)| *both) {
            Some((_, flags)) => anyhow::bail!("{flags} are incompatible"),
            None => Ok(()),
        }
    }

    fn set_scale(&self, project: &mut Project) -> anyhow::Result<()> {
        for (name, number) in &self.scale {
            let Some(service) = project.services.get_mut(name) else {
                return Err(NoSuchService::of(name, project).into());
            };
            anyhow::ensure!(
                *number <= 1 || service.container_name.is_none(),
                "service '{name}' has a 'container_name' and cannot have {number} containers"
            );
            service.scale = Some(*number);
        }
        Ok(())
    }
}

/// A project in which no service is active.
fn refuse_nothing(project: &Project) -> anyhow::Result<()> {
    if !project.services.is_empty() {
        return Ok(());
    }
    let profiles: BTreeSet<&str> =
        project.inactive.values().flat_map(|service| &service.profiles).map(String::as_str).collect();
    let profiles: Vec<&str> = profiles.into_iter().collect();
    anyhow::ensure!(
        profiles.is_empty(),
        "no service is active: activate some with --profile {}",
        profiles.join(" or ")
    );
    anyhow::bail!("the compose file has no services");
}
