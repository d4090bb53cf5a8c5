//! Rules about what is asked before an object is taken.

use super::super::Faults;
use super::one_of;
use crate::document::Node;

/// Who is asked is said in one way.
pub(super) fn client(node: &Node, faults: &mut Faults) {
    faults.extend(one_of(node, &["url", "service"]));
}
