//! [`Context`]: what every command starts from: the flags, the environment, the project and the engine.

use super::failure::{Faulty, NoSuchService};
use super::interrupt::{Ended, Interrupts};
use super::starts::Starts;
use super::timings::Timings;
use super::{Exit, Globals};
use crate::diagnostic::Diagnostics;
use crate::document::Origins;
use crate::engine::{Engine, Host, Licence, effect, refusal};
use crate::graph::Services;
use crate::load::{Loaded, Merged, Phase, Refused, Request, load, merged, wants_stdin};
use crate::model::{Separator, Service, check};
use crate::plan::{Limit, Orphans, Plan};
use crate::render::{Ansi, Output, plan_coloured};
use crate::session::Provided;
use crate::value::{Name, ProjectName};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tokio_util::sync::CancellationToken;

/// What every command starts from.
pub struct Context {
    globals: Globals,
    environment: BTreeMap<String, String>,
    working_directory: PathBuf,
    output: Output,
    interrupts: Interrupts,
    timings: OnceLock<Timings>,
    starts: Starts,
    provided: Provided,
}

/// A project with its file, or only its name when no file is there.
pub enum Subject {
    /// A file says what the project is.
    Loaded(Box<Loaded>),
    /// Only its name is known: the engine's labels say the rest.
    Named(ProjectName),
}

impl Subject {
    /// The project's name.
    pub fn name(&self) -> &ProjectName {
        match self {
            Self::Loaded(loaded) => loaded.project.name(),
            Self::Named(name) => name,
        }
    }

    /// The project, when a file says what it is.
    pub fn project(&self) -> Option<&crate::model::Project> {
        match self {
            Self::Loaded(loaded) => Some(&loaded.project),
            Self::Named(_) => None,
        }
    }
}

impl Context {
    /// Reads the environment once.
    pub fn new(globals: Globals) -> Result<Self, (Output, anyhow::Error)> {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        let environment: BTreeMap<String, String> = std::env::vars_os().filter_map(utf8).collect();
        let ansi = if globals.no_ansi { Ansi::Never } else { globals.ansi.into() };
        let output = Output::new(ansi, globals.progress.into(), &environment);
        match std::env::current_dir().context("the current folder cannot be read") {
            Ok(working_directory) => Ok(Self {
                globals,
                environment,
                working_directory,
                output,
                interrupts: Interrupts::new(),
                timings: OnceLock::new(),
                starts: Starts::default(),
                provided: Provided::default(),
            }),
            Err(error) => Err((output, error)),
        }
    }

    /// The one place that writes.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// The environment of the process.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Ctrl-C and SIGTERM.
    pub fn interrupts(&self) -> &Interrupts {
        &self.interrupts
    }

    /// Takes down from here on when which step of a plan began and ended.
    pub fn keep_timings(&self) {
        self.timings.get_or_init(Timings::new);
    }

    /// What was taken down, when a flag asks for it.
    pub fn timings(&self) -> Option<&Timings> {
        self.timings.get()
    }

    /// When this run started its containers.
    pub fn starts(&self) -> &Starts {
        &self.starts
    }

    /// What the programs that provide services have set so far.
    pub fn provided(&self) -> &Provided {
        &self.provided
    }

    /// Waits for work. The first interrupt cancels `halt`, so that work comes to a calm end, and says so; the second does
    /// not wait for that.
    pub async fn until_interrupted<T>(&self, work: impl Future<Output = T>, halt: &CancellationToken) -> Ended<T> {
        self.until_told("ending: what is being done is finished; Ctrl-C again ends at once", work, halt).await
    }

    /// The same in these words, when the end of the work is not that of the command.
    pub async fn until_told<T>(
        &self,
        words: &str,
        work: impl Future<Output = T>,
        halt: &CancellationToken,
    ) -> Ended<T> {
        let told = async {
            halt.cancelled().await;
            self.output.say(words);
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            biased;
            ended = self.interrupts.or(work, halt) => ended,
            never = told => match never {},
        }
    }

    /// Loads the project for a command that carries out what the file says: warnings are shown, errors end it.
    pub fn load(&self, targets: &[Name]) -> anyhow::Result<Loaded> {
        self.load_without(&[], targets)
    }

    /// Loads the project, warnings are shown, but for some phases.
    pub fn load_without(&self, phases: &[Phase], targets: &[Name]) -> anyhow::Result<Loaded> {
        let request = Request { without: phases.to_vec(), ..self.request()? };
        let loaded = self.accept(load(&request), targets, &request)?;
        self.output.diagnostics(&loaded.notes, &loaded.sources, &loaded.origins);
        Ok(loaded)
    }

