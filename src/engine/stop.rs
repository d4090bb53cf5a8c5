//! Stops a container: its stop signal, its grace, then SIGKILL.
//!
//! The engine's call knows whole seconds only. A grace with a fraction is rounded up there, so that nobody ever kills at
//! once where half a second was asked for, and the rest is cut off from here.

use super::perform::gone_is_fine;
use super::{Engine, EngineError};
use crate::model::Project;
use crate::plan::labels;
use crate::value::{ContainerId, Signal, Timespan};
use bollard::models::ContainerConfig;
use bollard::query_parameters::{InspectContainerOptions, StopContainerOptionsBuilder};
use std::pin::pin;
use std::time::Duration;

impl Engine {
    /// Stops a container; one that is gone is no fault. The grace that is not given is what it was created with.
    pub(super) async fn stop(
        &self,
        project: &Project,
        id: &ContainerId,
        grace: Option<Duration>,
    ) -> Result<(), EngineError> {
        let grace = match grace {
            Some(grace) => Some(grace),
            None => self.fraction_of(project, id).await?,
        };
        let options = StopContainerOptionsBuilder::new();
        let options = grace.map_or(options.clone(), |grace| options.t(whole_seconds(grace))).build();
        let docker = self.patient();
        let mut stopping = pin!(docker.stop_container(id.as_str(), Some(options)));
        let answer = match grace.filter(|grace| grace.subsec_nanos() > 0) {
            None => stopping.await,
            Some(grace) => {
                if let Ok(answer) = tokio::time::timeout(grace, &mut stopping).await {
                    answer
                } else {
                    // The engine does it in the end if this fails.
                    drop(self.kill(id, &Signal::kill()).await);
                    stopping.await
                }
            }
        };
        gone_is_fine(answer.map_err(|fault| self.sorted(fault)))
    }

    /// The grace that a container was created with, when it has a fraction that the engine does not keep.
    async fn fraction_of(&self, project: &Project, id: &ContainerId) -> Result<Option<Duration>, EngineError> {
        if !project.services.values().any(|service| service.stop_grace_period.is_some_and(has_fraction)) {
            return Ok(None);
        }
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        match answer.map_err(|fault| self.sorted(fault)) {
            Ok(container) => Ok(container.config.and_then(|config| kept(project, config))),
            other => gone_is_fine(other.map(drop)).map(|()| None),
        }
    }
}

/// The grace that the service says now, if the container was created with it: by us, or by Compose, which cuts it off.
fn kept(project: &Project, container: ContainerConfig) -> Option<Duration> {
    let service = container.labels?.remove(labels::SERVICE)?;
    let service = project.services.values().find(|one| one.name.as_str() == service)?;
    let grace = service.stop_grace_period.filter(|grace| has_fraction(*grace))?;
    let cut_off = grace.nanoseconds() / NANOSECONDS;
    let timeout = container.stop_timeout?;
    (timeout == timeout_of(grace) || timeout == cut_off).then(|| grace.duration())
}

const NANOSECONDS: i64 = 1_000_000_000;

fn has_fraction(grace: Timespan) -> bool {
    grace.nanoseconds() > 0 && grace.nanoseconds() % NANOSECONDS != 0
}

/// The grace as the engine keeps it; a negative one has no end.
pub(super) fn timeout_of(grace: Timespan) -> i64 {
    if grace.nanoseconds() < 0 {
        return (grace.nanoseconds() / NANOSECONDS).min(-1);
    }
    whole_seconds(grace.duration()).into()
}

/// Seconds as the engine takes them: a part of a second counts as a whole one, since 0 means at once.
fn whole_seconds(time: Duration) -> i32 {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_part_of_a_second_is_not_zero() {
        assert_eq!(whole_seconds(Duration::from_millis(500)), 1);
        assert_eq!(whole_seconds(Duration::ZERO), 0);
        assert_eq!(whole_seconds(Duration::from_secs(10)), 10);
        assert_eq!(whole_seconds(Duration::MAX), i32::MAX);
    }

    #[test]
    fn a_negative_grace_has_no_end() {
        let timeout = |text: &str| timeout_of(text.parse().expect("a time"));
        assert_eq!([timeout("-1s"), timeout("-5ms"), timeout("0s"), timeout("1500ms")], [-1, -1, 0, 2]);
    }

    #[test]
    fn a_fraction_is_kept_where_the_container_was_created_with_it() {
        let project = crate::testing::project("services: {web: {image: x, stop_grace_period: 1500ms}}");
        let grace = |timeout: i64, service: &str| {
            let labels = HashMap::from([(labels::SERVICE.to_owned(), service.to_owned())]);
            let config = ContainerConfig { labels: Some(labels), stop_timeout: Some(timeout), ..Default::default() };
            kept(&project, config)
        };
        let exact = Some(Duration::from_millis(1500));
        assert_eq!([grace(2, "web"), grace(1, "web"), grace(5, "web"), grace(2, "db")], [exact, exact, None, None]);
    }
}
