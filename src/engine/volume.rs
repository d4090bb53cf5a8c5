//! Creates and removes volumes, and tells what they have and who has them.

use super::perform::gone_is_fine;
use super::{Engine, EngineError, port_holder, seen};
use crate::model::{Project, Volume};
use crate::plan::labels;
use crate::value::{ContainerId, Moment, Name};
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveVolumeOptions};
use futures_util::StreamExt;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

/// What an engine knows of a volume's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeUsage {
    /// The bytes that it has; nothing when its driver does not tell.
    pub bytes: Option<u64>,
    /// How long ago it was made.
    pub age: Option<Duration>,
}

/// A container that has a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeUser {
    /// The volume.
    pub volume: String,
    /// The container.
    pub container: ContainerId,
    /// The container with its project, in words.
    pub words: String,
}

impl Engine {
    /// What the engine knows of the data of all volumes, by name. It walks through every file for that: who asks sets a
    /// limit of time by dropping the future.
    pub async fn volume_usage(&self) -> Result<BTreeMap<String, VolumeUsage>, EngineError> {
        // The library knows the answer of the newest engines only, so the request is one of those that give bytes.
        let docker = self.docker.clone().with_request_modifier(|mut request| {
            let asked = request.uri().to_string().replace("/images/all/get", "/system/df?type=volume");
            if let Ok(uri) = asked.parse() {
                *request.uri_mut() = uri;
            }
            request
        });
        let mut answer = Vec::new();
        let mut chunks = Box::pin(docker.export_image("all"));
        while let Some(chunk) = chunks.next().await {
            answer.extend_from_slice(&chunk.map_err(|fault| self.sorted(fault))?);
        }
        let garbled = |fault: serde_json::Error| EngineError::Garbled { message: fault.to_string() };
        Ok(usages(&serde_json::from_slice(&answer).map_err(garbled)?, SystemTime::now().into()))
    }

    /// The containers of all projects, in every state, that have one of these volumes.
    pub async fn volume_users(&self, volumes: &[String]) -> Result<Vec<VolumeUser>, EngineError> {
        let filters = HashMap::from([("volume", volumes.to_vec())]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await.map_err(|fault| self.sorted(fault))?;
        let users = listed.into_iter().flat_map(|container| {
            let words = port_holder::described(&container);
            let id = ContainerId::new(container.id.unwrap_or_default());
            let mounted = seen::volumes(container.mounts.unwrap_or_default()).into_iter().map(|volume| volume.name);
            let ours: Vec<String> = mounted.filter(|name| volumes.contains(name)).collect();
            ours.into_iter().map(move |volume| VolumeUser { volume, container: id.clone(), words: words.clone() })
        });
        Ok(users.collect())
    }

    /// Creates a declared volume.
    pub(super) async fn create_volume(&self, project: &Project, key: &Name) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("volume '{key}' is not in the project"));
        let volume = project.volumes.get(key).ok_or_else(missing)?;
        let answer = self.docker.create_volume(request(project, key, volume)).await;
        answer.map(drop).map_err(|fault| self.sorted(fault))
    }

    /// Removes a volume with its data; one that is gone is no fault.
    pub(super) async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        let answer = self.docker.remove_volume(name, None::<RemoveVolumeOptions>).await;
        gone_is_fine(answer.map_err(|fault| self.sorted(fault)))
    }
}

/// The list is called `Volumes`; newer engines have it as `Items` of `VolumeUsage`.
fn usages(answer: &Value, now: Moment) -> BTreeMap<String, VolumeUsage> {
    let listed = [answer.get("Volumes"), answer.pointer("/VolumeUsage/Items")];
    let all = listed.into_iter().flatten().filter_map(Value::as_array).flatten();
    let usage = |volume: &Value| {
        let made: Option<Moment> = volume.get("CreatedAt").and_then(Value::as_str).and_then(|text| text.parse().ok());
        VolumeUsage {
            bytes: volume.pointer("/UsageData/Size").and_then(Value::as_u64),
            age: made.and_then(|made| now.since(made)),
        }
    };
    all.filter_map(|volume| Some((volume.get("Name")?.as_str()?.to_owned(), usage(volume)))).collect()
}

fn request(project: &Project, key: &Name, volume: &Volume) -> VolumeCreateRequest {
    let Volume { name, driver, driver_opts, external: _, labels: _ } = volume;
    VolumeCreateRequest {
        name: Some(name.clone()),
        driver: driver.clone(),
        driver_opts: (!driver_opts.is_empty()).then(|| driver_opts.clone().into_iter().collect()),
        labels: Some(labels::of_volume(project, key, volume).into_iter().collect()),
        ..VolumeCreateRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_read_from_engines_of_all_ages() {
        let list = json!([
            {"Name": "a", "CreatedAt": "1970-01-01T00:00:10Z", "UsageData": {"Size": 12, "RefCount": 0}},
            {"Name": "b", "UsageData": {"Size": -1}},
        ]);
        let now = Moment::from(SystemTime::UNIX_EPOCH + Duration::from_secs(15));
        let a = VolumeUsage { bytes: Some(12), age: Some(Duration::from_secs(5)) };
        let expected = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), VolumeUsage::default())]);
        assert_eq!(usages(&json!({"Volumes": list}), now), expected);
        assert_eq!(usages(&json!({"VolumeUsage": {"Items": list}}), now), expected);
    }

    #[test]
    fn a_volume_carries_composes_labels() {
        let project = crate::testing::project(
            "services: {a: {image: x}}\nvolumes: {data: {name: p_data, driver: local, driver_opts: {type: none}}}",
        );
        let key = "data".parse().expect("a name");
        let volume = project.volumes.get(&key).expect("declared");
        let mut body = serde_json::to_value(request(&project, &key, volume)).expect("JSON");
        let labels = body.get_mut("Labels").expect("labels").as_object_mut().expect("an object");
        assert_eq!(labels.remove("com.docker.compose.config-hash").map(|hash| hash.to_string().len()), Some(66));
        let expected = json!({
            "Name": "p_data",
            "Driver": "local",
            "DriverOpts": { "type": "none" },
            "Labels": {
                "com.docker.compose.project": "p",
                "com.docker.compose.volume": "data",
                "com.docker.compose.version": "2.40.3",
            },
        });
        assert_eq!(body, expected);
    }
}
