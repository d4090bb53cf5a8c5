//! Short ports: the long form that one becomes, printed as JSON and read again, is in the long form already.

#![no_main]

use hoist::document::Node;
use hoist::load::fuzzing::shape;
use hoist_fuzz::{meaning, through_json};
use libfuzzer_sys::fuzz_target;

const PORTS: usize = 65_535;

fuzz_target!(|text: &str| {
    let (long, faults) = shape("ports", Node::list([Node::text(text)]));
    let items = long.as_list().expect("a list stays a list");
    assert_ne!(items.is_empty(), faults.is_empty(), "a port or a fault: {faults:?}");
    assert!(items.len() <= PORTS);
    for item in items {
        let target = item.get("target").and_then(Node::as_text).and_then(|text| text.parse::<u16>().ok());
        assert!(target.is_some_and(|target| target > 0), "{item:?}");
    }
    if items.len() < 100 {
        let (again, faults) = shape("ports", through_json(&long));
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(meaning(&again), meaning(&long));
    }
});
