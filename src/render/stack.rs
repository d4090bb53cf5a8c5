//! [`Stack`]: what of a project is up, where it is reachable, and what is not up.

use super::Colours;
use super::reachable::addresses;
use super::width::{columns, pad};
use crate::model::Project;
use crate::plan::{Health, Observed, SeenContainer, State};
use crate::value::Name;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// More services than this are not told one by one when there is nothing to tell but that they run.
const SHORT: usize = 10;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Up,
    Odd,
    Down,
}

/// What of a project is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    services: Vec<Service>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Service {
    name: String,
    mark: Mark,
    /// What its containers do: words and how many.
    states: Vec<(String, usize)>,
    addresses: Vec<String>,
    /// Why it is not up.
    because: Option<String>,
}

impl Stack {
    /// The services that have containers, in the order of the file, as far as they are looked for.
    pub fn of(project: &Project, seen: &Observed, wanted: impl Fn(&Name) -> bool) -> Self {
        let names = project.services.keys().filter(|name| wanted(name));
        let services = names.map(|name| (name, seen.replicas(name))).filter(|(_, replicas)| !replicas.is_empty());
        Self { services: services.map(|(name, replicas)| Service::of(name, &replicas)).collect() }
    }

    /// The same after a failure: services that should have containers and have none are told too, and why what is not up
    /// is not.
    pub fn after_failure(
        project: &Project,
        seen: &Observed,
        causes: &BTreeMap<Name, String>,
        wanted: impl Fn(&Name) -> bool,
    ) -> Self {
        let made = project.services.values().filter(|one| wanted(&one.name) && one.provider.is_none());
        let mut services = Vec::new();
        for service in made.filter(|one| one.replicas() > 0) {
            let mut line = Service::of(&service.name, &seen.replicas(&service.name));
            if line.states.is_empty() {
                (line.mark, line.states) = (Mark::Down, vec![("not created".into(), 1)]);
            }
            line.because = causes.get(&service.name).filter(|_| line.mark == Mark::Down).cloned();
            services.push(line);
        }
        Self { services }
    }

    /// A line for each service; in a large stack only for those that are reachable or not up.
    pub fn text(&self, colours: Colours) -> String {
        let worth = |one: &&Service| one.mark != Mark::Up || !one.addresses.is_empty();
        let is_short = self.services.len() <= SHORT;
        let shown: Vec<&Service> = self.services.iter().filter(|one| is_short || worth(one)).collect();
        let names = shown.iter().map(|one| columns(&one.name)).max().unwrap_or(0);
        let states = shown.iter().map(|one| columns(&one.state())).max().unwrap_or(0);
        let mut lines: Vec<String> = shown.iter().map(|one| one.line((names, states), colours)).collect();
        match self.services.len() - shown.len() {
            0 => {}
            more if lines.is_empty() => lines.push(format!(" {} {more} services are up", colours.green("✔"))),
            more => lines.push(format!(" {} {more} more are up", colours.green("✔"))),
        }
        lines.join("\n")
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let service = |one: &Service| {
            let states: BTreeMap<&str, usize> =
                one.states.iter().map(|(words, count)| (words.as_str(), *count)).collect();
            let mut line = json!({"service": one.name, "up": one.mark == Mark::Up, "containers": states, "addresses": one.addresses});
            if let (Some(words), Some(line)) = (&one.because, line.as_object_mut()) {
                line.insert("because".into(), words.as_str().into());
            }
            line
        };
        self.services.iter().map(service).collect()
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }
}

impl Service {
    fn of(name: &Name, replicas: &[&SeenContainer]) -> Self {
        let mut states: Vec<(String, usize)> = Vec::new();
        let mut mark = Mark::Up;
        for (its, words) in replicas.iter().map(|one| standing(one)) {
            mark = mark.max(its);
            match states.iter_mut().find(|(known, _)| *known == words) {
                Some((_, count)) => *count += 1,
                None => states.push((words, 1)),
            }
        }
        Self { name: name.to_string(), mark, states, addresses: addresses(replicas), because: None }
    }

    /// `running`, `3 running`, or `2 running, 1 exited with code 3`.
    fn state(&self) -> String {
        match self.states.as_slice() {
            [(words, 1)] => words.clone(),
            all => all.iter().map(|(words, count)| format!("{count} {words}")).collect::<Vec<_>>().join(", "),
        }
    }

