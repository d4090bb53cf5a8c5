//! [`Bundle`]: all objects that are meant for one cluster, found by kind and name.

use super::cluster::Cluster;
use super::controller::makes_claim;
use super::custom::{has_labels, may_make, mentions};
use super::object::Object;
use super::pod::Pod;
use crate::document::Node;
use std::collections::HashMap;

/// The objects of all files, and the cluster that they are for.
#[derive(Debug)]
pub(super) struct Bundle<'a> {
    pub cluster: &'a Cluster,
    pub objects: Vec<Object<'a>>,
    /// The pods that the objects make.
    pub pods: Vec<Pod<'a>>,
    /// Custom resources that may make other objects.
    customs: Vec<Object<'a>>,
    /// Where it is applied what says no namespace: the only one that the files have, or what a cluster takes then.
    home: &'a str,
    known: HashMap<(&'a str, &'a str, &'a str), usize>,
}

/// The namespace of what says none.
const DEFAULT: &str = "default";

impl<'a> Bundle<'a> {
    /// Brings objects together.
    pub fn new(objects: Vec<Object<'a>>, cluster: &'a Cluster) -> Self {
        let mut namespaces = objects.iter().filter(|object| object.kind == "Namespace").map(|object| object.name);
        let home = namespaces.next().filter(|_| namespaces.next().is_none()).unwrap_or(DEFAULT);
        let pods = objects.iter().copied().filter_map(Pod::of).collect();
        let customs = objects.iter().copied().filter(may_make).collect();
        let mut bundle = Self { cluster, objects, pods, customs, home, known: HashMap::new() };
        let keys = bundle.objects.iter().enumerate();
        let keys = keys.map(|(at, object)| ((object.kind, bundle.namespace(object), object.name), at));
        bundle.known = keys.rev().collect();
        bundle
    }

    /// The namespace that an object is applied to.
    pub fn namespace(&self, object: &Object<'a>) -> &'a str {
        object.namespace.unwrap_or(self.home)
    }

    /// Custom resources in the namespace of an object, or in none, that may make others.
    fn makers(&self, beside: &Object<'a>) -> impl Iterator<Item = &Object<'a>> {
        let is_near = |one: &&Object<'a>| one.namespace.is_none() || self.namespace(one) == self.namespace(beside);
        self.customs.iter().filter(is_near)
    }

    /// Whether custom resources may bring what the files do not.
    pub fn is_open(&self, beside: &Object<'a>) -> bool {
        self.makers(beside).next().is_some()
    }

    /// Whether a custom resource makes pods with labels.
    pub fn makes_labelled(&self, labels: &[(Node, Node)], beside: &Object<'a>) -> bool {
        self.makers(beside).any(|one| has_labels(one.node, labels))
    }

    /// The object of a kind and name in the namespace of another one.
    pub fn find(&self, kind: &'a str, name: &'a str, beside: &Object<'a>) -> Option<&Object<'a>> {
        self.objects.get(*self.known.get(&(kind, self.namespace(beside), name))?)
    }

    /// Whether an object can be counted on: it is here, the cluster has it, or what is here makes it.
    pub fn provides(&self, kind: &'a str, name: &'a str, beside: &Object<'a>) -> bool {
        self.find(kind, name, beside).is_some()
            || self.cluster.holds(kind, name)
            || match kind {
                "ConfigMap" | "Secret" => self.makers(beside).any(|one| mentions(one.node, name)),
                "PersistentVolumeClaim" => self.sets_beside(beside).any(|set| makes_claim(set, name)),
                _ => false,
            }
    }

    fn sets_beside(&self, beside: &Object<'a>) -> impl Iterator<Item = &Object<'a>> {
        let namespace = self.namespace(beside);
        self.objects.iter().filter(move |one| one.kind == "StatefulSet" && self.namespace(one) == namespace)
    }

    /// The names of the objects of a kind beside another one.
    pub fn names(&self, kind: &'a str, beside: &Object<'a>) -> impl Iterator<Item = &'a str> {
        let namespace = self.namespace(beside);
        let objects = self.objects.iter();
        objects.filter(move |one| one.kind == kind && self.namespace(one) == namespace).map(|one| one.name)
    }

    /// The pods beside an object that a selector of plain labels chooses.
    pub fn selected(&self, selector: &'a [(Node, Node)], beside: &Object<'a>) -> impl Iterator<Item = &Pod<'a>> {
        let namespace = self.namespace(beside);
        self.pods.iter().filter(move |pod| self.namespace(&pod.owner) == namespace && pod.matches(selector))
    }
}
