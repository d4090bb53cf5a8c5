//! Pulls images.

use super::{Engine, EngineError, credentials};
use crate::event::{Progress, What};
use crate::value::ImageName;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;

impl Engine {
    /// Fetches an image with the credentials of the docker client, and reports each layer.
    pub(super) async fn pull(
        &self,
        image: &ImageName,
        platform: Option<&str>,
        report: &(dyn Fn(What) + Sync),
    ) -> Result<(), EngineError> {
        let (name, tag) = image.split();
        let mut options = CreateImageOptionsBuilder::new().from_image(name).tag(tag);
        if let Some(platform) = platform.or(self.host.platform.as_deref()) {
            options = options.platform(platform);
        }
        let credentials = credentials::for_registry(&self.host.config, image.registry()).await;
        let mut layers = self.patient().create_image(Some(options.build()), None, credentials).boxed();
        while let Some(layer) = layers.next().await {
            let layer = layer.map_err(|fault| explained(image, self.sorted(fault)))?;
            if let Some(what) = moved_on(layer) {
                report(what);
            }
        }
        Ok(())
    }
}

fn moved_on(layer: CreateImageInfo) -> Option<What> {
    let doing = layer.status?;
    let Some(part) = layer.id else { return Some(What::Said(doing)) };
    let detail = layer.progress_detail.unwrap_or_default();
    let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    Some(What::Progress(Progress { part, doing, current: bytes(detail.current), total: bytes(detail.total) }))
}

fn explained(image: &ImageName, error: EngineError) -> EngineError {
    match reason(image, &error) {
        Some((message, help)) => EngineError::PullFailed { image: image.clone(), message, help },
        None => error,
    }
}

/// The many ways in which engines say that there is no such image, no right to it, or no way to its registry; with what
/// to do about it. Nothing for a fault of the engine itself.
pub(super) fn reason(image: &ImageName, error: &EngineError) -> Option<(String, String)> {
    let said = match error {
        EngineError::NotFound { message } | EngineError::Refused { message, .. } => message.clone(),
        _ => return None,
    };
    let registry = image.registry();
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    Some(
        if has(&["manifest unknown", "not found: manifest", "no such image", "repository does not exist"])
            || (lower.contains("manifest for") && lower.contains("not found"))
        {
            (format!("{registry} does not have it"), "check name and tag; a private image needs 'docker login'".into())
        } else if has(&["no match for platform", "no matching manifest"]) {
            let help = "set 'platform:' to one that the image has, or use another tag".into();
            (format!("{registry} does not have it for this platform"), help)
        } else if has(&["unauthorized", "access denied", "authentication required", "no basic auth", "forbidden"]) {
            (
                format!("{registry} does not let you have it"),
                format!("check the name, and run 'docker login {registry}'"),
            )
        } else if has(&["toomanyrequests", "rate limit"]) {
            (format!("{registry} limits how often you may pull"), format!("run 'docker login {registry}', or wait"))
        } else if has(&[
            "no such host",
            "connection refused",
            "i/o timeout",
            "timeout",
            "network is unreachable",
            "temporary failure",
            "server misbehaving",
            "no route to host",
            "context canceled",
            "eof",
        ]) {
            let help = "is the engine online? an image that is there already is used without a pull".into();
            (format!("{registry} cannot be reached ({})", last_words(&said)), help)
        } else {
            (said, "check name and tag".into())
        },
    )
}

/// Go chains its errors from the outermost to the innermost.
fn last_words(message: &str) -> &str {
    message.rsplit(": ").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> String {
        let image = "redis:nope".parse().expect("a name");
        explained(&image, EngineError::Refused { status: 500, message: words.into() }).to_string()
    }

    #[test]
    fn a_failed_pull_says_whether_the_image_or_the_way_is_missing() {
        assert_eq!(
            said("manifest for redis:nope not found: manifest unknown: manifest unknown"),
            "image 'redis:nope' could not be pulled: docker.io does not have it"
        );
        assert_eq!(
            said(r#"Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host"#),
            "image 'redis:nope' could not be pulled: docker.io cannot be reached (no such host)"
        );
        assert_eq!(
            said("pull access denied for redis, repository does not exist or may require 'docker login'"),
            "image 'redis:nope' could not be pulled: docker.io does not have it"
        );
    }

    #[test]
    fn a_layer_is_a_part_and_the_rest_is_said() {
        let of = |json: &str| moved_on(serde_json::from_str(json).expect("as an engine writes it"));
        let layer = of(r#"{"status":"Downloading","id":"aa11","progressDetail":{"current":5,"total":9}}"#);
        let progress = Progress { part: "aa11".into(), doing: "Downloading".into(), current: 5, total: 9 };
        assert_eq!(layer, Some(What::Progress(progress)));
        assert_eq!(of(r#"{"status":"Status: up to date"}"#), Some(What::Said("Status: up to date".into())));
    }
}
