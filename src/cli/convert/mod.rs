//! `hoist convert`: the project as manifests for Kubernetes, and a report of what became of each key.

mod destination;
mod folder;
mod image;
mod kustomize;
mod mask;
mod validation;
mod wishes;

use super::failure::Advised;
use super::findings::Format;
use super::{Context, Exit};
use crate::document::Origins;
use crate::kubernetes::{Cluster, Converted, Existing, Fate, Feature, KubeVersion, Traced, convert, trace, validate};
use crate::load::{Loaded, Manifests};
use crate::render::{Conversion, conversion_json, conversion_losses, conversion_table};
use destination::{Destination, Difference, Place, Secrecy};
use kustomize::{Part, Parts, Sources};
use std::path::{Path, PathBuf};
use wishes::Wishes;

/// The flags that say how a project is converted, which '--validate' does not do.
const OF_CONVERSION: [&str; 9] =
    ["output", "to", "overlay", "profiles", "check", "diff", "report", "fail_on", "Wishes"];

/// Turn the project into manifests for Kubernetes
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// Where to: a folder, a file that ends in '.yaml', or '-' for standard output
    #[arg(short, long, value_name = "PATH", default_value = "-")]
    output: PathBuf,
    /// What for
    #[arg(long, value_enum, default_value_t = Target::Kubernetes)]
    to: Target,
    /// File over the project that becomes an overlay, such as 'compose.prod.yaml'; repeat it for several
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Look at these manifests instead: files, folders, or '-' for standard input; what a cluster would refuse is shown
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = OF_CONVERSION)]
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
    /// Feature gate that the cluster has switched on, by the name that Kubernetes gives it; repeat it for several
    #[arg(long, value_name = "GATE")]
    feature: Vec<Feature>,
    /// Profile to activate; repeat it for several, '*' means all
    #[arg(long = "profile", value_name = "PROFILE")]
    pub profiles: Vec<String>,
    #[command(flatten)]
    wishes: Wishes,
    /// Write nothing, and fail when what was written before is not what the project becomes now
    #[arg(long)]
    check: bool,
    /// Write nothing, and show how what was written before differs from what the project becomes now
    #[arg(long)]
    diff: bool,
    /// What is told of the keys of the files
    #[arg(long, value_enum, default_value_t = Report::Losses)]
    report: Report,
    /// Fail when a key is approximated or dropped
    #[arg(long, value_enum, value_name = "FATE")]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    /// Manifests that 'kubectl apply' takes
    Kubernetes,
    /// A tree for Kustomize: a base, a component for each profile, an overlay for each override file
    Kustomize,
}

