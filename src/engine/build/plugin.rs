//! The buildx plugin of the docker client: where it is, and how it is run.

use super::progress::{Failure, Tracker};
use super::{Target, definition, failed, services};
use crate::engine::host::Address;
use crate::engine::{EngineError, Host, plugin};
use crate::event::What;
use crate::value::Name;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

const NAME: &str = "docker-buildx";
/// Lines kept of what the plugin says besides its reports.
const KEPT: usize = 20;

/// Finds the plugin where the docker client looks for it.
pub(super) fn find(config: &Path) -> Option<PathBuf> {
    plugin::find(config, NAME)
}

/// Builds all targets in one run.
pub(super) async fn build(
    host: &Host,
    plugin: &Path,
    targets: &[Target<'_>],
    report: &(dyn Fn(What) + Sync),
) -> Result<(), EngineError> {
    let broken = |fault: std::io::Error| failed(services(targets), None, &format!("buildx: {fault}"));
    let mut child = command(host, plugin, targets).spawn().map_err(broken)?;
    let definition = definition::definition(targets, host.platform.as_deref()).to_string();
    let input = child.stdin.take();
    let told = async {
        if let Some(mut input) = input {
            // A plugin that refuses its flags does not listen; what it says instead is heard below.
            let _ = input.write_all(definition.as_bytes()).await;
        }
    };
    let ((), heard) = tokio::join!(told, listen(&mut child, report));
    let (status, tracker, said) = heard.map_err(broken)?;
    if status.success() { Ok(()) } else { Err(explain(targets, tracker.failure(), &said)) }
}

fn command(host: &Host, plugin: &Path, targets: &[Target<'_>]) -> Command {
    let mut command = Command::new(plugin);
    command.args(["bake", "--file", "-", "--progress", "rawjson"]);
    for folder in definition::folders(targets) {
        command.arg("--allow").arg(format!("fs.read={folder}"));
    }
    if let Some(target) = targets.first() {
        command.current_dir(&target.project.identity.working_dir);
    }
    command.env("DOCKER_HOST", host.to_string()).env("DOCKER_CONFIG", &host.config).env_remove("DOCKER_CONTEXT");
    match (&host.address, &host.certificates) {
        (Address::Tcp(_), Some(folder)) => command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", folder),
        _ => command.env_remove("DOCKER_TLS_VERIFY").env_remove("DOCKER_TLS"),
    };
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

type Heard = (ExitStatus, Tracker, Vec<String>);

/// Follows the reports; lines that are none are kept, since they say why there are none.
async fn listen(child: &mut Child, report: &(dyn Fn(What) + Sync)) -> std::io::Result<Heard> {
    let (mut tracker, mut said) = (Tracker::default(), Vec::new());
    if let Some(output) = child.stderr.take() {
        let mut lines = BufReader::new(output).split(b'\n');
        while let Some(line) = lines.next_segment().await? {
            match serde_json::from_slice(&line) {
                Ok(update) => tracker.hear(update, report),
                Err(_) => said.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            }
            let surplus = said.len().saturating_sub(KEPT);
            said.drain(..surplus);
        }
    }
    Ok((child.wait().await?, tracker, said))
}

fn explain(targets: &[Target<'_>], failure: Option<Failure>, said: &[String]) -> EngineError {
    let step = failure.as_ref().map(|failure| failure.step.as_str()).unwrap_or_default();
    let services = service_of(step, targets).map_or_else(|| services(targets), |service| vec![service]);
    let error = said.iter().rev().find_map(|line| line.strip_prefix("ERROR: "));
    let last = || said.iter().rev().find(|line| !line.is_empty()).map(String::as_str);
    failed(services, failure, error.or_else(last).unwrap_or("buildx ended without a word"))
}

/// The first word in the brackets of a step's name is its target, when there are several.
fn service_of(step: &str, targets: &[Target<'_>]) -> Option<Name> {
    if let [only] = targets {
        return Some(only.service.name.clone());
    }
    let word = step.strip_prefix('[')?.split([' ', ']']).next()?;
    let at = definition::names(targets).iter().position(|name| name == word)?;
    targets.get(at).map(|target| target.service.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failed_step_names_its_service() {
        let project = crate::testing::project("services: {a.b: {build: {context: /a}}, c: {build: {context: /c}}}");
        let targets: Vec<_> = ["a.b", "c"]
            .map(|name| {
                let service = project.services.get(name).expect("declared");
                Target { project: &project, service, build: service.build.as_ref().expect("a build") }
            })
            .into();
        assert_eq!(service_of("[a_b 2/3] RUN x", &targets).as_ref().map(Name::as_str), Some("a.b"));
        assert_eq!(service_of("[internal] load", &targets), None);
        let EngineError::BuildFailed { services, message, .. } =
            explain(&targets, None, &["ERROR: no such thing".to_owned(), String::new()])
        else {
            panic!("a failed build")
        };
        assert_eq!((services.len(), message.as_str()), (2, "no such thing"));
    }
}
