//! What a file need not say: the default network, names of resources, implied dependencies, values from the
//! environment.

use super::environment::Environment;
use crate::document::{Node, Value};

/// Where one service may lean on another: `service:name`.
const SHARED: [&str; 5] = ["network_mode", "ipc", "pid", "uts", "cgroup"];

/// Fills in the defaults that the checks and the paths count on.
pub(super) fn defaults(root: &mut Node) {
    for (_, service) in entries(root.get_mut("services")) {
        if let Some(build) = service.get_mut("build") {
            default(build, "context", || Node::text("."));
        }
        for port in items(service.get_mut("ports")) {
            default(port, "mode", || Node::text("ingress"));
            default(port, "protocol", || Node::text("tcp"));
        }
        for secret in items(service.get_mut("secrets")) {
            if let Some(source) = secret.get("source").and_then(Node::as_text).map(str::to_owned) {
                default(secret, "target", || Node::text(format!("/run/secrets/{source}")));
            }
        }
        for (_, dependency) in entries(service.get_mut("depends_on")) {
            default(dependency, "required", || Node::plain(true));
        }
    }
}

/// Says of files of variables that they must be there; a project needs no word on it, since it has read them.
pub(super) fn env_files(root: &mut Node) {
    for (_, service) in entries(root.get_mut("services")) {
        for file in items(service.get_mut("env_file")) {
            default(file, "required", || Node::plain(true));
        }
    }
}

/// Adds what follows from the project as a whole.
pub(super) fn normalise(root: &mut Node, project: &str, environment: &Environment) {
    let mut joins_default = false;
    for (_, service) in entries(root.get_mut("services")) {
        networks(service);
        joins_default |= service.get("networks").is_some_and(|networks| networks.get("default").is_some());
        build(service, environment);
        depends_on(service);
    }
    if joins_default {
        default(root, "networks", || Node::map::<&str>([]));
        if let Some(networks) = root.get_mut("networks") {
            default(networks, "default", Node::null);
        }
    }
    for section in ["networks", "volumes", "secrets", "configs"] {
        for (key, resource) in entries(root.get_mut(section)) {
            name(key.as_text().unwrap_or_default(), resource, project);
        }
    }
}

/// Gives the variables of services that stand without a value that of the project's environment.
pub(super) fn variables(root: &mut Node, environment: &Environment) {
    for (_, service) in entries(root.get_mut("services")) {
        values(service.get_mut("environment"), environment);
    }
}

/// A service joins the default network unless it says otherwise.
fn networks(service: &mut Node) {
    let says_nothing = service
        .get("networks")
        .is_none_or(|networks| networks.is_null() || networks.as_map().is_some_and(<[_]>::is_empty));
    let has_other = ["network_mode", "provider"].iter().any(|key| service.get(key).is_some());
    if says_nothing && !has_other && service.as_map().is_some() {
        let span = service.span;
        service.set("networks", Node::map([("default", Node::null())]).at(span));
    }
}

fn build(service: &mut Node, environment: &Environment) {
    let Some(build) = service.get_mut("build") else { return };
    if build.get("dockerfile_inline").is_none() {
        default(build, "dockerfile", || Node::text("Dockerfile"));
    }
    values(build.get_mut("args"), environment);
    if let Some(Value::Map(args)) = build.get_mut("args").map(|args| &mut args.value) {
        args.retain(|(_, value)| !value.is_null());
    }
}

/// Variables that stand alone in a list take their value where the list is: in an included file, from its own variables.
pub(super) fn listed_variables(root: &mut Node, environment: &Environment) {
    for (_, service) in entries(root.get_mut("services")) {
        for (key, value) in entries(service.get_mut("environment")).iter_mut().filter(|(_, value)| value.is_bare()) {
            if let Some(known) = environment.get(key.as_text().unwrap_or_default()) {
                value.value = Value::Scalar { text: known.into(), plain: false };
            }
        }
        for item in items(service.get_mut("environment")) {
            let named = item.as_text().filter(|text| !text.contains('='));
            if let Some(known) = named.and_then(|name| Some(format!("{name}={}", environment.get(name)?))) {
                item.value = Value::Scalar { text: known.into(), plain: false };
            }
        }
    }
}

/// A variable without a value takes that of the project's environment, if there is one.
fn values(node: Option<&mut Node>, environment: &Environment) {
    for (key, value) in entries(node) {
        let known = environment.get(key.as_text().unwrap_or_default()).filter(|_| value.is_null());
        if let Some(known) = known {
            value.value = Value::Scalar { text: known.into(), plain: false };
        }
    }
}

/// Links, shared namespaces and `volumes_from` are dependencies too; what the file says itself stays.
fn depends_on(service: &mut Node) {
    let implied = implied(service);
    if implied.is_empty() || service.get("depends_on").is_some_and(|known| known.as_map().is_none()) {
        return;
    }
    default(service, "depends_on", || Node::map::<&str>([]));
    let Some(dependencies) = service.get_mut("depends_on") else { return };
    for (name, node) in implied {
        default(dependencies, &name, || node);
    }
}

