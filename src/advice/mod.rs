//! `hoist check`: what a project says and does, and would better say otherwise. Pure: a [`Loaded`] becomes advice.
//!
//! Advice is never a fault: the project runs as written. A piece of advice names what will happen and the remedy; where
//! a reader can have meant it so, the remedy also says how to write that down. One file a topic.

mod command;
mod dependency;
mod dollar;
mod image;
mod password;
mod port;
mod scalar;
mod secret;
mod unused;

use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::load::Loaded;
pub use password::passwords;
pub use secret::looks_secret;

/// All advice on a project, its inactive services included.
pub fn advise(loaded: &Loaded) -> Diagnostics {
    let mut found = Diagnostics::default();
    for topic in [
        port::advise,
        secret::advise,
        image::advise,
        dependency::advise,
        unused::advise,
        scalar::advise,
        dollar::advise,
        command::advise,
    ] {
        topic(loaded, &mut found);
    }
    found
}

/// The services with their names, as the merged tree has them.
fn services(loaded: &Loaded) -> impl Iterator<Item = (&str, &Node)> {
    entries(loaded.origins.tree().get("services")).filter_map(|(name, service)| Some((name.as_text()?, service)))
}

/// The entries of a map; none for what is no map.
fn entries(node: Option<&Node>) -> impl Iterator<Item = &(Node, Node)> {
    node.and_then(Node::as_map).unwrap_or_default().iter()
}

/// The items of a list; none for what is no list.
fn items(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    node.and_then(Node::as_list).unwrap_or_default().iter()
}

/// The text under a key, unless it is null or empty.
fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).filter(|value| !value.is_null()).and_then(Node::as_text).filter(|text| !text.is_empty())
}

/// The advice that a service in `compose.yaml` gets, as `line:column code: message`, for tests.
#[cfg(test)]
mod tests {
    use super::advise;
    use crate::load::{Request, load};
    use std::fs;

    /// The advice on these files, by place.
    pub fn advice(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("is written");
        }
        let request = Request {
            working_directory: folder.path().into(),
            project_name: Some("p".into()),
            environment: [("SET".to_owned(), "val".to_owned())].into(),
            ..Request::default()
        };
        let loaded = load(&request).unwrap_or_else(|refused| panic!("{:?}", refused.diagnostics));
        let found = advise(&loaded);
        let line = |one: &crate::diagnostic::Diagnostic| {
            let place = one.place.and_then(|place| loaded.sources.locate(place)).expect("advice has a place");
            let file = place.path.display();
            format!("{file}:{}:{} {}: {}", place.line, place.column, one.code, one.message)
        };
        found.sorted().into_iter().map(line).collect()
    }

    /// The advice with this code on one service `a`, written as a YAML flow mapping without its braces.
    pub fn on_service(code: &str, text: &str) -> Vec<String> {
        let file = format!("services:\n  a: {{{text}}}\n  b: {{image: 'b:1'}}\nvolumes: {{v: }}\n");
        let all = advice(&[("compose.yaml", &file)]).into_iter();
        all.filter_map(|line| Some(line.split_once(&format!(" {code}: "))?.1.to_owned())).collect()
    }
}
