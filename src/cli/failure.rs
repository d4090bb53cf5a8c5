//! What a failed command says: the error, its remedy, and for a container what its probe and its log said.

use super::Exit;
use crate::diagnostic::did_you_mean;
use crate::engine::EngineError;
use crate::model::Project;
use crate::plan::reconcile::Blocked;
use crate::plan::{Action, Outcome, Plan, SeenContainer, State, Step};
use crate::readiness::NotReady;
use crate::render::Output;
use crate::session::{Outcomes, StepError};
use crate::value::Name;

/// The user's files are at fault, and all that is wrong has been shown.
#[derive(Debug, thiserror::Error)]
#[error("the compose file has errors")]
pub struct Faulty;

/// A command cannot go on, and this is what can be done about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Advised {
    message: String,
    help: Option<String>,
}

impl Advised {
    /// What is wrong, and the remedy.
    pub fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help }
    }
}

/// A service is asked for that the project does not have.
#[derive(Debug, thiserror::Error)]
#[error("no such service: {name}")]
pub struct NoSuchService {
    name: Name,
    help: String,
}

impl NoSuchService {
    /// Says what the user may have meant.
    pub fn of(name: &Name, project: &Project) -> Self {
        let known: Vec<&str> = project.services.keys().map(Name::as_str).collect();
        let help = match did_you_mean(name.as_str(), known.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("services are {}", known.join(", ")),
        };
        Self { name: name.clone(), help }
    }
}

/// A service is to do something that only a running container can.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct NotRunning {
    message: String,
    /// What to do about it.
    pub help: String,
}

impl NotRunning {
    /// Says what runs instead: the containers of a service when one is asked for by number, else other services.
    pub fn of(service: &Name, index: Option<(u32, Vec<u32>)>, running: Vec<&str>) -> Self {
        let start = format!("start it with 'hoist up -d {service}'");
        match index {
            Some((index, numbers)) => Self {
                message: format!("container {index} of service '{service}' is not running"),
                help: if numbers.is_empty() { start } else { format!("those that run are {}", joined(&numbers)) },
            },
            None => Self {
                message: format!("service '{service}' is not running"),
                help: did_you_mean(service.as_str(), running).map_or(start, |near| format!("did you mean '{near}'?")),
            },
        }
    }
}

fn joined(numbers: &[u32]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A variable is asked for that no file gives to the service.
#[derive(Debug, thiserror::Error)]
#[error("no file sets '{name}' for '{service}'")]
pub struct NoSuchVariable {
    name: String,
    service: Name,
    help: String,
}

impl NoSuchVariable {
    /// Says what the user may have meant.
    pub fn of(name: &str, service: &Name, known: &[&str]) -> Self {
        let help = match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None if known.is_empty() => "it may come from the image: no file sets a variable of this service".into(),
            None => format!("it may come from the image; files set {}", known.join(", ")),
        };
        Self { name: name.to_owned(), service: service.clone(), help }
    }
}

/// Shows an error; gives the exit code.
pub fn report(output: &Output, error: &anyhow::Error) -> Exit {
    if error.is::<Faulty>() {
        return Exit::FAILED;
    }
    if let Some(blocked) = error.downcast_ref::<Blocked>() {
        for fault in &blocked.faults {
            output.error(&fault.message, fault.help.as_deref());
        }
        return Exit::FAILED;
    }
    let unknown = error.downcast_ref::<NoSuchService>().map(|unknown| unknown.help.clone());
    let unset = error.downcast_ref::<NoSuchVariable>().map(|unset| unset.help.clone());
    let stopped = error.downcast_ref::<NotRunning>().map(|stopped| stopped.help.clone());
    let advised = error.downcast_ref::<Advised>().and_then(|advised| advised.help.clone());
    let known = error.downcast_ref::<EngineError>().and_then(EngineError::help);
    let help = known.or(unknown).or(unset).or(stopped).or(advised);
    output.error(&format!("{error:#}"), help.as_deref());
    Exit::FAILED
}

/// Shows what failed of a plan and what was not done for it; gives whether all was done.
pub fn report_outcomes(output: &Output, plan: &Plan, outcomes: &Outcomes) -> bool {
    let mut well = true;
    let mut waiting = Vec::new();
    for ((_, step), outcome) in plan.steps().zip(outcomes) {
        match outcome {
            Outcome::Done(()) => {}
            Outcome::Skipped { .. } => well = false,
            Outcome::NotBegun => {
                well = false;
                if let Action::Await { until, .. } = &step.action {
                    waiting.push(format!("{} ({until})", title(step)));
                }
            }
            Outcome::Failed(error) => {
                well = false;
                report_step(output, title(step), error);
            }
        }
    }
    if !waiting.is_empty() {
        output.note(&format!("no longer waited for: {}", waiting.join(", ")), None);
    }
    well
}

/// What a step is about, in the words of the compose file.
fn title(step: &Step) -> &str {
    step.subject.service.as_ref().map_or(step.subject.name.as_str(), |service| service.as_str())
}

fn report_step(output: &Output, name: &str, error: &StepError) {
    match error {
        StepError::Engine(error) | StepError::NotReady(NotReady::Engine(error)) => {
            output.error(&format!("{name}: {error}"), error.help().as_deref());
            if let EngineError::BuildFailed { log, .. } | EngineError::HookFailed { log, .. } = error {
                quote(output, log.iter().map(String::as_str));
            }
        }
        StepError::NotReady(NotReady::Hopeless { probe, logs, .. }) => {
            let help = format!("'hoist logs {name}' shows all it wrote");
            output.error(&format!("{name}: {error}"), Some(&help));
            if let Some(probe) = probe {
                output.say(&format!("  last probe: exit code {}", probe.exit_code));
                quote(output, probe.output.lines());
            }
            if !logs.is_empty() {
                output.say(&format!("  last lines of {name}:"));
                quote(output, logs.iter().map(String::as_str));
            }
        }
        StepError::NotReady(NotReady::EventsEnded) | StepError::NoTarget => {
            output.error(&format!("{name}: {error}"), None);
        }
    }
}

/// A container that died right after its start.
pub fn report_death(output: &Output, dead: &SeenContainer, lines: &[String]) {
    let how = match dead.state {
        State::Exited(code) => format!("exited with code {code} right after its start"),
        _ => "died right after its start and is being restarted".to_owned(),
    };
    let help = format!("'hoist logs {}' shows all it wrote", dead.service);
    output.error(&format!("{} {how}", dead.service), Some(&help));
    if !lines.is_empty() {
        output.say(&format!("  last lines of {}:", dead.service));
        quote(output, lines.iter().map(String::as_str));
    }
}

fn quote<'a>(output: &Output, lines: impl Iterator<Item = &'a str>) {
    for line in lines {
        output.say(&format!("    {line}"));
    }
}
