//! `hoist run`.

mod attended;
mod overlay;
mod peers;

use super::carrier::{Carrier, Hush};
use super::conversation::Stdin;
use super::failure::{Faulty, report_late};
use super::foreign::{TakeOver, refuse_foreign};
use super::interrupt::Ended;
use super::lock;
use super::preflight::{HasPlaces, Preflight};
use super::streams::{Streams, service_and_command};
use super::{Context, Exit};
use crate::engine::{Engine, EngineError, Licence};
use crate::execute::OnFailure;
use crate::load::Loaded;
use crate::model::{Project, PullPolicy, Service};
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Images, Observed, OneOff, Orphans, Plan, Policy};
use crate::value::{ContainerId, Name};
use attended::Attended;
use overlay::Overlay;
use std::hash::{BuildHasher, RandomState};
use tokio_util::sync::CancellationToken;

/// Run a command once in a new container of a service
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Run {
    /// Build images before starting
    #[arg(long)]
    build: bool,
    /// Leave the container alone once it has started, and print its id
    #[arg(short, long)]
    detach: bool,
    #[command(flatten)]
    streams: Streams,
    #[command(flatten)]
    overlay: Overlay,
    /// Name of the container [default: <project>-<service>-run-<random>]
    #[arg(long)]
    name: Option<String>,
    /// Do not start what the service depends on
    #[arg(long)]
    no_deps: bool,
    /// When images are fetched: missing, always, never, build [default: each service's `pull_policy`]
    #[arg(long, value_name = "POLICY", value_parser = super::changes::parse_pull)]
    pull: Option<PullPolicy>,
    /// Say nothing but warnings and errors
    #[arg(short, long)]
    quiet: bool,
    /// Do not show how builds go on
    #[arg(long)]
    quiet_build: bool,
    /// Do not show how pulls go on
    #[arg(long)]
    quiet_pull: bool,
    /// Remove containers of services that are no longer in the file
    #[arg(long)]
    remove_orphans: bool,
    /// Remove the container when it has ended, with its anonymous volumes
    #[arg(long)]
    rm: bool,
    /// Let other containers find it by the service's names too
    #[arg(long)]
    use_aliases: bool,
    /// The service, then the command with its arguments [default: the service's command]
    #[arg(required = true, num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true, value_names = ["SERVICE", "COMMAND"])]
    words: Vec<String>,
}

/// All that one run is done with.
struct Stage<'a> {
    context: &'a Context,
    engine: &'a Engine,
    loaded: &'a Loaded,
    /// The project, as programs have told it to be.
    project: &'a Project,
    one_off: &'a OneOff,
}

