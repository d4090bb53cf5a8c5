//! What runs before, after and in between: hooks, and the signal that ends a container.

use super::draft::{Draft, Role};
use super::ledger::{container, pod};
use super::object_name;
use crate::model::Hook;
use crate::value::Platform;
use k8s_openapi::api::core::v1::{Container, EnvVar, ExecAction, LifecycleHandler, PodOS, SecurityContext};

/// The signals of Linux by their numbers, from 1 on.
const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];
/// What lets pods choose their signal.
const CHOOSE: &str = "or switch the gate on and use '--feature ContainerStopSignals'";

/// Hooks after a start, before a stop, and before a start.
pub(super) fn convert(draft: &mut Draft<'_, '_>, (after, before): (&[Hook], &[Hook]), first: &[Hook]) {
    if let Some(handler) = handler(draft, "post_start", after) {
        draft.container.lifecycle.get_or_insert_default().post_start = Some(handler);
    }
    if let Some(handler) = handler(draft, "pre_stop", before) {
        draft.container.lifecycle.get_or_insert_default().pre_stop = Some(handler);
    }
    for (index, hook) in first.iter().enumerate() {
        beforehand(draft, index, hook);
    }
}

/// A container runs one command after it has started and one before it stops: several hooks become one.
fn handler(draft: &mut Draft<'_, '_>, key: &str, hooks: &[Hook]) -> Option<LifecycleHandler> {
    let field = if key == "pre_stop" { "lifecycle.preStop" } else { "lifecycle.postStart" };
    let commands: Vec<&[String]> = hooks.iter().filter_map(|hook| hook.command.as_deref()).collect();
    for (index, hook) in hooks.iter().enumerate() {
        let path = draft.path([key]).index(index);
        let claim = draft.claim_at(path.key("command"));
        if commands.len() == 1 {
            claim.exact(container(field));
        } else {
            claim.approximated("a container has one command there: a shell runs one after the other", container(field));
        }
        unlike_container(draft, &path, hook);
    }
    let command = match commands.as_slice() {
        [] => return None,
        [one] => one.to_vec(),
        all => {
            let line = all.iter().map(|words| quoted(words)).collect::<Vec<_>>().join(" && ");
            ["/bin/sh", "-c", &line].map(str::to_owned).to_vec()
        }
    };
    Some(LifecycleHandler { exec: Some(ExecAction { command: Some(command) }), ..LifecycleHandler::default() })
}

/// Hooks run as the container does.
fn unlike_container(draft: &mut Draft<'_, '_>, path: &crate::document::Path, hook: &Hook) {
    let Hook { command: _, image: _, user, privileged, working_dir, environment } = hook;
    let written = [
        ("user", user.is_some()),
        ("privileged", *privileged),
        ("working_dir", working_dir.is_some()),
        ("environment", !environment.is_empty()),
    ];
    for (key, _) in written.into_iter().filter(|(_, is_written)| *is_written) {
        draft.claim_at(path.key(key)).dropped("hooks run as the container does").remedy("say it in the command");
    }
    draft.claim_at(path.clone()).dropped("it says nothing");
}

