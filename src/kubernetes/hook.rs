//! What runs before, after and in between: hooks, and the signal that ends a container.

use super::draft::Draft;
use super::ledger::{container, pod};
use super::object_name;
use crate::model::Hook;
use k8s_openapi::api::core::v1::{Container, EnvVar, ExecAction, LifecycleHandler, SecurityContext};

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
    let Hook { command, image, user, privileged, working_dir, environment } = hook;
    let mut security = draft.container.security_context.clone().unwrap_or_default();
    security.privileged = (*privileged).then_some(true);
    let id = user.as_deref().and_then(|user| user.split(':').next()?.parse().ok());
    security.run_as_user = id.or(security.run_as_user);
    let mut env = draft.container.env.clone().unwrap_or_default();
    for (name, value) in environment.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        env.retain(|known| known.name != *name);
        env.push(EnvVar { name: name.clone(), value: Some(super::command::escaped(value)), value_from: None });
    }
    let words = command.as_ref().map(|words| words.iter().map(|word| super::command::escaped(word)).collect());
    let place = draft.workload.wait(Container {
        name: object_name::label(&format!("{}-pre-start-{index}", draft.container.name)),
        image: image.clone().or_else(|| draft.container.image.clone()),
        command: words,
        env: Some(env).filter(|env| !env.is_empty()),
        env_from: draft.container.env_from.clone(),
        security_context: Some(security).filter(|security| *security != SecurityContext::default()),
        volume_mounts: draft.container.volume_mounts.clone(),
        working_dir: working_dir.clone().or_else(|| draft.container.working_dir.clone()),
        ..Container::default()
    });
    let is_named = user.is_some() && id.is_none();
    for key in ["command", "image", "working_dir", "environment", "privileged"] {
        draft.claim_at(path.key(key)).approximated("a container of its own runs it first", pod(place.clone()));
    }
    let claim = draft.claim_at(path.key("user"));
    if is_named {
        claim.dropped("it is a name: Kubernetes needs the number of a user");
    } else {
        claim.approximated("a container of its own runs it first", pod(place));
    }
}

/// The signal that asks a container to end. No release lets a pod choose it unless it is told to, so that a command sends
/// it and waits.
pub(super) fn signal(draft: &mut Draft<'_, '_>, signal: Option<&str>) {
    let Some(signal) = signal else { return };
    let word = signal.to_ascii_uppercase();
    let word = word.trim_start_matches("SIG");
    if ["TERM", "15"].contains(&word) {
        draft.claim(["stop_signal"]).same_without([]);
        return;
    }
    // With the processes of others, number 1 is another one: that of the machine itself, even.
    let pod = &draft.workload.pod;
    let is_shared = pod.share_process_namespace == Some(true) || pod.host_pid == Some(true);
    let has_command = draft.container.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.pre_stop.is_some());
    // The first process of a container cannot be killed from within.
    if is_shared || has_command || ["KILL", "9"].contains(&word) {
        let reason = "a pod ends by SIGTERM, and no command can send another signal here";
        draft.claim(["stop_signal"]).dropped(reason).remedy("send it in 'pre_stop'");
        return;
    }
    let line = format!("kill -{word} 1; while kill -0 1 2>/dev/null; do sleep 1; done");
    let command = ["/bin/sh", "-c", &line].map(str::to_owned).to_vec();
    draft.container.lifecycle.get_or_insert_default().pre_stop =
        Some(LifecycleHandler { exec: Some(ExecAction { command: Some(command) }), ..LifecycleHandler::default() });
    let reason = "a command sends it before SIGTERM comes: the image needs 'sh' and 'kill'";
    draft.claim(["stop_signal"]).approximated(reason, container("lifecycle.preStop"));
}
