//! More names of services: links, aliases in networks, containers of other projects.

use super::draft::Draft;
use crate::model::{Link, Networking};

/// The names under which others find a service, and it finds others.
pub(super) fn convert(draft: &mut Draft<'_, '_>, (links, external): (&[Link], &[String]), networking: &Networking) {
    let _ = networking;
    for (index, link) in links.iter().enumerate() {
        let claim = draft.claim_item("links", index);
        match &link.alias {
            Some(alias) if *alias != link.service.as_str() => {
                claim.dropped("other names of services are not converted yet").remedy("use the name of the service");
            }
            _ => {
                claim.dropped("services find each other anyway");
            }
        }
    }
    for (index, _) in external.iter().enumerate() {
        draft.claim_item("external_links", index).dropped("containers of other projects are not in the cluster");
    }
}
