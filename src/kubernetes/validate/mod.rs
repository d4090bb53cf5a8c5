//! What a cluster would refuse, or take and never bring up, found in manifests before they are applied.
//!
//! It reads trees that know their places, anyone's as well as those of our own output. An object is first held against
//! its type ([`schema`], [`field`]), then against the rules across fields, objects and files: one function each, sorted
//! by what they look at. Custom resources are not looked at.

mod bundle;
mod choice;
mod claim;
mod cluster;
mod container;
mod controller;
mod custom;
mod data;
mod definition;
mod field;
mod gate;
mod ingress;
mod kind;
mod lack;
mod mount;
mod naming;
mod object;
mod pod;
mod port;
mod probe;
mod reach;
mod reader;
mod reference;
mod resource;
mod role;
pub(super) mod schedule;
mod schema;
mod secret;
mod security;
mod service;
mod shape;
mod target;
mod time_zone;
mod unique;
mod workload;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use bundle::Bundle;
pub use cluster::{Cluster, Existing};
use object::Object;
use pod::Pod;

type Faults = Vec<Diagnostic>;

/// Rules about one object.
const OF_OBJECT: [fn(&Object<'_>, &mut Faults); 20] = [
    claim::complete,
    data::too_large,
    data::annotations,
    data::said_twice,
    definition::named,
    definition::versions,
    ingress::class,
    naming::name,
    role::accounts,
    role::bound,
    role::paths,
    secret::typed,
    security::levels,
    service::ports,
    service::node_ports,
    workload::deadline,
    workload::restart_policy,
    workload::selector,
    workload::strategy,
    workload::limits,
];

/// Rules about the pods of one object.
const OF_POD: [fn(&Pod<'_>, &mut Faults); 19] = [
    container::names,
    container::image,
    container::early,
    container::variables,
    container::privilege,
    container::hostname,
    container::signal,
    mount::sources,
    mount::paths,
    mount::volumes,
    port::repeated,
    port::of_host,
    port::of_host_repeated,
    probe::handlers,
    probe::ports,
    resource::limits,
    resource::names,
    resource::shared,
    resource::whole,
];

/// Rules about all objects together.
const OF_BUNDLE: [fn(&Bundle<'_>, &mut Faults); 9] = [
    gate::words,
    unique::objects,
    unique::node_ports,
    reference::of_pods,
    target::of_services,
    target::of_ingresses,
    target::of_others,
    security::profile,
    target::selections,
];

/// All that is wrong with the documents of some files, which are meant for one cluster.
pub fn validate<'a>(documents: impl IntoIterator<Item = &'a Node>, cluster: &Cluster) -> Diagnostics {
    let mut faults = Faults::new();
    let bundle = Bundle::new(object::objects(documents, &mut faults), cluster);
    for object in &bundle.objects {
        faults.extend(schema::check(object, cluster));
        if kind::is_built_in(object.group()) {
            for rule in OF_OBJECT {
                rule(object, &mut faults);
            }
        }
    }
    for pod in &bundle.pods {
        for rule in OF_POD {
            rule(pod, &mut faults);
        }
    }
    for rule in OF_BUNDLE {
        rule(&bundle, &mut faults);
    }
    let mut all = Diagnostics::default();
    all.push_all(faults);
    all
}
