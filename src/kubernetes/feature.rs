//! [`Feature`]: what a cluster does only when it is told to, of all that a conversion may write.

use super::version::KubeVersion;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A feature gate of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Containers choose the signal that ends them (KEP 4960); off in all releases so far.
    ContainerStopSignals,
    /// Pods have any host name (KEP 4762); on since 1.35.
    HostnameOverride,
    /// Images are mounted as volumes (KEP 4639); on since 1.35.
    ImageVolume,
}

/// A name that is not that of a gate which matters here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no feature gate that matters here: it is one of {names}", names = Feature::ALL.map(Feature::as_str).join(", "))]
pub struct UnknownFeature(String);

impl Feature {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ContainerStopSignals, Self::HostnameOverride, Self::ImageVolume];

    /// The name of the gate.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContainerStopSignals => "ContainerStopSignals",
            Self::HostnameOverride => "HostnameOverride",
            Self::ImageVolume => "ImageVolume",
        }
    }

    /// The field that does nothing without it, and the type that the field belongs to.
    fn field(self) -> (&'static str, &'static str) {
        match self {
            Self::ContainerStopSignals => ("Lifecycle", "stopSignal"),
            Self::HostnameOverride => ("PodSpec", "hostnameOverride"),
            Self::ImageVolume => ("Volume", "image"),
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Reads the name of a gate, in any letters.
impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(text: &str) -> Result<Self, UnknownFeature> {
        let is = |feature: &Self| feature.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(is).ok_or_else(|| UnknownFeature(text.to_owned()))
    }
}

/// Whether a field of a type does something in a release with these gates switched on.
pub(super) fn enables(version: KubeVersion, features: &BTreeSet<Feature>, (of, field): (&str, &str)) -> bool {
    let is_switched_on = || features.iter().any(|feature| feature.field() == (of, field));
    version.enables(of, field) || version.knows(of, field) && is_switched_on()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::version::gate_of;

    #[test]
    fn a_gate_is_called_as_kubernetes_calls_it() {
        for feature in Feature::ALL {
            assert_eq!(feature.to_string().parse(), Ok(feature));
            assert_eq!(feature.as_str().to_lowercase().parse(), Ok(feature));
            let (of, field) = feature.field();
            assert!(gate_of(of, field).is_some(), "{feature}");
        }
        assert!("X".parse::<Feature>().expect_err("nothing").to_string().contains("ContainerStopSignals, "));
    }

    #[test]
    fn what_is_switched_on_works_where_it_is_known() {
        let on = BTreeSet::from([Feature::HostnameOverride]);
        let field = ("PodSpec", "hostnameOverride");
        assert!(enables(KubeVersion::V1_34, &on, field) && !enables(KubeVersion::V1_33, &on, field));
        assert!(!enables(KubeVersion::V1_34, &BTreeSet::new(), field));
        assert!(!enables(KubeVersion::V1_34, &on, ("Volume", "image")));
    }
}
