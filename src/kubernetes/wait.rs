//! Start order that holds: a pod waits for what its service depends on.

use super::draft::Draft;
use crate::model::Dependency;
use crate::value::Name;
use indexmap::IndexMap;

/// What a service waits for.
pub(super) fn convert(draft: &mut Draft<'_, '_>, dependencies: &IndexMap<Name, Dependency>) {
    for name in dependencies.keys() {
        let reason = "pods do not wait for each other yet";
        draft.claim(["depends_on", name.as_str()]).approximated(reason, []);
    }
}
