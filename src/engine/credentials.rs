//! What the docker client knows about registries: names and passwords in its file, or in a helper that it names.
//!
//! Nothing is written, kept or shown. What cannot be read counts as not there, since most images need none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
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

/// What is known about a registry: `docker.io`, or the host of an image's name.
pub(super) async fn for_registry(folder: &Path, registry: &str) -> Option<DockerCredentials> {
    let config = read(folder)?;
    let key = if registry == "docker.io" { HUB } else { registry };
    let helper = config.cred_helpers.get(key).or_else(|| config.cred_helpers.get(registry)).cloned();
    let helper = helper.or_else(|| Some(config.creds_store.clone()).filter(|name| !name.is_empty()));
    if let Some(helper) = helper
        && let Some(answer) = ask(&helper, key).await
    {
        return Some(from_helper(answer, key));
    }
    from_file(&config, key)
}

/// All registries of the file, for builds, which name their base images themselves.
pub(super) fn of_file(folder: &Path) -> BTreeMap<String, DockerCredentials> {
    let config = read(folder).unwrap_or_default();
    config.auths.keys().filter_map(|key| Some((key.clone(), from_file(&config, key)?))).collect()
}

fn read(folder: &Path) -> Option<Config> {
    serde_json::from_str(&std::fs::read_to_string(folder.join("config.json")).ok()?).ok()
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
    // The name that helpers give to tokens.
    if answer.username == "<token>" {
        return DockerCredentials { identitytoken: Some(answer.secret), serveraddress: server, ..Default::default() };
    }
    DockerCredentials {
        username: Some(answer.username),
        password: Some(answer.secret),
        serveraddress: server,
        ..Default::default()
    }
}

async fn ask(helper: &str, key: &str) -> Option<Answer> {
    let mut child = Command::new(format!("docker-credential-{helper}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    input.write_all(format!("{key}\n").as_bytes()).await.ok()?;
    drop(input);
    let output = child.wait_with_output().await.ok()?;
    output.status.success().then(|| serde_json::from_slice(&output.stdout).ok())?
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
}
