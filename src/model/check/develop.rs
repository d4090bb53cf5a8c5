//! What `watch` needs of a service.

use super::{Check, path_of, remedy};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::model::{Project, Reload, Service, WatchAction};
use crate::value::Name;

/// Checks that rules of these services can ever be followed, for whoever follows them: without that, docker compose takes
/// such a file, and so it may be brought up.
pub fn check_watch(project: &Project, targets: &[Name], origins: &Origins, diagnostics: &mut Diagnostics) {
    let mut check = Check { project, origins, diagnostics };
    for service in project.services.values().filter(|one| targets.is_empty() || targets.contains(&one.name)) {
        check.rules(service);
    }
}

impl Check<'_> {
    /// Services that are restarted with another are there.
    pub(super) fn reloads(&mut self, service: &Service) {
        let path = path_of(service);
        let mounts = service.volumes.iter().enumerate();
        let mounts = mounts.map(|(index, mount)| (mount.reload.as_ref(), path.key("volumes").index(index)));
        let rules = service.develop.iter().flat_map(|develop| &develop.watch).enumerate();
        let rules = rules.map(|(index, rule)| (rule.reload.as_ref(), path.key("develop").key("watch").index(index)));
        for (reload, path) in mounts.chain(rules).filter_map(|(reload, path)| Some((reload?, path))) {
            self.dependents(reload, &path.key("x-reload").key("dependents"));
        }
    }

    fn dependents(&mut self, reload: &Reload, path: &Path) {
        let project = self.project;
        let known = || project.services.keys().chain(project.inactive.keys());
        for (index, name) in reload.dependents.iter().enumerate() {
            if known().any(|one| one == name) {
                continue;
            }
            let help = remedy(name.as_str(), known(), format!("add '{name}:' under 'services'"));
            let fault = Diagnostic::error("undeclared", format!("there is no service '{name}' to restart")).help(help);
            self.fault(fault, &path.index(index));
        }
    }

    fn rules(&mut self, service: &Service) {
        let path = path_of(service).key("develop").key("watch");
        for (index, rule) in service.develop.iter().flat_map(|develop| &develop.watch).enumerate() {
            let place = path.index(index).key("action");
            let name = &service.name;
            if rule.action == WatchAction::Rebuild && service.build.is_none() {
                let message = format!("'{name}' cannot be rebuilt: it has no 'build'");
                let help = "add 'build: .', or write 'action: restart'";
                self.fault(Diagnostic::error("missing-value", message).help(help), &place);
            }
            let command = rule.exec.as_ref().and_then(|exec| exec.command.as_ref());
            if rule.action == WatchAction::SyncExec && command.is_none_or(Vec::is_empty) {
                let message = format!("the action 'sync+exec' of '{name}' needs 'exec.command'");
                let help = "add 'exec: {command: [app, reload]}', or write 'action: sync'";
                self.fault(Diagnostic::error("missing-value", message).help(help), &place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};
    use super::*;
    use crate::testing::{project, tree};

    fn watched(rule: &str) -> Vec<String> {
        let text = format!("services: {{a: {{image: x, develop: {{watch: [{rule}]}}}}}}");
        let (mut origins, mut faults) = (Origins::default(), Diagnostics::default());
        origins.record(tree(&text));
        check_watch(&project(&text), &[], &origins, &mut faults);
        let rest =
            |one: &Diagnostic| text.get(one.place.map_or(0, |place| place.start as usize)..).unwrap_or("").to_owned();
        faults.sorted().into_iter().map(|one| format!("{} at {}", one.message, rest(one))).collect()
    }

    #[test]
    fn what_can_never_work_is_a_fault_where_it_is_watched() {
        assert_eq!(
            watched("{path: /p, action: rebuild}"),
            ["'a' cannot be rebuilt: it has no 'build' at rebuild}]}}}"]
        );
        let nothing = "the action 'sync+exec' of 'a' needs 'exec.command' at sync+exec, target: /q";
        for exec in ["", ", exec: {command: }", ", exec: {command: []}"] {
            let found = watched(&format!("{{path: /p, action: sync+exec, target: /q{exec}}}"));
            assert!(matches!(&found[..], [one] if one.starts_with(nothing)), "{found:?}");
        }
        assert!(watched("{path: /p, action: sync+exec, target: /q, exec: {command: [x]}}").is_empty());
        assert!(watched("{path: /p, action: restart}").is_empty());
    }

    #[test]
    fn who_is_restarted_with_it_is_there() {
        let text = "services:\n  web:\n    image: x\n    volumes:\n      - {type: bind, source: /q, target: /x, x-reload: \
                    {dependents: [web, wbe]}}\n";
        assert_eq!(messages(text), ["there is no service 'wbe' to restart"]);
        assert_eq!(places(text), ["wbe]}}"]);
    }
}
