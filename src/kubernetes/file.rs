//! Configs and secrets: files that a container finds.

use super::draft::Draft;

/// The configs and secrets of a service.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    for key in ["configs", "secrets"] {
        if draft.wrote([key]) {
            draft.claim([key]).dropped(format!("{key} are not converted yet"));
        }
    }
}
