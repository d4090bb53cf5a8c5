//! [`causes`]: why services are not up after a plan that failed, in a few words.

use crate::model::Project;
use crate::plan::{Action, Outcome, Plan, Step, StepId};
use crate::value::Name;
use std::collections::BTreeMap;

/// For each service of which a step failed, or was left out for another one's: `cannot be created`, `needs db`.
pub fn causes<E>(project: &Project, plan: &Plan, outcomes: &[Outcome<(), E>]) -> BTreeMap<Name, String> {
    let mut causes = BTreeMap::new();
    for ((_, step), outcome) in plan.steps().zip(outcomes) {
        let (services, words) = match outcome {
            Outcome::Failed(_) => (concerned(project, step), own(&step.action)),
            Outcome::Skipped { because } => {
                let root = plan.get(root(outcomes, *because));
                let own = step.subject.service.clone().into_iter();
                let others = root.filter(|root| root.subject.service != step.subject.service);
                (own.collect(), others.map(|root| format!("needs {}", title(root))))
            }
            Outcome::Done(()) | Outcome::NotBegun => continue,
        };
        if let Some(words) = words {
            for service in services {
                causes.entry(service).or_insert_with(|| words.clone());
            }
        }
    }
    causes
}

/// The step that failed at the beginning of it all.
fn root<E>(outcomes: &[Outcome<(), E>], mut step: StepId) -> StepId {
    while let Some(Outcome::Skipped { because }) = outcomes.get(step.index()) {
        step = *because;
    }
    step
}

fn title(step: &Step) -> &str {
    step.subject.service.as_ref().map_or(step.subject.name.as_str(), Name::as_str)
}

/// The services that cannot be for a step that failed.
fn concerned(project: &Project, step: &Step) -> Vec<Name> {
    match &step.action {
        Action::Build { services, .. } => services.clone(),
        Action::Pull { image, .. } => {
            let with = project.services.values().filter(|service| project.image_of(service) == *image);
            with.map(|service| service.name.clone()).collect()
        }
        _ => step.subject.service.clone().into_iter().collect(),
    }
}

/// What cannot be done; nothing where the state of the container tells it.
fn own(action: &Action) -> Option<String> {
    let words = match action {
        Action::Pull { .. } => "its image cannot be fetched",
        Action::Build { .. } => "its image cannot be built",
        Action::Create { .. } => "cannot be created",
        Action::Start { .. } | Action::Upload { .. } => "cannot be started",
        Action::Stop { .. } | Action::Remove { .. } | Action::Rename { .. } => "cannot be replaced",
        Action::Hook { .. } => "its hook failed",
        _ => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::reconcile::{images, reconcile};
    use crate::plan::{Images, Observed, Policy};
    use crate::testing::{fetched, project};

    const CHAIN: &str = "services:
  db: {image: x}
  api: {image: y, depends_on: {db: {condition: service_healthy, required: true}}}
  web: {image: y, depends_on: {api: {condition: service_started, required: true}}}
  other: {image: z}
";

    fn told(project: &Project, plan: &Plan, fails: impl Fn(&Step) -> bool) -> Vec<String> {
        let mut outcomes: Vec<Outcome<(), ()>> = Vec::new();
        for (_, step) in plan.steps() {
            let stuck = step.needs.iter().find(|id| !outcomes[id.index()].is_done());
            outcomes.push(match stuck {
                Some(because) => Outcome::Skipped { because: *because },
                None if fails(step) => Outcome::Failed(()),
                None => Outcome::Done(()),
            });
        }
        causes(project, plan, &outcomes).into_iter().map(|(name, words)| format!("{name}: {words}")).collect()
    }

    #[test]
    fn what_was_left_out_names_what_failed_first() {
        let project = project(CHAIN);
        let plan = reconcile(&project, &fetched(&project, &Observed::default()), &Policy::default()).expect("possible");
        let wait = |step: &Step| matches!(step.action, Action::Await { .. });
        assert_eq!(told(&project, &plan, wait), ["api: needs db", "web: needs db"]);
        let of_db = |step: &Step| matches!(step.action, Action::Start { .. }) && title(step) == "db";
        let expected = ["api: needs db", "db: cannot be started", "web: needs db"];
        assert_eq!(told(&project, &plan, of_db), expected);
    }

    #[test]
    fn an_image_that_is_not_there_concerns_all_that_have_it() {
        let project = project(CHAIN);
        let plan = images(&project, &Observed::default(), &Policy::default(), Images::Missing);
        let of_y = |step: &Step| step.subject.name == "y";
        let words = "its image cannot be fetched";
        assert_eq!(told(&project, &plan, of_y), [format!("api: {words}"), format!("web: {words}")]);
    }
}
