//! `hoist exec`.

use super::context::Subject;
use super::conversation::{Conversation, Stdin};
use super::failure::{NoSuchService, NotRunning};
use super::{Context, Exit};
use crate::engine::{Engine, Exec as Request, ExecId};
use crate::plan::{SeenContainer, State};
use crate::render::Terminal;
use crate::value::Name;

/// Run a command in a running container
#[derive(Debug, clap::Args)]
pub struct Exec {
    /// Leave the command alone once it has started
    #[arg(short, long)]
    detach: bool,
    /// Set a variable, as NAME=VALUE; NAME alone takes the value of this shell
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Number of the container, when the service has several [default: the lowest]
    #[arg(long, value_name = "NUMBER")]
    index: Option<u32>,
    #[command(flatten)]
    streams: super::streams::Streams,
    /// Give the command all rights on the host
    #[arg(long)]
    privileged: bool,
    /// User, by name or number, with a group if wanted, as USER:GROUP [default: the container's]
    #[arg(short, long)]
    user: Option<String>,
    /// Folder in which the command runs [default: the container's]
    #[arg(short, long, value_name = "FOLDER")]
    workdir: Option<String>,
    /// The service, then the command with its arguments
    #[arg(required = true, num_args = 2.., trailing_var_arg = true, allow_hyphen_values = true, value_names = ["SERVICE", "COMMAND"])]
    words: Vec<String>,
}

impl Exec {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let (service, command) = super::streams::service_and_command(&self.words)?;
        let project = context.project_name()?;
        let engine = context.engine()?;
        let containers = engine.containers(&project).await?;
        let chosen = chosen(&containers, &service, self.index);
        let container = chosen.map_err(|fault| explained(context, (&service, &containers), fault))?;
        if context.is_dry_run() {
            context.output().say(&format!("would run '{}' in {}", command.join(" "), container.name));
            return Ok(Exit::DONE);
        }
        let request = self.request(context, command);
        let id = engine.exec(&container.id, &request).await?;
        if self.detach {
            engine.start_exec_detached(&id).await?;
            return Ok(Exit::DONE);
        }
        tokio::select! {
            exit = self.attended(context, &engine, (&id, &request)) => exit,
            () = context.interrupts().next() => Ok(Exit::INTERRUPTED),
        }
    }

    fn request(&self, context: &Context, command: Vec<String>) -> Request {
        let own = |text: &String| match (text.contains('='), context.variable(text)) {
            (false, Some(value)) => format!("{text}={value}"),
            _ => text.clone(),
        };
        Request {
            command,
            environment: self.env.iter().map(own).collect(),
            user: self.user.clone(),
            working_dir: self.workdir.clone(),
            privileged: self.privileged,
            stdin: !self.detach && self.streams.stdin() == Stdin::Passed,
            terminal: (!self.detach && self.streams.is_terminal()).then(Terminal::window),
        }
    }

    /// The user at the command, until it ends.
    async fn attended(
        &self,
        context: &Context,
        engine: &Engine,
        (id, request): (&ExecId, &Request),
    ) -> anyhow::Result<Exit> {
        let given = request.terminal.map(|_| Terminal::give()).transpose()?;
        let streams = engine.start_exec(id, request).await?;
        let conversation = Conversation { output: context.output(), stdin: self.streams.stdin() };
        conversation
            .hold(streams, |window| async move {
                match request.terminal {
                    Some(_) => engine.resize_exec(id, window).await,
                    None => Ok(()),
                }
            })
            .await?;
        drop(given);
        if context.output().is_closed() {
            return Ok(Exit::UNHEARD);
        }
        Ok(engine.exec_code(id).await?.map_or(Exit::DONE, Exit::of_process))
    }
}

/// That the project has no such service says more than that it does not run.
fn explained(context: &Context, (service, containers): (&Name, &[SeenContainer]), fault: NotRunning) -> anyhow::Error {
    let subject = context.subject(&[]).ok().filter(|_| containers.iter().all(|one| one.service != *service));
    let project = subject.as_ref().and_then(Subject::project);
    match project.filter(|project| !project.services.contains_key(service) && !project.inactive.contains_key(service)) {
        Some(project) => NoSuchService::of(service, project).into(),
        None => fault.into(),
    }
}

/// The running container of a service: of this number, else the lowest, those of `run` last.
fn chosen<'a>(
    containers: &'a [SeenContainer],
    service: &Name,
    index: Option<u32>,
) -> Result<&'a SeenContainer, NotRunning> {
    let running = |one: &&SeenContainer| matches!(one.state, State::Running | State::Paused | State::Restarting);
    let fits = |one: &&SeenContainer| index.is_none_or(|index| one.number == index && !one.oneoff);
    let all = || containers.iter().filter(|one| one.service == *service).filter(running);
    let first = all().filter(fits).min_by_key(|one| (one.oneoff, one.number, one.created));
    first.ok_or_else(|| {
        let known = containers.iter().filter(running).map(|one| one.service.as_str()).collect();
        NotRunning::of(service, index.map(|index| (index, all().map(|one| one.number).collect())), known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{applied, project};

    fn containers() -> Vec<SeenContainer> {
        let mut seen = applied(&project("services: {web: {image: x, scale: 3}, db: {image: y}}"));
        for one in &mut seen.containers {
            match one.number {
                1 if one.service.as_str() == "web" => one.state = State::Exited(0),
                3 => one.oneoff = true,
                _ => {}
            }
        }
        seen.containers
    }

    #[test]
    fn the_lowest_that_runs_is_chosen_unless_a_number_is_given() {
        let all = containers();
        let web: Name = "web".parse().expect("valid");
        assert_eq!(chosen(&all, &web, None).expect("2 runs").name, "p-web-2");
        assert_eq!(chosen(&all, &web, Some(2)).expect("it runs").name, "p-web-2");
        let fault = chosen(&all, &web, Some(1)).expect_err("it ended");
        assert_eq!(fault.to_string(), "container 1 of service 'web' is not running");
    }

    #[test]
    fn a_service_that_does_not_run_is_named_with_a_remedy() {
        let fault = chosen(&containers(), &"dv".parse().expect("valid"), None).expect_err("no such service");
        assert_eq!(fault.to_string(), "service 'dv' is not running");
        assert_eq!(fault.help, "did you mean 'db'?");
    }
}
