//! The legacy `external: {name: x}` of networks, volumes, configs and secrets.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;

/// The name moves up, `external` becomes a boolean; a warning says so.
pub(super) fn shape(mut node: Node, diagnostics: &mut Diagnostics) -> Node {
    let Some(external) = node.get("external").filter(|external| external.as_map().is_some()).cloned() else {
        return node;
    };
    diagnostics.push(
        Diagnostic::warning("old-external", "'external.name' is the spelling of an old version")
            .at(external.span)
            .help("write 'external: true' and 'name:' next to it"),
    );
    if let Some(inner) = external.get("name").cloned() {
        let same = node.get("name").is_none_or(|name| name.as_text() == inner.as_text());
        if !same {
            diagnostics.push(
                Diagnostic::error("conflict", "'name' and 'external.name' say different things")
                    .at(external.as_map().and_then(|entries| entries.first()).map(|(key, _)| key.span))
                    .help("keep 'name' only"),
            );
        }
        node.set("name", inner);
    }
    node.set("external", Node::plain(true).at(external.span));
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;

    #[test]
    fn the_legacy_name_moves_up() {
        let mut diagnostics = Diagnostics::default();
        let legacy = Node::map([("external", Node::map([("name", Node::text("n"))]))]);
        assert_eq!(json::compact(&shape(legacy, &mut diagnostics)), r#"{"external":true,"name":"n"}"#);
        assert_eq!((diagnostics.sorted().len(), diagnostics.has_errors()), (1, false));
    }
}
