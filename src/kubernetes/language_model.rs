//! Models that services talk to: variables with their address and their name, where a file says who serves them.

use super::command::escaped;
use super::draft::Draft;
use super::extension;
use super::ledger::{Spot, container};
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
    for (key, binding) in models {
        let scene = draft.scene;
        let Some(model) = scene.project().models.get(key) else { continue };
        let Some(endpoint) = endpoint(scene, key) else {
            let remedy = format!("say where it is served, at the model '{key}': 'x-kubernetes: {{endpoint: URL}}'");
            draft.claim(["models", key.as_str()]).dropped("no model runner serves a cluster").remedy(remedy);
            continue;
        };
        let (of_endpoint, of_model) =
            binding.as_ref().map_or((None, None), |ModelBinding { endpoint_variable, model_variable }| {
                (endpoint_variable.as_deref(), model_variable.as_deref())
            });
        let prefix = key.as_str().to_uppercase().replace('-', "_");
        let path = Path::of(["models", key.as_str()]);
        let address = Variable {
            attribute: "endpoint_var",
            usual: format!("{prefix}_URL"),
            wished: of_endpoint,
            value: endpoint,
            source: path.key(extension::KEY).key(ENDPOINT),
        };
        let name = Variable {
            attribute: "model_var",
            usual: format!("{prefix}_MODEL"),
            wished: of_model,
            value: &model.model,
            source: path.key("model"),
        };
        for variable in [address, name] {
            tell(draft, key, &variable);
        }
        for attribute in ["name", "context_size", "runtime_flags"] {
            draft.ledger.claim(path.key(attribute)).dropped("who serves the model decides it");
        }
    }
}

/// Where a model is served, as `x-kubernetes` says.
fn endpoint<'a>(scene: &Scene<'a>, key: &Name) -> Option<&'a str> {
    let model = scene.origins().tree().get("models")?.get(key.as_str())?;
    model.get(extension::KEY)?.get(ENDPOINT).and_then(Node::as_text)
}

/// Gives the container a variable, unless its own say it.
fn tell(draft: &mut Draft<'_, '_>, key: &Name, variable: &Variable<'_>) {
    let Variable { attribute, usual, wished, value, source } = variable;
    let name = wished.filter(|name| !name.is_empty()).unwrap_or(usual);
    let path = draft.path(["models", key.as_str()]);
    if draft.service.environment.contains_key(name) {
        let reason = "'environment' sets the variable";
        draft.claim_at(path.key(attribute)).approximated(reason, []);
        draft.claim_at(source.clone()).approximated(reason, []);
        draft.claim_at(path).approximated(reason, []);
        return;
    }
    let all = draft.container.env.get_or_insert_default();
    let place: [Spot; 1] = container(format!("env[{}]", all.len()));
    all.push(EnvVar { name: name.to_owned(), value: Some(escaped(value)), value_from: None });
    draft.claim_at(source.clone()).exact(place.clone());
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