    /// Loads what a request asks for, warnings are shown.
    pub fn load_request(&self, request: &Request) -> anyhow::Result<Loaded> {
        let loaded = self.accept(load(request), &[], request)?;
        self.output.diagnostics(&loaded.notes, &loaded.sources, &loaded.origins);
        Ok(loaded)
    }

    /// The files as one tree with its variables as they are written, but for some phases; warnings are shown.
    pub fn merged(&self, without: &[Phase]) -> anyhow::Result<Merged> {
        let request = Request { without: without.to_vec(), ..self.request()? };
        match merged(&request) {
            Ok(merged) => {
                self.output.diagnostics(&merged.notes, &merged.sources, &Origins::default());
                Ok(merged)
            }
            Err(refused) => Err(self.refuse(&refused)),
        }
    }

    /// Whether what no service uses is kept.
    pub fn keeps_all_resources(&self) -> bool {
        self.globals.all_resources
    }

    /// Loads the project for a command that only asks what it is; services named here are activated whatever their
    /// profiles.
    pub fn load_quietly(&self, targets: &[Name]) -> anyhow::Result<Loaded> {
        let request = self.request()?;
        self.accept(load(&request), targets, &request)
    }

    /// Loads the project for a command that looks at faults itself.
    pub fn try_load(&self) -> anyhow::Result<Result<Loaded, Box<Refused>>> {
        Ok(load(&self.request()?))
    }

    fn accept(
        &self,
        loaded: Result<Loaded, Box<Refused>>,
        targets: &[Name],
        request: &Request,
    ) -> anyhow::Result<Loaded> {
        let mut loaded = loaded.map_err(|refused| self.refuse(&refused))?;
        activate(&mut loaded, targets)?;
        if request.runs(Phase::Consistency) {
            self.check(&loaded)?;
        }
        Ok(loaded)
    }

    fn refuse(&self, refused: &Refused) -> anyhow::Error {
        self.output.diagnostics(&refused.diagnostics, &refused.sources, &refused.origins);
        Faulty.into()
    }

    fn check(&self, loaded: &Loaded) -> anyhow::Result<()> {
        let mut faults = Diagnostics::default();
        check::check(&loaded.project, &loaded.origins, &mut faults);
        if faults.has_errors() {
            self.output.diagnostics(&faults, &loaded.sources, &loaded.origins);
            return Err(Faulty.into());
        }
        Ok(())
    }

    /// Takes in the contents of the configs and secrets of these services (all when none is named), and says what of
    /// them has no effect on an engine yet, before anything is done; what they would be wrong without ends the command.
    pub fn tell_effects(&self, loaded: &mut Loaded, targets: &[Name]) -> anyhow::Result<()> {
        let services = &loaded.project.services;
        let all = || services.keys().cloned().collect();
        let selected = if targets.is_empty() { all() } else { Services::of(&loaded.project).closure(targets) };
        let mut faults = loaded.read_contents(&selected);
        let services = || loaded.project.services.values().filter(|service| selected.contains(&service.name));
        faults.push_all(effect::judge(services(), &loaded.origins));
        faults.push_all(refusal::judge(services(), &loaded.origins));
        self.output.diagnostics(&faults, &loaded.sources, &loaded.origins);
        if faults.has_errors() { Err(Faulty.into()) } else { Ok(()) }
    }

    /// Gives services the engine's socket where they ask for it, with what the docker client knows about registries.
    pub async fn grant_api_socket(&self, loaded: &mut Loaded, engine: &Engine) -> anyhow::Result<()> {
        if loaded.project.services.values().any(|service| service.use_api_socket) {
            loaded.project.grant_api_socket(Box::pin(engine.client_configuration()).await?);
        }
        Ok(())
    }

    /// Ends the command when the engine would refuse something of these services, before anything is done.
    pub async fn refuse_what_fails(&self, loaded: &Loaded, targets: &[Name], engine: &Engine) -> anyhow::Result<()> {
        let project = &loaded.project;
        let closure = Services::of(project).closure(targets);
        let selected = |service: &&Service| targets.is_empty() || closure.contains(&service.name);
        let services = project.services.values().filter(selected);
        let faults = engine.refusals(project, services, &loaded.origins).await?;
        self.output.diagnostics(&faults, &loaded.sources, &loaded.origins);
        if faults.has_errors() { Err(Faulty.into()) } else { Ok(()) }
    }

