//! `hoist convert`: the project as manifests for Kubernetes, and a report of what became of each key.

mod folder;
mod validation;

use super::findings::Format;
use super::{Context, Exit};
use crate::document::Origins;
use crate::kubernetes::{
    Cluster, Converted, Existing, Expose, Fate, KubeVersion, Options, Secrets, Security, convert, validate,
};
use crate::load::Manifests;
use crate::render::{Conversion, conversion_json, conversion_table};
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// What a file that this command wrote begins with; no other file is written over.
const HEADING: &str = "# Made by 'hoist convert'.\n";

/// Turn the project into manifests for Kubernetes
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// Where to: a folder, a file that ends in '.yaml', or '-' for standard output
    #[arg(short, long, value_name = "PATH", default_value = "-")]
    output: PathBuf,
    /// Look at these manifests instead: files, folders, or '-' for standard input; what a cluster would refuse is shown
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "output")]
    validate: Vec<PathBuf>,
    /// Object that the cluster has already, such as 'secret/db'; repeat it for several
    #[arg(long, value_name = "KIND/NAME")]
    existing: Vec<Existing>,
    /// How to print what '--validate' finds
    #[arg(long, value_enum, default_value_t = Format::Human, requires = "validate")]
    format: Format,
    /// Release of the cluster, from 1.33 to 1.37
    #[arg(long, value_name = "VERSION", default_value_t)]
    kube_version: KubeVersion,
    /// Namespace of all objects [default: the project's name]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    /// Profile to activate; repeat it for several, '*' means all
    #[arg(long = "profile", value_name = "PROFILE")]
    pub profiles: Vec<String>,
    /// How published ports are reached from outside
    #[arg(long, value_enum, default_value_t = ExposeBy::None)]
    expose: ExposeBy,
    /// What becomes of secrets
    #[arg(long, value_enum, default_value_t = SecretsAs::Generator)]
    secrets: SecretsAs,
    /// Level of Pod Security to aim at [default: the strictest that each service can be given]
    #[arg(long, value_enum)]
    security: Option<Level>,
    /// What is told of the keys of the files
    #[arg(long, value_enum, default_value_t = Report::Losses)]
    report: Report,
    /// Fail when a key is approximated or dropped
    #[arg(long, value_enum, value_name = "FATE")]
    fail_on: Option<FailOn>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Report {
    /// Keys that are not exact, and a summary
    Losses,
    /// All keys
    Table,
    /// One object with all keys; on standard output when the manifests go elsewhere
    Json,
    /// Nothing
    None,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FailOn {
    /// A key is approximated or dropped
    Approximated,
    /// A key is dropped
    Dropped,
}

impl Convert {
    pub fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let cluster = Cluster { version: self.kube_version, existing: self.existing.clone() };
        if !self.validate.is_empty() {
            return validation::run(&self.validate, &cluster, self.format, context);
        }
        let loaded = context.load(&[])?;
        let converted = convert(&loaded, &[], &self.options());
        let output = context.output();
        output.diagnostics(&converted.diagnostics, &loaded.sources, &loaded.origins);
        if converted.diagnostics.has_errors() || !is_accepted(&converted, &cluster, context) {
            return Ok(Exit::FAILED);
        }
        self.write(&converted, context)?;
        let view = Conversion { rows: &converted.rows, sources: &loaded.sources };
        match self.report {
            Report::None => {}
            Report::Losses => output.say(conversion_table(view, Fate::Approximated).trim_end()),
            Report::Table => output.say(conversion_table(view, Fate::Exact).trim_end()),
            Report::Json if self.is_stream() => output.say(&format!("{:#}", conversion_json(view))),
            Report::Json => output.data(&format!("{:#}\n", conversion_json(view))),
        }
        Ok(if self.fails(&converted) { Exit::FAILED } else { Exit::DONE })
    }

    fn options(&self) -> Options {
        Options {
            version: self.kube_version,
            namespace: self.namespace.clone(),
            expose: self.expose.into(),
            secrets: self.secrets.into(),
            security: self.security.map(Into::into),
        }
    }

    fn is_stream(&self) -> bool {
        self.output == Path::new("-")
    }

    fn write(&self, converted: &Converted, context: &Context) -> anyhow::Result<()> {
        if self.is_stream() {
            context.output().data(&converted.stream());
            return Ok(());
        }
        let path = context.working_directory().join(&self.output);
        let is_file = path.extension().is_some_and(|end| end == "yaml" || end == "yml") && !path.is_dir();
        if is_file {
            return write_file(&path, &converted.stream());
        }
        for stale in folder::write(&path, &converted.manifests)? {
            let help = "remove it, if the cluster does not need it any more";
            context.output().warn(&format!("'{stale}' was written before, and would not be now"), Some(help));
        }
        Ok(())
    }

    fn fails(&self, converted: &Converted) -> bool {
        let least = match self.fail_on {
            None => return false,
            Some(FailOn::Approximated) => Fate::Approximated,
            Some(FailOn::Dropped) => Fate::Dropped,
        };
        converted.rows.iter().any(|row| row.fate >= least)
    }
}

/// Whether a cluster would take what was made; what it would refuse is shown.
fn is_accepted(converted: &Converted, cluster: &Cluster, context: &Context) -> bool {
    let mut manifests = Manifests::default();
    for manifest in &converted.manifests {
        manifests.add(manifest.file_name().into(), manifest.text());
    }
    let mut all = manifests.faults;
    all.push_all(validate(&manifests.documents, cluster));
    context.output().diagnostics(&all, &manifests.sources, &Origins::default());
    !all.has_errors()
}

/// Writes a file of ours; one that somebody else made is left alone.
fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(known) if !known.is_empty() && !known.starts_with(HEADING) => {
            anyhow::bail!("'{shown}' was not made by 'hoist convert': name another file, or remove it")
        }
        _ => std::fs::write(path, format!("{HEADING}{text}")).with_context(|| format!("'{shown}' cannot be written")),
    }
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
