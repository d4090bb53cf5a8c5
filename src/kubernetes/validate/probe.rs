//! Rules about probes and hooks.

use super::Faults;
use super::pod::{Container, Pod};
use super::reach::{entry, integer, meaning, number, text};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::document::scalar::Scalar;

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];

/// The probes and hooks of a container, with their keys.
fn all(container: Container<'_>) -> impl Iterator<Item = (&Node, &Node)> {
    let node = container.node;
    let hooks = node.get("lifecycle").into_iter().flat_map(|hooks| HOOKS.iter().filter_map(|key| entry(hooks, key)));
    PROBES.iter().filter_map(move |key| entry(node, key)).chain(hooks)
}

/// A probe or a hook does one thing.
pub(super) fn handlers(pod: &Pod<'_>, faults: &mut Faults) {
    for (key, node) in pod.containers().flat_map(all) {
        let name = key.as_text().unwrap_or_default();
        let is_probe = PROBES.contains(&name);
        let ways = ["exec", "httpGet", "tcpSocket", if is_probe { "grpc" } else { "sleep" }];
        let mut said = ways.iter().filter_map(|way| entry(node, way));
        let fault = match (said.next(), said.next()) {
            (Some((way, action)), None) => idle(name, way, action),
            (Some(_), Some((second, _))) => {
                let message = format!("'{name}' does one thing, and this says several");
                Some(Diagnostic::error("probe-handler", message).at(second.span).help("keep one of them"))
            }
            (None, _) => {
                let message = format!("'{name}' does not say what to do");
                let help = format!("add one of {}", ways.join(", "));
                Some(Diagnostic::error("probe-handler", message).at(key.span).help(help))
            }
        };
        faults.extend(fault);
        if name != "readinessProbe" && number(node, "successThreshold").is_some_and(|number| number > 1) {
            let place = node.get("successThreshold").map(|value| value.span);
            let message = format!("'successThreshold' of '{name}' can only be 1");
            faults.push(Diagnostic::error("out-of-range", message).at(place).help("remove it"));
        }
        if let Some((key, _)) = entry(node, "terminationGracePeriodSeconds").filter(|_| name == "readinessProbe") {
            let message = "a readiness probe ends nothing, so it has no 'terminationGracePeriodSeconds'";
            faults.push(Diagnostic::error("conflict", message).at(key.span).help("remove it"));
        }
    }
}

/// A command that says nothing.
fn idle(name: &str, way: &Node, action: &Node) -> Option<Diagnostic> {
    let is_idle = way.as_text() == Some("exec")
        && action.get("command").and_then(Node::as_list).is_none_or(<[Node]>::is_empty)
        && action.as_map().is_some();
    let message = format!("'exec' of '{name}' has no command");
    is_idle.then(|| Diagnostic::error("probe-handler", message).at(way.span).help("add 'command', a list of words"))
}

/// A port that is named is one of the container.
pub(super) fn ports(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        let known: Vec<_> = container.ports().iter().filter_map(|port| text(port, "name")).collect();
        for (_, node) in all(container) {
            let actions = ["httpGet", "tcpSocket"].iter().filter_map(|way| entry(node, way));
            for (_, port) in actions.filter_map(|(_, action)| entry(action, "port")) {
                if let Some(Scalar::Text(name)) = meaning(port)
                    && !known.contains(&name)
                    && integer(port).is_none()
                {
                    faults.push(no_port(name, &known, container.name()).at(port.span));
                }
            }
        }
    }
}

fn no_port(name: &str, known: &[&str], container: &str) -> Diagnostic {
    let fault = Diagnostic::error("dangling-reference", format!("container '{container}' has no port '{name}'"));
    match did_you_mean(name, known.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault.help("name one of its 'ports' so, or write the number"),
    }
}
