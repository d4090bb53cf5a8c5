//! [`Engine::drift`]: in which attributes a container differs from what is wanted, by what the engine says of it.
//!
//! For containers that do not carry a fingerprint of ours, such as those of docker compose. The request that would
//! create the container is compared with what the engine says of the one that is there; what the request leaves open,
//! its image says. The names are those of the compose file. Everything but [`Engine::drift`] is pure.

#![expect(clippy::indexing_slicing, reason = "what a JSON value does not have reads as nothing")]

mod endpoint;
mod host;
mod mount;
mod process;

use super::body::{Found, Wanted, body};
use super::{Engine, EngineError, if_there, proxy};
use crate::model::{Project, Service};
use crate::plan::{Observed, Peers, Replica, SeenContainer, fingerprint, labels};
use crate::value::ContainerId;
use bollard::query_parameters::InspectContainerOptions;
use futures_util::future::try_join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// The attributes in which containers differ whose hash says that they do and whose labels do not say in what. No
    /// request is sent unless there are such containers.
    pub(super) async fn drift(
        &self,
        wanted: &Project,
        seen: &Observed,
    ) -> Result<BTreeMap<ContainerId, Vec<String>>, EngineError> {
        let differ = seen.containers.iter().filter_map(|one| Some((silent(wanted, seen, one)?, one)));
        let looks = differ.map(|((service, peers), one)| async move {
            let differences = self.differences(wanted, (service, &peers), one).await?;
            Ok((one.id.clone(), differences.unwrap_or_default()))
        });
        Ok(try_join_all(looks).await?.into_iter().collect())
    }

    /// Nothing when the container or its image is gone: then nobody can say.
    async fn differences(
        &self,
        project: &Project,
        (service, peers): (&Service, &Peers),
        seen: &SeenContainer,
    ) -> Result<Option<Vec<String>>, EngineError> {
        let answer = self.docker.inspect_container(seen.id.as_str(), None::<InspectContainerOptions>).await;
        let Some(now) = if_there(answer.map_err(|fault| self.sorted(fault)))? else { return Ok(None) };
        let image = self.docker.inspect_image(now.image.as_deref().unwrap_or_default()).await;
        let Some(image) = if_there(image.map_err(|fault| self.sorted(fault)))? else { return Ok(None) };
        let name = project.container_name(service, seen.number);
        let replica = Replica { service: service.name.clone(), number: seen.number };
        let found = Found { proxies: proxy::variables(&self.host), ..Found::default() };
        let request = body(&Wanted::of(project, &replica, &name, peers)?, &found)?;
        let pair = Pair { wanted: json(&request), now: json(&now), image: json(&image.config) };
        Ok(Some(pair.differences(project)))
    }
}

/// The service of a container that differs from it without saying in what.
fn silent<'a>(wanted: &'a Project, seen: &Observed, container: &SeenContainer) -> Option<(&'a Service, Peers)> {
    let service = wanted.services.get(&container.service).filter(|_| !container.oneoff)?;
    let hash = container.label(labels::CONFIG_HASH)?;
    let says = container.labels.contains_key(labels::FINGERPRINT);
    let peers = Peers::of(wanted, service, seen);
    let differs = !says && !fingerprint::matches_service(&peers.resolved(service), hash);
    differs.then_some((service, peers))
}

fn json(answer: &impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

/// A container as it is wanted, as it is, and what its image brings.
struct Pair {
    /// The request that would create it.
    wanted: Value,
    /// What the engine says of it.
    now: Value,
    /// The configuration of its image.
    image: Value,
}

impl Pair {
    /// The names of the attributes that differ, in order.
    fn differences(&self, project: &Project) -> Vec<String> {
        let mut all = BTreeSet::new();
        process::compare(self, &mut all);
        host::compare(self, &mut all);
        mount::compare(self, &mut all);
        endpoint::compare(self, project, &mut all);
        all.into_iter().collect()
    }
}

/// A value without what says nothing: the engine writes nothing, an empty text, 0 and `false` one for the other.
fn plain(value: &Value) -> Value {
    match value {
        Value::Bool(false) => Value::Null,
        Value::Number(number) if number.as_f64() == Some(0.0) => Value::Null,
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Array(list) if list.is_empty() => Value::Null,
        Value::Array(list) => Value::Array(list.iter().map(plain).collect()),
        Value::Object(map) => {
            let entries =
                map.iter().map(|(key, value)| (key.clone(), plain(value))).filter(|(_, value)| !value.is_null());
            let map: serde_json::Map<_, _> = entries.collect();
            if map.is_empty() { Value::Null } else { Value::Object(map) }
        }
        other => other.clone(),
    }
}

/// The texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The entries of a mapping.
fn entries(value: &Value) -> BTreeMap<&str, Value> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(key, value)| (key.as_str(), plain(value))).collect()
}

/// The keys of which two mappings do not say the same.
fn unequal<'a, T: PartialEq>(one: &BTreeMap<&'a str, T>, other: &BTreeMap<&'a str, T>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).copied().filter(|key| one.get(key) != other.get(key)).collect()
}

#[cfg(test)]
mod tests;
