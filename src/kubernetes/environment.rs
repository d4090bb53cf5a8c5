//! The variables of a container. What looks like a secret goes into a Secret of its own.

use super::command::escaped;
use super::draft::Draft;
use super::ledger::{Spot, container};
use super::object_name;
use super::options::Secrets;
use super::row::ObjectPath;
use crate::advice::looks_secret;
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, Secret, SecretKeySelector};
use std::collections::BTreeMap;

/// Variables by name; one without value is left to the image.
type Variables = BTreeMap<String, Option<String>>;

/// The variables.
pub(super) fn convert(draft: &mut Draft<'_, '_>, variables: &Variables) {
    draft.claim(["env_file"]).approximated("its variables are taken one by one", container("env"));
    if variables.is_empty() {
        draft.claim(["environment"]).dropped("it is empty");
        return;
    }
    let secret = secret(draft, variables);
    let mut all = Vec::new();
    for (name, value) in variables {
        let Some(value) = value else {
            let reason = "it has no value here, and a cluster knows no variables of a shell";
            draft.claim(["environment", name]).dropped(reason).remedy("give it a value");
            continue;
        };
        if !is_name(name) {
            let reason = "Kubernetes takes no variable of this name";
            draft.claim(["environment", name]).dropped(reason).remedy("use letters, digits, '-', '_' and '.'");
            continue;
        }
        let place = format!("env[{}]", all.len());
        match secret.as_deref().filter(|_| is_held(draft, name, value)) {
            Some(secret) => all.push(hold(draft, (name, place), secret)),
            None => all.push(write(draft, (name, place), value)),
        }
    }
    draft.container.env = Some(all).filter(|all| !all.is_empty());
}

/// A variable with its value.
fn write(draft: &mut Draft<'_, '_>, (name, place): (&str, String), value: &str) -> EnvVar {
    let is_said_twice = is_in_file(draft, name, value);
    let claim = draft.claim(["environment", name]);
    if is_said_twice {
        claim.approximated("a file of variables says the same", container(place));
    } else {
        claim.exact(container(place));
    }
    EnvVar { name: name.to_owned(), value: Some(escaped(value)), value_from: None }
}

/// A variable whose value a Secret holds.
fn hold(draft: &mut Draft<'_, '_>, (name, place): (&str, String), secret: &str) -> EnvVar {
    let is_ours = draft.scene.options.secrets != Secrets::External;
    let data = Spot::Of(ObjectPath::new("Secret", secret, format!("stringData['{name}']")));
    let places = [Spot::Container(place)].into_iter().chain(is_ours.then_some(data));
    let claim = draft.claim(["environment", name]);
    if is_ours {
        let claim = claim.exact(places);
        let note = format!("it looks like a secret, so that the Secret '{secret}' holds it");
        claim.note(note).remedy("'--secrets inline' keeps it where it was");
    } else {
        let reason = format!("the Secret '{secret}' of the cluster holds it");
        claim.approximated(reason, places).remedy(format!("make it first, with the key '{name}'"));
    }
    let key = SecretKeySelector { name: secret.to_owned(), key: name.to_owned(), optional: None };
    let value_from = Some(EnvVarSource { secret_key_ref: Some(key), ..EnvVarSource::default() });
    EnvVar { name: name.to_owned(), value: None, value_from }
}

/// Whether a file of variables gives a variable the value that the service gives it, too.
fn is_in_file(draft: &Draft<'_, '_>, name: &str, value: &str) -> bool {
    let settings = draft.scene.origins().replaced_at(&draft.path(["environment", name]));
    settings.last().is_some_and(|setting| setting.value.as_deref() == Some(value))
}

/// Whether a Secret holds a variable.
fn is_held(draft: &Draft<'_, '_>, name: &str, value: &str) -> bool {
    draft.scene.options.secrets != Secrets::Inline && looks_secret(name, value)
}

/// Makes the Secret for the variables that look like secrets; gives its name.
fn secret(draft: &mut Draft<'_, '_>, variables: &Variables) -> Option<String> {
    let held = variables.iter().filter_map(|(name, value)| {
        let value = value.as_ref().filter(|value| is_name(name) && is_held(draft, name, value))?;
        Some((name.clone(), value.clone()))
    });
    let data: BTreeMap<String, String> = held.collect();
    if data.is_empty() {
        return None;
    }
    let base = format!("{}-env", draft.scene.name_of(&draft.service.name));
    if draft.scene.options.secrets == Secrets::External {
        return Some(base);
    }
    let content: Vec<String> = data.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    let name = object_name::hashed(&base, &content.concat());
    draft.manifests.add(&Secret {
        metadata: draft.scene.metadata(draft.service, &name),
        immutable: Some(true),
        string_data: Some(data),
        type_: Some("Opaque".into()),
        ..Secret::default()
    });
    Some(name)
}

/// Whether Kubernetes takes a variable of this name, in every version.
fn is_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    let begins = text.starts_with(|first: char| !first.is_ascii_digit());
    begins && text.chars().all(fits) && text != "." && !text.starts_with("..")
}
