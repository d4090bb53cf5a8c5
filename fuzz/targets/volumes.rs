//! Short volumes: the long form that one becomes, printed as JSON and read again, is in the long form already.

#![no_main]

use hoist::document::Node;
use hoist::load::fuzzing::shape;
use hoist_fuzz::{meaning, through_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (long, faults) = shape("volumes", Node::list([Node::text(text)]));
    let items = long.as_list().expect("a list stays a list");
    assert_eq!(items.is_empty(), faults.has_errors(), "a mount or a fault: {faults:?}");
    for item in items {
        assert!(item.get("target").and_then(Node::as_text).is_some_and(|target| !target.is_empty()), "{item:?}");
    }
    // JSON holds control characters as they are, as Go writes them; YAML refuses some of these.
    if text.chars().any(char::is_control) {
        return;
    }
    let (again, faults) = shape("volumes", through_json(&long));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(meaning(&again), meaning(&long));
});
