//! [`Bare`]: the engine's own calls and nothing else, in the best order there is: what no tool can go below.

use anyhow::Context;
use bollard::Docker;
use bollard::models::{ContainerCreateBody, HostConfig, NetworkCreateRequest};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions, StopContainerOptions,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How many requests are under way at once: where this engine does the most work in a second.
const FAN_OUT: usize = 8;

/// Independent containers in one network, made without any tool.
pub struct Bare {
    runtime: Runtime,
    docker: Docker,
    name: &'static str,
    containers: usize,
}

impl Bare {
    /// So many containers, called as nothing else is.
    pub fn new(name: &'static str, containers: usize) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let docker = Docker::connect_with_defaults().context("cannot reach the engine")?;
        Ok(Self { runtime, docker, name, containers })
    }

    /// One network, then each container created and started.
    pub fn up(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.runtime.block_on(async {
            let network = NetworkCreateRequest { name: self.name.into(), ..NetworkCreateRequest::default() };
            self.docker.create_network(network).await?;
            self.each(async |name| {
                let options = CreateContainerOptionsBuilder::new().name(&name).build();
                self.docker.create_container(Some(options), self.body()).await?;
                self.docker.start_container(&name, None::<StartContainerOptions>).await
            })
            .await
        })?;
        Ok(began.elapsed())
    }

    /// Each container stopped and removed, then the network.
    pub fn down(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.runtime.block_on(async {
            self.each(async |name| {
                self.docker.stop_container(&name, None::<StopContainerOptions>).await?;
                let options = RemoveContainerOptionsBuilder::new().force(true).build();
                self.docker.remove_container(&name, Some(options)).await
            })
            .await?;
            self.docker.remove_network(self.name).await
        })?;
        Ok(began.elapsed())
    }

    async fn each<E>(&self, work: impl AsyncFn(String) -> Result<(), E>) -> Result<(), E> {
        let work = &work;
        let all = (1..=self.containers).map(|number| async move { work(format!("{}-s{number}-1", self.name)).await });
        stream::iter(all).buffer_unordered(FAN_OUT).try_collect().await
    }

    /// The same container as a service of [`crate::project::many`] gets.
    fn body(&self) -> ContainerCreateBody {
        let host = HostConfig { init: Some(true), network_mode: Some(self.name.into()), ..HostConfig::default() };
        ContainerCreateBody {
            image: Some("busybox".into()),
            cmd: Some(vec!["sleep".into(), "3600".into()]),
            host_config: Some(host),
            ..ContainerCreateBody::default()
        }
    }
}
