//! The configuration of the docker client for containers that may talk to the engine: all that this user knows about
//! registries, and nothing else.

use super::{Engine, EngineError, credentials};
use crate::value::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// The configuration with names and passwords, also those that a helper keeps.
    ///
    /// # Errors
    /// When the client's own configuration cannot be understood, or a helper that it names fails.
    pub async fn client_configuration(&self) -> Result<Secret, EngineError> {
        let known = credentials::all(&self.host, &BTreeSet::new()).await?;
        Ok(Secret::new(written(&known)))
    }
}

/// As the docker client writes it, with tabs.
fn written(known: &BTreeMap<String, DockerCredentials>) -> String {
    let auths: Map<String, Value> = known.iter().map(|(registry, one)| (registry.clone(), entry(one))).collect();
    let configuration = Value::Object(Map::from_iter([("auths".to_owned(), Value::Object(auths))]));
    let mut text = Vec::new();
    let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, tabs);
    serde::Serialize::serialize(&configuration, &mut writer).expect("a JSON value always prints");
    String::from_utf8(text).expect("JSON is text")
}

fn entry(one: &DockerCredentials) -> Value {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (name, password) = (text(&one.username), text(&one.password));
    let known = !name.is_empty() || !password.is_empty();
    let fields = [
        ("auth", if known { STANDARD.encode(format!("{name}:{password}")) } else { String::new() }),
        ("identitytoken", text(&one.identitytoken)),
        ("registrytoken", text(&one.registrytoken)),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Value::Object(given.map(|(key, value)| (key.to_owned(), Value::String(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured: what `docker compose` 2.40.3 puts into a container.
    #[test]
    fn registries_are_written_as_the_docker_client_writes_them() {
        let credentials = |name: &str, password: &str, token: Option<&str>| DockerCredentials {
            username: Some(name.into()),
            password: Some(password.into()),
            identitytoken: token.map(str::to_owned),
            ..DockerCredentials::default()
        };
        let known = BTreeMap::from([
            ("https://index.docker.io/v1/".to_owned(), credentials("me", "s:cret", None)),
            ("reg.example:5000".to_owned(), credentials("a", "b", Some("tok"))),
        ]);
        let wanted = "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"bWU6czpjcmV0\"\n\t\t},\n\
            \t\t\"reg.example:5000\": {\n\t\t\t\"auth\": \"YTpi\",\n\t\t\t\"identitytoken\": \"tok\"\n\t\t}\n\t}\n}";
        assert_eq!(written(&known), wanted);
        assert_eq!(written(&BTreeMap::new()), "{\n\t\"auths\": {}\n}");
    }
}
