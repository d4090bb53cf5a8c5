//! What runs before, after and in between: hooks, and the signal that ends a container.

use super::draft::Draft;
use crate::model::Hook;

/// Hooks.
pub(super) fn convert(draft: &mut Draft<'_, '_>, _around: (&[Hook], &[Hook]), _before: &[Hook]) {
    for key in ["post_start", "pre_stop", "pre_start"] {
        if draft.wrote([key]) {
            draft.claim([key]).dropped("hooks are not converted yet");
        }
    }
}

/// The signal that asks a container to end.
pub(super) fn signal(draft: &mut Draft<'_, '_>, signal: Option<&str>) {
    if signal.is_some() {
        draft.claim(["stop_signal"]).dropped("the stop signal is not converted yet");
    }
}
