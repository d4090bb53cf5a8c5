//! How answers of an engine are sorted.

use super::*;
use std::collections::BTreeMap;

fn sorted(fault: Fault) -> EngineError {
    EngineError::of(&Host::resolve(&BTreeMap::new()).expect("the default"), fault)
}

#[test]
fn an_answer_is_sorted_by_its_status() {
    let answer = |status_code| {
        sorted(Fault::DockerResponseServerError { status_code, message: "no such container: x\n".into() })
    };
    assert_eq!(answer(404), EngineError::NotFound { message: "no such container: x".into() });
    assert!(matches!(answer(409), EngineError::Conflict { .. }));
    assert!(matches!(answer(500), EngineError::Refused { status: 500, .. }));
}

#[test]
fn a_socket_that_may_not_be_opened_is_denied() {
    let error = sorted(Fault::IOError { err: ErrorKind::PermissionDenied.into() });
    assert_eq!(error.to_string(), "no permission to use the engine at unix:///var/run/docker.sock");
    assert!(error.help().is_some());
}

#[test]
fn a_missing_socket_is_named() {
    let error = sorted(Fault::SocketNotFoundError("/var/run/docker.sock".into()));
    let text = "no engine answers at unix:///var/run/docker.sock: there is no such socket";
    assert_eq!(error.to_string(), text);
    assert!(error.is_connection());
}

#[test]
fn a_port_in_use_names_who_has_it() {
    let error = EngineError::PortInUse { port: 80, holder: Some("container 'web' of project 'other'".into()) };
    assert_eq!(error.to_string(), "port 80 is in use by container 'web' of project 'other'");
    assert_eq!(EngineError::PortInUse { port: 80, holder: None }.to_string(), "port 80 is in use");
}

fn answered(status_code: u16, message: &str) -> EngineError {
    sorted(Fault::DockerResponseServerError { status_code, message: message.into() })
}

#[test]
fn only_a_name_that_another_container_has_is_taken() {
    let taken = "Conflict. The container name \"/p-web-1\" is already in use by container \"0011\". You have to remove \
                 (or rename) that container to be able to reuse that name.";
    assert!(matches!(answered(409, taken), EngineError::NameTaken { .. }));
    let renamed = format!("Error when allocating new name: {taken}");
    assert!(matches!(answered(409, &renamed), EngineError::NameTaken { .. }));
    assert!(matches!(answered(409, "container 0011 is not running"), EngineError::Conflict { .. }));
}

#[test]
fn what_is_gone_is_told_from_what_was_never_there() {
    for (status, message) in [
        (404, "No such container: 0011"),
        (404, "network 0022 not found"),
        (404, "failed to set up container networking: network p_default not found"),
        (404, "get p_data: no such volume"),
        (409, "container is marked for removal and cannot be started"),
    ] {
        assert!(answered(status, message).is_gone(), "{message}");
    }
    for (status, message) in [
        (404, "No such image: nowhere:latest"),
        (404, "exec: \"nothing\": executable file not found in $PATH"),
        (404, "could not resolve driver \"x\" in v1 plugin registry: plugin \"x\" not found"),
        (409, "container 0011 is not running"),
        (500, "No such container: 0011"),
    ] {
        assert!(!answered(status, message).is_gone(), "{message}");
    }
}

#[test]
fn a_failed_hook_is_named_without_what_it_is_told() {
    let error = EngineError::HookFailed {
        service: "web".parse().expect("a name"),
        occasion: Occasion::PostStart,
        index: 1,
        program: "curl".into(),
        code: 3,
        log: vec![],
        kept: None,
    };
    assert_eq!(error.to_string(), "post_start hook 'curl' (post_start[1]) exited with code 3");
}
