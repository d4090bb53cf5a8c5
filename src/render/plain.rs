//! [`Plain`]: a calm line for each change that matters, for logs and pipes.
//!
//! A replacement is one change. Why a step failed is told once, when the run has ended.

use super::board::{Board, Course};
use super::fate::Fate;
use super::row::{failure_of_another, reason};
use super::thing::Thing;
use super::verb::{Verb, wish};
use super::width::tame;
use super::{Colours, Elapsed};
use crate::event::{Event, What};
use crate::plan::{Action, Plan, Step, StepId};
use std::collections::BTreeSet;
use std::time::Duration;

/// Steps shorter than this do not mention their time.
const WORTH_TELLING: Duration = Duration::from_secs(1);
/// Waits shorter than this are not mentioned.
const PATIENCE: Duration = Duration::from_secs(3);

/// Turns events of a plan into lines.
#[derive(Debug)]
pub struct Plain {
    board: Board,
    colours: Colours,
    skipped: BTreeSet<StepId>,
    /// The waits that have been mentioned.
    waits: BTreeSet<StepId>,
}

impl Plain {
    /// For the events of this plan.
    pub fn new(plan: &Plan, colours: Colours) -> Self {
        Self { board: Board::new(plan), colours, skipped: BTreeSet::new(), waits: BTreeSet::new() }
    }

    /// The lines that an event is worth, often none.
    pub fn lines(&mut self, event: &Event) -> Vec<String> {
        let new_part = self.is_new_part(event);
        self.board.apply(event);
        let Some((thing, course)) = self.board.thing_of(event.step) else { return Vec::new() };
        let Some((step, _)) = self.board.step(event.step) else { return Vec::new() };
        let title = self.colours.bold(&thing.title());
        match &event.what {
            What::Done => self.done(thing, course, step).map(|text| format!("{title} {text}")).into_iter().collect(),
            // Why is told once, at the end of the run, with all that explains it.
            What::Failed(_) => vec![format!("{} {}  failed", self.colours.red("✘"), self.colours.bold(&thing.title()))],
            What::PassedOver(why) => vec![format!("{} {title}  passed over: {why}", self.colours.yellow("!"))],
            What::Waiting(why) if exchanges(step) => vec![format!("{title} {why}")],
            What::Waiting(why) => waiting(course, step, event.at)
                .filter(|_| self.waits.insert(event.step))
                .map(|wish| format!("{title} {wish}: {why}"))
                .into_iter()
                .collect(),
            What::Progress(progress) if new_part => {
                vec![format!("{title} building: {}", tame(&progress.part))]
            }
            What::Skipped => self.skipped(event.step),
            What::Began | What::Progress(_) | What::Said(_) | What::Killed(_) => Vec::new(),
        }
    }

    fn is_new_part(&self, event: &Event) -> bool {
        let What::Progress(progress) = &event.what else { return false };
        let known = self.board.thing_of(event.step);
        let worth = progress.doing != "cached";
        worth
            && known.is_some_and(|(thing, course)| thing.fate == Fate::Built && course.transfer.is_new(&progress.part))
    }

    /// What to say about a step that was done.
    fn done(&self, thing: &Thing, course: &Course, step: &Step) -> Option<String> {
        let awaits = matches!(step.action, Action::Await { .. });
        let whole = matches!(thing.fate, Fate::Replaced | Fate::Removed | Fate::Restarted);
        if whole && !awaits {
            let rest = self.board.steps(thing).filter(|(_, step, _)| !matches!(step.action, Action::Await { .. }));
            let mut rest = rest.map(|(_, _, phase)| phase);
            let why = Some(reason(thing)).filter(|why| !why.is_empty()).map(|why| format!(": {why}"));
            let all = rest.all(|phase| *phase == super::board::Phase::Done);
            return all.then(|| format!("{}{}{}", thing.fate.done(), why.unwrap_or_default(), time(course, step)));
        }
        Some(format!("{}{}", Verb::of(&step.action).done, time(course, step)))
    }

    fn skipped(&mut self, step: StepId) -> Vec<String> {
        let Some((thing, _)) = self.board.thing_of(step) else { return Vec::new() };
        let Some(first) = thing.steps.first() else { return Vec::new() };
        let why = Some(failure_of_another(&self.board, step)).filter(|why| !why.is_empty());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let line = format!("- {}  {}{why}", self.colours.bold(&thing.title()), thing.fate.undone());
        if self.skipped.insert(*first) { vec![line] } else { Vec::new() }
    }
}

fn time(course: &Course, step: &Step) -> String {
    let always = exchanges(step) || matches!(step.action, Action::Await { .. } | Action::Build { .. });
    let told = course.spent.filter(|elapsed| always || *elapsed >= WORTH_TELLING);
    told.map(|elapsed| format!(" {}", Elapsed(elapsed))).unwrap_or_default()
}

