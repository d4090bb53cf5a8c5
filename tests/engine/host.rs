//! Where the engine is: behind TLS, in a context, and on the other side of ssh.

use crate::support::gateway::{Ssh, Tls};
use crate::support::{Scenario, engine};
use std::path::Path;

const FILE: &str = "services: {job: {build: {context: ., dockerfile_inline: \"FROM busybox\\nCMD [\\\"echo\\\", \\\"from afar\\\"]\\n\"}}}\n";

fn scenario() -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", FILE);
    scenario
}

/// Builds, starts, reads and removes.
fn works(scenario: &mut Scenario) {
    for builder in ["session", "buildx"] {
        scenario.set("HOIST_BUILDER", builder);
        scenario.hoist(["up", "-d", "--build"]).ok();
        scenario.container("job").wait();
        scenario.hoist(["logs", "--no-log-prefix"]).ok().prints("from afar");
        scenario.hoist(["down"]).ok();
        scenario.is_gone();
    }
    let image = format!("{}-job", scenario.project());
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn an_engine_behind_tls_is_used_and_strangers_are_not_let_in() {
    let (tls, mut scenario) = (Tls::start(), scenario());
    scenario.at(&tls.address());
    scenario.set("DOCKER_TLS_VERIFY", "1");
    scenario.set("DOCKER_CERT_PATH", &tls.certificates().display().to_string());
    works(&mut scenario);
    scenario.set("DOCKER_CERT_PATH", &tls.strange_certificates().display().to_string());
    scenario.hoist(["up", "-d"]).code(1).says(&tls.address());
    scenario.set("DOCKER_CERT_PATH", &scenario.folder().display().to_string());
    scenario.hoist(["up", "-d"]).code(1).says("ca.pem");
}

#[test]
fn a_context_brings_its_address_and_its_certificates() {
    let (tls, mut scenario) = (Tls::start(), scenario());
    let config = scenario.folder().join("docker");
    // Contexts are kept under the SHA-256 of their names.
    let id = sha256("far");
    let (meta, material) =
        (config.join("contexts/meta").join(&id), config.join("contexts/tls").join(&id).join("docker"));
    for folder in [&meta, &material] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let text = format!(r#"{{"Name": "far", "Endpoints": {{"docker": {{"Host": "{}"}}}}}}"#, tls.address());
    std::fs::write(meta.join("meta.json"), text).unwrap();
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        std::fs::copy(tls.certificates().join(name), material.join(name)).unwrap();
    }
    let plugins = Path::new(&std::env::var("DOCKER_CONFIG").unwrap()).join("cli-plugins");
    std::fs::write(
        config.join("config.json"),
        format!(r#"{{"currentContext": "far", "cliPluginsExtraDirs": ["{}"]}}"#, plugins.display()),
    )
    .unwrap();
    scenario.set("DOCKER_CONFIG", &config.display().to_string());
    scenario.at("");
    works(&mut scenario);
    scenario.set("DOCKER_CONTEXT", "nowhere");
    scenario.hoist(["up", "-d"]).code(1).says("docker context 'nowhere' does not exist");
}

fn sha256(text: &str) -> String {
    let mut command = std::process::Command::new("sh");
    let ran = command.args(["-c", &format!("printf %s '{text}' | sha256sum")]).output().expect("sh is there");
    String::from_utf8(ran.stdout).expect("text").split(' ').next().expect("a sum").to_owned()
}

#[test]
fn an_engine_is_reached_by_ssh_with_one_login() {
    let ssh = Ssh::start().expect("there is no sshd; 'make test' installs it");
    let mut scenario = scenario();
    scenario.at(&ssh.address());
    scenario.set("PATH", &ssh.path());
    scenario.set("HOIST_BUILDER", "session");
    let before = ssh.logins();
    scenario.hoist(["up", "-d", "--build"]).ok();
    assert_eq!(ssh.logins() - before, 1, "the connections of one command share one");
    let (_, made) = (scenario.hoist(["down"]).ok(), ssh.connections());
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["down"]).ok();
    // Some 30 requests, of which few are under way at once.
    let more = ssh.connections() - made;
    assert!(more <= 15, "{more} connections are made, and not kept for the next request");
    works(&mut scenario);
}

#[test]
fn the_socket_over_there_may_be_named_and_a_refused_key_is_told() {
    let ssh = Ssh::start().expect("there is no sshd; 'make test' installs it");
    let mut scenario = scenario();
    scenario.set("PATH", &ssh.path());
    scenario.at(&format!("{}{}", ssh.address(), engine::socket().display()));
    scenario.hoist(["version"]).ok();
    scenario.at(&format!("{}/run/no-such.sock", ssh.address()));
    scenario.hoist(["up", "-d"]).code(1).says("/run/no-such.sock");
    ssh.lose_the_key();
    scenario.at(&ssh.address());
    scenario.hoist(["up", "-d"]).code(1).says("no engine answers at ssh://").says("Permission denied").says("ssh HOST");
}
