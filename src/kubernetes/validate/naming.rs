//! Rules about the names of objects.

use super::Faults;
use super::field::misspelt;
use super::object::Object;
use crate::diagnostic::Diagnostic;
use crate::kubernetes::name::Form;

/// Letters that a cluster adds to the name of a `CronJob` to name its jobs, out of 63.
const LONGEST_CRON_JOB: usize = 52;

/// An object is named as its kind has to be.
pub(super) fn name(object: &Object<'_>, faults: &mut Faults) {
    let Some(name) = object.get(&["metadata", "name"]).filter(|_| !object.name.is_empty()) else { return };
    let form = match object.kind {
        "Service" => Form::ServiceName,
        "Namespace" => Form::Label,
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => Form::PathSegment,
        _ => Form::Subdomain,
    };
    faults.extend(misspelt(form, &format!("the name of a {}", object.kind), name));
    if object.kind == "CronJob" && object.name.len() > LONGEST_CRON_JOB {
        let message =
            format!("the name of a CronJob has at most {LONGEST_CRON_JOB} letters, '{}' has more", object.name);
        faults.push(Diagnostic::error("invalid-name", message).at(name.span).help("shorten it"));
    }
}
