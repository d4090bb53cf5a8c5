//! What the docker client knows about registries: names and passwords in its file, or in a helper that it names.
//!
//! Nothing is written, kept or shown. A registry of which nothing is known is no fault, since most images need no
//! password; a helper that fails is one, since a pull without what it knows fails later and says less.

use super::{EngineError, Host};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The part of `config.json` that is about registries.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: BTreeMap<String, Entry>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

/// One entry of `auths`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    #[serde(rename = "identitytoken")]
    identity_token: String,
    #[serde(rename = "registrytoken")]
    registry_token: String,
}

/// The answer of a helper.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Answer {
    username: String,
    secret: String,
}

/// The key under which docker keeps what is for Docker Hub.
const HUB: &str = "https://index.docker.io/v1/";
/// What helpers say when they know nothing of a registry.
const UNKNOWN: &str = "credentials not found";
/// A helper's way to say that it gives a token, not a password.
const TOKEN: &str = "<token>";

/// What is known about a registry: `docker.io`, or the host of an image's name.
///
/// # Errors
/// When the file cannot be understood, or the helper that it names for this registry cannot be run or fails.
pub(super) async fn for_registry(host: &Host, registry: &str) -> Result<Option<DockerCredentials>, EngineError> {
    let config = read(host)?;
    of_key(host, &config, if registry == "docker.io" { HUB } else { registry }).await
}

/// What is known about all registries that the file names and about these, for builds, which name their base images
/// themselves.
///
/// # Errors
/// As of one registry.
pub(super) async fn all(
    host: &Host,
    registries: &BTreeSet<String>,
) -> Result<BTreeMap<String, DockerCredentials>, EngineError> {
    let config = read(host)?;
    let named = config.auths.keys().chain(config.cred_helpers.keys()).cloned();
    let asked = registries.iter().map(|registry| if registry == "docker.io" { HUB } else { registry }.to_owned());
    let keys: BTreeSet<String> = named.chain(asked).collect();
    let mut all = BTreeMap::new();
    for key in keys {
        if let Some(found) = of_key(host, &config, &key).await? {
            all.insert(key, found);
        }
    }
    Ok(all)
}

async fn of_key(host: &Host, config: &Config, key: &str) -> Result<Option<DockerCredentials>, EngineError> {
    let helper = config.cred_helpers.get(key).or_else(|| config.cred_helpers.get(host_of(key)));
    match helper.unwrap_or(&config.creds_store).as_str() {
        "" => Ok(from_file(config, key)),
        helper => match ask(host, helper, key).await? {
            Some(answer) => Ok(Some(from_helper(answer, key))),
            None => Ok(from_file(config, key)),
        },
    }
}

fn read(host: &Host) -> Result<Config, EngineError> {
    let path = host.config.join("config.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Config::default()) };
    // The fault may quote the text, which may hold a password.
    serde_json::from_str(&text)
        .map_err(|fault| EngineError::Configuration { path: path.display().to_string(), line: fault.line() })
}

fn from_file(config: &Config, key: &str) -> Option<DockerCredentials> {
    let entry = config.auths.get(key).or_else(|| {
        let same = |known: &&String| host_of(known) == host_of(key);
        config.auths.keys().find(same).and_then(|known| config.auths.get(known))
    })?;
    let (mut username, mut password) = (entry.username.clone(), entry.password.clone());
    if let Some((name, secret)) = decoded(&entry.auth) {
        (username, password) = (name, secret);
    }
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let credentials = DockerCredentials {
        username: given(&username),
        password: given(&password),
        identitytoken: given(&entry.identity_token),
        registrytoken: given(&entry.registry_token),
        serveraddress: Some(key.to_owned()),
        ..DockerCredentials::default()
    };
    let tells_nothing = username.is_empty() && entry.identity_token.is_empty() && entry.registry_token.is_empty();
    (!tells_nothing).then_some(credentials)
}

/// `https://host/v1/` and `host` are the same registry.
fn host_of(key: &str) -> &str {
    let key = key.trim_start_matches("https://").trim_start_matches("http://");
    key.split('/').next().unwrap_or(key)
}

/// The base64 form of `name:password`.
fn decoded(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.trim_end_matches('\0').to_owned()))
}

