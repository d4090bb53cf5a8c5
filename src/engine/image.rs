//! Fetches images from registries, and sends them there.

use super::registry_fault::{explained, retried};
use super::{Engine, EngineError, credentials};
use crate::event::{Progress, What};
use crate::value::ImageName;
use bollard::auth::DockerCredentials;
use bollard::models::{CreateImageInfo, ProgressDetail, PushImageInfo};
use bollard::query_parameters::{CreateImageOptionsBuilder, PushImageOptionsBuilder, TagImageOptionsBuilder};
use futures_util::StreamExt;

impl Engine {
    /// Fetches an image with the credentials of the docker client, and reports each layer. What fails on the way is
    /// tried again.
    pub(super) async fn pull(
        &self,
        image: &ImageName,
        platform: Option<&str>,
        report: &(dyn Fn(What) + Sync),
    ) -> Result<(), EngineError> {
        let credentials = credentials::for_registry(&self.host, image.registry()).await?;
        let once = async || self.pull_once(image, platform, (credentials.clone(), report)).await;
        let pulled = retried(image, report, once).await;
        pulled.map_err(|error| {
            let failed = |message, help| EngineError::PullFailed { image: image.clone(), message, help };
            explained(image, error, failed)
        })?;
        self.date(image).await
    }

    async fn pull_once(
        &self,
        image: &ImageName,
        platform: Option<&str>,
        (credentials, report): (Option<DockerCredentials>, &(dyn Fn(What) + Sync)),
    ) -> Result<(), EngineError> {
        let (name, tag) = image.split();
        let mut options = CreateImageOptionsBuilder::new().from_image(name).tag(tag);
        if let Some(platform) = platform.or(self.host.platform.as_deref()) {
            options = options.platform(platform);
        }
        let mut layers = self.patient().create_image(Some(options.build()), None, credentials).boxed();
        while let Some(layer) = layers.next().await {
            if let Some(what) = moved_on(layer.map_err(|fault| self.sorted(fault))?) {
                report(what);
            }
        }
        Ok(())
    }

    /// Gives the image the name that it has: engines date a name by when it was given, and do not count a pull.
    async fn date(&self, image: &ImageName) -> Result<(), EngineError> {
        if image.is_pinned() {
            return Ok(());
        }
        let (name, tag) = image.split();
        let options = TagImageOptionsBuilder::new().repo(name).tag(tag).build();
        self.docker.tag_image(image.as_str(), Some(options)).await.map_err(|fault| self.sorted(fault))
    }

    /// Sends an image to its registry with the credentials of the docker client, and reports how far it is. What fails
    /// on the way is tried again.
    pub(super) async fn push(&self, image: &ImageName, report: &(dyn Fn(What) + Sync)) -> Result<(), EngineError> {
        let credentials = credentials::for_registry(&self.host, image.registry()).await?;
        let once = async || self.push_once(image, credentials.clone(), report).await;
        let pushed = retried(image, report, once).await;
        pushed.map_err(|error| {
            let failed = |message, help| EngineError::PushFailed { image: image.clone(), message, help };
            explained(image, error, failed)
        })
    }

    async fn push_once(
        &self,
        image: &ImageName,
        credentials: Option<DockerCredentials>,
        report: &(dyn Fn(What) + Sync),
    ) -> Result<(), EngineError> {
        let (name, tag) = image.split();
        let options = PushImageOptionsBuilder::new().tag(tag).build();
        let docker = self.patient();
        let mut layers = docker.push_image(name, Some(options), credentials).boxed();
        while let Some(layer) = layers.next().await {
            if let Some(what) = sent_on(layer.map_err(|fault| self.sorted(fault))?) {
                report(what);
            }
        }
        Ok(())
    }
}

fn moved_on(layer: CreateImageInfo) -> Option<What> {
    let doing = layer.status?;
    let Some(part) = layer.id else { return Some(What::Said(doing)) };
    let (current, total) = amount(&layer.progress_detail.unwrap_or_default());
    Some(What::Progress(Progress { part, doing, current, total }))
}

/// The client library does not pass on which layer it is; its size tells it from the others.
fn sent_on(layer: PushImageInfo) -> Option<What> {
    let doing = layer.status?;
    let Some(detail) = layer.progress_detail else { return Some(What::Said(doing)) };
    match amount(&detail) {
        (_, 0) => Some(What::Said(doing)),
        (current, total) => {
            Some(What::Progress(Progress { part: format!("layer of {total} bytes"), doing, current, total }))
        }
    }
}

fn amount(detail: &ProgressDetail) -> (u64, u64) {
    let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    (bytes(detail.current), bytes(detail.total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_a_part_and_the_rest_is_said() {
        let of = |json: &str| moved_on(serde_json::from_str(json).expect("as an engine writes it"));
        let layer = of(r#"{"status":"Downloading","id":"aa11","progressDetail":{"current":5,"total":9}}"#);
        let progress = Progress { part: "aa11".into(), doing: "Downloading".into(), current: 5, total: 9 };
        assert_eq!(layer, Some(What::Progress(progress)));
        assert_eq!(of(r#"{"status":"Status: up to date"}"#), Some(What::Said("Status: up to date".into())));
    }

    #[test]
    fn what_is_sent_is_told_apart_by_its_size() {
        let of = |json: &str| sent_on(serde_json::from_str(json).expect("as an engine writes it"));
        let layer = of(r#"{"status":"Pushing","id":"aa11","progressDetail":{"current":5,"total":9}}"#);
        let progress = Progress { part: "layer of 9 bytes".into(), doing: "Pushing".into(), current: 5, total: 9 };
        assert_eq!(layer, Some(What::Progress(progress)));
        assert_eq!(of(r#"{"status":"Preparing","progressDetail":{}}"#), Some(What::Said("Preparing".into())));
    }
}
