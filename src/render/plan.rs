//! A [`Plan`] as text for people and as JSON for machines.

use super::Colours;
use super::fate::Fate;
use super::thing::Thing;
use super::verb::Verb;
use super::width::{columns, pad};
use crate::plan::{Action, Kind, Note, Plan, Reason, Step, StepId};
use serde_json::{Value, json};

/// Plans that are carried out one after the other, with a line for each thing and a summary, each line ended.
pub fn plan_text(plans: &[&Plan]) -> String {
    plan_coloured(plans, Colours::Off)
}

/// The same as [`plan_text`], in colours.
pub fn plan_coloured(plans: &[&Plan], colours: Colours) -> String {
    let things: Vec<Thing> = plans.iter().flat_map(|plan| Thing::all(plan)).collect();
    if things.is_empty() {
        return "nothing to do\n".to_owned();
    }
    let cells: Vec<[String; 2]> = things.iter().map(|thing| [first(thing), second(thing)]).collect();
    let [labels, middles] = [0, 1].map(|column| {
        let widths = cells.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell));
        widths.max().unwrap_or(0)
    });
    let lines = things.iter().zip(&cells).map(|(thing, [label, middle])| {
        let because = thing.because.as_ref().filter(|reason| is_telling(thing, reason)).map(ToString::to_string);
        let because = because.unwrap_or_default();
        let (label, middle) = (pad(label, labels), pad(middle, middles));
        let line = format!("{} {label}  {middle}  {}", sign(thing, colours), colours.dim(&because));
        line.trim_end().to_owned() + "\n"
    });
    lines.chain([format!("\n{}\n", summary(&things))]).chain(losses(&things, colours)).collect()
}

/// Plans that are carried out one after the other as one JSON object: `plans`, each with `steps`, each of them with `id`
/// (unique within its plan), `action`, `subject`, `because` and `needs`, and what its action needs besides; and `notes`, each
/// with `message` and `help`.
pub fn plan_json(plans: &[&Plan]) -> String {
    let plans = plans.iter().map(|plan| {
        let steps: Vec<Value> = plan.steps().map(|(id, step)| step_json(id, step)).collect();
        let note = |note: &Note| json!({"message": note.message, "help": note.help});
        let notes: Vec<Value> = plan.notes().iter().map(note).collect();
        json!({ "steps": steps, "notes": notes })
    });
    let all = json!({ "plans": plans.collect::<Vec<_>>() });
    serde_json::to_string_pretty(&all).expect("a JSON value always prints") + "\n"
}

/// Whether a reason says more than that the command was given.
fn is_telling(thing: &Thing, because: &Reason) -> bool {
    let is_plain = matches!(thing.fate, Fate::Removed | Fate::Stopped | Fate::Restarted | Fate::Provided);
    *because != Reason::Asked || !is_plain
}

/// A line for each volume of which the data goes.
fn losses(things: &[Thing], colours: Colours) -> Vec<String> {
    let lost = things
        .iter()
        .filter(|thing| thing.kind == Kind::Volume && matches!(thing.fate, Fate::Removed | Fate::Replaced));
    lost.map(|thing| format!("{} the data in volume '{}' is lost\n", colours.red("!"), thing.name)).collect()
}

fn sign(thing: &Thing, colours: Colours) -> String {
    match thing.fate.sign() {
        "+" => colours.green("+"),
        "~" => colours.yellow("~"),
        "-" => colours.red("-"),
        other => colours.dim(other),
    }
}

fn first(thing: &Thing) -> String {
    match thing.fate {
        Fate::Pulled | Fate::Built | Fate::Pushed => thing.fate.infinitive().to_owned(),
        _ => thing.label.clone(),
    }
}

fn second(thing: &Thing) -> String {
    if thing.kind != Kind::Container {
        return thing.name.clone();
    }
    let hooks: Vec<&str> = thing.hooks.iter().map(|occasion| occasion.as_str()).collect();
    let with = if hooks.is_empty() { String::new() } else { format!(" with {}", hooks.join(", ")) };
    format!("{}{with}", thing.fate.done())
}

