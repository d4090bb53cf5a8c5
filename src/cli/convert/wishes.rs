//! [`Wishes`]: the flags that say what the objects are to be like.

use super::super::Context;
use super::image;
use crate::kubernetes::name::Form;
use crate::kubernetes::{
    Bind, Cluster, DeployLabels, Expose, Images, Jobs, Liveness, NetworkPolicies, Options, Registry, Requests, Secrets,
    Security, Selector, Ulimits, Wait,
};
use crate::model::Project;
use crate::value::{ImageName, Invalid};

/// What the objects are to be like.
#[derive(Debug, clap::Args)]
pub(super) struct Wishes {
    /// Namespace of all objects [default: the project's name]
    #[arg(short, long, value_name = "NAME", value_parser = namespace)]
    namespace: Option<String>,
    /// How published ports are reached from outside
    #[arg(long, value_enum, default_value_t = ExposeBy::None)]
    expose: ExposeBy,
    /// What becomes of secrets
    #[arg(long, value_enum, default_value_t = SecretsAs::Generator)]
    secrets: SecretsAs,
    /// Level of Pod Security that all pods must meet [default: the strictest that each service can be given]
    #[arg(long, value_enum)]
    security: Option<Level>,
    /// What pods wait for before they start
    #[arg(long, value_enum, default_value_t = WaitFor::Conditions)]
    wait: WaitFor,
    /// Where services run that others wait for until they have ended
    #[arg(long, value_enum, default_value_t = JobsAs::Objects)]
    jobs: JobsAs,
    /// Image of the containers that wait for services, with 'sh', 'nc' and 'grep' [default: busybox:1.37]
    #[arg(long, value_name = "IMAGE", value_parser = image_name)]
    wait_image: Option<ImageName>,
    /// Where built images without a name of their own are fetched from, such as 'registry.example.com/team'
    #[arg(long, value_name = "PREFIX")]
    registry: Option<Registry>,
    /// Start containers anew when their health check fails, as a cluster can and Compose does not
    #[arg(long)]
    liveness: bool,
    /// Ask for 50m of a processor and 64Mi of memory where a service says nothing
    #[arg(long)]
    default_resources: bool,
    /// What selects pods: the label of Kompose, for Deployments that it made, since a selector cannot be changed
    #[arg(long, value_enum, value_name = "PEER")]
    selector_compat: Option<Peer>,
    /// Mount devices and folders of the system from the machine that a pod runs on, instead of leaving them out
    #[arg(long, value_enum, value_name = "WAY")]
    bind: Option<BindAs>,
    /// Set soft 'ulimits' before the command of a container runs, instead of leaving them out
    #[arg(long, value_enum, value_name = "WAY")]
    ulimits: Option<UlimitsBy>,
    /// Ask the engine what the images say (ports, user, health check, command, signal, volumes), and use it where the
    /// files say nothing; none is fetched
    #[arg(long)]
    inspect_images: bool,
    /// Run all pods that share this volume on one machine, so that a disk of one machine is enough; repeatable
    #[arg(long, value_name = "VOLUME")]
    colocate: Vec<String>,
    /// What 'deploy.labels' become on a workload
    #[arg(long, value_enum, value_name = "NOTES", default_value_t = DeployLabelsAs::Annotations)]
    deploy_labels: DeployLabelsAs,
    /// Whether networks become policies
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = PoliciesWhen::Auto)]
    network_policy: PoliciesWhen,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum PoliciesWhen {
    /// Each network that services are on
    Always,
    /// Where a project has two networks, or an internal one
    Auto,
    /// None does
    Never,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum DeployLabelsAs {
    /// Annotations, which may have any value
    Annotations,
    /// Labels, where Kubernetes takes them as such
    Labels,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ExposeBy {
    /// Not at all
    None,
    /// At a port of every node
    Nodeport,
    /// At an address of their own
    Loadbalancer,
    /// By name and path, through an Ingress controller
    Ingress,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SecretsAs {
    /// Objects of their own
    Generator,
    /// They stay where they stand
    Inline,
    /// Somebody else makes them
    External,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Level {
    /// As little as a pod can do with
    Restricted,
    /// No known way out of the pod
    Baseline,
    /// No limits
    Privileged,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WaitFor {
    /// What has to be healthy, or to have ended well
    Conditions,
    /// All that their services depend on
    All,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum JobsAs {
    /// In pods of their own
    Objects,
    /// In the pods of the one service that waits for them, before each start of it
    Inline,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Peer {
    /// io.kompose.service
    Kompose,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum BindAs {
    /// Volumes of that type, which only the 'privileged' level of Pod Security allows
    Hostpath,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum UlimitsBy {
    /// By a shell, which the image must have, where a service has an 'entrypoint'
    Shell,
}

impl Wishes {
    /// What the images of projects say, if it is asked for.
    pub async fn images<'p>(
        &self,
        context: &Context,
        projects: impl IntoIterator<Item = &'p Project>,
    ) -> anyhow::Result<Images> {
        if self.inspect_images { image::look(context, projects).await } else { Ok(Images::new()) }
    }

    /// What a conversion for this cluster is asked for, with what is known of the images.
    pub fn options(&self, cluster: &Cluster, images: Images) -> Options {
        Options {
            version: cluster.version,
            features: cluster.features.clone(),
            namespace: self.namespace.clone(),
            expose: self.expose.into(),
            secrets: self.secrets.into(),
            security: self.security.map(Into::into),
            wait: match self.wait {
                WaitFor::Conditions => Wait::Conditions,
                WaitFor::All => Wait::All,
            },
            jobs: match self.jobs {
                JobsAs::Objects => Jobs::Objects,
                JobsAs::Inline => Jobs::Inline,
            },
            wait_image: self.wait_image.clone(),
            registry: self.registry.clone(),
            liveness: if self.liveness { Liveness::All } else { Liveness::Asked },
            requests: if self.default_resources { Requests::Little } else { Requests::Written },
            selector: self.selector_compat.map_or(Selector::Recommended, |Peer::Kompose| Selector::Kompose),
            ulimits: self.ulimits.map_or(Ulimits::Nodes, |UlimitsBy::Shell| Ulimits::Shell),
            bind: self.bind.map_or(Bind::Judged, |BindAs::Hostpath| Bind::HostPath),
            images,
            colocate: self.colocate.iter().cloned().collect(),
            deploy_labels: match self.deploy_labels {
                DeployLabelsAs::Annotations => DeployLabels::Annotations,
                DeployLabelsAs::Labels => DeployLabels::Labels,
            },
            network_policy: match self.network_policy {
                PoliciesWhen::Always => NetworkPolicies::Always,
                PoliciesWhen::Auto => NetworkPolicies::Auto,
                PoliciesWhen::Never => NetworkPolicies::Never,
            },
        }
    }
}

/// Reads the name of a namespace.
fn namespace(text: &str) -> Result<String, String> {
    let form = Form::Label;
    if form.accepts(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("no namespace has such a name: {}", form.remedy()))
    }
}

/// Reads the name of an image that a cluster can fetch.
fn image_name(text: &str) -> Result<ImageName, Invalid> {
    let image: ImageName = text.parse()?;
    image.check()?;
    Ok(image)
}

impl From<ExposeBy> for Expose {
    fn from(by: ExposeBy) -> Self {
        match by {
            ExposeBy::None => Self::None,
            ExposeBy::Nodeport => Self::NodePort,
            ExposeBy::Loadbalancer => Self::LoadBalancer,
            ExposeBy::Ingress => Self::Ingress,
        }
    }
}

impl From<SecretsAs> for Secrets {
    fn from(secrets: SecretsAs) -> Self {
        match secrets {
            SecretsAs::Generator => Self::Generator,
            SecretsAs::Inline => Self::Inline,
            SecretsAs::External => Self::External,
        }
    }
}

impl From<Level> for Security {
    fn from(level: Level) -> Self {
        match level {
            Level::Restricted => Self::Restricted,
            Level::Baseline => Self::Baseline,
            Level::Privileged => Self::Privileged,
        }
    }
}
