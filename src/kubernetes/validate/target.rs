//! Rules about what Services, Ingresses and others lead to.

use super::Faults;
use super::bundle::Bundle;
use super::object::Object;
use super::reach::{entries, entry, integer, items, meaning, reach, text};
use super::reference::{mild, missing};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::document::scalar::Scalar;

/// The objects of a kind.
fn all<'b, 'a>(bundle: &'b Bundle<'a>, kind: &str) -> impl Iterator<Item = &'b Object<'a>> {
    bundle.objects.iter().filter(move |object| object.kind == kind && super::kind::is_built_in(object.group()))
}

/// What is selected by labels is there.
pub(super) fn selections(bundle: &Bundle<'_>, faults: &mut Faults) {
    let services = all(bundle, "Service").map(|service| (service, &["spec", "selector"][..]));
    let budgets = all(bundle, "PodDisruptionBudget").map(|budget| (budget, &["spec", "selector", "matchLabels"][..]));
    for (object, path) in services.chain(budgets) {
        let selector = entries(object.node, path);
        let is_home = |other: &Object<'_>| bundle.namespace(other) == bundle.namespace(object);
        // Who brings no pods at all keeps them elsewhere.
        let has_pods = bundle.pods.iter().any(|pod| is_home(&pod.owner));
        let is_met = || bundle.selected(selector, object).next().is_some() || bundle.makes_labelled(selector, object);
        if selector.is_empty() || !has_pods || is_met() {
            continue;
        }
        let spec = object.get(&["spec"]);
        let place = spec.and_then(|spec| entry(spec, "selector")).map_or(object.place(), |(key, _)| key.span);
        let fault = Diagnostic::error("empty-selection", format!("{} selects no pod of the files", object.title()));
        let fault = fault.at(place).help("write labels that the template of its pods has");
        faults.push(if bundle.is_open(object) { mild(fault) } else { fault });
    }
}

/// A port of a Service that leads to a port by name finds it.
pub(super) fn of_services(bundle: &Bundle<'_>, faults: &mut Faults) {
    for service in all(bundle, "Service") {
        let selector = entries(service.node, &["spec", "selector"]);
        let mut pods = bundle.selected(selector, service).peekable();
        if selector.is_empty() || pods.peek().is_none() {
            continue;
        }
        let ports = pods.flat_map(|pod| pod.containers().flat_map(|container| container.ports()).collect::<Vec<_>>());
        let known: Vec<&str> = ports.filter_map(|port| text(port, "name")).collect();
        let targets = service.get(&["spec"]).map(|spec| items(spec, "ports")).unwrap_or_default();
        for (_, target) in targets.iter().filter_map(|port| entry(port, "targetPort")) {
            if let Some(Scalar::Text(name)) = meaning(target)
                && !known.contains(&name)
            {
                let message = format!("no pod of {} has a port '{name}'", service.title());
                faults.push(meant(Diagnostic::error("dangling-reference", message), name, &known).at(target.span));
            }
        }
    }
}

fn meant(fault: Diagnostic, name: &str, known: &[&str]) -> Diagnostic {
    match did_you_mean(name, known.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault.help("name a port of a container so, or write a number"),
    }
}

/// An Ingress leads to ports that Services have.
pub(super) fn of_ingresses(bundle: &Bundle<'_>, faults: &mut Faults) {
    for ingress in all(bundle, "Ingress") {
        let Some(spec) = ingress.get(&["spec"]) else { continue };
        let rules = items(spec, "rules").iter().filter_map(|rule| rule.get("http"));
        let paths: Vec<&Node> = rules.flat_map(|http| items(http, "paths")).collect();
        let is_free =
            |path: &Node| text(path, "path").is_none() && text(path, "pathType") == Some("ImplementationSpecific");
        for (key, path) in paths.iter().filter(|path| !is_free(path)).filter_map(|path| entry(path, "path")) {
            if !path.as_text().unwrap_or_default().starts_with('/') {
                let fault = Diagnostic::error("invalid-value", format!("'{}' does not begin with '/'", key_of(path)));
                faults.push(fault.at(path.span).help("write the path from the root").label(key.span, "here"));
            }
        }
        let backends = paths.into_iter().filter_map(|path| path.get("backend")).chain(spec.get("defaultBackend"));
        for service in backends.filter_map(|backend| backend.get("service")) {
            faults.extend(backend(bundle, ingress, service));
        }
        for (_, secret) in items(spec, "tls").iter().filter_map(|tls| entry(tls, "secretName")) {
            faults.extend(missing(bundle, ingress, ("Secret", secret)).map(mild));
        }
    }
}

fn key_of(node: &Node) -> &str {
    node.as_text().unwrap_or_default()
}

fn backend<'a>(bundle: &Bundle<'a>, ingress: &Object<'a>, backend: &'a Node) -> Option<Diagnostic> {
    let (_, name) = entry(backend, "name")?;
    if let Some(fault) = missing(bundle, ingress, ("Service", name)) {
        return Some(fault);
    }
    let service = bundle.find("Service", name.as_text()?, ingress)?;
    let ports = service.get(&["spec"]).map(|spec| items(spec, "ports")).unwrap_or_default();
    let wanted = reach(backend, &["port"])?;
    let (field, place) = ["number", "name"].iter().find_map(|field| Some((*field, entry(wanted, field)?.1)))?;
    let key = if field == "number" { "port" } else { "name" };
    let is_same = |value: &Node| match field {
        "number" => integer(value) == integer(place),
        _ => value.as_text() == place.as_text(),
    };
    let has = ports.iter().filter_map(|port| port.get(key)).any(is_same);
    let message = || format!("{} has no port '{}'", service.title(), key_of(place));
    let known: Vec<&str> = ports.iter().filter_map(|port| port.get(key)?.as_text()).collect();
    let help = format!("it has {}", known.join(", "));
    let fault =
        || Diagnostic::error("dangling-reference", message()).at(place.span).label(service.place(), "it is here");
    (!has).then(|| fault().help(help))
}

/// What autoscalers, roles and stateful sets name is there.
pub(super) fn of_others(bundle: &Bundle<'_>, faults: &mut Faults) {
    for scaler in all(bundle, "HorizontalPodAutoscaler") {
        let target = scaler.get(&["spec", "scaleTargetRef"]);
        let named = target.and_then(|target| Some((text(target, "kind")?, entry(target, "name")?.1)));
        faults.extend(named.and_then(|(kind, name)| missing(bundle, scaler, (kind, name))));
    }
    for binding in all(bundle, "RoleBinding") {
        let role = binding.get(&["roleRef"]).filter(|role| text(role, "kind") == Some("Role"));
        let named = role.and_then(|role| entry(role, "name"));
        faults.extend(named.and_then(|(_, name)| missing(bundle, binding, ("Role", name))));
    }
    for set in all(bundle, "StatefulSet") {
        let named = set.get(&["spec"]).and_then(|spec| entry(spec, "serviceName"));
        faults.extend(named.and_then(|(_, name)| missing(bundle, set, ("Service", name))).map(mild));
    }
}
