//! The observers' way to the engine: plain HTTP on its socket, past everything that is under test.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// The socket of the engine that tests may use: never a user's own.
pub fn socket() -> PathBuf {
    let allowed = std::env::var("HOIST_TEST_ENGINE").is_ok_and(|value| value == "1");
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    match host.strip_prefix("unix://") {
        Some(path) if allowed => path.into(),
        _ => panic!("this test needs the private engine, and never touches another one\nrun: make test"),
    }
}

/// Asks for something that is there.
pub fn get(path: &str) -> Value {
    let (status, body) = request("GET", path, None);
    assert!(status < 300, "GET {path}: {status} {body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("GET {path}: {error}: {body}"))
}

/// Sends a request; gives the status and the body.
pub fn request(method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
    let mut stream = UnixStream::connect(socket()).expect("the engine answers");
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("the engine listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the engine answers");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("an HTTP status");
    (status, body.to_owned())
}

fn labelled(kind: &str, project: &str) -> String {
    let filters = format!(r#"{{"label":["com.docker.compose.project={project}"]}}"#);
    format!("/{kind}?all=true&filters={}", encoded(&filters))
}

/// Percent-encodes what is no letter or digit.
pub fn encoded(text: &str) -> String {
    let one =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// A container as the engine describes it.
#[derive(Debug, Clone)]
pub struct Container(pub Value);

impl Container {
    /// The container of this id or name.
    pub fn get(id: &str) -> Self {
        Self(get(&format!("/containers/{id}/json")))
    }

    fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.text("/Id")
    }

    pub fn name(&self) -> &str {
        self.text("/Name").trim_start_matches('/')
    }

    /// `created`, `running`, `exited` …
    pub fn state(&self) -> &str {
        self.text("/State/Status")
    }

    pub fn health(&self) -> &str {
        self.text("/State/Health/Status")
    }

    pub fn started_at(&self) -> &str {
        self.text("/State/StartedAt")
    }

    pub fn finished_at(&self) -> &str {
        self.text("/State/FinishedAt")
    }

    pub fn exit_code(&self) -> i64 {
        self.0.pointer("/State/ExitCode").and_then(Value::as_i64).unwrap_or(-1)
    }

    pub fn labels(&self) -> BTreeMap<String, String> {
        texts(self.0.pointer("/Config/Labels"))
    }

    pub fn label(&self, name: &str) -> String {
        self.labels().remove(name).unwrap_or_default()
    }

    pub fn service(&self) -> String {
        self.label("com.docker.compose.service")
    }

    pub fn environment(&self) -> BTreeSet<String> {
        let all = self.0.pointer("/Config/Env").and_then(Value::as_array).cloned().unwrap_or_default();
        all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    /// Its networks: name to aliases.
    pub fn networks(&self) -> BTreeMap<String, BTreeSet<String>> {
        let all = self.0.pointer("/NetworkSettings/Networks").and_then(Value::as_object).cloned().unwrap_or_default();
        let aliases = |network: &Value| {
            let all = network.get("Aliases").and_then(Value::as_array).cloned().unwrap_or_default();
            all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        all.iter().map(|(name, network)| (name.clone(), aliases(network))).collect()
    }

    /// The volumes it has: target to name.
    pub fn volumes(&self) -> BTreeMap<String, String> {
        let all = self.0.pointer("/Mounts").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |mount: &Value, key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let volumes = all.iter().filter(|mount| text(mount, "Type") == "volume");
        volumes.map(|mount| (text(mount, "Destination"), text(mount, "Name"))).collect()
    }

    /// Blocks until it has ended.
    pub fn wait(&self) {
        let (status, body) = request("POST", &format!("/containers/{}/wait", self.id()), None);
        assert_eq!(status, 200, "{body}");
    }

    /// What it wrote so far, both streams, as the engine's own tool prints it.
    pub fn output(&self) -> String {
        let mut docker = std::process::Command::new("docker");
        let said = docker.args(["logs", self.id()]).output().expect("docker is there");
        String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr)
    }
}

fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let all = value.and_then(Value::as_object).cloned().unwrap_or_default();
    all.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The containers of a project in every state, by name.
pub fn containers(project: &str) -> Vec<Container> {
    let listed = get(&labelled("containers/json", project));
    let ids = listed.as_array().expect("a list").iter().filter_map(|one| one["Id"].as_str().map(str::to_owned));
    let found = ids.filter_map(|id| {
        let (status, body) = request("GET", &format!("/containers/{id}/json"), None);
        (status == 200).then(|| Container(serde_json::from_str(&body).expect("JSON")))
    });
    let mut all: Vec<_> = found.collect();
    all.sort_by(|left, right| left.name().cmp(right.name()));
    all
}

/// The volumes of a project's containers that have no name of their own.
pub fn anonymous_volumes(project: &str) -> BTreeSet<String> {
    let listed = get(&labelled("containers/json", project));
    let mounts =
        listed.as_array().expect("a list").iter().flat_map(|one| one["Mounts"].as_array().into_iter().flatten());
    let names = mounts.filter_map(|mount| mount["Name"].as_str().map(str::to_owned));
    names.filter(|name| name.len() == 64 && name.chars().all(|digit| digit.is_ascii_hexdigit())).collect()
}

/// The networks of a project: name to labels.
pub fn networks(project: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let listed = get(&labelled("networks", project));
    let all = listed.as_array().expect("a list").iter();
    all.map(|one| (one["Name"].as_str().unwrap_or_default().to_owned(), texts(one.get("Labels")))).collect()
}

/// The volumes of a project: name to labels.
pub fn volumes(project: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let listed = get(&labelled("volumes", project));
    let all = listed["Volumes"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| (one["Name"].as_str().unwrap_or_default().to_owned(), texts(one.get("Labels")))).collect()
}

/// The labels of a volume; nothing when it is not there.
pub fn volume(name: &str) -> Option<BTreeMap<String, String>> {
    let (status, body) = request("GET", &format!("/volumes/{name}"), None);
    let body: Value = serde_json::from_str(&body).ok()?;
    (status == 200).then(|| texts(body.get("Labels")))
}

/// Whether there is a network of this name.
pub fn has_network(name: &str) -> bool {
    request("GET", &format!("/networks/{name}"), None).0 == 200
}

/// Removes whatever carries a project's label.
pub fn sweep(project: &str) {
    let ids = |path: String, list: &str, key: &str| -> Vec<String> {
        let (_, body) = request("GET", &path, None);
        let all: Value = serde_json::from_str(&body).unwrap_or_default();
        let all = if list.is_empty() { all } else { all[list].clone() };
        all.as_array().into_iter().flatten().filter_map(|one| one[key].as_str().map(str::to_owned)).collect()
    };
    for id in ids(labelled("containers/json", project), "", "Id") {
        request("DELETE", &format!("/containers/{id}?force=true&v=true"), None);
    }
    for id in ids(labelled("networks", project), "", "Id") {
        request("DELETE", &format!("/networks/{id}"), None);
    }
    for name in ids(labelled("volumes", project), "Volumes", "Name") {
        request("DELETE", &format!("/volumes/{name}"), None);
    }
    for id in ids(labelled("images/json", project), "", "Id") {
        request("DELETE", &format!("/images/{id}?force=true"), None);
    }
}
