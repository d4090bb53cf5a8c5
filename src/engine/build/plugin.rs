//! The buildx plugin of the docker client: where it is, and how it is run.

use super::batch::Batch;
use super::progress::{Failure, Tracker};
use super::{definition, failed};
use crate::engine::host::Address;
use crate::engine::{EngineError, Host, plugin};
use crate::event::What;
use crate::plan::{Limit, Purpose};
use crate::value::Name;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

const NAME: &str = "docker-buildx";
/// Lines kept of what the plugin says besides its reports.
const KEPT: usize = 20;
/// The oldest release that takes all that it is told here.
const OLDEST: (u32, u32) = (0, 17);

/// Why there is no plugin to build with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPlugin {
    /// The docker client has none.
    Missing,
    /// It is too old; its release.
    Old(String),
}

/// The plugin, when it is new enough.
pub(super) async fn usable(config: &Path) -> Result<PathBuf, NoPlugin> {
    let path = find(config).ok_or(NoPlugin::Missing)?;
    let answer = Command::new(&path).arg("version").stdin(Stdio::null()).stderr(Stdio::null()).output().await;
    let said = answer.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    match release(&said) {
        Some((number, text)) if number < OLDEST => Err(NoPlugin::Old(text.to_owned())),
        // What people build themselves has no number, or 0.0.0.
        _ => Ok(path),
    }
}

/// The release in `github.com/docker/buildx v0.29.1 28f6246`.
fn release(said: &str) -> Option<((u32, u32), &str)> {
    let text = said.split_whitespace().nth(1)?.trim_start_matches('v');
    let mut numbers = text.split(['.', '+', '-']).map_while(|number| number.parse().ok());
    let number = (numbers.next()?, numbers.next()?);
    (number != (0, 0)).then_some((number, text))
}

/// Finds the plugin where the docker client looks for it.
pub(super) fn find(config: &Path) -> Option<PathBuf> {
    plugin::find(config, NAME)
}

/// Builds the targets that were asked for: in one run, or, with a limit, in several of so many targets, what others are
/// made from first.
pub(super) async fn build(
    host: &Host,
    plugin: &Path,
    batch: &Batch<'_>,
    (limit, report): (Limit, &(dyn Fn(What) + Sync)),
) -> Result<(), EngineError> {
    let asked = |at: &usize| batch.targets.get(*at).is_some_and(|target| target.asked);
    let levels = batch.levels()?.into_iter().map(|level| level.into_iter().filter(asked).collect::<Vec<_>>());
    let runs: Vec<Vec<usize>> = match limit.number() {
        None => vec![levels.flatten().collect()],
        Some(number) => {
            levels.flat_map(|level| level.chunks(number).map(<[usize]>::to_vec).collect::<Vec<_>>()).collect()
        }
    };
    for chosen in runs {
        run(host, plugin, (batch, &chosen), report).await?;
    }
    Ok(())
}