impl Run {
    /// Whether nothing but warnings and errors is to be said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let (service, command) = service_and_command(&self.words)?;
        let mut loaded = context.load(std::slice::from_ref(&service))?;
        let one_off = self.one_off(&loaded.project, &service);
        self.shape(context, &mut loaded, &one_off, command)?;
        context.tell_effects(&mut loaded, std::slice::from_ref(&service))?;
        let engine = context.engine()?;
        context.refuse_what_fails(&loaded, std::slice::from_ref(&service), &engine).await?;
        context.grant_api_socket(&mut loaded, &engine).await?;
        let stage = Stage { context, engine: &engine, loaded: &loaded, project: &loaded.project, one_off: &one_off };
        let (Some(carrier), Some(licence)) = (Carrier::new(context, &engine, &loaded.project), context.licence())
        else {
            return self.show(&stage).await;
        };
        let halt = CancellationToken::new();
        match context.until_interrupted(Box::pin(self.prepare(&stage, carrier, &halt)), &halt).await {
            Ended::Interrupted(left) => return Ok(report_late(context.output(), left)),
            Ended::Finished(Ok(true)) => {}
            Ended::Finished(Ok(false)) => return Ok(Exit::FAILED),
            Ended::Finished(Err(error)) => return Err(error),
        }
        let project = context.provided().tell(&loaded.project);
        let stage = Stage { project: &project, ..stage };
        let id = create(&stage, licence).await?;
        let ended = self.let_it_run(&stage, &id).await;
        if ended.is_err() && self.rm {
            engine.remove(&id, crate::plan::AnonymousVolumes::Remove).await?;
        }
        ended
    }

    fn one_off(&self, project: &Project, service: &Name) -> OneOff {
        let slug = random_digits();
        let name = self.name.clone().unwrap_or_else(|| OneOff::usual_name(project.name(), service, &slug));
        OneOff {
            service: service.clone(),
            name,
            slug,
            stdin: self.streams.stdin() == Stdin::Passed,
            ephemeral: self.rm,
            aliases: self.use_aliases,
        }
    }

    /// Makes of the project's service what this run wants.
    fn shape(
        &self,
        context: &Context,
        loaded: &mut Loaded,
        one_off: &OneOff,
        command: Vec<String>,
    ) -> anyhow::Result<()> {
        let wishes = self.overlay.read(context.working_directory(), loaded)?;
        if self.pull.is_some() {
            loaded.project.services.values_mut().for_each(|service| service.pull_policy.clone_from(&self.pull));
        }
        let missing = || anyhow::anyhow!("service '{}' is not in the project", one_off.service);
        let service: &mut Service = loaded.project.services.get_mut(&one_off.service).ok_or_else(missing)?;
        self.overlay.apply(service, wishes, command);
        service.tty = self.streams.is_terminal();
        if self.no_deps {
            service.depends_on.clear();
        }
        one_off.shape(service);
        Ok(())
    }

    fn policy(&self, Stage { context, loaded, one_off, .. }: &Stage<'_>) -> anyhow::Result<Policy> {
        let flag = if self.remove_orphans { Orphans::Remove } else { Orphans::Keep };
        Ok(Policy {
            targets: vec![one_off.service.clone()],
            orphans: context.orphans(flag, Some(&loaded.environment))?,
            one_off: Some(one_off.service.clone()),
            ..Policy::default()
        })
    }

    fn images(&self) -> Images {
        if self.build { Images::Build } else { Images::Missing }
    }

    /// Images, networks, volumes, and what the service depends on; gives whether all was done.
    async fn prepare(&self, stage: &Stage<'_>, carrier: Carrier<'_>, halt: &CancellationToken) -> anyhow::Result<bool> {
        let Stage { context, engine, loaded, project, .. } = *stage;
        let policy = self.policy(stage)?;
        let observe = async || {
            let seen = engine.observe(project).await?;
            refuse_foreign((project, loaded.named_by), &seen, TakeOver::Impossible)?;
            // What blocks the last plan is told before anything is fetched.
            let rest = reconcile(project, &seen, &policy)?;
            self.check(stage, &seen, &rest).await?;
            let idle = rest.is_empty() && images(project, &seen, &policy, self.images()).is_empty();
            Ok((seen, idle))
        };
        let claim = lock::Claim { context, engine, project: project.name() };
        let ((mut seen, _), _lock) = claim.settle(observe, |(_, idle)| *idle, halt).await?;
        let hush = Hush { pulls: self.quiet_pull, builds: self.quiet_build };
        for wanted in [self.images(), Images::Rest] {
            let plan = images(project, &seen, &policy, wanted);
            if plan.is_empty() {
                continue;
            }
            if !carrier.hushed(hush).carry_out(&plan, OnFailure::Stop, halt).await {
                return Ok(false);
            }
            seen = engine.observe(project).await?;
        }
        let project = context.provided().tell(project);
        let plan = reconcile(&project, &seen, &policy)?;
        context.show_notes(&plan);
        Ok(plan.is_empty() || carrier.told(&project).carry_out(&plan, OnFailure::Stop, halt).await)
    }

    /// Looks whether all can be had that the run needs, before anything is done.
    async fn check(&self, stage: &Stage<'_>, seen: &Observed, plan: &Plan) -> anyhow::Result<()> {
        let Stage { context, engine, loaded, project, one_off } = *stage;
        let service = project.services.get(&one_off.service).filter(|_| self.no_deps);
        if let Some(service) = service {
            let missing = peers::missing(service, seen, &loaded.origins);
            context.output().diagnostics(&missing, &loaded.sources, &loaded.origins);
            anyhow::ensure!(!missing.has_errors(), Faulty);
        }
        let has_places = if self.overlay.has_service_ports() { HasPlaces::Yes } else { HasPlaces::No };
        let preflight = Preflight::of_run(project, seen, (plan, &one_off.service), has_places);
        preflight.check(context, engine, loaded).await
    }

    async fn show(&self, stage: &Stage<'_>) -> anyhow::Result<Exit> {
        let Stage { context, engine, project, one_off, .. } = *stage;
        let policy = self.policy(stage)?;
        let seen = engine.observe(project).await?;
        refuse_foreign((project, stage.loaded.named_by), &seen, TakeOver::Impossible)?;
        let plans = [images(project, &seen, &policy, self.images()), reconcile(project, &seen, &policy)?];
        let [first, second] = &plans;
        self.check(stage, &seen, second).await?;
        if plans.iter().any(|plan| !plan.is_empty()) {
            context.show_plans(&[first, second]);
        }
        context.show_notes(second);
        context.output().say(&format!("would run '{}' in a new container '{}'", one_off.service, one_off.name));
        Ok(Exit::DONE)
    }

    async fn let_it_run(&self, stage: &Stage<'_>, id: &ContainerId) -> anyhow::Result<Exit> {
        let Stage { context, engine, project, one_off, .. } = *stage;
        if self.detach {
            engine.start(id).await?;
            context.output().data(&format!("{id}\n"));
            return Ok(Exit::DONE);
        }
        let stdin = self.streams.stdin();
        let terminal = self.streams.is_terminal();
        Attended { context, engine, id, stdin, terminal, ephemeral: one_off.ephemeral }.run(project.name()).await
    }
}

async fn create(stage: &Stage<'_>, licence: Licence) -> anyhow::Result<ContainerId> {
    let Stage { engine, project, one_off, .. } = *stage;
    match engine.create_one_off(licence, project, one_off).await {
        Err(EngineError::NameTaken { .. }) => {
            anyhow::bail!("the name '{}' is taken by another container: give another --name", one_off.name)
        }
        made => Ok(made?),
    }
}

/// 64 hexadecimal digits that no other run has.
fn random_digits() -> String {
    (0_u64..4).fold(String::new(), |digits, part| format!("{digits}{:016x}", RandomState::new().hash_one(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_runs_have_the_same_digits() {
        let (one, other) = (random_digits(), random_digits());
        assert_eq!((one.len(), one.chars().all(|digit| digit.is_ascii_hexdigit())), (64, true));
        assert_ne!(one, other);
    }
}
