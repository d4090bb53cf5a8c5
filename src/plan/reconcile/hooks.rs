//! What surrounds the start and the stop of a container: the hooks of its service.

use super::Draft;
use crate::model::Service;
use crate::plan::hook::{self, About};
use crate::plan::{
    Action, AnonymousVolumes, Kind, Occasion, Reason, SeenContainer, State, Step, StepId, Subject, Target,
};

impl Draft<'_> {
    /// Starts a container, with all that its service wants to have in it, with the hooks before it, once for the service,
    /// and those after it; gives the last step.
    pub(super) fn start(&mut self, target: Target, because: Reason, subject: &Subject, needs: Vec<StepId>) -> StepId {
        let wanted = self.wanted;
        let service = subject.service.as_ref().and_then(|name| wanted.services.get(name));
        let Some(service) = service.filter(|_| !self.is_paused(&target)) else {
            return self.bare_start(target, because, subject, needs);
        };
        let about = About { service, target: &target, subject, because: &because };
        let needs = self.before_first_start(&about, needs);
        let started = self.bare_start(target.clone(), because.clone(), subject, needs);
        let last = hook::add(&mut self.plan, Occasion::PostStart, &about, vec![started]);
        last.last().copied().unwrap_or(started)
    }

    /// Stops a container that is there, after the hooks that it runs before; needs no look at whether it still runs.
    pub(super) fn stop(
        &mut self,
        container: &SeenContainer,
        because: Reason,
        subject: &Subject,
        needs: Vec<StepId>,
    ) -> StepId {
        let target = Target::Existing(container.id.clone());
        let wanted = self.wanted;
        let service = wanted.services.get(&container.service).filter(|_| hook::hears(container));
        let needs = match service {
            Some(service) => {
                let about = About { service, target: &target, subject, because: &because };
                hook::add(&mut self.plan, Occasion::PreStop, &about, needs)
            }
            None => needs,
        };
        self.add(Action::Stop { target, grace: self.policy.grace }, because, subject, needs)
    }

    fn bare_start(&mut self, target: Target, because: Reason, subject: &Subject, needs: Vec<StepId>) -> StepId {
        let start = Step { action: Action::Start { target }, because, subject: subject.clone(), needs };
        self.plan.add_start(self.wanted, start)
    }

    fn is_paused(&self, target: &Target) -> bool {
        let Target::Existing(id) = target else { return false };
        self.roster.container(id).is_some_and(|container| container.state == State::Paused)
    }

    /// The hooks that run once before a service starts, when none of its containers runs and stays. All its containers
    /// wait for them.
    fn before_first_start(&mut self, about: &About<'_>, mut needs: Vec<StepId>) -> Vec<StepId> {
        let service = about.service;
        if service.pre_start.is_empty() || self.staying.contains(&service.name) {
            return needs;
        }
        if let Some(done) = self.prepared.get(&service.name) {
            needs.extend(done);
            return needs;
        }
        needs.extend(self.sweep(service));
        let done = hook::add(&mut self.plan, Occasion::PreStart, about, needs);
        self.prepared.insert(service.name.clone(), done.clone());
        done
    }

    /// Removes what failed hooks of earlier runs left.
    fn sweep(&mut self, service: &Service) -> Vec<StepId> {
        let seen = self.seen;
        let left = seen.helpers.iter().filter(|helper| helper.service == service.name);
        left.map(|helper| {
            let subject = Subject::of(Kind::Container, &helper.name, &service.name);
            let target = Target::Existing(helper.id.clone());
            // Its volumes are those of the service's container.
            let remove = Action::Remove { target, volumes: AnonymousVolumes::Keep };
            self.add(remove, Reason::Interrupted, &subject, vec![])
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Observed, Plan, Policy, State};
    use crate::testing::{applied, fetched, plan_lines, project};

    const HOOKS: &str =
        "pre_start: [{command: [a]}, {command: [b]}], post_start: [{command: [c]}], pre_stop: [{command: [d]}]";

    fn text(more: &str) -> String {
        format!("services: {{web: {{image: x, {HOOKS}, {more}}}}}")
    }

    fn up(text: &str, seen: &Observed) -> Plan {
        let wanted = project(text);
        reconcile(&wanted, &fetched(&wanted, seen), &Policy::default()).expect("nothing is in the way")
    }

    #[test]
    fn hooks_surround_the_start_and_what_runs_before_it_runs_once() {
        let lines = plan_lines(&up(&text("scale: 2"), &Observed::default()));
        let wanted = [
            "create web-1",
            "pre_start 0 web-1 [create web-1]",
            "pre_start 1 web-1 [pre_start 0 web-1]",
            "start web-1 [pre_start 1 web-1]",
            "post_start 0 web-1 [start web-1]",
            "create web-2",
            "start web-2 [create web-2, pre_start 1 web-1]",
            "post_start 0 web-2 [start web-2]",
        ];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn a_dependent_waits_for_the_hooks() {
        let more = "web: {image: x, post_start: [{command: [c]}]}";
        let text =
            format!("services: {{{more}, z: {{image: x, depends_on: {{web: {{condition: service_started}}}}}}}}");
        let lines = plan_lines(&up(&text, &Observed::default()));
        assert_eq!(lines.last().map(String::as_str), Some("start z-1 [post_start 0 web-1, create z-1]"));
    }

    #[test]
    fn a_service_that_is_scaled_up_runs_nothing_before_again() {
        let lines = plan_lines(&up(&text("scale: 2"), &applied(&project(&text("scale: 1")))));
        assert_eq!(lines, ["create web-2", "start web-2 [create web-2]", "post_start 0 web-2 [start web-2]"]);
    }

    #[test]
    fn a_replacement_says_farewell_and_prepares_anew() {
        let lines = plan_lines(&up(&text("user: u"), &applied(&project(&text("tty: false")))));
        let wanted = [
            "create-temp web-1",
            "pre_stop 0 web-1 [create-temp web-1]",
            "stop web-1 [pre_stop 0 web-1]",
            "remove web-1 [stop web-1]",
            "rename web-1 [remove web-1]",
            "pre_start 0 web-1 [rename web-1]",
            "pre_start 1 web-1 [pre_start 0 web-1]",
            "start web-1 [pre_start 1 web-1]",
            "post_start 0 web-1 [start web-1]",
        ];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn what_a_failed_hook_left_goes_before_the_next_try() {
        let mut seen = applied(&project(&text("tty: false")));
        seen.containers[0].state = State::Created;
        let mut helper = seen.containers[0].clone();
        (helper.id, helper.name) = (crate::value::ContainerId::new("h"), "clever_name".into());
        seen.helpers.push(helper);
        let lines = plan_lines(&up(&text("tty: false"), &seen));
        assert_eq!(lines[..2], ["remove clever_name", "pre_start 0 web-1 [remove clever_name]"]);
    }
}