    fn line(&self, (names, states): (usize, usize), colours: Colours) -> String {
        let state = pad(&self.state(), states);
        let (mark, state) = match self.mark {
            Mark::Up => (colours.green("✔"), state),
            Mark::Odd => (colours.yellow("!"), colours.yellow(&state)),
            Mark::Down => (colours.red("✘"), colours.red(&state)),
        };
        let more = self.addresses.iter().chain(&self.because).map(String::as_str).collect::<Vec<_>>().join(", ");
        format!(" {mark} {}  {state}  {more}", pad(&self.name, names)).trim_end().to_owned()
    }
}

fn standing(container: &SeenContainer) -> (Mark, String) {
    match (container.state, container.health) {
        (State::Running, Some(Health::Unhealthy)) => (Mark::Down, "unhealthy".into()),
        (State::Running, Some(Health::Healthy)) => (Mark::Up, "healthy".into()),
        // The engine has no verdict for as long as its first interval lasts.
        (State::Running, _) => (Mark::Up, "running".into()),
        (State::Exited(0), _) => (Mark::Up, "ended well".into()),
        (State::Exited(code), _) => (Mark::Down, format!("exited with code {code}")),
        (State::Restarting, _) => (Mark::Down, "restarting".into()),
        (State::Created, _) => (Mark::Down, "not started".into()),
        (state @ (State::Paused | State::Removing | State::Dead), _) => (Mark::Odd, state.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{applied, project};

    fn stack(services: &str, change: impl Fn(&mut SeenContainer)) -> Stack {
        let project = project(&format!("services:\n{services}"));
        let mut seen = applied(&project);
        seen.containers.iter_mut().for_each(change);
        Stack::of(&project, &seen, |_| true)
    }

    #[test]
    fn what_is_up_and_what_is_not_stand_in_columns() {
        let services = "  web: {image: x, scale: 3}\n  database: {image: x}\n  job: {image: x}\n  mail: {image: x}\n";
        let stack = stack(services, |one| {
            one.state = match (one.service.as_str(), one.number) {
                ("web", 2) | ("mail", _) => State::Exited(3),
                ("job", _) => State::Exited(0),
                _ => State::Running,
            };
            one.health = (one.service.as_str() == "database").then_some(Health::Healthy);
        });
        let expected = " \
            ✘ web       2 running, 1 exited with code 3\n ✔ database  healthy\n ✔ job       ended well\n ✘ mail      exited with code 3";
        assert_eq!(stack.text(Colours::Off), expected);
    }

    #[test]
    fn a_large_stack_names_only_what_is_worth_it() {
        let services = (0..30).map(|number| format!("  s{number}: {{image: x}}\n")).collect::<Vec<_>>().concat();
        let well = stack(&services, |one| one.state = State::Running);
        assert_eq!(well.text(Colours::Off), " ✔ 30 services are up");
        let odd = stack(&services, |one| {
            one.state = if one.service.as_str() == "s7" { State::Restarting } else { State::Running };
        });
        assert_eq!(odd.text(Colours::Off), " ✘ s7  restarting\n ✔ 29 more are up");
    }

    #[test]
    fn after_a_failure_what_is_not_up_says_why() {
        let project = project(
            "services:\n  db: {image: x}\n  web: {image: x}\n  idle: {image: x, scale: 0}\n  gone: {image: x}\n",
        );
        let mut seen = applied(&project);
        seen.containers.retain(|one| one.service.as_str() != "gone");
        for one in &mut seen.containers {
            one.state = if one.service.as_str() == "db" { State::Running } else { State::Created };
        }
        let causes = ["db", "web"].map(|name| (name.parse().expect("a name"), "needs gone".to_owned()));
        let stack = Stack::after_failure(&project, &seen, &causes.into(), |_| true);
        let expected = " ✔ db    running\n ✘ web   not started  needs gone\n ✘ gone  not created";
        assert_eq!(stack.text(Colours::Off), expected);
        assert!(stack.json()[1].to_string().contains(r#""because":"needs gone""#));
    }

    #[test]
    fn machines_get_every_service() {
        let stack = stack("  web: {image: x, scale: 2}\n", |one| one.state = State::Running);
        let expected = r#"[{"service":"web","up":true,"containers":{"running":2},"addresses":[]}]"#;
        assert_eq!(stack.json().to_string(), expected);
    }
}