fn from_helper(answer: Answer, key: &str) -> DockerCredentials {
    let server = Some(key.to_owned());
    if answer.username == TOKEN {
        return DockerCredentials { identitytoken: Some(answer.secret), serveraddress: server, ..Default::default() };
    }
    DockerCredentials {
        username: Some(answer.username),
        password: Some(answer.secret),
        serveraddress: server,
        ..Default::default()
    }
}

/// Asks a helper, found on the `PATH`. Nothing when it knows nothing of this registry.
async fn ask(host: &Host, helper: &str, key: &str) -> Result<Option<Answer>, EngineError> {
    let program = format!("docker-credential-{helper}");
    let failed = |fault: String| EngineError::Helper {
        program: program.clone(),
        registry: host_of(key).to_owned(),
        config: host.config.join("config.json").display().to_string(),
        fault,
    };
    let mut command = Command::new(&program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|fault| failed(cannot_run(&fault)))?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not listen says below what it thinks.
        let _ = input.write_all(format!("{key}\n").as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(|fault| failed(fault.to_string()))?;
    if !output.status.success() {
        // What it prints to standard output is its error then; a secret is only there when it succeeds.
        let said = String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout });
        let said = said.trim();
        return if said.contains(UNKNOWN) { Ok(None) } else { Err(failed(first_line(said))) };
    }
    serde_json::from_slice(&output.stdout).map(Some).map_err(|_| failed("its answer is not understood".into()))
}

fn cannot_run(fault: &std::io::Error) -> String {
    match fault.kind() {
        std::io::ErrorKind::NotFound => "there is no such program".into(),
        _ => fault.to_string(),
    }
}

fn first_line(said: &str) -> String {
    said.lines().next().filter(|line| !line.is_empty()).unwrap_or("it says nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        serde_json::from_str(text).expect("as docker writes it")
    }

    #[test]
    fn a_password_is_read_from_the_file() {
        let config = config(r#"{"auths":{"ghcr.io":{"auth":"bWU6czpjcmV0"}}}"#);
        let found = from_file(&config, "ghcr.io").expect("it is there");
        assert_eq!((found.username.as_deref(), found.password.as_deref()), (Some("me"), Some("s:cret")));
        assert_eq!(from_file(&config, "quay.io"), None);
    }

    #[test]
    fn old_files_name_a_registry_by_its_address() {
        let config = config(r#"{"auths":{"https://reg.example/v1/":{"username":"a","password":"b"}}}"#);
        assert!(from_file(&config, "reg.example").is_some());
    }

    #[test]
    fn an_empty_entry_tells_nothing() {
        let config = config(r#"{"auths":{"ghcr.io":{}},"credsStore":"desktop"}"#);
        assert_eq!(from_file(&config, "ghcr.io"), None);
        assert_eq!(config.creds_store, "desktop");
    }

    #[test]
    fn a_helper_may_give_a_token() {
        let found = from_helper(Answer { username: "<token>".into(), secret: "t".into() }, HUB);
        assert_eq!((found.username, found.identitytoken.as_deref()), (None, Some("t")));
    }

    #[tokio::test]
    async fn a_file_or_a_helper_that_is_broken_is_named_without_its_secrets() {
        let folder = tempfile::tempdir().expect("a folder");
        let variables = [("DOCKER_CONFIG".to_owned(), folder.path().display().to_string())];
        let host = Host::resolve(&variables.into()).expect("the default");
        let said = async |text: &str| {
            std::fs::write(folder.path().join("config.json"), text).expect("written");
            for_registry(&host, "r.example").await.expect_err("broken").to_string()
        };
        let broken = said(r#"{"auths":{"r.example":{"password":"hunter2"}"#).await;
        assert!(broken.contains("config.json is not valid JSON") && !broken.contains("hunter2"), "{broken}");
        let missing = said(r#"{"credsStore":"hoist-has-none"}"#).await;
        assert_eq!(
            missing,
            "docker-credential-hoist-has-none failed to give the password for r.example: there is no such program"
        );
    }
}
