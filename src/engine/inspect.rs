//! [`Engine::inspect`]: one container in full, as far as waiting needs it.

use super::{Engine, EngineError};
use crate::model::HealthTest;
use crate::plan::{Facts, Health, State};
use crate::value::ContainerId;
use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status, HealthConfig,
    HealthStatusEnum as Verdict,
};
use bollard::query_parameters::InspectContainerOptions;
use std::time::Duration;

/// A container, as far as waiting needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Its id.
    pub id: ContainerId,
    /// Its name, without the leading slash.
    pub name: String,
    /// What it does. `probed` is false: the engine does not know of probes of ours.
    pub facts: Facts,
    /// How it is asked whether it works; nothing without a health check.
    pub healthcheck: Option<HealthProbe>,
    /// The engine's last probe since it started.
    pub last_probe: Option<LastProbe>,
    /// When it was started last, as RFC 3339; empty when it never was.
    pub started_at: String,
}

/// A health check, merged by the engine from image and service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthProbe {
    /// The command with its arguments, ready to be executed in the container.
    pub command: Vec<String>,
    /// After this long a probe counts as failed. Default 30 s.
    pub timeout: Duration,
}

/// What came of a probe of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastProbe {
    /// The exit code; 0 is success.
    pub exit_code: i64,
    /// What it said, at most 4 KiB.
    pub output: String,
}

const USUAL_TIME: Duration = Duration::from_secs(30);

impl Engine {
    /// Looks at one container.
    pub async fn inspect(&self, id: &ContainerId) -> Result<Inspected, EngineError> {
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        Ok(inspected(id, answer.map_err(|fault| self.sorted(fault))?))
    }
}

fn inspected(id: &ContainerId, answer: ContainerInspectResponse) -> Inspected {
    let state = answer.state.unwrap_or_default();
    let config = answer.config.unwrap_or_default();
    let healthcheck = config.healthcheck.as_ref().and_then(|check| probe(check, &config));
    Inspected {
        id: answer.id.map_or_else(|| id.clone(), ContainerId::new),
        name: answer.name.unwrap_or_default().trim_start_matches('/').to_owned(),
        facts: Facts {
            state: what_it_does(&state),
            health: healthcheck.as_ref().map(|_| verdict(&state)),
            probed: false,
        },
        healthcheck,
        last_probe: last_probe(&state),
        started_at: state.started_at.filter(|moment| !moment.starts_with("0001-")).unwrap_or_default(),
    }
}

fn what_it_does(state: &ContainerState) -> State {
    match state.status {
        Some(Status::RUNNING | Status::STOPPING) => State::Running,
        Some(Status::PAUSED) => State::Paused,
        Some(Status::RESTARTING) => State::Restarting,
        Some(Status::EXITED) => State::Exited(state.exit_code.unwrap_or(0)),
        Some(Status::REMOVING) => State::Removing,
        Some(Status::DEAD) => State::Dead,
        Some(Status::CREATED | Status::EMPTY) | None => State::Created,
    }
}

fn verdict(state: &ContainerState) -> Health {
    match state.health.as_ref().and_then(|health| health.status) {
        Some(Verdict::HEALTHY) => Health::Healthy,
        Some(Verdict::UNHEALTHY) => Health::Unhealthy,
        _ => Health::Starting,
    }
}

fn probe(check: &HealthConfig, config: &ContainerConfig) -> Option<HealthProbe> {
    let test = check.test.as_deref().unwrap_or_default();
    let command = match HealthTest::of(test, false) {
        HealthTest::Disabled | HealthTest::Inherited => return None,
        HealthTest::Command(command) => command.to_vec(),
        HealthTest::Shell(line) => {
            let shell = config.shell.clone().filter(|shell| !shell.is_empty());
            let mut command = shell.unwrap_or_else(|| vec!["/bin/sh".into(), "-c".into()]);
            command.push(line.to_owned());
            command
        }
    };
    Some(HealthProbe { command, timeout: span(check.timeout).unwrap_or(USUAL_TIME) })
}

fn span(nanoseconds: Option<i64>) -> Option<Duration> {
    let nanoseconds = u64::try_from(nanoseconds?).ok().filter(|&nanoseconds| nanoseconds > 0)?;
    Some(Duration::from_nanos(nanoseconds))
}

fn last_probe(state: &ContainerState) -> Option<LastProbe> {
    let last = state.health.as_ref()?.log.as_ref()?.last()?;
    Some(LastProbe { exit_code: last.exit_code.unwrap_or(0), output: last.output.clone().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(json: &str) -> Inspected {
        super::inspected(&ContainerId::new("00"), serde_json::from_str(json).expect("as an engine writes it"))
    }

    #[test]
    fn a_shell_line_runs_in_the_shell_of_the_image() {
        let of = |shell: &str| {
            let config = format!(r#"{{"Config":{{{shell}"Healthcheck":{{"Test":["CMD-SHELL","true"]}}}}}}"#);
            inspected(&config).healthcheck.expect("a check").command
        };
        assert_eq!(of(""), ["/bin/sh", "-c", "true"]);
        assert_eq!(of(r#""Shell":["/bin/bash","-ec"],"#), ["/bin/bash", "-ec", "true"]);
    }

    #[test]
    fn what_is_not_set_is_as_the_engine_has_it() {
        let check = inspected(r#"{"Config":{"Healthcheck":{"Test":["CMD","a","b"],"Interval":0,"Timeout":1000000}}}"#)
            .healthcheck
            .expect("a check");
        assert_eq!(check.command, ["a", "b"]);
        assert_eq!(check.timeout, Duration::from_millis(1));
    }

    #[test]
    fn a_container_without_a_check_has_no_health() {
        for config in [r#"{"Healthcheck":{"Test":["NONE"]}}"#, "{}"] {
            let seen = inspected(&format!(r#"{{"Name":"/x","State":{{"Status":"running"}},"Config":{config}}}"#));
            assert_eq!((seen.name.as_str(), seen.facts.health, seen.healthcheck), ("x", None, None));
        }
    }
}
