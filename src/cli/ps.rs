//! `hoist ps`.

use super::{Context, Exit};
use crate::document::{Node, json};
use crate::plan::{PublishedPort, SeenContainer, State};
use crate::render::Table;
use crate::value::Name;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

/// The engine's words for states.
const STATES: [&str; 7] = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

/// List the containers of the project
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Ps {
    /// Only these services
    services: Vec<Name>,
    /// Show stopped containers too
    #[arg(short, long)]
    all: bool,
    /// Only the ids
    #[arg(short, long)]
    quiet: bool,
    /// Only the names of the services
    #[arg(long = "services")]
    names: bool,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Do not cut long columns
    #[arg(long)]
    no_trunc: bool,
    /// Only containers in this state, such as 'exited'
    #[arg(long, value_name = "STATE", value_parser = STATES)]
    status: Vec<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// One JSON object a line
    Json,
}

impl Ps {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let subject = context.subject(&self.services)?;
        let seen = context.engine()?.observe_named(subject.name()).await?;
        let mut shown: Vec<&SeenContainer> = seen.containers.iter().filter(|one| self.shows(one)).collect();
        shown.sort_by(|left, right| left.name.cmp(&right.name));
        let output = context.output();
        if self.quiet {
            output.data(&lines(shown.iter().map(|one| one.id.to_string())));
        } else if self.names {
            let names: BTreeSet<&Name> = shown.iter().map(|one| &one.service).collect();
            output.data(&lines(names.iter().map(ToString::to_string)));
        } else if let Format::Json = self.format {
            let project = subject.name().as_str();
            let id = |one: &SeenContainer| {
                if self.no_trunc { one.id.as_str().to_owned() } else { one.id.short().to_owned() }
            };
            output.data(&lines(shown.iter().map(|one| json::compact(&object(one, project, &id(one))))));
        } else {
            output.data(&self.table(&shown, output.size().width));
        }
        Ok(Exit::DONE)
    }

    fn shows(&self, container: &SeenContainer) -> bool {
        let asked = self.services.is_empty() || self.services.contains(&container.service);
        let state = state(container.state);
        let by_state = match self.status.as_slice() {
            [] if self.all => true,
            [] => matches!(container.state, State::Running | State::Restarting | State::Paused) && !container.oneoff,
            states => states.iter().any(|one| one == state),
        };
        asked && by_state
    }

    fn table(&self, containers: &[&SeenContainer], width: Option<usize>) -> String {
        let mut table = Table::new(["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"]);
        // What runs and where it is reachable says more than with what command and since when.
        table = table.without([2, 4]);
        for one in containers {
            let command = format!("\"{}\"", if self.no_trunc { one.command.clone() } else { cut(&one.command) });
            table.row([
                one.name.clone(),
                one.image.clone(),
                command,
                one.service.to_string(),
                ago(one.created),
                one.status.clone(),
                ports(&one.ports),
            ]);
        }
        table.within(if self.no_trunc { None } else { width })
    }
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.map(|line| line + "\n").collect()
}

/// The engine's word for a state.
fn state(state: State) -> &'static str {
    match state {
        State::Created => "created",
        State::Running => "running",
        State::Restarting => "restarting",
        State::Paused => "paused",
        State::Exited(_) => "exited",
        State::Removing => "removing",
        State::Dead => "dead",
    }
}

/// At most 20 characters, as `docker compose ps` cuts commands.
fn cut(text: &str) -> String {
    if text.chars().count() <= 20 {
        return text.to_owned();
    }
    text.chars().take(19).chain(['…']).collect()
}

/// `2026-11-21 21:49:55 +0000 UTC`.
fn utc(created: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] +0000 UTC");
    let moment = time::OffsetDateTime::from_unix_timestamp(created).ok();
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_default()
}

/// `5 minutes ago`.
fn ago(created: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let seconds = now.saturating_sub(u64::try_from(created).unwrap_or(0));
    let (amount, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if amount == 1 { format!("1 {unit} ago") } else { format!("{amount} {unit}s ago") }
}

/// `0.0.0.0:8080->80/tcp, 6379/tcp`, as the engine's own tools print them.
fn ports(ports: &[PublishedPort]) -> String {
    let one = |port: &PublishedPort| match port.published {
        Some(published) => {
            let address = if port.address.contains(':') { format!("[{}]", port.address) } else { port.address.clone() };
            format!("{address}:{published}->{}/{}", port.target, port.protocol)
        }
        None => format!("{}/{}", port.target, port.protocol),
    };
    let mut all: Vec<&PublishedPort> = ports.iter().collect();
    all.sort();
    all.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The keys of `docker compose ps --format json`.
fn object(container: &SeenContainer, project: &str, id: &str) -> Node {
    let text = |text: &str| Node::text(text);
    let join = |all: Vec<String>| Node::text(all.join(","));
    let labels = container.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let volumes = container.volumes.iter().map(|volume| volume.name.clone()).collect();
    let exit_code = if let State::Exited(code) = container.state { code } else { 0 };
    let publishers = container.ports.iter().map(|port| {
        Node::map([
            ("URL", text(&port.address)),
            ("TargetPort", Node::plain(port.target)),
            ("PublishedPort", Node::plain(port.published.unwrap_or(0))),
            ("Protocol", text(&port.protocol)),
        ])
    });
    Node::map([
        ("Command", text(&format!("\"{}\"", container.command))),
        ("CreatedAt", text(&utc(container.created))),
        ("ExitCode", Node::plain(exit_code)),
        ("Health", text(&container.health.map(|health| health.to_string()).unwrap_or_default())),
        ("ID", text(id)),
        ("Image", text(&container.image)),
        ("Labels", join(labels)),
        ("LocalVolumes", Node::text(container.volumes.len().to_string())),
        ("Mounts", join(volumes)),
        ("Name", text(&container.name)),
        ("Names", text(&container.name)),
        ("Networks", join(container.networks.keys().cloned().collect())),
        ("Ports", text(&ports(&container.ports))),
        ("Project", text(project)),
        ("Publishers", Node::list(publishers)),
        ("RunningFor", text(&ago(container.created))),
        ("Service", text(container.service.as_str())),
        ("Size", text("0B")),
        ("State", text(state(container.state))),
        ("Status", text(&container.status)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_print_as_the_engines_tools_print_them() {
        let port = |address: &str, published, target| PublishedPort {
            address: address.into(),
            published,
            target,
            protocol: "tcp".into(),
        };
        let all = [port("::", Some(80), 80), port("", None, 6379), port("0.0.0.0", Some(80), 80)];
        assert_eq!(ports(&all), "6379/tcp, 0.0.0.0:80->80/tcp, [::]:80->80/tcp");
    }

    #[test]
    fn long_commands_are_cut_at_twenty_characters() {
        assert_eq!(cut("docker-entrypoint.sh redis-server").chars().count(), 20);
        assert_eq!(cut("short"), "short");
    }
}
