//! Health checks become probes: whether a pod is ready, and whether it has started.

use super::draft::Draft;
use crate::model::Healthcheck;

/// The probes of a container.
pub(super) fn convert(draft: &mut Draft<'_, '_>, check: Option<&Healthcheck>) {
    if check.is_some() {
        draft.claim(["healthcheck"]).dropped("health checks are not converted yet");
        draft.claim(["healthcheck", "test"]).approximated("only the port that it asks at is taken from it yet", []);
    }
}