async fn run(
    host: &Host,
    plugin: &Path,
    (batch, chosen): (&Batch<'_>, &[usize]),
    report: &(dyn Fn(What) + Sync),
) -> Result<(), EngineError> {
    let broken = |fault: std::io::Error| failed(batch.services(), None, &format!("buildx: {fault}"));
    let mut child = command(host, plugin, batch).spawn().map_err(broken)?;
    let definition = definition::definition(batch, chosen, host.platform.as_deref()).to_string();
    let input = child.stdin.take();
    let told = async {
        if let Some(mut input) = input {
            // A plugin that refuses its flags does not listen; what it says instead is heard below.
            let _ = input.write_all(definition.as_bytes()).await;
        }
    };
    let found = read_all(child.stdout.take());
    let ((), heard, found) = tokio::join!(told, listen(&mut child, report), found);
    let (status, tracker, said) = heard.map_err(broken)?;
    match (status.success(), batch.purpose) {
        (true, _) => Ok(()),
        (false, Purpose::Check) if !found.is_empty() => {
            let services = batch.services();
            Err(EngineError::BuildFailed { services, message: "the check has found something".into(), log: found })
        }
        (false, _) => Err(explain(batch, tracker.failure(), &said)),
    }
}

/// What checks have found; a build prints nothing there.
async fn read_all(output: Option<ChildStdout>) -> Vec<String> {
    let mut bytes = Vec::new();
    if let Some(mut output) = output {
        // What cannot be read is told by the exit code.
        let _ = output.read_to_end(&mut bytes).await;
    }
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

fn command(host: &Host, plugin: &Path, batch: &Batch<'_>) -> Command {
    let mut command = Command::new(plugin);
    command.args(["bake", "--file", "-", "--progress", "rawjson"]);
    for allowance in definition::allowances(batch) {
        command.arg("--allow").arg(allowance);
    }
    command.current_dir(&batch.project.identity.working_dir);
    command.env("DOCKER_HOST", host.to_string()).env("DOCKER_CONFIG", &host.config).env_remove("DOCKER_CONTEXT");
    if let Some(builder) = &host.buildx_builder {
        command.env("BUILDX_BUILDER", builder);
    }
    match (&host.address, &host.certificates) {
        (Address::Tcp(_), Some(folder)) => command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", folder),
        _ => command.env_remove("DOCKER_TLS_VERIFY").env_remove("DOCKER_TLS"),
    };
    if batch.purpose != Purpose::Push {
        // With the containerd image store an attestation, which holds the time, makes every build another image, and the
        // containers of an unchanged one would be replaced.
        command.env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
    }
    command.envs(batch.targets.iter().flat_map(definition::secret_variables));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
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

fn explain(batch: &Batch<'_>, failure: Option<Failure>, said: &[String]) -> EngineError {
    let step = failure.as_ref().map(|failure| failure.step.as_str()).unwrap_or_default();
    let services = service_of(step, batch).map_or_else(|| batch.services(), |service| vec![service]);
    let error = said.iter().rev().find_map(|line| line.strip_prefix("ERROR: "));
    let last = || said.iter().rev().find(|line| !line.is_empty()).map(String::as_str);
    failed(services, failure, error.or_else(last).unwrap_or("buildx ended without a word"))
}

/// The first word in the brackets of a step's name is its target, when there are several.
fn service_of(step: &str, batch: &Batch<'_>) -> Option<Name> {
    if let [only] = batch.targets.as_slice() {
        return Some(only.name().clone());
    }
    let word = step.strip_prefix('[')?.split([' ', ']']).next()?;
    let at = definition::names(batch).iter().position(|name| name == word)?;
    batch.targets.get(at).map(|target| target.name().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_told_from_other_words() {
        assert_eq!(release("github.com/docker/buildx v0.17.0 abcdef"), Some(((0, 17), "0.17.0")));
        assert_eq!(release("github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4"), Some(((0, 29), "0.29.1+ds1")));
        assert_eq!(release("github.com/docker/buildx v0.0.0+unknown"), None);
        assert_eq!(release(""), None);
        assert!(release("x v0.16.9 y").is_some_and(|(number, _)| number < OLDEST));
    }

    #[test]
    fn the_failed_step_names_its_service() {
        let project =
            crate::testing::project("services: {a.b: {build: {context: 'git://a'}}, c: {build: {context: 'git://c'}}}");
        let asked: Vec<Name> = ["a.b", "c"].map(|name| name.parse().expect("a name")).into();
        let batch = Batch::of(&project, &asked, Purpose::Run, &std::collections::BTreeSet::new()).expect("possible");
        assert_eq!(service_of("[a_b 2/3] RUN x", &batch).as_ref().map(Name::as_str), Some("a.b"));
        assert_eq!(service_of("[internal] load", &batch), None);
        let EngineError::BuildFailed { services, message, .. } =
            explain(&batch, None, &["ERROR: no such thing".to_owned(), String::new()])
        else {
            panic!("a failed build")
        };
        assert_eq!((services.len(), message.as_str()), (2, "no such thing"));
    }
}