/// Whether it talks to a registry.
fn exchanges(step: &Step) -> bool {
    matches!(step.action, Action::Pull { .. } | Action::Push { .. })
}

fn waiting(course: &Course, step: &Step, at: Duration) -> Option<String> {
    let patient = course.elapsed(at).is_some_and(|elapsed| elapsed >= PATIENCE);
    match &step.action {
        Action::Await { until, .. } if patient => Some(format!("waiting {}", wish(*until))),
        Action::Stop { .. } => Some("still stopping".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Progress;
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Kind, Observed, Policy, Purpose, Reason, Subject};
    use crate::testing::{applied, fetched, project};

    const BEFORE: &str = "
services:
  redis: {image: redis, healthcheck: {test: [CMD, ping]}}
  api: {image: api, environment: {A: \"1\"}, depends_on: {redis: {condition: service_healthy, required: true}}}
";

    fn event(step: StepId, milliseconds: u64, what: What) -> Event {
        Event { step, at: Duration::from_millis(milliseconds), what }
    }

    fn first_up() -> Plan {
        let wanted = project(BEFORE);
        reconcile(&wanted, &fetched(&wanted, &Observed::default()), &Policy::default()).expect("possible")
    }

    /// What is said when each step takes 310 milliseconds and goes well.
    fn all_well(plan: &Plan) -> Vec<String> {
        let mut view = Plain::new(plan, Colours::Off);
        let begin_and_end = |(id, _)| [event(id, 0, What::Began), event(id, 310, What::Done)];
        plan.steps().flat_map(begin_and_end).flat_map(|event| view.lines(&event)).collect()
    }

    #[test]
    fn each_change_that_matters_is_a_line() {
        let mut lines = all_well(&first_up());
        lines.sort();
        assert_eq!(lines, ["api created", "api started", "redis created", "redis healthy 0.93s", "redis started"]);
    }

    #[test]
    fn a_replacement_is_one_line() {
        let wanted = project(&BEFORE.replace("\"1\"", "\"2\""));
        let plan = reconcile(&wanted, &applied(&project(BEFORE)), &Policy::default()).expect("possible");
        let lines = all_well(&plan);
        let replaced = lines.iter().filter(|line| line.starts_with("api ")).collect::<Vec<_>>();
        assert_eq!(replaced, ["api replaced: environment.A changed 1.55s"], "{lines:?}");
    }

    #[test]
    fn a_failure_names_itself_and_what_it_stopped() {
        let plan = first_up();
        let mut view = Plain::new(&plan, Colours::Off);
        let waits = |step: &Step| matches!(step.action, Action::Await { .. });
        let (wait, _) = plan.steps().find(|(_, step)| waits(step)).expect("api waits for redis");
        let lines = view.lines(&event(wait, 9, What::Failed("exited with code 1".into())));
        assert_eq!(lines, ["✘ redis  failed"]);
        let (start, _) = plan.steps().find(|(_, step)| step.needs.contains(&wait)).expect("api needs the wait");
        assert_eq!(view.lines(&event(start, 9, What::Skipped)), ["- api  not started: redis failed"]);
        assert!(view.lines(&event(start, 9, What::Skipped)).is_empty(), "it is said once");
    }

    #[test]
    fn a_build_names_each_of_its_steps_once() {
        let mut plan = Plan::default();
        let subject = Subject::new(Kind::Image, "p-api");
        let services = vec!["api".parse().expect("valid")];
        let action = Action::Build { services, purpose: Purpose::Run };
        let build = plan.add(Step { action, because: Reason::Missing, subject, needs: vec![] });
        let mut view = Plain::new(&plan, Colours::Off);
        let part = Progress { part: "[2/4] RUN make".into(), doing: String::new(), current: 0, total: 0 };
        let named = view.lines(&event(build, 1, What::Progress(part.clone())));
        assert_eq!(named, ["image p-api building: [2/4] RUN make"]);
        assert!(view.lines(&event(build, 2, What::Progress(part))).is_empty());
        assert!(view.lines(&event(build, 2, What::Said("no rule".into()))).is_empty());
        let failed = view.lines(&event(build, 3, What::Failed("exit code: 2".into())));
        assert_eq!(failed, ["✘ image p-api  failed"]);
    }

    #[test]
    fn only_a_long_wait_is_mentioned() {
        let plan = first_up();
        let mut view = Plain::new(&plan, Colours::Off);
        let waits = |step: &Step| matches!(step.action, Action::Await { .. });
        let (wait, _) = plan.steps().find(|(_, step)| waits(step)).expect("api waits for redis");
        let why = || What::Waiting("it is restarting".into());
        assert!(view.lines(&event(wait, 0, What::Began)).is_empty());
        assert!(view.lines(&event(wait, 100, why())).is_empty());
        assert_eq!(view.lines(&event(wait, 5000, why())), ["redis waiting to be healthy: it is restarting"]);
    }
}
