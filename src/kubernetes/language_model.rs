//! Models that services talk to: variables with their address and their name, where a file says who serves them.

use super::command::escaped;
use super::draft::Draft;
use super::environment;
use super::extension;
use super::ledger::{Spot, container};
use super::options::Secrets;
use super::row::ObjectPath;
use super::scene::Scene;
use crate::document::{Node, Path};
use crate::model::ModelBinding;
use crate::value::Name;
use k8s_openapi::api::core::v1::EnvVar;
use std::collections::BTreeMap;

/// The key of a model's address below `x-kubernetes`.
const ENDPOINT: &str = "endpoint";

/// One variable that tells of a model.
struct Variable<'v> {
    /// The model.
    key: &'v Name,
    /// The attribute of the service that names it.
    attribute: &'static str,
    /// Its name, where nothing else is said.
    usual: String,
    /// The name that the service wishes.
    wished: Option<&'v str>,
    /// Its value.
    value: &'v str,
    /// The keys of the model that give the value.
    source: Path,
}

/// The models of a service.
pub(super) fn convert(draft: &mut Draft<'_, '_>, models: &BTreeMap<Name, Option<ModelBinding>>) {
    let all: Vec<_> =
        models.iter().flat_map(|(key, binding)| variables(draft.scene, (key, binding.as_ref()))).collect();
    let is_ours = |variable: &&Variable<'_>| !draft.service.environment.contains_key(variable.name());
    let held = all.iter().filter(is_ours).filter(|one| environment::is_held(draft, one.name(), one.value));
    let held = held.map(|one| (one.name().to_owned(), one.value.to_owned())).collect();
    let secret = environment::store(draft, "models", held);
    for variable in &all {
        tell(draft, variable, secret.as_deref());
    }
    for key in models.keys() {
        let path = Path::of(["models", key.as_str()]);
        if endpoint(draft.scene, key).is_none() {
            let remedy = format!("say where it is served, at the model '{key}': 'x-kubernetes: {{endpoint: URL}}'");
            draft.claim(["models", key.as_str()]).dropped("no model runner serves a cluster").remedy(remedy);
            continue;
        }
        for attribute in ["name", "context_size", "runtime_flags"] {
            draft.ledger.claim(path.key(attribute)).dropped("who serves the model decides it");
        }
    }
}

/// What a service is told of a model: where it is served, and what it is called there; nothing where nobody serves it.
fn variables<'v>(scene: &Scene<'v>, (key, binding): (&'v Name, Option<&'v ModelBinding>)) -> Vec<Variable<'v>> {
    let model = scene.project().models.get(key);
    let (Some(model), Some(endpoint)) = (model, endpoint(scene, key)) else { return Vec::new() };
    let (of_endpoint, of_model) = binding.map_or((None, None), |ModelBinding { endpoint_variable, model_variable }| {
        (endpoint_variable.as_deref(), model_variable.as_deref())
    });
    let prefix = key.as_str().to_uppercase().replace('-', "_");
    let path = Path::of(["models", key.as_str()]);
    let address = Variable {
        key,
        attribute: "endpoint_var",
        usual: format!("{prefix}_URL"),
        wished: of_endpoint,
        value: endpoint,
        source: path.key(extension::KEY).key(ENDPOINT),
    };
    let name = Variable {
        key,
        attribute: "model_var",
        usual: format!("{prefix}_MODEL"),
        wished: of_model,
        value: &model.model,
        source: path.key("model"),
    };
    vec![address, name]
}

impl Variable<'_> {
    /// What it is called.
    fn name(&self) -> &str {
        self.wished.filter(|name| !name.is_empty()).unwrap_or(&self.usual)
    }
}

/// Where a model is served, as `x-kubernetes` says.
fn endpoint<'a>(scene: &Scene<'a>, key: &Name) -> Option<&'a str> {
    let model = scene.origins().tree().get("models")?.get(key.as_str())?;
    model.get(extension::KEY)?.get(ENDPOINT).and_then(Node::as_text)
}

/// Gives the container a variable, unless its own say it.
fn tell(draft: &mut Draft<'_, '_>, variable: &Variable<'_>, secret: Option<&str>) {
    let Variable { key, attribute, usual, wished: _, value, source } = variable;
    let name = variable.name();
    let path = draft.path(["models", key.as_str()]);
    if draft.service.environment.contains_key(name) {
        let reason = "'environment' sets the variable";
        draft.claim_at(path.key(attribute)).approximated(reason, []);
        draft.claim_at(source.clone()).approximated(reason, []);
        draft.claim_at(path).approximated(reason, []);
        return;
    }
    let secret = secret.filter(|_| environment::is_held(draft, name, value));
    let all = draft.container.env.get_or_insert_default();
    let place: [Spot; 1] = container(format!("env[{}]", all.len()));
    all.push(secret.map_or_else(
        || EnvVar { name: name.to_owned(), value: Some(escaped(value)), value_from: None },
        |secret| environment::reference(name, secret),
    ));
    match secret {
        Some(secret) => claim_held(draft, variable, (secret, place.clone())),
        None => {
            draft.claim_at(source.clone()).exact(place.clone());
        }
    }
    if draft.ledger.wrote(&path.key(attribute)) {
        let claim = draft.claim_at(path.key(attribute));
        if name == usual {
            claim.same_without(place.clone())
        } else {
            claim.exact(place.clone())
        };
    }
    draft.claim_at(path).exact(place);
}

/// Says where a value is that a Secret holds.
fn claim_held(draft: &mut Draft<'_, '_>, variable: &Variable<'_>, (secret, place): (&str, [Spot; 1])) {
    let name = variable.name();
    let claim = draft.ledger.claim_for(variable.source.clone(), draft.home);
    if draft.scene.options.secrets == Secrets::External {
        let claimed = claim.approximated(format!("the Secret '{secret}' of the cluster holds it"), place);
        claimed.remedy(format!("make it first, with the key '{name}'"));
        return;
    }
    let data = Spot::Of(ObjectPath::new("Secret", secret, format!("stringData['{name}']")));
    let note = format!("it looks like a secret, so that the Secret '{secret}' holds it");
    let claimed = claim.exact(place.into_iter().chain([data])).note(note);
    claimed.remedy("'--secrets inline' keeps it where it was");
}
