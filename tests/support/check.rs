//! [`Check`]: what must hold after a step, seen on the engine itself.

use super::engine::{self, Container};

/// The containers of a project at one moment.
pub struct Seen(Vec<Container>);

impl Seen {
    pub fn of(project: &str) -> Self {
        Self(engine::containers(project))
    }

    fn service(&self, name: &str) -> Vec<&Container> {
        self.0.iter().filter(|one| one.service() == name).collect()
    }

    fn ids(&self, service: &str) -> Vec<&str> {
        self.service(service).iter().map(|one| one.id()).collect()
    }
}

type Test = Box<dyn Fn(&Seen, &Seen) -> Result<(), String>>;

/// Something that must hold after a step.
pub struct Check(Test);

impl Check {
    fn new(test: impl Fn(&Seen, &Seen) -> Result<(), String> + 'static) -> Self {
        Self(Box::new(test))
    }

    pub fn holds(&self, before: &Seen, after: &Seen) -> Result<(), String> {
        (self.0)(before, after)
    }
}

fn or_say(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault()) }
}

/// The service has containers, and all run.
pub fn running(service: &'static str) -> Check {
    Check::new(move |_, after| {
        let all = after.service(service);
        let well = !all.is_empty() && all.iter().all(|one| one.state() == "running");
        or_say(well, || {
            format!("'{service}' does not run: {:?}", all.iter().map(|one| one.state()).collect::<Vec<_>>())
        })
    })
}

/// The service's containers have ended with this code.
pub fn exited(service: &'static str, code: i64) -> Check {
    Check::new(move |_, after| {
        let all = after.service(service);
        let well = !all.is_empty() && all.iter().all(|one| one.state() == "exited" && one.exit_code() == code);
        or_say(well, || format!("'{service}' has not ended with {code}"))
    })
}

/// The service has no container.
pub fn absent(service: &'static str) -> Check {
    Check::new(move |_, after| or_say(after.service(service).is_empty(), || format!("'{service}' has containers")))
}

/// The service's containers are those of before, and were not restarted.
pub fn same_container(service: &'static str) -> Check {
    Check::new(move |before, after| {
        let starts = |seen: &Seen| -> Vec<String> {
            seen.service(service).iter().map(|one| format!("{} {}", one.id(), one.started_at())).collect()
        };
        let (then, now) = (starts(before), starts(after));
        or_say(!then.is_empty() && then == now, || format!("'{service}' was touched: {then:?} became {now:?}"))
    })
}

/// The service's containers are other ones than before.
pub fn replaced(service: &'static str) -> Check {
    Check::new(move |before, after| {
        let (then, now) = (before.ids(service), after.ids(service));
        let well = !now.is_empty() && now.iter().all(|id| !then.contains(id));
        or_say(well, || format!("'{service}' was not replaced: {then:?} became {now:?}"))
    })
}