/// Words as a shell reads them.
fn quoted(words: &[String]) -> String {
    let is_plain = |text: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || "-_./=:,".contains(one));
    let quote = |text: &String| {
        if is_plain(text) && !text.is_empty() { text.clone() } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// A hook before the start has a container of its own, which runs first, with the variables and folders of the service.
fn beforehand(draft: &mut Draft<'_, '_>, index: usize, hook: &Hook) {
    let path = draft.path(["pre_start"]).index(index);
    let name = object_name::label(&format!("{}-pre-start-{index}", draft.container.name));
    let container = container_of(&draft.container, name, hook);
    let place = draft.workload.wait(container);
    for key in ["command", "image", "working_dir", "environment", "privileged"] {
        draft.claim_at(path.key(key)).approximated("a container of its own runs it first", pod(place.clone()));
    }
    let claim = draft.claim_at(path.key("user"));
    if hook.user.is_some() && user_of(hook).is_none() {
        claim.dropped("it is a name: Kubernetes needs the number of a user");
    } else {
        claim.approximated("a container of its own runs it first", pod(place));
    }
}

/// The number of a hook's user; `root` has 0 everywhere.
fn user_of(hook: &Hook) -> Option<i64> {
    let word = hook.user.as_deref()?.split(':').next()?;
    if word == "root" { Some(0) } else { word.parse().ok() }
}

/// The container of a hook: that of the service, but for what the hook says.
fn container_of(service: &Container, name: String, hook: &Hook) -> Container {
    let Hook { command, image, user: _, privileged: _, working_dir, environment } = hook;
    let mut env = service.env.clone().unwrap_or_default();
    for (name, value) in environment.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        env.retain(|known| known.name != *name);
        env.push(EnvVar { name: name.clone(), value: Some(super::command::escaped(value)), value_from: None });
    }
    let words = command.as_ref().map(|words| words.iter().map(|word| super::command::escaped(word)).collect());
    Container {
        name,
        image: image.clone().or_else(|| service.image.clone()),
        command: words,
        env: Some(env).filter(|env| !env.is_empty()),
        env_from: service.env_from.clone(),
        security_context: Some(rights_of(service, hook)).filter(|security| *security != SecurityContext::default()),
        volume_mounts: service.volume_mounts.clone(),
        working_dir: working_dir.clone().or_else(|| service.working_dir.clone()),
        ..Container::default()
    }
}

/// The rights of a hook: those of its service, unless it is another user.
fn rights_of(service: &Container, hook: &Hook) -> SecurityContext {
    let own = service.security_context.clone().unwrap_or_default();
    let mut rights = match user_of(hook) {
        // What a hook does as root, such as giving folders away, needs the rights of root.
        Some(0) => SecurityContext { run_as_user: Some(0), ..SecurityContext::default() },
        Some(id) => SecurityContext { run_as_user: Some(id), ..own },
        None => own,
    };
    if hook.privileged {
        rights.privileged = Some(true);
        rights.allow_privilege_escalation = None;
    } else {
        rights.privileged = None;
    }
    rights
}

/// The signal that asks a container to end. Where the cluster lets a pod choose it, it does; elsewhere a command sends it and
/// waits.
pub(super) fn signal(draft: &mut Draft<'_, '_>, signal: Option<&str>) {
    let Some(signal) = signal else { return };
    if draft.home.role == Role::First {
        draft.claim(["stop_signal"]).dropped("it runs to its end before the other containers start");
        return;
    }
    let word = signal.to_ascii_uppercase();
    let word = word.trim_start_matches("SIG");
    if let Some(name) = chosen(draft, word) {
        draft.container.lifecycle.get_or_insert_default().stop_signal = Some(name);
        draft.workload.pod.os = Some(PodOS { name: "linux".into() });
        draft.claim(["stop_signal"]).exact(container("lifecycle.stopSignal"));
    } else if ["TERM", "15"].contains(&word) {
        draft.claim(["stop_signal"]).same_without([]);
    } else {
        sent(draft, word);
    }
}

/// A command sends the signal before that of the cluster comes.
fn sent(draft: &mut Draft<'_, '_>, word: &str) {
    // With the processes of others, number 1 is another one: that of the machine itself, even.
    let pod = &draft.workload.pod;
    let is_shared = pod.share_process_namespace == Some(true) || pod.host_pid == Some(true);
    let has_command = draft.container.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.pre_stop.is_some());
    // The first process of a container cannot be killed from within.
    if is_shared || has_command || ["KILL", "9"].contains(&word) {
        let reason = "a pod ends by SIGTERM, and no command can send another signal here";
        let is_inherited = draft.scene.image_facts(draft.service).is_some_and(|facts| facts.stop_signal.is_some());
        let claim = draft.claim(["stop_signal"]);
        let claimed = if is_inherited {
            claim.approximated(format!("{reason}; that of the image does not count"), [])
        } else {
            claim.dropped(reason)
        };
        claimed.remedy(format!("send it in 'pre_stop', {CHOOSE}"));
        return;
    }
    let line = format!("kill -{word} 1; while kill -0 1 2>/dev/null; do sleep 1; done");
    let command = ["/bin/sh", "-c", &line].map(str::to_owned).to_vec();
    draft.container.lifecycle.get_or_insert_default().pre_stop =
        Some(LifecycleHandler { exec: Some(ExecAction { command: Some(command) }), ..LifecycleHandler::default() });
    let reason = "a command sends it before SIGTERM comes: the image needs 'sh' and 'kill'";
    draft.claim(["stop_signal"]).approximated(reason, container("lifecycle.preStop"));
}

