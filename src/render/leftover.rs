//! [`leftovers`]: what a plan that came to an early end left as it was, thing by thing.

use super::fate::Fate;
use super::thing::Thing;
use crate::plan::{Action, Outcome, Plan};

/// What is not as planned, without what failed itself: `web: created, not started`, `api: not replaced`.
pub fn leftovers<E>(plan: &Plan, outcomes: &[Outcome<(), E>]) -> Vec<String> {
    let mut groups: Vec<(&'static str, Vec<String>)> = Vec::new();
    for thing in Thing::all(plan) {
        let Some(words) = standing(plan, &thing, outcomes) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, titles)) => titles.push(thing.title()),
            None => groups.push((words, vec![thing.title()])),
        }
    }
    groups.into_iter().map(|(words, titles)| format!("{words}: {}", titles.join(", "))).collect()
}

fn standing<E>(plan: &Plan, thing: &Thing, outcomes: &[Outcome<(), E>]) -> Option<&'static str> {
    let steps = thing.steps.iter().filter_map(|id| plan.get(*id).zip(outcomes.get(id.index())));
    let mut changes = steps.filter(|(step, _)| !matches!(step.action, Action::Await { .. })).peekable();
    changes.peek()?;
    let (done, undone): (Vec<_>, Vec<_>) = changes.partition(|(_, outcome)| outcome.is_done());
    if undone.is_empty() || undone.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_))) {
        return None;
    }
    let did = |wanted: fn(&Action) -> bool| done.iter().any(|(step, _)| wanted(&step.action));
    Some(match thing.fate {
        Fate::CreatedAndStarted if did(|action| matches!(action, Action::Create { .. })) => "created and not started",
        Fate::CreatedAndStarted => "not created",
        Fate::Replaced if did(|action| matches!(action, Action::Stop { .. })) => "stopped and not replaced",
        Fate::Removed if did(|action| matches!(action, Action::Stop { .. })) => "stopped and not removed",
        fate => fate.undone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Observed, Policy};
    use crate::testing::{applied, fetched, project};

    const BEFORE: &str = "
services:
  db: {image: db}
  web: {image: web, environment: {A: \"1\"}, depends_on: {db: {condition: service_healthy, required: true}}}
  api: {image: api, depends_on: {web: {condition: service_started, required: true}}}
";

    /// What is left when these steps are done and the rest never begins.
    fn after(plan: &Plan, done: impl Fn(&Action, Option<&str>) -> bool) -> Vec<String> {
        let outcome = |step: &crate::plan::Step| {
            let service = step.subject.service.as_ref().map(crate::value::Name::as_str);
            if done(&step.action, service) { Outcome::Done(()) } else { Outcome::<(), ()>::NotBegun }
        };
        leftovers(plan, &plan.steps().map(|(_, step)| outcome(step)).collect::<Vec<_>>())
    }

    #[test]
    fn what_was_made_and_what_was_not_are_told_apart() {
        let wanted = project(BEFORE);
        let plan = reconcile(&wanted, &fetched(&wanted, &Observed::default()), &Policy::default()).expect("possible");
        let left = after(&plan, |action, service| {
            matches!(action, Action::CreateNetwork { .. })
                || service == Some("db")
                || service == Some("web") && matches!(action, Action::Create { .. })
        });
        assert_eq!(left, ["created and not started: web", "not created: api"]);
        assert!(after(&plan, |_, _| true).is_empty());
    }

    #[test]
    fn a_replacement_that_was_only_prepared_left_the_old_one_running() {
        let wanted = project(&BEFORE.replace("\"1\"", "\"2\""));
        let plan = reconcile(&wanted, &applied(&project(BEFORE)), &Policy::default()).expect("possible");
        assert_eq!(after(&plan, |action, _| matches!(action, Action::Create { .. })), ["not replaced: web"]);
    }
}