fn implied(service: &Node) -> Vec<(String, Node)> {
    let texts = |key: &str| {
        let items = service.get(key).and_then(Node::as_list).unwrap_or_default();
        items.iter().filter_map(|item| Some((item.as_text()?, item))).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for (link, item) in texts("links") {
        let name = match link.split(':').collect::<Vec<_>>().as_slice() {
            [name] | [name, _] => *name,
            _ => link,
        };
        all.push((name.to_owned(), started(item, true)));
    }
    for node in SHARED.iter().filter_map(|key| service.get(key)) {
        if let Some(name) = node.as_text().and_then(|text| text.strip_prefix("service:")) {
            all.push((name.to_owned(), started(node, true)));
        }
    }
    for (source, item) in texts("volumes_from").into_iter().filter(|(source, _)| !source.starts_with("container:")) {
        let name = source.split(':').next().unwrap_or_default();
        all.push((name.to_owned(), started(item, false)));
    }
    all
}

fn started(from: &Node, restart: bool) -> Node {
    let mut fields = vec![("condition", Node::text("service_started"))];
    if restart {
        fields.push(("restart", Node::plain(true)));
    }
    fields.push(("required", Node::plain(true)));
    Node::map(fields).at(from.span)
}

/// Sorts the hosts that services and builds know besides those of the network, as Compose does.
pub(super) fn sort_hosts(root: &mut Node) {
    for (_, service) in entries(root.get_mut("services")) {
        sort(service, "extra_hosts");
        if let Some(build) = service.get_mut("build") {
            sort(build, "extra_hosts");
        }
    }
}

fn sort(node: &mut Node, key: &str) {
    if let Some(Value::List(items)) = node.get_mut(key).map(|list| &mut list.value) {
        items.sort_by(|left, right| left.as_text().cmp(&right.as_text()));
    }
}

/// What the engine calls a resource: `<project>_<key>`, or the key itself when somebody else made it.
fn name(key: &str, resource: &mut Node, project: &str) {
    if resource.is_null() {
        resource.value = Value::Map(Vec::new());
    }
    let word = resource.get("external").and_then(Node::as_text).unwrap_or_default().to_ascii_lowercase();
    let is_external = ["true", "yes", "y", "on"].contains(&word.as_str());
    default(resource, "name", || Node::text(if is_external { key.to_owned() } else { format!("{project}_{key}") }));
}

/// Sets what a map does not say; it takes the place of the map.
fn default(node: &mut Node, key: &str, value: impl FnOnce() -> Node) {
    if node.as_map().is_some() && node.get(key).is_none_or(Node::is_null) && !says_null(node, key) {
        let span = node.span;
        let value = value();
        node.set(key, if value.span.is_somewhere() { value } else { value.at(span) });
    }
}

/// Whether a key stands there with a null that means something: a network or dependency without options.
fn says_null(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(Node::is_null) && key == "default"
}

/// The entries of a map, to change them; none for what is no map.
pub(super) fn entries(node: Option<&mut Node>) -> &mut [(Node, Node)] {
    match node.map(|node| &mut node.value) {
        Some(Value::Map(entries)) => entries,
        _ => &mut [],
    }
}

/// The items of a list, to change them; none for what is no list.
pub(super) fn items(node: Option<&mut Node>) -> &mut [Node] {
    match node.map(|node| &mut node.value) {
        Some(Value::List(items)) => items,
        _ => &mut [],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;
    use crate::load::tests::compact;

    fn run(text: &str) -> Node {
        let mut sources = crate::source::SourceMap::default();
        let file = sources.add("compose.yaml".into(), text.into());
        let mut root = parse::parse(&sources, file).expect("valid YAML").remove(0);
        defaults(&mut root);
        let environment = Environment::of_pairs([("SET", "val")]);
        normalise(&mut root, "p", &environment);
        variables(&mut root, &environment);
        sort_hosts(&mut root);
        root
    }

    fn service(text: &str) -> Node {
        let root = run(&format!("services: {{a: {text}}}"));
        root.get("services").and_then(|services| services.get("a")).cloned().expect("is there")
    }

    fn part(text: &str, key: &str) -> String {
        service(text).get(key).map(compact).unwrap_or_default()
    }

    #[test]
    fn a_service_joins_the_default_network_unless_it_says_otherwise() {
        assert_eq!(part("{image: x}", "networks"), r#"{"default":null}"#);
        assert_eq!(part("{networks: {}}", "networks"), r#"{"default":null}"#);
        assert_eq!(part("{network_mode: host}", "networks"), "");
        assert_eq!(part("{networks: {b: }}", "networks"), r#"{"b":null}"#);
    }

    #[test]
    fn the_default_network_exists_if_somebody_joins_it() {
        let networks = |text| run(text).get("networks").map(compact).unwrap_or_default();
        assert_eq!(networks("services: {a: {image: x}}"), r#"{"default":{"name":"p_default"}}"#);
        assert_eq!(networks("services: {a: {network_mode: none}}"), "");
        let written = "services: {a: {image: x}}\nnetworks: {default: {driver: y}, e: {external: true}, n: {name: z}}";
        let wanted =
            r#"{"default":{"driver":"y","name":"p_default"},"e":{"external":true,"name":"e"},"n":{"name":"z"}}"#;
        assert_eq!(networks(written), wanted);
    }

    #[test]
    fn values_come_from_the_environment() {
        assert_eq!(part("{environment: {SET: , NOT: }}", "environment"), r#"{"SET":"val","NOT":null}"#);
        let build = r#"{"args":{"SET":"val"},"context":".","dockerfile":"Dockerfile"}"#;
        assert_eq!(part("{build: {args: {SET: , NOT: }}}", "build"), build);
    }

    #[test]
    fn what_a_service_leans_on_is_a_dependency() {
        let text = "{links: ['b:x'], network_mode: 'service:c', volumes_from: ['d:ro', 'container:e'], depends_on: {b: {condition: service_healthy}}}";
        let wanted = concat!(
            r#"{"b":{"condition":"service_healthy","required":true},"#,
            r#""c":{"condition":"service_started","restart":true,"required":true},"#,
            r#""d":{"condition":"service_started","required":true}}"#
        );
        assert_eq!(part(text, "depends_on"), wanted);
    }

    #[test]
    fn hosts_are_sorted() {
        assert_eq!(part("{extra_hosts: [b=1, a=2]}", "extra_hosts"), r#"["a=2","b=1"]"#);
    }
}
