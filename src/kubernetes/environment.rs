//! The variables of a container. What looks like a secret goes into a Secret of its own.

use super::command::escaped;
use super::draft::Draft;
use super::ledger::{Spot, container};
use super::object_name;
use super::options::Secrets;
use super::row::ObjectPath;
use crate::advice::looks_secret;
use crate::source::FileId;
use k8s_openapi::api::core::v1::{
    ConfigMap, ConfigMapEnvSource, EnvFromSource, EnvVar, EnvVarSource, Secret, SecretKeySelector,
};
use std::collections::BTreeMap;

/// Variables by name; one without value is left to the image.
type Variables = BTreeMap<String, Option<String>>;

/// The variables: those of files in maps of their own, all others one by one, which win.
pub(super) fn convert(draft: &mut Draft<'_, '_>, variables: &Variables) {
    draft.claim(["env_file"]).moot("each of its variables has a row of its own", container("envFrom"));
    if variables.is_empty() {
        draft.claim(["environment"]).dropped("it is empty");
        return;
    }
    let secret = secret(draft, variables);
    let mut all = Vec::new();
    let mut files: BTreeMap<FileId, BTreeMap<String, String>> = BTreeMap::new();
    for (name, value) in variables {
        let Some(value) = usable(draft, name, value.as_deref()) else { continue };
        let place = format!("env[{}]", all.len());
        match (secret.as_deref().filter(|_| is_held(draft, name, value)), file_of(draft, name)) {
            (Some(secret), _) => all.push(hold(draft, (name, place), secret)),
            (None, Some(file)) => {
                files.entry(file).or_default().insert(name.clone(), value.to_owned());
            }
            (None, None) => all.push(write(draft, (name, place), value)),
        }
    }
    draft.container.env = Some(all).filter(|all| !all.is_empty());
    for (file, data) in files {
        from_file(draft, file, data);
    }
}

/// The value of a variable that Kubernetes takes; says why it takes no other.
fn usable<'v>(draft: &mut Draft<'_, '_>, name: &str, value: Option<&'v str>) -> Option<&'v str> {
    if !is_name(name) {
        let reason = "Kubernetes takes no variable of this name";
        draft.claim(["environment", name]).dropped(reason).remedy("use ASCII letters that can be printed, but no '='");
    } else if value.is_none() {
        let reason = "it has no value here, and a cluster knows no variables of a shell";
        draft.claim(["environment", name]).dropped(reason).remedy("give it a value");
    }
    value.filter(|_| is_name(name))
}

/// The file that a variable comes from.
fn file_of(draft: &Draft<'_, '_>, name: &str) -> Option<FileId> {
    let (path, origins) = (draft.path(["environment", name]), draft.scene.origins());
    let file = origins
        .node(&path)
        .filter(|_| is_key(name))
        .filter(|node| node.span.is_somewhere())
        .map(|node| node.span.file)?;
    origins.env_files().contains_key(&file).then_some(file)
}

/// The variables of a file as an object of their own, whose name changes with them.
fn from_file(draft: &mut Draft<'_, '_>, file: FileId, data: BTreeMap<String, String>) {
    let shown = draft.scene.loaded.sources.path(file);
    let stem = shown.file_name().unwrap_or_default().to_string_lossy();
    let base = object_name::label(&format!("{}-{stem}", draft.scene.name_of(&draft.service.name)));
    let name = object_name::hashed(&base, &listed(&data));
    let sources = draft.container.env_from.get_or_insert_default();
    let place = format!("envFrom[{}]", sources.len());
    let reference = ConfigMapEnvSource { name: name.clone(), optional: None };
    sources.push(EnvFromSource { config_map_ref: Some(reference), ..EnvFromSource::default() });
    for variable in data.keys() {
        let value = Spot::Of(ObjectPath::new("ConfigMap", &name, format!("data['{variable}']")));
        draft.claim(["environment", variable]).exact([Spot::Container(place.clone()), value]);
    }
    draft.manifests.add(&ConfigMap {
        metadata: draft.scene.metadata(draft.service, &name),
        data: Some(data),
        immutable: Some(true),
        ..ConfigMap::default()
    });
}

/// Variables as lines.
fn listed(data: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = data.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    lines.concat()
}

/// A variable with its value.
fn write(draft: &mut Draft<'_, '_>, (name, place): (&str, String), value: &str) -> EnvVar {
    let is_said_twice = is_in_file(draft, name, value);
    let is_shown = draft.scene.options.secrets != Secrets::Inline && looks_secret(name, value);
    let claim = draft.claim(["environment", name]);
    let claim = if is_said_twice {
        claim.approximated("a file of variables says the same", container(place))
    } else {
        claim.exact(container(place))
    };
    if is_shown {
        let note = "it looks like a secret, and no Secret has a key of this name, so that all see it";
        claim.note(note).remedy("rename it: letters, digits, '-', '_' and '.'");
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
    reference(name, secret)
}

/// A variable that takes its value from the key of its name in a Secret.
pub(super) fn reference(name: &str, secret: &str) -> EnvVar {
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
pub(super) fn is_held(draft: &Draft<'_, '_>, name: &str, value: &str) -> bool {
    draft.scene.options.secrets != Secrets::Inline && is_key(name) && looks_secret(name, value)
}

/// The variable of the container by which a Secret holds this value.
pub(super) fn holding<'d>(draft: &'d Draft<'_, '_>, wanted: &str) -> Option<&'d str> {
    let is_it = |(name, value): &(&String, &Option<String>)| {
        value.as_deref() == Some(wanted) && is_name(name) && is_held(draft, name, wanted)
    };
    draft.service.environment.iter().find(is_it).map(|(name, _)| name.as_str())
}

/// Makes the Secret for the variables that look like secrets; gives its name.
fn secret(draft: &mut Draft<'_, '_>, variables: &Variables) -> Option<String> {
    let held = variables.iter().filter_map(|(name, value)| {
        let value = value.as_ref().filter(|value| is_name(name) && is_held(draft, name, value))?;
        Some((name.clone(), value.clone()))
    });
    store(draft, "env", held.collect())
}

/// Puts variables into a Secret of the service, unless there are none; gives its name.
pub(super) fn store(draft: &mut Draft<'_, '_>, suffix: &str, data: BTreeMap<String, String>) -> Option<String> {
    if data.is_empty() {
        return None;
    }
    let base = object_name::label(&format!("{}-{suffix}", draft.scene.name_of(&draft.service.name)));
    if draft.scene.options.secrets == Secrets::External {
        draft.manifests.expect("Secret", &base);
        return Some(base);
    }
    let name = object_name::hashed(&base, &listed(&data));
    draft.manifests.add(&Secret {
        metadata: draft.scene.metadata(draft.service, &name),
        immutable: Some(true),
        string_data: Some(data),
        type_: Some("Opaque".into()),
        ..Secret::default()
    });
    Some(name)
}

/// Whether Kubernetes takes a variable of this name: since 1.32, all that can be printed.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| (letter.is_ascii_graphic() || letter == ' ') && letter != '=')
}

/// Whether an object may hold a value under this name.
fn is_key(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    !text.is_empty() && text.len() <= 253 && text.chars().all(fits) && text != "." && !text.starts_with("..")
}