    /// The project by its file, or by name alone when the name is given and no file is.
    pub fn subject(&self, targets: &[Name]) -> anyhow::Result<Subject> {
        let name = self.globals.project_name.as_deref();
        if let (Some(name), true) =
            (name, self.globals.files.is_empty() && !self.environment.contains_key("COMPOSE_FILE"))
        {
            return Ok(Subject::Named(name.parse::<ProjectName>()?));
        }
        let request = self.request()?;
        match (load(&request), self.environment.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty())) {
            (Err(refused), Some(name)) if found_nothing(&refused) => Ok(Subject::Named(name.parse::<ProjectName>()?)),
            (loaded, _) => Ok(Subject::Loaded(Box::new(self.accept(loaded, targets, &request)?))),
        }
    }

    /// The project's name alone: as it is given, else as the files say.
    pub fn project_name(&self) -> anyhow::Result<ProjectName> {
        let variable = || self.variable("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
        match self.globals.project_name.as_deref().or_else(variable) {
            Some(name) => Ok(name.parse()?),
            None => Ok(self.load_quietly(&[])?.project.name().clone()),
        }
    }

    /// The folder that this process was started in.
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// A variable of the shell that started this process.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    /// The engine; no request is made yet.
    pub fn engine(&self) -> anyhow::Result<Engine> {
        self.engine_with(&[])
    }

    /// The engine, found with variables that a flag of the command sets.
    pub fn engine_with(&self, variables: &[(&str, &str)]) -> anyhow::Result<Engine> {
        let mut environment = self.environment.clone();
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if let Some(host) = &self.globals.host {
            environment.insert("DOCKER_HOST".into(), host.clone());
        }
        Ok(Engine::connect(&Host::resolve(&environment)?)?)
    }

    /// How many images are fetched, sent or built at once.
    pub fn limit(&self) -> Limit {
        Limit::of(self.globals.parallel)
    }

    /// Whether nothing is to be changed.
    pub fn is_dry_run(&self) -> bool {
        self.globals.dry_run
    }

    /// The right to change what an engine holds; a dry run has none.
    pub fn licence(&self) -> Option<Licence> {
        (!self.globals.dry_run).then(Licence::issue)
    }

    /// Shows plans in place of carrying them out.
    pub fn show_plans(&self, plans: &[&Plan]) -> Exit {
        self.output.data(&plan_coloured(plans, self.output.colours()));
        Exit::DONE
    }

    /// What becomes of orphans: what the flag says, or `COMPOSE_IGNORE_ORPHANS` in the project's environment.
    pub fn orphans(&self, flag: Orphans, environment: Option<&BTreeMap<String, String>>) -> anyhow::Result<Orphans> {
        let value = environment.unwrap_or(&self.environment).get("COMPOSE_IGNORE_ORPHANS");
        let ignored =
            value.is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "t" | "true" | "y" | "yes" | "on"));
        match (flag, ignored) {
            (Orphans::Remove, true) => {
                anyhow::bail!(
                    "COMPOSE_IGNORE_ORPHANS and --remove-orphans contradict each other: unset the one or leave the other out"
                )
            }
            (Orphans::Keep, true) => Ok(Orphans::Ignore),
            _ => Ok(flag),
        }
    }

    /// Shows what a plan leaves alone and the user should know.
    pub fn show_notes(&self, plan: &Plan) {
        for note in plan.notes() {
            self.output.note(&note.message, note.help.as_deref());
        }
    }

    /// What the flags and the environment ask to be loaded; standard input is read when a file is it, once.
    pub fn request(&self) -> anyhow::Result<Request> {
        let globals = &self.globals;
        let mut request = Request {
            working_directory: self.working_directory.clone(),
            files: globals.files.clone(),
            project_directory: globals.project_directory.clone().or_else(|| globals.workdir.clone()),
            separator: if globals.compatibility { Separator::Underscore } else { Separator::Dash },
            project_name: globals.project_name.clone(),
            profiles: globals.profiles.clone(),
            env_files: globals.env_files.clone(),
            environment: self.environment.clone(),
            ..Request::default()
        };
        if wants_stdin(&request) {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
            request.stdin = Some(text);
        }
        Ok(request)
    }
}

/// Activates the services that are asked for, whatever their profiles.
fn activate(loaded: &mut Loaded, targets: &[Name]) -> anyhow::Result<()> {
    loaded.project.activate(targets);
    if let Some(unknown) = targets.iter().find(|name| !loaded.project.services.contains_key(*name)) {
        return Err(NoSuchService::of(unknown, &loaded.project).into());
    }
    Ok(())
}

/// Whether the fault is that there is no compose file at all.
fn found_nothing(refused: &Refused) -> bool {
    refused.diagnostics.sorted().iter().any(|fault| fault.code == "no-compose-file")
}