fn summary(things: &[Thing]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for fate in Fate::ALL {
        let count = things.iter().filter(|thing| thing.fate == fate).count();
        match counts.iter_mut().find(|(word, _)| *word == fate.infinitive()) {
            Some((_, sum)) => *sum += count,
            None => counts.push((fate.infinitive(), count)),
        }
    }
    let parts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} to {word}"));
    parts.collect::<Vec<_>>().join(", ")
}

fn step_json(id: StepId, step: &Step) -> Value {
    let needs: Vec<usize> = step.needs.iter().map(|need| need.index()).collect();
    let service = step.subject.service.as_ref().map(ToString::to_string);
    let mut object = json!({
        "id": id.index(),
        "action": Verb::of(&step.action).name,
        "subject": {"kind": step.subject.kind.as_str(), "name": step.subject.name, "service": service},
        "because": step.because.to_string(),
        "needs": needs,
    });
    if let (Some(object), Some((key, value))) = (object.as_object_mut(), argument(&step.action)) {
        object.insert(key.to_owned(), value);
    }
    object
}

/// What an action says beyond its subject.
fn argument(action: &Action) -> Option<(&'static str, Value)> {
    match action {
        Action::Build { services, .. } => {
            Some(("services", services.iter().map(ToString::to_string).collect::<Vec<_>>().into()))
        }
        Action::Stop { grace: Some(grace), .. } => Some(("grace", json!(grace.as_secs_f64()))),
        Action::Kill { signal, .. } => Some(("signal", json!(signal.as_str()))),
        Action::Hook { index, .. } => Some(("index", json!(index))),
        Action::Rename { to, .. } => Some(("to", json!(to))),
        Action::Await { until, .. } => Some(("until", json!(until.to_string()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::reconcile::reconcile;
    use crate::plan::teardown;
    use crate::plan::{Observed, Policy};
    use crate::testing::{applied, fetched, project};

    const BEFORE: &str = "
services:
  db: {image: redis, volumes: [{type: volume, source: data, target: /data}]}
  web: {image: web, environment: {LOG_LEVEL: info}, depends_on: {db: {condition: service_started, required: true}}}
volumes: {data: {name: p_data}}
";

    #[test]
    fn a_new_project_is_one_line_for_each_thing() {
        let wanted = project(BEFORE);
        let seen = fetched(&wanted, &Observed::default());
        let plan = reconcile(&wanted, &seen, &Policy::default()).expect("possible");
        let expected = "\
+ volume  p_data               not there yet
+ db      created and started  not there yet
+ web     created and started  not there yet

3 to create
";
        assert_eq!(plan_text(&[&plan]), expected);
    }

    #[test]
    fn a_replacement_is_one_line_and_says_why() {
        let wanted = project(&BEFORE.replace("info", "debug"));
        let plan = reconcile(&wanted, &applied(&project(BEFORE)), &Policy::default()).expect("possible");
        assert!(plan.len() > 3, "a replacement is several steps");
        let expected = "~ web  replaced  environment.LOG_LEVEL changed\n\n1 to replace\n";
        assert_eq!(plan_text(&[&plan]), expected);
    }

    #[test]
    fn a_volume_that_goes_is_called_a_loss() {
        let wanted = project(BEFORE);
        let how = teardown::Teardown { volumes: teardown::Volumes::Remove, ..Default::default() };
        let plan = teardown::down(wanted.name(), Some(&wanted), &applied(&wanted), &how);
        let text = plan_text(&[&plan]);
        assert!(text.contains("- volume  p_data"), "{text}");
        assert!(text.ends_with("3 to remove\n! the data in volume 'p_data' is lost\n"), "{text}");
    }

    #[test]
    fn nothing_to_do_says_so() {
        assert_eq!(plan_text(&[&Plan::default()]), "nothing to do\n");
        assert_eq!(
            plan_json(&[&Plan::default()]),
            "{\n  \"plans\": [\n    {\n      \"steps\": [],\n      \"notes\": []\n    }\n  ]\n}\n"
        );
    }
}
