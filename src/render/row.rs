//! [`Row`]: how one thing of a plan stands, in words.

use super::board::{Board, Course, Phase};
use super::fate::Fate;
use super::thing::Thing;
use super::verb::{Verb, wish};
use super::width::{pad, tame};
use super::{Colours, Elapsed};
use crate::plan::{Action, Kind, Step, StepId};
use std::time::Duration;

/// The width of the longest word for a state: `not restarted`.
const STATE: usize = 13;
/// One turn of the mark of what is going on.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// How long a picture of the spinner stays.
const TURN: u128 = 100;

/// Whether it goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It failed.
    Failed,
    /// It is being worked on.
    Running,
    /// It went, but not as planned.
    Odd,
    /// It did not come about because something else failed.
    Skipped,
    /// It waits for its turn.
    Pending,
    /// It is done.
    Done,
}

/// How one thing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whether it goes well.
    pub mark: Mark,
    /// What it is called.
    pub label: String,
    /// One or two words.
    pub state: String,
    /// More about it.
    pub detail: String,
    /// The time spent on it.
    pub elapsed: Option<Duration>,
}

impl Row {
    /// How a thing stands at a time since the run began.
    pub fn of(board: &Board, thing: &Thing, course: &Course, now: Duration) -> Self {
        let (mark, state, detail) = standing(board, thing, course);
        let name = if thing.kind == Kind::Container { "" } else { thing.name.as_str() };
        let detail = [name, &detail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
        let label = thing.label.clone();
        Self { mark, label, state, detail: tame(&detail), elapsed: course.elapsed(now) }
    }

    /// All rows of a board.
    pub fn all(board: &Board, now: Duration) -> Vec<Self> {
        board.rows().map(|(thing, course)| Self::of(board, thing, course, now)).collect()
    }

    /// The row as a line, without the time.
    pub fn text(&self, label: usize, now: Duration, colours: Colours) -> String {
        let picture = SPINNER.iter().cycle().nth(usize::try_from(now.as_millis() / TURN % 10).unwrap_or(0));
        let state = pad(&self.state, STATE);
        let (mark, state) = match self.mark {
            Mark::Failed => (colours.red("✘"), colours.red(&state)),
            Mark::Running => (colours.cyan(picture.unwrap_or(&"⠋")), colours.cyan(&state)),
            Mark::Odd => (colours.yellow("!"), colours.yellow(&state)),
            Mark::Skipped => (colours.yellow("-"), colours.yellow(&state)),
            Mark::Pending => (colours.dim("·"), colours.dim(&state)),
            Mark::Done => (colours.green("✔"), colours.green(&state)),
        };
        let detail = if self.mark == Mark::Failed { self.detail.clone() } else { colours.dim(&self.detail) };
        format!(" {mark} {}  {state}  {detail}", pad(&self.label, label)).trim_end().to_owned()
    }

    /// The time as a text, empty where there is none.
    pub fn time(&self) -> String {
        self.elapsed.map(|elapsed| Elapsed(elapsed).to_string()).unwrap_or_default()
    }
}

type Standing = (Mark, String, String);

fn standing(board: &Board, thing: &Thing, course: &Course) -> Standing {
    let steps: Vec<(StepId, &Step, &Phase)> = board.steps(thing).collect();
    let find = |wanted: fn(&Phase) -> bool| steps.iter().rev().find(|(_, _, phase)| wanted(phase));
    if let Some((_, _, Phase::Failed(why))) = find(|phase| matches!(phase, Phase::Failed(_))) {
        return (Mark::Failed, "failed".into(), why.clone());
    }
    if let Some((id, _, _)) = find(|phase| *phase == Phase::Skipped) {
        return (Mark::Skipped, thing.fate.undone().into(), failure_of_another(board, *id));
    }
    if let Some((_, step, _)) = find(|phase| *phase == Phase::Running) {
        return running(board, course, step);
    }
    if let Some((_, _, Phase::PassedOver(why))) = find(|phase| matches!(phase, Phase::PassedOver(_))) {
        return (Mark::Odd, "passed over".into(), why.clone());
    }
    match steps.iter().find(|(_, _, phase)| **phase == Phase::Pending) {
        None => (Mark::Done, done(board, thing).into(), reason(thing)),
        Some(_) if board.is_closed() && course.spent.is_none() => (Mark::Skipped, "not begun".into(), String::new()),
        Some(_) if board.is_closed() => (Mark::Odd, "interrupted".into(), String::new()),
        Some((_, step, _)) => pending(board, course, step),
    }
}

/// Who failed, so that a step was skipped.
pub fn failure_of_another(board: &Board, step: StepId) -> String {
    board.culprit(step).map(|thing| format!("{} failed", thing.title())).unwrap_or_default()
}

/// The word for a thing of which all is done.
pub fn done(board: &Board, thing: &Thing) -> &'static str {
    let awaited = board.steps(thing).rev().map(|(_, step, _)| &step.action).find(|action| {
        let counts = !matches!(thing.fate, Fate::Removed | Fate::Stopped);
        counts && matches!(action, Action::Await { .. })
    });
    match (awaited, thing.fate) {
        (Some(action), _) => Verb::of(action).done,
        (None, Fate::CreatedAndStarted) => "started",
        (None, fate) => fate.done(),
    }
}

