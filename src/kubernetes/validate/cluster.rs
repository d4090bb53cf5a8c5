//! [`Cluster`]: what is known of the cluster that manifests are for.

use super::super::feature::{self, Feature};
use super::super::version::KubeVersion;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The cluster that manifests are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Its release.
    pub version: KubeVersion,
    /// The feature gates that it has switched on, besides those that its release has.
    pub features: BTreeSet<Feature>,
    /// Objects that it has already, so that no file needs to bring them.
    pub existing: Vec<Existing>,
}

/// An object that a cluster has already, in any namespace: `secret/db`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Existing {
    /// Its kind; small and large letters are the same.
    kind: String,
    name: String,
}

/// A text that names no object.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a kind and a name, such as 'secret/db'")]
pub struct Unnamed(String);

impl Cluster {
    /// A cluster of a release of which nothing else is known.
    pub fn of(version: KubeVersion) -> Self {
        Self { version, ..Self::default() }
    }

    /// Whether a field of a type does something in it.
    pub(super) fn enables(&self, of: &str, field: &str) -> bool {
        feature::enables(self.version, &self.features, (of, field))
    }

    /// Whether it has an object already; there are some that each cluster has.
    pub(super) fn holds(&self, kind: &str, name: &str) -> bool {
        let is = |one: &Existing| one.kind.eq_ignore_ascii_case(kind) && one.name == name;
        matches!((kind, name), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default"))
            || kind == "Service" && name == "kubernetes"
            || self.existing.iter().any(is)
    }
}

impl Existing {
    /// An object of a kind such as `Secret`.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for Existing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.kind.to_ascii_lowercase(), self.name)
    }
}

impl FromStr for Existing {
    type Err = Unnamed;

    fn from_str(text: &str) -> Result<Self, Unnamed> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self::new(kind, name))
            }
            _ => Err(Unnamed(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_as_kubectl_names_it() {
        let cluster = Cluster { existing: vec!["secret/db".parse().expect("a name")], ..Cluster::default() };
        assert!(cluster.holds("Secret", "db") && !cluster.holds("Secret", "web") && !cluster.holds("ConfigMap", "db"));
        assert_eq!(Existing::new("Secret", "db").to_string(), "secret/db");
        for text in ["db", "secret/", "/db", "a/b/c", ""] {
            assert_eq!(text.parse::<Existing>(), Err(Unnamed(text.to_owned())));
        }
    }
}
