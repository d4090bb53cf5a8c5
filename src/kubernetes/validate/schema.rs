//! Whether an object is what its kind says: the kind is known, no field is unknown, of the wrong kind, or missing.

use super::super::version::KubeVersion;
use super::cluster::Cluster;
use super::kind::{self, Kind};
use super::lack::Walk;
use super::object::Object;
use super::reader::Findings;
use crate::diagnostic::{Diagnostic, did_you_mean};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Readings of one object, each of which passes over what ended the one before.
const READINGS: usize = 32;

/// The faults of an object on its own.
pub(super) fn check(object: &Object<'_>, cluster: &Cluster) -> Vec<Diagnostic> {
    let Some(kind) = kind::find(object.api_version, object.kind) else { return vec![unknown(object)] };
    if kind.known > cluster.version {
        return vec![newer(object, kind, cluster.version)];
    }
    let Some(read) = kind.read else { return Vec::new() };
    let mut ends = Vec::new();
    let mut findings =
        Findings { cluster, faults: RefCell::default(), blanks: RefCell::default(), passed: BTreeSet::new() };
    for _ in 0..READINGS {
        findings.faults.borrow_mut().clear();
        match read(object.node, &findings) {
            Ok(value) => {
                let mut walk = Walk { blanks: &findings.blanks.borrow(), faults: &mut findings.faults.borrow_mut() };
                walk.look(&value, object.node, ("", object.place()));
                break;
            }
            Err(refusal) => {
                ends.push(Diagnostic::error("wrong-type", refusal.message).at(refusal.place));
                if !findings.passed.insert(refusal.place) {
                    break;
                }
            }
        }
    }
    ends.extend(findings.faults.into_inner());
    ends
}

fn unknown(object: &Object<'_>) -> Diagnostic {
    let place = object.node.get("kind").map(|kind| kind.span);
    let (name, group) = (object.kind, object.group());
    if !kind::is_built_in(group) {
        let message = format!("{} of '{}' is a custom resource", object.title(), object.api_version);
        let help = "it is not looked at: only the cluster knows its definition";
        return Diagnostic::advice("custom-resource", message).at(place).help(help);
    }
    if let Some(known) = kind::elsewhere(group, name) {
        let place = object.node.get("apiVersion").map(|version| version.span);
        let message = format!("there is no kind '{name}' in '{}'", object.api_version);
        return Diagnostic::error("unknown-kind", message).at(place).help(format!("write 'apiVersion: {known}'"));
    }
    let fault =
        Diagnostic::error("unknown-kind", format!("there is no kind '{name}' in '{}'", object.api_version)).at(place);
    match did_you_mean(name, kind::KINDS.iter().map(|kind| kind.name)) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault,
    }
}

fn newer(object: &Object<'_>, kind: &Kind, version: KubeVersion) -> Diagnostic {
    let place = object.node.get("apiVersion").map(|version| version.span);
    let what = format!("{} of '{}'", kind.name, kind.api_version);
    let message = format!("{what} is known since Kubernetes {}, not in {version}", kind.known);
    Diagnostic::error("newer-kubernetes", message).at(place).help("leave it out, or update the cluster")
}
