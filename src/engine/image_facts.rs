//! [`Engine::image_facts`]: what an image says of the containers that are made of it.

use super::{Engine, EngineError, if_there};
use crate::model::{HealthTest, Healthcheck, ImageFacts};
use crate::value::{ImageName, Timespan};
use bollard::models::{HealthConfig, ImageConfig};
use std::time::Duration;

impl Engine {
    /// What the image of this name says; nothing when it is not here. No image is fetched.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn image_facts(&self, name: &ImageName) -> Result<Option<ImageFacts>, EngineError> {
        let answer = self.docker.inspect_image(name.as_str()).await.map_err(|fault| self.sorted(fault));
        Ok(if_there(answer)?.map(|image| facts(image.config.unwrap_or_default())))
    }
}

fn facts(config: ImageConfig) -> ImageFacts {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    // An engine has them in no order.
    let sorted = |texts: Option<Vec<String>>| {
        let mut texts = texts.unwrap_or_default();
        texts.sort();
        texts
    };
    ImageFacts {
        ports: sorted(config.exposed_ports),
        user: text(config.user),
        healthcheck: config.healthcheck.and_then(check),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        stop_signal: text(config.stop_signal),
        volumes: sorted(config.volumes),
    }
}

/// A health check that asks something; what it does not say, the engine knows.
fn check(config: HealthConfig) -> Option<Healthcheck> {
    let time = |nanoseconds: Option<i64>| {
        let nanoseconds = nanoseconds.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0);
        nanoseconds.map(|count| Timespan::from(Duration::from_nanos(count)))
    };
    let check = Healthcheck {
        test: config.test.unwrap_or_default(),
        timeout: time(config.timeout),
        interval: time(config.interval),
        retries: config.retries.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0),
        start_period: time(config.start_period),
        start_interval: time(config.start_interval),
        disable: false,
    };
    let asks = matches!(check.test(), HealthTest::Command([_, ..]) | HealthTest::Shell(_));
    asks.then_some(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> ImageFacts {
        facts(serde_json::from_str(json).expect("as an engine writes it"))
    }

    #[test]
    fn what_an_image_says_is_read() {
        let facts = of(
            r#"{"User":"1000","ExposedPorts":{"80/tcp":{},"53/udp":{}},"Volumes":{"/data":{}},"Cmd":["serve"],
            "Entrypoint":["/start"],"StopSignal":"SIGQUIT","Healthcheck":{"Test":["CMD","check"],"Interval":5000000000}}"#,
        );
        assert_eq!((facts.user.as_deref(), facts.stop_signal.as_deref()), (Some("1000"), Some("SIGQUIT")));
        assert_eq!((facts.ports, facts.volumes), (vec!["53/udp".into(), "80/tcp".into()], vec!["/data".to_owned()]));
        assert_eq!((facts.entrypoint, facts.command), (vec!["/start".to_owned()], vec!["serve".to_owned()]));
        let check = facts.healthcheck.expect("it asks");
        assert_eq!((check.test, check.interval), (vec!["CMD".into(), "check".into()], "5s".parse().ok()));
        assert_eq!((check.timeout, check.retries, check.disable), (None, None, false));
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        let empty = r#"{"User":"","ExposedPorts":null,"Volumes":null,"Healthcheck":{"Test":["NONE"]},"StopSignal":""}"#;
        assert_eq!(of(empty), ImageFacts::default());
        assert_eq!(of("{}"), ImageFacts::default());
    }
}