/// Whether what was written before is what the project becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    None,
    Found,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Report {
    /// Keys that are not exact, those first about which something can be done, and a summary
    Losses,
    /// All keys
    Table,
    /// One object with all keys, on standard output; when the manifests go there, it is the last on standard error
    Json,
    /// Nothing
    None,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FailOn {
    /// A key is approximated or dropped
    Approximated,
    /// A key is dropped that does something in Compose
    Dropped,
}

impl Convert {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let features = self.feature.iter().copied().collect();
        let cluster = Cluster { version: self.kube_version, features, existing: self.existing.clone() };
        if !self.validate.is_empty() {
            return validation::run(&self.validate, &cluster, self.format, context);
        }
        let place = self.place(context)?;
        if self.to == Target::Kustomize {
            return self.kustomize(&cluster, place, context).await;
        }
        if !self.overlay.is_empty() {
            return Err(Advised::new("manifests have no overlays", Some("add '--to kustomize'".to_owned())).into());
        }
        let mut loaded = context.load(&[])?;
        loaded.read_host_files();
        let images = self.wishes.images(context, [&loaded.project]).await?;
        let converted = convert(&loaded, &self.wishes.options(&cluster, images));
        let part = (&loaded, &converted);
        if !is_good(part, &cluster, context) {
            return Ok(Exit::FAILED);
        }
        let drift = if self.is_stream() {
            context.output().data(&converted.stream());
            Drift::None
        } else {
            let path = context.working_directory().join(&self.output);
            let destination = match place {
                Place::Folder => Destination::of_manifests(path, &converted.manifests)?,
                Place::Stream | Place::File => Destination::of_stream(path, place, &converted.stream()),
            };
            self.write(&destination, context)?
        };
        self.tell(part, context);
        Ok(if drift == Drift::Found || self.fails(&converted) { Exit::FAILED } else { Exit::DONE })
    }

    /// A tree of a base and what stands over it.
    async fn kustomize(&self, cluster: &Cluster, place: Place, context: &Context) -> anyhow::Result<Exit> {
        if place != Place::Folder {
            let help = "name a folder with '--output', such as '-o k8s'".to_owned();
            return Err(Advised::new("a tree for Kustomize needs a folder", Some(help)).into());
        }
        let sources = Sources::load(context, &self.overlay)?;
        let images = self.wishes.images(context, sources.projects()).await?;
        let parts = sources.convert(&self.wishes.options(cluster, images));
        let mut is_whole = true;
        for Part { loaded, converted, .. } in parts.all() {
            is_whole &= is_good((loaded, converted), cluster, context);
        }
        if !is_whole {
            return Ok(Exit::FAILED);
        }
        let folder = context.working_directory().join(&self.output);
        let tree = parts.tree();
        kustomize::tell(&tree.clashes, context);
        let drift = self.write(&Destination::of_files(folder, tree.files)?, context)?;
        self.tell_all(&parts, context);
        let fails = drift == Drift::Found || parts.all().any(|part| self.fails(&part.converted));
        Ok(if fails { Exit::FAILED } else { Exit::DONE })
    }

    /// The same for each part of a tree.
    fn tell_all(&self, parts: &Parts, context: &Context) {
        if self.report == Report::Json {
            let part = |Part { layer, loaded, converted }: &Part| {
                let view = Conversion { rows: &converted.rows, sources: &loaded.sources };
                serde_json::json!({"layer": layer, "report": conversion_json(view)})
            };
            let all: Vec<_> = parts.all().map(part).collect();
            return context.output().data(&format!("{:#}\n", serde_json::Value::from(all)));
        }
        for Part { layer, loaded, converted } in parts.all() {
            if let Some(layer) = layer.as_ref().filter(|_| self.report != Report::None) {
                context.output().say(&format!("with {layer}:"));
            }
            self.tell((loaded, converted), context);
        }
    }

    /// Tells what became of each key, as far as it is asked for.
    fn tell(&self, (loaded, converted): (&Loaded, &Converted), context: &Context) {
        let (view, output) = (Conversion { rows: &converted.rows, sources: &loaded.sources }, context.output());
        match self.report {
            Report::None => {}
            Report::Losses => output.say(conversion_losses(view).trim_end()),
            Report::Table => output.say(conversion_table(view).trim_end()),
            Report::Json if self.is_stream() => output.say(&format!("{:#}", conversion_json(view))),
            Report::Json => output.data(&format!("{:#}\n", conversion_json(view))),
        }
    }

    fn is_stream(&self) -> bool {
        self.output == Path::new("-")
    }

    /// Where manifests go; what cannot be asked of such a place is refused.
    fn place(&self, context: &Context) -> anyhow::Result<Place> {
        let path = context.working_directory().join(&self.output);
        let place = if self.is_stream() { Place::Stream } else { Place::of(&path)? };
        let refuse = |message: &str, help: &str| Err(Advised::new(message, Some(help.to_owned())).into());
        if (self.check || self.diff) && place == Place::Stream {
            return refuse("there is nothing to compare with", "name with '--output' what was written before");
        }
        if self.report == Report::Json && self.diff {
            let message = "differences and a report in JSON cannot both go to standard output";
            return refuse(message, "ask for one of '--diff' and '--report json'");
        }
        Ok(place)
    }

    /// Writes the files, or compares them; whether something drifted, when that is what is asked.
    fn write(&self, destination: &Destination, context: &Context) -> anyhow::Result<Drift> {
        if self.check || self.diff {
            return self.compare(destination, context);
        }
        if context.is_dry_run() {
            destination.admit()?;
            for Difference { path, .. } in destination.differences()?.iter().filter(|one| one.wanted.is_some()) {
                context.output().say(&format!("'{}' would be written", shown(path, context)));
            }
            return Ok(Drift::None);
        }
        for stale in destination.write()? {
            let help = "remove it, if the cluster does not need it any more";
            context.output().warn(&format!("'{stale}' was written before, and would not be now"), Some(help));
        }
        Ok(Drift::None)
    }

    /// Shows what is otherwise than it would be written now. Secrets that version control has left out are no drift.
    fn compare(&self, destination: &Destination, context: &Context) -> anyhow::Result<Drift> {
        let is_left_out = |one: &Difference| one.known.is_none() && one.secrecy != Secrecy::Open;
        let (left_out, differences): (Vec<_>, Vec<_>) = destination.differences()?.into_iter().partition(is_left_out);
        for difference in &differences {
            let shown = shown(&difference.path, context);
            if self.diff {
                context.output().data(&difference.lines(&shown));
            } else {
                context.output().say(&format!("'{shown}' is not what the project becomes"));
            }
        }
        for Difference { path, .. } in &left_out {
            let shown = shown(path, context);
            context
                .output()
                .say(&format!("'{shown}' is kept out of version control, and not compared: it is not here"));
        }
        Ok(if self.check && !differences.is_empty() { Drift::Found } else { Drift::None })
    }

    fn fails(&self, converted: &Converted) -> bool {
        converted.rows.iter().any(|row| match self.fail_on {
            None => false,
            Some(FailOn::Approximated) => row.fate >= Fate::Approximated,
            Some(FailOn::Dropped) => row.fate == Fate::Dropped && !row.is_moot,
        })
    }
}

/// A path as it is shown.
fn shown(path: &Path, context: &Context) -> String {
    path.strip_prefix(context.working_directory()).unwrap_or(path).display().to_string()
}

/// Whether a conversion went well, and a cluster would take what was made; what is wrong is shown.
fn is_good((loaded, converted): (&Loaded, &Converted), cluster: &Cluster, context: &Context) -> bool {
    context.output().diagnostics(&converted.diagnostics, &loaded.sources, &loaded.origins);
    let existing = [cluster.existing.clone(), converted.existing.clone()].concat();
    let cluster = Cluster { existing, ..cluster.clone() };
    !converted.diagnostics.has_errors() && is_accepted((loaded, converted), &cluster, context)
}

/// Whether a cluster would take what was made; what it would refuse is shown where it comes from.
fn is_accepted((loaded, converted): (&Loaded, &Converted), cluster: &Cluster, context: &Context) -> bool {
    // The trees tell whether all is well; it takes the texts to say where it is not.
    if validate(converted.manifests.iter().map(|one| &one.tree), cluster).is_empty() {
        return true;
    }
    let mut manifests = Manifests::default();
    for manifest in &converted.manifests {
        manifests.add(manifest.file_name().into(), manifest.text());
    }
    let mut all = manifests.faults;
    all.push_all(validate(&manifests.documents, cluster));
    let is_good = !all.has_errors();
    let Traced { written, made } = trace(all, &manifests.documents, (loaded, converted));
    context.output().diagnostics(&written, &loaded.sources, &loaded.origins);
    context.output().diagnostics(&made, &manifests.sources, &Origins::default());
    is_good
}