/// The name of the signal of a pod that may choose it; only pods of Linux know these.
fn chosen(draft: &Draft<'_, '_>, word: &str) -> Option<String> {
    let is_of_linux = draft.service.credential_spec.is_none()
        && draft.service.platform.as_deref().is_none_or(|platform| Platform::of(platform).system() != Some("windows"));
    let may_choose = is_of_linux && draft.scene.options.enables("Lifecycle", "stopSignal");
    may_choose.then(|| signal_name(word))?
}

/// The name that Kubernetes has for a signal of Linux: by the number or the name of it, without `SIG`.
fn signal_name(word: &str) -> Option<String> {
    let number = word.parse::<usize>().ok();
    let name = match number {
        Some(number) => SIGNALS.get(number.checked_sub(1)?).copied()?,
        None => word,
    };
    let is_known = SIGNALS.contains(&name) || is_of_real_time(name);
    is_known.then(|| format!("SIG{name}"))
}

/// `RTMIN`, `RTMIN+1` up to `RTMIN+15`, `RTMAX-14` up to `RTMAX-1`, and `RTMAX`.
fn is_of_real_time(name: &str) -> bool {
    let is_within = |rest: &str, sign: char, most: u8| {
        let number = rest.strip_prefix(sign).and_then(|digits| digits.parse::<u8>().ok());
        rest.is_empty() || number.is_some_and(|number| (1..=most).contains(&number))
    };
    name.strip_prefix("RTMIN").is_some_and(|rest| is_within(rest, '+', 15))
        || name.strip_prefix("RTMAX").is_some_and(|rest| is_within(rest, '-', 14))
}

#[cfg(test)]
mod tests {
    use super::signal_name;
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    fn workload(service: &str) -> String {
        let text = format!("services:\n  a: {{image: x, {service}}}\n");
        let converted = convert(&loaded(&[("compose.yaml", &text)]), &Options::default());
        let workload = converted.manifests.into_iter().find(|one| one.kind == "Deployment").expect("one");
        workload.text()
    }

    #[test]
    fn a_hook_of_root_has_the_rights_of_root() {
        let text = workload("user: '1000', pre_start: [{command: [chown, '1000', /d], user: root}]");
        let (first, _) = text.split_once("runAsUser: 0").expect("the user of the hook");
        assert!(!first.rsplit("initContainers:").next().unwrap_or_default().contains("runAsNonRoot"), "{text}");
    }

    #[test]
    fn signals_have_the_names_of_kubernetes() {
        let names = ["2", "INT", "RTMIN+3", "RTMAX-14", "RTMAX"].map(signal_name);
        assert_eq!(names.map(Option::unwrap_or_default), ["SIGINT", "SIGINT", "SIGRTMIN+3", "SIGRTMAX-14", "SIGRTMAX"]);
        assert_eq!(["0", "99", "X", "RTMIN+16", "RTMAX-15"].map(signal_name), [const { None }; 5]);
    }

    #[test]
    fn no_signal_is_sent_to_a_process_of_others() {
        for service in ["pid: host, stop_signal: SIGINT", "init: true, stop_signal: SIGINT", "stop_signal: SIGKILL"] {
            let text = workload(service);
            assert!(!text.contains("lifecycle"), "{text}");
        }
        assert!(workload("stop_signal: SIGINT").contains("kill -INT 1"));
        let both = workload("pid: host, init: true");
        assert!(both.contains("hostPID") && !both.contains("shareProcessNamespace"), "{both}");
    }
}
