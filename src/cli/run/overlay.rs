//! [`Overlay`]: the flags of `run` that say how its container differs from those of the service.

use crate::load::{Loaded, Phase, Request, load};
use crate::model::Service;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What differs from the service.
#[derive(Debug, clap::Args)]
pub struct Overlay {
    /// Add a capability
    #[arg(long, value_name = "CAPABILITY")]
    cap_add: Vec<String>,
    /// Take a capability away
    #[arg(long, value_name = "CAPABILITY")]
    cap_drop: Vec<String>,
    /// Entry point in place of the image's; the service's command goes too
    #[arg(long, value_name = "COMMAND")]
    entrypoint: Option<String>,
    /// Set a variable, as NAME=VALUE; NAME alone takes the project's value
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// File with variables for the container
    #[arg(long, value_name = "FILE")]
    env_from_file: Vec<PathBuf>,
    /// Add or change a label, as NAME=VALUE
    #[arg(short, long, value_name = "NAME=VALUE")]
    label: Vec<String>,
    /// Publish a port of the container, as in the compose file
    #[arg(short, long, value_name = "PORT", conflicts_with = "service_ports")]
    publish: Vec<String>,
    /// Publish the service's ports, too
    #[arg(short = 'P', long)]
    service_ports: bool,
    /// User, by name or number, with a group if wanted, as USER:GROUP
    #[arg(short, long)]
    user: Option<String>,
    /// Mount a folder or volume, as in the compose file; relative paths begin here
    #[arg(short, long, visible_alias = "volumes", value_name = "MOUNT")]
    volume: Vec<String>,
    /// Folder in which the command runs
    #[arg(short, long, value_name = "FOLDER")]
    workdir: Option<String>,
}

impl Overlay {
    /// Whether the ports are those that the file gives the service.
    pub fn has_service_ports(&self) -> bool {
        self.service_ports
    }

    /// The flags as a service of their own, read as a compose file is.
    ///
    /// # Errors
    /// When a flag does not say what it may.
    pub fn read(&self, here: &Path, loaded: &Loaded) -> anyhow::Result<Service> {
        let mut environment = loaded.environment.clone();
        environment.insert("COMPOSE_DISABLE_ENV_FILE".into(), "1".into());
        environment.remove("COMPOSE_ENV_FILES");
        let request = Request {
            working_directory: here.to_owned(),
            files: vec!["-".into()],
            project_directory: Some(here.to_owned()),
            project_name: Some(loaded.project.name().to_string()),
            environment,
            stdin: Some(self.document().to_string()),
            without: vec![Phase::Consistency],
            ..Request::default()
        };
        match load(&request) {
            Ok(overlay) => {
                let service = overlay.project.services.into_iter().next();
                service.map(|(_, service)| service).ok_or_else(|| anyhow::anyhow!("the flags make no service"))
            }
            Err(refused) => {
                let faults = refused.diagnostics.sorted();
                let told = faults.first().map(|fault| match &fault.help {
                    Some(help) => format!("{}: {help}", fault.message),
                    None => fault.message.clone(),
                });
                anyhow::bail!("{}", told.unwrap_or_else(|| "a flag cannot be understood".into()))
            }
        }
    }

    fn document(&self) -> Value {
        let plain = |words: &[String]| words.iter().map(|word| word.replace('$', "$$")).collect::<Vec<_>>();
        let files = self.env_from_file.iter().map(|file| file.to_string_lossy().replace('$', "$$"));
        let mut service = json!({
            "image": "none",
            "environment": plain(&self.env),
            "env_file": files.collect::<Vec<_>>(),
            "labels": plain(&self.label),
            "ports": plain(&self.publish),
            "volumes": plain(&self.volume),
        });
        if let (Some(entrypoint), Some(service)) = (&self.entrypoint, service.as_object_mut()) {
            service.insert("entrypoint".into(), entrypoint.replace('$', "$$").into());
        }
        json!({"services": {"run": service}})
    }

