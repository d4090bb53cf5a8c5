//! [`Bundle`]: all objects that are meant for one cluster, found by kind and name.

use super::cluster::Cluster;
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
    /// The only namespace that the files have: what says none is applied there.
    sole_namespace: Option<&'a str>,
    known: HashMap<(&'a str, Option<&'a str>, &'a str), usize>,
}

impl<'a> Bundle<'a> {
    /// Brings objects together.
    pub fn new(objects: Vec<Object<'a>>, cluster: &'a Cluster) -> Self {
        let mut namespaces = objects.iter().filter(|object| object.kind == "Namespace").map(|object| object.name);
        let sole_namespace = namespaces.next().filter(|_| namespaces.next().is_none());
        let pods = objects.iter().copied().filter_map(Pod::of).collect();
        let mut bundle = Self { cluster, objects, pods, sole_namespace, known: HashMap::new() };
        let keys = bundle.objects.iter().enumerate();
        let keys = keys.map(|(at, object)| ((object.kind, bundle.namespace(object), object.name), at));
        bundle.known = keys.rev().collect();
        bundle
    }

    /// The namespace that an object is applied to; nothing when no file says it.
    pub fn namespace(&self, object: &Object<'a>) -> Option<&'a str> {
        object.namespace.or(self.sole_namespace)
    }

    /// The object of a kind and name in the namespace of another one.
    pub fn find(&self, kind: &'a str, name: &'a str, beside: &Object<'a>) -> Option<&Object<'a>> {
        self.objects.get(*self.known.get(&(kind, self.namespace(beside), name))?)
    }

    /// Whether an object can be counted on: it is here, the cluster has it, or a custom resource of its name may make it.
    pub fn provides(&self, kind: &'a str, name: &'a str, beside: &Object<'a>) -> bool {
        let is_custom = |object: &Object<'a>| {
            object.name == name && self.namespace(object) == self.namespace(beside) && object.group().contains('.')
        };
        self.find(kind, name, beside).is_some()
            || self.cluster.holds(kind, name)
            || matches!(kind, "ConfigMap" | "Secret")
                && self.objects.iter().any(|object| is_custom(object) && !super::kind::is_built_in(object.group()))
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
