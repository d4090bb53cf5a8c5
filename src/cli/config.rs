//! `hoist config`.

use super::{Context, Exit};
use crate::document::{Node, Value, json, write};
use crate::model::{Dialect, Project};
use crate::plan::fingerprint;
use crate::value::Name;
use std::path::PathBuf;

/// Show the project as it is understood
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Config {
    /// Only these services, with what they depend on
    services: Vec<Name>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
    /// Only check it
    #[arg(short, long)]
    quiet: bool,
    /// Only the names of the services
    #[arg(long = "services", group = "list")]
    service_names: bool,
    /// Only the keys of the volumes
    #[arg(long, group = "list")]
    volumes: bool,
    /// Only the keys of the networks
    #[arg(long, group = "list")]
    networks: bool,
    /// Only the images
    #[arg(long, group = "list")]
    images: bool,
    /// Only the names of the profiles
    #[arg(long, group = "list")]
    profiles: bool,
    /// The hash of each service's configuration; '*' means all services
    #[arg(long, group = "list", value_name = "SERVICE")]
    hash: Option<String>,
    /// Write to a file instead
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Yaml,
    Json,
}

impl Config {
    pub fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let loaded = context.load(&self.services)?;
        let (project, origins) = (cut(loaded.project, &self.services), loaded.origins);
        if self.quiet {
            return Ok(Exit::DONE);
        }
        let text = match self.list(&project)? {
            Some(lines) => {
                if lines.is_empty() {
                    String::new()
                } else {
                    lines.join("\n") + "\n"
                }
            }
            None => self.document(&project, origins.tree())?,
        };
        match &self.output {
            None => context.output().data(&text),
            Some(file) => {
                use anyhow::Context as _;
                std::fs::write(file, text).with_context(|| format!("'{}' cannot be written", file.display()))?;
            }
        }
        Ok(Exit::DONE)
    }

    fn document(&self, project: &Project, tree: &Node) -> anyhow::Result<String> {
        let mut node = project.write(match self.format {
            Format::Json => Dialect::Json,
            Format::Yaml => Dialect::Yaml,
        });
        keep_extensions(&mut node, tree);
        Ok(match self.format {
            Format::Json => {
                double_dollars(&mut node);
                format!("{}\n", json::pretty(&node))
            }
            Format::Yaml => {
                for section in ["services", "networks", "volumes"] {
                    keep_extensions_of_each(&mut node, tree, section);
                }
                drop_empty(&mut node);
                double_dollars(&mut node);
                write::yaml(&node)?
            }
        })
    }

    fn list(&self, project: &Project) -> anyhow::Result<Option<Vec<String>>> {
        let mut lines: Vec<String> = if self.service_names {
            project.services.keys().map(ToString::to_string).collect()
        } else if self.volumes {
            project.volumes.keys().map(ToString::to_string).collect()
        } else if self.networks {
            project.networks.keys().map(ToString::to_string).collect()
        } else if self.images {
            project.services.values().map(|service| project.image_of(service).to_string()).collect()
        } else if self.profiles {
            let all = project.services.values().chain(project.inactive.values());
            all.flat_map(|service| service.profiles.clone()).collect()
        } else if let Some(wanted) = &self.hash {
            hashes(project, wanted)?
        } else {
            return Ok(None);
        };
        lines.sort();
        if self.profiles {
            lines.dedup();
        }
        Ok(Some(lines))
    }
}

fn hashes(project: &Project, wanted: &str) -> anyhow::Result<Vec<String>> {
    let names: Vec<&str> = match wanted {
        "*" => project.services.keys().map(Name::as_str).collect(),
        list => list.split(',').collect(),
    };
    let one = |name: &str| {
        let service = project.services.get(name).ok_or_else(|| anyhow::anyhow!("no such service: {name}"))?;
        Ok(format!("{name} {}", fingerprint::service_hash(service)))
    };
    names.into_iter().map(one).collect()
}

/// The project without what was not asked for, and without networks and volumes that nobody uses.
fn cut(mut project: Project, services: &[Name]) -> Project {
    if !services.is_empty() {
        let closure = crate::graph::Services::of(&project).closure(services);
        project.services.retain(|name, _| closure.contains(name));
    }
    project.prune();
    project
}

/// `$` becomes `$$`, so that what is printed reads back as it is.
fn double_dollars(node: &mut Node) {
    match &mut node.value {
        Value::Scalar { text, .. } => *text = text.replace('$', "$$").into(),
        Value::List(items) => items.iter_mut().for_each(double_dollars),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| double_dollars(value)),
    }
}

/// Puts the `x-` entries of a mapping of the file behind what is printed of it.
fn keep_extensions(printed: &mut Node, written: &Node) {
    let is_extension = |key: &Node| key.as_text().is_some_and(|key| key.starts_with("x-"));
    let mut extensions: Vec<&(Node, Node)> =
        written.as_map().unwrap_or_default().iter().filter(|(key, _)| is_extension(key)).collect();
    extensions.sort_by_key(|(key, _)| key.as_text());
    for (key, value) in extensions {
        printed.set(key.as_text().unwrap_or_default(), value.clone());
    }
}

fn keep_extensions_of_each(printed: &mut Node, written: &Node, section: &str) {
    let Some(Value::Map(entries)) = printed.get_mut(section).map(|entries| &mut entries.value) else { return };
    for (name, value) in entries {
        let source = written.get(section).and_then(|all| all.get(name.as_text().unwrap_or_default()));
        if let Some(source) = source {
            keep_extensions(value, source);
        }
    }
}

/// YAML leaves out an empty `ipam`; JSON prints it, as `docker compose config` does.
fn drop_empty(node: &mut Node) {
    let Some(Value::Map(entries)) = node.get_mut("networks").map(|entries| &mut entries.value) else { return };
    for (_, entry) in entries {
        if entry.get("ipam").and_then(Node::as_map).is_some_and(<[_]>::is_empty) {
            entry.take("ipam");
        }
    }
}
