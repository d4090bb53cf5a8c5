//! The hooks of a service: commands in its containers, and, before they start, in containers of their own.

use super::body::{Found, Wanted, body};
use super::output::Chunks;
use super::perform::Work;
use super::{Engine, EngineError, Exec, Licence, Streams};
use crate::event::What;
use crate::model::{Hook, Service};
use crate::plan::{AnonymousVolumes, Occasion, labels};
use crate::value::{ContainerId, Name};
use bollard::errors::Error as Fault;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptionsBuilder, StartContainerOptions, WaitContainerOptions};
use futures_util::StreamExt;

/// How much of what a failed hook said is shown.
const LAST_LINES: usize = 10;

/// Which hook.
pub(super) struct WhichHook<'a> {
    pub service: &'a Name,
    pub occasion: Occasion,
    pub index: usize,
}

impl Engine {
    /// Runs one hook to its end.
    pub(super) async fn hook(
        &self,
        work: &Work<'_>,
        which: &WhichHook<'_>,
        container: &ContainerId,
    ) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("'{}' has no such {}", which.service, which.occasion));
        let service = work.project.services.get(which.service).ok_or_else(missing)?;
        let hook = which.occasion.hooks(service).get(which.index).ok_or_else(missing)?;
        match which.occasion {
            Occasion::PreStart => self.hook_before(work, (service, hook, which), container).await,
            Occasion::PostStart | Occasion::PreStop => self.hook_inside(work, (hook, which), container).await,
        }
    }

    async fn hook_inside(
        &self,
        work: &Work<'_>,
        (hook, which): (&Hook, &WhichHook<'_>),
        container: &ContainerId,
    ) -> Result<(), EngineError> {
        let exec = inside(hook);
        let id = self.exec(container, &exec).await?;
        let streams = self.start_exec(&id, &exec).await?;
        let log = tell_all(work, streams.output).await?;
        // Dropped only now: an engine that hears that we are gone says no more.
        drop(streams.input);
        let code = self.exec_ended(&id).await?;
        if code == 0 { Ok(()) } else { Err(failed((hook, which), code, (log, None))) }
    }

    /// Runs the command of a hook in a container that runs; gives its exit code and what it said.
    pub async fn run_hook(&self, _: Licence, id: &ContainerId, hook: &Hook) -> Result<(i64, String), EngineError> {
        let exec = inside(hook);
        let made = self.exec(id, &exec).await?;
        let Streams { mut output, input } = self.start_exec(&made, &exec).await?;
        let mut said = Vec::new();
        while let Some(piece) = output.next().await {
            said.extend(piece?.bytes);
        }
        drop(input);
        let code = self.exec_ended(&made).await?;
        Ok((code, String::from_utf8_lossy(&said).into_owned()))
    }

    /// A hook in a container of its own, which has the volumes and networks of the service's container. It is kept when
    /// it fails, so that one can look at it, until the next run.
    async fn hook_before(
        &self,
        work: &Work<'_>,
        (service, hook, which): (&Service, &Hook, &WhichHook<'_>),
        container: &ContainerId,
    ) -> Result<(), EngineError> {
        let peers = self.peers(work.project, &service.name).await?;
        let wanted = Wanted { project: work.project, service, number: 1, name: "", one_off: None, peers: &peers };
        let body = helper(body(&wanted, &Found::default())?, &wanted, hook, container);
        let options = service.platform.as_ref().map(|name| CreateContainerOptionsBuilder::new().platform(name).build());
        let answer = self.patient().create_container(options, body).await;
        let id = ContainerId::new(answer.map_err(|fault| self.sorted(fault))?.id);
        let said = self.attach(&id).await?;
        let started = self.patient().start_container(id.as_str(), None::<StartContainerOptions>).await;
        if let Err(fault) = started {
            self.remove(&id, AnonymousVolumes::Remove).await?;
            return Err(self.sorted(fault));
        }
        let log = tell_all(work, said).await?;
        match self.ended(&id).await? {
            0 => self.remove(&id, AnonymousVolumes::Remove).await,
            code => Err(failed((hook, which), code, (log, Some(id)))),
        }
    }

    /// The exit code of a container, when it has ended.
    async fn ended(&self, id: &ContainerId) -> Result<i64, EngineError> {
        let mut answer = Box::pin(self.patient().wait_container(id.as_str(), None::<WaitContainerOptions>));
        match answer.next().await {
            Some(Ok(ended)) => Ok(ended.status_code),
            Some(Err(Fault::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(fault)) => Err(self.sorted(fault)),
            None => Err(EngineError::Garbled { message: "it does not say how a container ended".into() }),
        }
    }
}

/// The request for a container of a hook: that of the service, with the hook's command, and the volumes of the
/// container that is about to start.
fn helper(
    service: ContainerCreateBody,
    wanted: &Wanted<'_>,
    hook: &Hook,
    container: &ContainerId,
) -> ContainerCreateBody {
    let mut host = service.host_config.unwrap_or_default();
    host.binds = None;
    host.mounts = None;
    host.port_bindings = None;
    host.restart_policy = None;
    host.volumes_from = Some(vec![container.as_str().to_owned()]);
    host.privileged = hook.privileged.then_some(true).or(host.privileged);
    let mut environment = service.env.unwrap_or_default();
    environment.extend(variables(hook));
    let mut networking = service.networking_config;
    for endpoint in networking.iter_mut().flat_map(|all| all.endpoints_config.iter_mut().flatten()) {
        // An address or a name of the container itself is taken.
        endpoint.1.ipam_config = None;
        endpoint.1.mac_address = None;
        endpoint.1.aliases.get_or_insert_default().retain(|name| *name != wanted.final_name());
    }
    ContainerCreateBody {
        cmd: hook.command.clone(),
        env: (!environment.is_empty()).then_some(environment),
        exposed_ports: None,
        healthcheck: None,
        host_config: Some(host),
        image: hook.image.clone().or(service.image),
        labels: Some(labels::of_helper(wanted.project, wanted.service).into_iter().collect()),
        networking_config: networking,
        user: hook.user.clone().or(service.user),
        working_dir: hook.working_dir.clone().or(service.working_dir),
        entrypoint: service.entrypoint.filter(|_| hook.image.is_none()),
        hostname: None,
        ..service
    }
}

/// What a hook sets; what has no value is left to the container.
/// The command of a hook, for a container that runs.
fn inside(hook: &Hook) -> Exec {
    Exec {
        command: hook.command.clone().unwrap_or_default(),
        environment: variables(hook),
        user: hook.user.clone(),
        working_dir: hook.working_dir.clone(),
        privileged: hook.privileged,
        ..Exec::default()
    }
}

fn variables(hook: &Hook) -> Vec<String> {
    let set = hook.environment.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    set.map(|(name, value)| format!("{name}={value}")).collect()
}

/// Tells each line that is said, and gives the last ones.
async fn tell_all(work: &Work<'_>, mut said: Chunks) -> Result<Vec<String>, EngineError> {
    let (mut last, mut rest) = (Vec::new(), Vec::new());
    while let Some(chunk) = said.next().await {
        rest.extend(chunk?.bytes);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            tell(work, &mut last, &line);
        }
    }
    tell(work, &mut last, &rest);
    Ok(last)
}

fn tell(work: &Work<'_>, last: &mut Vec<String>, line: &[u8]) {
    let line = String::from_utf8_lossy(line).trim_end().to_owned();
    if line.is_empty() {
        return;
    }
    (work.report)(What::Said(line.clone()));
    if last.len() == LAST_LINES {
        last.remove(0);
    }
    last.push(line);
}

fn failed(
    (hook, which): (&Hook, &WhichHook<'_>),
    code: i64,
    (log, kept): (Vec<String>, Option<ContainerId>),
) -> EngineError {
    EngineError::HookFailed {
        service: which.service.clone(),
        occasion: which.occasion,
        index: which.index,
        program: hook.command.iter().flatten().next().cloned().unwrap_or_default(),
        code,
        log,
        kept: kept.map(|id| id.short().to_owned()),
    }
}