/// Why a container was replaced; nothing for any other fate.
pub fn reason(thing: &Thing) -> String {
    match (&thing.because, thing.fate) {
        (Some(because), Fate::Replaced) => because.to_string(),
        _ => String::new(),
    }
}

fn running(board: &Board, course: &Course, step: &Step) -> Standing {
    if board.is_closed() {
        return (Mark::Odd, "interrupted".into(), String::new());
    }
    let detail = match &step.action {
        Action::Await { until, .. } => with_reason(wish(*until).into(), course.waiting.as_deref()),
        Action::Pull { .. } | Action::Push { .. } => {
            course.waiting.clone().or_else(|| course.transfer.amount()).unwrap_or_default()
        }
        Action::Stop { .. } => course.waiting.clone().unwrap_or_default(),
        _ => course.transfer.latest().or(course.said.as_deref()).unwrap_or_default().to_owned(),
    };
    (Mark::Running, Verb::of(&step.action).doing.into(), detail)
}

fn pending(board: &Board, course: &Course, step: &Step) -> Standing {
    let blocked = step.needs.iter().filter_map(|need| {
        let (needed, phase) = board.step(*need)?;
        matches!(phase, Phase::Pending | Phase::Running).then_some((*need, needed))
    });
    let Some((need, needed)) = blocked.max_by_key(|(_, needed)| matches!(needed.action, Action::Await { .. })) else {
        let begun = course.spent.is_some();
        return (if begun { Mark::Running } else { Mark::Pending }, "waiting".into(), String::new());
    };
    let Some((other, its)) = board.thing_of(need) else { return (Mark::Pending, "waiting".into(), String::new()) };
    let detail = match &needed.action {
        Action::Await { until, .. } => {
            with_reason(format!("for {} {}", other.title(), wish(*until)), its.waiting.as_deref())
        }
        _ => format!("for {}", other.title()),
    };
    (Mark::Pending, "waiting".into(), detail)
}

fn with_reason(text: String, why: Option<&str>) -> String {
    match why {
        Some(why) => format!("{text}: {why}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, What};
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Observed, Plan, Policy};
    use crate::testing::{fetched, project};

    fn plan() -> Plan {
        let wanted = project(
            "
services:
  redis: {image: redis, healthcheck: {test: [CMD, ping]}, scale: 2}
  api: {image: api, depends_on: {redis: {condition: service_healthy, required: true}}}
",
        );
        reconcile(&wanted, &fetched(&wanted, &Observed::default()), &Policy::default()).expect("possible")
    }

    fn lines(board: &Board) -> Vec<String> {
        let now = Duration::from_millis(200);
        let rows = Row::all(board, now);
        rows.iter().map(|row| row.text(7, now, Colours::Off)).collect()
    }

    fn after(what: impl Fn(&Step) -> Vec<What>) -> Board {
        let plan = plan();
        let mut board = Board::new(&plan);
        for (step, known) in plan.steps() {
            for what in what(known) {
                board.apply(&Event { step, at: Duration::ZERO, what });
            }
        }
        board
    }

    #[test]
    fn a_thing_that_waits_says_for_whom_and_why() {
        let board = after(|step| match step.action {
            Action::Await { .. } => vec![What::Began, What::Waiting("it is restarting".into())],
            Action::Start { .. } if step.subject.name.contains("api") => vec![],
            _ => vec![What::Began, What::Done],
        });
        let mut lines = lines(&board);
        lines.sort();
        let expected = [
            " · api      waiting        for redis-2 to be healthy: it is restarting",
            " ⠹ redis-1  waiting        to be healthy: it is restarting",
            " ⠹ redis-2  waiting        to be healthy: it is restarting",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_thing_that_is_done_says_what_it_became() {
        let mut lines = lines(&after(|_| vec![What::Began, What::Done]));
        lines.sort();
        assert_eq!(lines, [" ✔ api      started", " ✔ redis-1  healthy", " ✔ redis-2  healthy"]);
    }

    #[test]
    fn what_was_cut_short_does_not_look_finished() {
        let mut board = after(|step| if step.subject.name.contains("api") { vec![] } else { vec![What::Began] });
        board.close();
        let mut lines = lines(&board);
        lines.sort();
        assert_eq!(lines, [" ! redis-1  interrupted", " ! redis-2  interrupted", " - api      not begun"]);
    }
}
