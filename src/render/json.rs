//! [`Json`]: an event as an object for machines, with Compose's keys (`id`, `status`, `text`, `current`, `total`,
//! `percent`) first and ours behind them.

use super::verb::Verb;
use crate::event::{Event, What};
use crate::plan::{Kind, Plan, Step};
use serde_json::{Value, json};
use std::time::Duration;

/// Turns events of a plan into objects.
#[derive(Debug)]
pub struct Json {
    plan: Plan,
}

impl Json {
    /// For the events of this plan.
    pub fn new(plan: &Plan) -> Self {
        Self { plan: plan.clone() }
    }

    /// The object of an event; nothing for an event of another plan.
    pub fn object(&self, event: &Event) -> Option<Value> {
        let step = self.plan.get(event.step)?;
        let mut object = json!({"id": id(step), "status": status(step, &event.what)});
        let service = step.subject.service.as_ref().map(ToString::to_string);
        let milliseconds = u64::try_from(event.at.as_millis()).unwrap_or(u64::MAX);
        let ours = [
            ("event", json!(name(&event.what))),
            ("step", json!(event.step.index())),
            ("action", json!(Verb::of(&step.action).name)),
            ("service", json!(service)),
            ("because", json!(step.because.to_string())),
            ("at", json!(Duration::from_millis(milliseconds).as_secs_f64())),
        ];
        if let Some(object) = object.as_object_mut() {
            let all = more(&event.what).into_iter().chain(ours).filter(|(_, value)| !value.is_null());
            object.extend(all.map(|(key, value)| (key.to_owned(), value)));
        }
        Some(object)
    }
}

fn id(step: &Step) -> String {
    let kind = match step.subject.kind {
        Kind::Image => "Image",
        Kind::Network => "Network",
        Kind::Volume => "Volume",
        Kind::Container => "Container",
        Kind::Model => "Model",
        Kind::Provider => return step.subject.name.clone(),
    };
    format!("{kind} {}", step.subject.name)
}

fn status(step: &Step, what: &What) -> String {
    let verb = Verb::of(&step.action);
    match what {
        What::Waiting(_) => "Waiting".to_owned(),
        What::Progress(progress) if !progress.doing.is_empty() => progress.doing.clone(),
        What::Began | What::Said(_) | What::Progress(_) => capital(verb.doing),
        What::Done => capital(verb.done),
        What::Failed(_) => "Error".to_owned(),
        What::PassedOver(_) => "Warning".to_owned(),
        What::Killed(_) => "Killed".to_owned(),
        What::Skipped => "Skipped".to_owned(),
    }
}

fn more(what: &What) -> Vec<(&'static str, Value)> {
    match what {
        What::Waiting(text) | What::Said(text) | What::Failed(text) | What::PassedOver(text) => {
            vec![("text", json!(text))]
        }
        What::Progress(progress) => {
            let known = |number: u64| (number > 0).then_some(number);
            let percent = (progress.current * 100).checked_div(progress.total);
            vec![
                ("text", json!(progress.part)),
                ("current", json!(known(progress.current))),
                ("total", json!(known(progress.total))),
                ("percent", json!(percent)),
            ]
        }
        What::Killed(killed) => vec![
            ("grace", json!(killed.grace.as_secs_f64())),
            ("signal", json!(killed.signal)),
            ("init", json!(killed.init)),
        ],
        What::Began | What::Done | What::Skipped => Vec::new(),
    }
}

fn name(what: &What) -> &'static str {
    match what {
        What::Began => "began",
        What::Waiting(_) => "waiting",
        What::Progress(_) => "progress",
        What::Said(_) => "said",
        What::Done => "done",
        What::Failed(_) => "failed",
        What::PassedOver(_) => "passed-over",
        What::Killed(_) => "killed",
        What::Skipped => "skipped",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Reason, Subject};

    #[test]
    fn an_event_has_composes_keys_and_ours() {
        let mut plan = Plan::default();
        let action = Action::CreateNetwork { key: "default".parse().expect("valid") };
        let subject = Subject::new(Kind::Network, "p_default");
        let step = plan.add(Step { action, because: Reason::Missing, subject, needs: vec![] });
        let at = Duration::from_micros(1_234_567);
        let object = Json::new(&plan).object(&Event { step, at, what: What::Failed("no".into()) });
        let expected = concat!(
            r#"{"id":"Network p_default","status":"Error","text":"no","event":"failed","#,
            r#""step":0,"action":"create","because":"not there yet","at":1.234}"#
        );
        assert_eq!(object.map(|object| object.to_string()).as_deref(), Some(expected));
    }
}
