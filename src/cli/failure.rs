//! What a failed command says: the error, its remedy, and for a container what its probe and its log said.

use super::Exit;
use super::foreign::ForeignStack;
use super::interrupt::Interrupted;
use crate::diagnostic::did_you_mean;
use crate::engine::EngineError;
use crate::event::Killed;
use crate::model::Project;
use crate::plan::reconcile::Blocked;
use crate::plan::{Outcome, Plan, SeenContainer, State, Step, StepId};
use crate::readiness::{Evidence, NotReady};
use crate::render::{Output, leftovers};
use crate::session::{Outcomes, StepError};
use crate::value::{Name, Timespan};
use std::collections::BTreeMap;

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
    if error.is::<Interrupted>() {
        return Exit::INTERRUPTED;
    }
    if let Some(blocked) = error.downcast_ref::<Blocked>() {
        report_blocked(output, blocked);
        return Exit::FAILED;
    }
    let foreign = error.downcast_ref::<ForeignStack>().map(ForeignStack::help);
    let unknown = error.downcast_ref::<NoSuchService>().map(|unknown| unknown.help.clone());
    let unset = error.downcast_ref::<NoSuchVariable>().map(|unset| unset.help.clone());
    let stopped = error.downcast_ref::<NotRunning>().map(|stopped| stopped.help.clone());
    let advised = error.downcast_ref::<Advised>().and_then(|advised| advised.help.clone());
    let known = error.downcast_ref::<EngineError>().and_then(EngineError::help);
    let help = known.or(unknown).or(unset).or(stopped).or(advised).or(foreign);
    output.error(&format!("{error:#}"), help.as_deref());
    Exit::FAILED
}

/// Shows all that is in the way of a plan.
pub fn report_blocked(output: &Output, blocked: &Blocked) {
    for fault in &blocked.faults {
        output.error(&fault.message, fault.help.as_deref());
    }
}

/// Shows an error that came after the user had ended the command; gives the exit code, which is the user's all the same.
pub fn report_late<T>(output: &Output, left: Option<anyhow::Result<T>>) -> Exit {
    if let Some(Err(error)) = left {
        report(output, &error);
    }
    Exit::INTERRUPTED
}

/// Shows what failed of a plan and what was left as it was for it; gives whether all was done.
pub fn report_outcomes(output: &Output, plan: &Plan, outcomes: &Outcomes) -> bool {
    for ((_, step), outcome) in plan.steps().zip(outcomes) {
        if let Outcome::Failed(error) = outcome {
            report_step(output, title(step), error);
        }
    }
    for left in leftovers(plan, outcomes) {
        output.note(&left, None);
    }
    outcomes.iter().all(Outcome::is_done)
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
        StepError::NotReady(NotReady::Hopeless { evidence, .. } | NotReady::Late { evidence, .. }) => {
            output.failure(&format!("{name}: {error}"), evidence, Some(&remedy(name, evidence)));
        }
        StepError::NotReady(NotReady::EventsEnded) | StepError::Late(_) | StepError::NoTarget => {
            output.error(&format!("{name}: {error}"), None);
        }
    }
}

/// What to do about a container that is not as it should be.
fn remedy(service: &str, evidence: &Evidence) -> String {
    let can_be_healthy = evidence.health.is_some();
    match evidence.state {
        _ if evidence.out_of_memory => "give it more with 'mem_limit', or let it use less".into(),
        State::Running if !can_be_healthy => {
            format!("give '{service}' a 'healthcheck', or wait for 'service_started' only")
        }
        State::Created => format!("start it: 'hoist up {service}'"),
        _ => format!("'hoist logs {service}' shows all it wrote"),
    }
}

/// The containers that did not end in the time that they had, and how to have them end sooner.
pub fn report_killed(output: &Output, plan: &Plan, killed: &[(StepId, Killed)]) {
    let mut groups: BTreeMap<&Killed, Vec<&str>> = BTreeMap::new();
    for (step, how) in killed {
        groups.entry(how).or_default().extend(plan.get(*step).map(title));
    }
    for (Killed { grace, signal, init }, mut names) in groups {
        names.dedup();
        let time = Timespan::from(*grace);
        let message = format!("killed, since {signal} did not end it within {time}: {}", names.join(", "));
        let first = if *init { "" } else { "set 'init: true', " };
        let help = format!(
            "its first process ignores {signal}, or is slow: {first}start the program itself ('exec', or 'command' as a \
             list), name a signal that it obeys with 'stop_signal', or give it longer with 'stop_grace_period'"
        );
        output.note(&message, Some(&help));
    }
}

/// A container that died right after its start, one of so many of its service.
pub fn report_death(output: &Output, dead: &SeenContainer, of: usize, evidence: &Evidence) {
    let how = match dead.state {
        State::Exited(code) => format!("exited with code {code} right after its start"),
        _ => "died right after its start and is being restarted".to_owned(),
    };
    let service = dead.service.as_str();
    let name = if of > 1 { &dead.name } else { service };
    // It may run once more by now.
    let evidence = &Evidence { state: dead.state, ..evidence.clone() };
    output.failure(&format!("{name} {how}"), evidence, Some(&remedy(service, evidence)));
}

fn quote<'a>(output: &Output, lines: impl Iterator<Item = &'a str>) {
    for line in lines {
        output.say(&format!("    {line}"));
    }
}
