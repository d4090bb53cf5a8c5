//! Creates and removes volumes.

use super::perform::gone_is_fine;
use super::{Engine, EngineError};
use crate::model::{Project, Volume};
use crate::plan::labels;
use crate::value::Name;
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::RemoveVolumeOptions;

impl Engine {
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