    /// Makes of a service what the flags, as they were read, and the command line want.
    pub fn apply(&self, service: &mut Service, wishes: Service, command: Vec<String>) {
        if self.entrypoint.is_some() {
            service.entrypoint = Some(wishes.entrypoint.unwrap_or_default());
            service.command = Some(Vec::new());
        }
        if !command.is_empty() {
            service.command = Some(command);
        }
        service.user = self.user.clone().or(service.user.take());
        service.working_dir = self.workdir.clone().or(service.working_dir.take());
        service.cap_add.extend(self.cap_add.iter().cloned());
        service.cap_drop.retain(|name| !self.cap_add.contains(name));
        service.cap_drop.extend(self.cap_drop.iter().cloned());
        service.cap_add.retain(|name| !self.cap_drop.contains(name));
        service.environment.extend(wishes.environment.into_iter().filter(|(_, value)| value.is_some()));
        service.labels.extend(wishes.labels);
        if !self.service_ports {
            service.ports = wishes.ports;
        }
        service.volumes.retain(|mount| wishes.volumes.iter().all(|other| other.target != mount.target));
        service.volumes.extend(wishes.volumes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        overlay: Overlay,
    }

    fn shaped(service: &str, flags: &[&str], command: &[&str]) -> Result<Service, String> {
        let text = format!("services: {{web: {{image: x, {service}}}}}");
        let request = Request {
            working_directory: "/w".into(),
            files: vec!["-".into()],
            project_name: Some("p".into()),
            environment: [("MINE".to_owned(), "here".to_owned())].into(),
            stdin: Some(text),
            ..Request::default()
        };
        let loaded = load(&request).expect("valid");
        let flags = std::iter::once(&"run").chain(flags);
        let overlay = Flags::try_parse_from(flags).map_err(|fault| fault.to_string())?.overlay;
        let wishes = overlay.read(Path::new("/here"), &loaded).map_err(|fault| fault.to_string())?;
        let mut service = loaded.project.services.into_iter().next().expect("a service").1;
        overlay.apply(&mut service, wishes, command.iter().map(ToString::to_string).collect());
        Ok(service)
    }

    #[test]
    fn an_entry_point_takes_the_command_away_unless_one_is_given() {
        let of = |flags: &[&str], command: &[&str]| {
            let service = shaped("command: [a], entrypoint: [e]", flags, command).expect("valid");
            (service.entrypoint.unwrap_or_default().join(" "), service.command.unwrap_or_default().join(" "))
        };
        assert_eq!(of(&[], &[]), ("e".into(), "a".into()));
        assert_eq!(of(&["--entrypoint", "sh -c '$A b'"], &[]), ("sh -c $A b".into(), String::new()));
        assert_eq!(of(&["--entrypoint="], &["b", "c"]), (String::new(), "b c".into()));
    }

    #[test]
    fn variables_of_flags_win_and_take_the_projects_value() {
        let service = shaped("environment: {A: old, B: kept}", &["-e", "A=$new", "-e", "MINE", "-e", "NOBODYS"], &[]);
        let all: Vec<String> = service.expect("valid").environment.iter().map(|(k, v)| format!("{k}={v:?}")).collect();
        assert_eq!(all, [r#"A=Some("$new")"#, r#"B=Some("kept")"#, r#"MINE=Some("here")"#]);
    }

    #[test]
    fn ports_are_only_published_on_demand() {
        let ports = |flags: &[&str]| shaped("ports: ['80:80']", flags, &[]).map(|service| service.ports.len());
        assert_eq!((ports(&[]), ports(&["-P"]), ports(&["-p", "8000-8001:80-81"])), (Ok(0), Ok(1), Ok(2)));
        assert!(ports(&["-P", "-p", "80"]).is_err());
        assert!(ports(&["-p", "x"]).expect_err("no port").contains("'x'"));
    }

    #[test]
    fn a_mount_replaces_what_the_service_has_there() {
        let service = shaped("volumes: ['/a:/x', '/b:/y']", &["-v", "./c:/x", "-v", "data:/z"], &[]).expect("valid");
        let all: Vec<_> = service.volumes.iter().map(|mount| (mount.kind.source(), mount.target.as_str())).collect();
        assert_eq!(all, [(Some("/b"), "/y"), (Some("/here/c"), "/x"), (Some("data"), "/z")]);
    }

    #[test]
    fn capabilities_cancel_each_other() {
        let flags = ["--cap-add", "A", "--cap-drop", "B"];
        let service = shaped("cap_add: [B, C], cap_drop: [A]", &flags, &[]).expect("valid");
        assert_eq!((service.cap_add, service.cap_drop), (vec!["C".to_owned(), "A".into()], vec!["B".to_owned()]));
    }
}
