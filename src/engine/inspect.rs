//! [`Engine::inspect`]: one container in full, as far as waiting needs it.

use super::{Engine, EngineError};
use crate::model::HealthTest;
use crate::plan::{Facts, Health, State};
use crate::value::{ContainerId, Moment};
use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status, HealthConfig,
    HealthStatusEnum as Verdict, RestartPolicy, RestartPolicyNameEnum,
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
    /// What it does. `probed` and `steady` are false: the engine does not know of probes of ours, nor what time it is.
    pub facts: Facts,
    /// How it is asked whether it works; nothing without a health check.
    pub healthcheck: Option<HealthProbe>,
    /// The engine's last probe since it started.
    pub last_probe: Option<LastProbe>,
    /// When it was started last, as RFC 3339; empty when it never was.
    pub started_at: String,
    /// How long its last run took, up to its end; nothing while it runs and before it ever ran.
    pub last_run: Option<Duration>,
    /// Whether its last end was for want of memory.
    pub out_of_memory: bool,
    /// What the engine says of why it could not be started; empty when nothing is.
    pub fault: String,
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

/// How a container is asked to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopping {
    /// The time that it has. Default 10 s.
    pub grace: Duration,
    /// The signal. Default `SIGTERM`.
    pub signal: String,
    /// Whether an init process passes signals on.
    pub init: bool,
}

const USUAL_GRACE: i64 = 10;
const USUAL_TIME: Duration = Duration::from_secs(30);

impl Engine {
    /// Looks at one container.
    pub async fn inspect(&self, id: &ContainerId) -> Result<Inspected, EngineError> {
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        Ok(inspected(id, answer.map_err(|fault| self.sorted(fault))?))
    }

    /// How a container is asked to end.
    pub async fn stopping(&self, id: &ContainerId) -> Result<Stopping, EngineError> {
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        Ok(stopping(answer.map_err(|fault| self.sorted(fault))?))
    }
}

fn stopping(answer: ContainerInspectResponse) -> Stopping {
    let config = answer.config.unwrap_or_default();
    let seconds = config.stop_timeout.unwrap_or(USUAL_GRACE);
    Stopping {
        // A container may be given for ever.
        grace: u64::try_from(seconds).map_or(Duration::MAX, Duration::from_secs),
        signal: config.stop_signal.filter(|signal| !signal.is_empty()).unwrap_or_else(|| "SIGTERM".into()),
        init: answer.host_config.and_then(|host| host.init) == Some(true),
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
            restarts: answer.restart_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
            last_exit: state.exit_code.unwrap_or(0),
            gives_up: answer.host_config.and_then(|host| host.restart_policy).is_some_and(|policy| gives_up(&policy)),
            steady: false,
        },
        healthcheck,
        last_probe: last_probe(&state),
        last_run: last_run(&state),
        out_of_memory: state.oom_killed == Some(true),
        fault: state.error.unwrap_or_default(),
        started_at: state.started_at.filter(|moment| !moment.starts_with("0001-")).unwrap_or_default(),
    }
}

fn gives_up(policy: &RestartPolicy) -> bool {
    policy.name == Some(RestartPolicyNameEnum::ON_FAILURE) && policy.maximum_retry_count.is_some_and(|count| count > 0)
}

fn last_run(state: &ContainerState) -> Option<Duration> {
    let moment = |text: &Option<String>| text.as_deref()?.parse::<Moment>().ok();
    moment(&state.finished_at)?.since(moment(&state.started_at)?)
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
    fn a_container_that_says_nothing_has_ten_seconds_after_sigterm() {
        let of = |json: &str| stopping(serde_json::from_str(json).expect("as an engine writes it"));
        let usual = Stopping { grace: Duration::from_secs(10), signal: "SIGTERM".into(), init: false };
        assert_eq!(of(r#"{"Config":{}}"#), usual);
        let own = of(r#"{"Config":{"StopTimeout":3,"StopSignal":"SIGINT"},"HostConfig":{"Init":true}}"#);
        assert_eq!(own, Stopping { grace: Duration::from_secs(3), signal: "SIGINT".into(), init: true });
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
    fn how_it_ended_is_told_with_how_often() {
        let seen = inspected(
            r#"{"RestartCount":4,"HostConfig":{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":9}},
            "State":{"Status":"restarting","ExitCode":137,"OOMKilled":true,
            "StartedAt":"2026-11-29T10:00:00Z","FinishedAt":"2026-11-29T10:00:01.5Z"}}"#,
        );
        assert_eq!((seen.facts.restarts, seen.facts.last_exit, seen.facts.gives_up), (4, 137, true));
        assert_eq!((seen.out_of_memory, seen.last_run), (true, Some(Duration::from_millis(1500))));
    }

    #[test]
    fn a_container_without_a_check_has_no_health() {
        for config in [r#"{"Healthcheck":{"Test":["NONE"]}}"#, "{}"] {
            let seen = inspected(&format!(r#"{{"Name":"/x","State":{{"Status":"running"}},"Config":{config}}}"#));
            assert_eq!((seen.name.as_str(), seen.facts.health, seen.healthcheck), ("x", None, None));
        }
    }
}
