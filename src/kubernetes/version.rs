//! [`KubeVersion`]: a release of Kubernetes, and what each of them has that an earlier one has not.
//!
//! The types of the newest release are used for all of them; the tables here say which of their parts are younger.

use self::KubeVersion::{V1_33, V1_34, V1_35, V1_36, V1_37};
use std::fmt;
use std::str::FromStr;

/// A release of Kubernetes that manifests are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum KubeVersion {
    V1_33,
    V1_34,
    V1_35,
    V1_36,
    /// The one whose types this program has.
    #[default]
    V1_37,
}

/// A version of Kubernetes that this program does not know.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a version of Kubernetes from 1.33 to 1.37")]
pub struct UnknownVersion(String);

/// A field that the oldest release does not have, or has only when it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The type that the field belongs to, such as `PodSpec`.
    pub of: &'static str,
    /// The field, as it is written.
    pub field: &'static str,
    /// The first release that knows the field; an earlier one refuses it.
    pub known: KubeVersion,
    /// The first release in which it does something without a feature gate being switched on;
    /// none when no release has.
    pub enabled: Option<KubeVersion>,
}

/// The fields with a gate, by type and field.
pub const GATES: [Gate; 25] = [
    gate("ClusterTrustBundleProjection", "user", V1_37, None),
    gate("ConfigMapVolumeSource", "defaultUser", V1_37, None),
    gate("Container", "restartPolicyRules", V1_34, Some(V1_35)),
    gate("DownwardAPIVolumeFile", "user", V1_37, None),
    gate("DownwardAPIVolumeSource", "defaultUser", V1_37, None),
    gate("EmptyDirVolumeSource", "mode", V1_37, None),
    gate("EnvVarSource", "fileKeyRef", V1_34, Some(V1_35)),
    gate("EphemeralContainer", "restartPolicyRules", V1_34, Some(V1_35)),
    gate("GRPCAction", "mode", V1_37, None),
    gate("HTTPGetAction", "protocol", V1_37, None),
    gate("JobSpec", "scheduling", V1_37, None),
    gate("KeyToPath", "user", V1_37, None),
    gate("Lifecycle", "stopSignal", V1_33, None),
    gate("NodeSpec", "podPreemptionPolicy", V1_37, None),
    gate("PodSpec", "evictionResponders", V1_37, None),
    gate("PodSpec", "hostnameOverride", V1_34, Some(V1_35)),
    gate("PodSpec", "resources", V1_33, Some(V1_34)),
    gate("PodSpec", "schedulingGroup", V1_36, None),
    gate("ProjectedVolumeSource", "defaultUser", V1_37, None),
    gate("SecretVolumeSource", "defaultUser", V1_37, None),
    gate("ServiceAccountTokenProjection", "user", V1_37, None),
    gate("TokenRequestSpec", "attestations", V1_37, None),
    gate("Volume", "image", V1_33, Some(V1_35)),
    gate("VolumeMount", "bindMountOptions", V1_37, None),
    gate("VolumeProjection", "podCertificate", V1_34, None),
];

const fn gate(of: &'static str, field: &'static str, known: KubeVersion, enabled: Option<KubeVersion>) -> Gate {
    Gate { of, field, known, enabled }
}

/// The gate of a field, if it has one.
pub fn gate_of(of: &str, field: &str) -> Option<&'static Gate> {
    GATES.binary_search_by(|gate| (gate.of, gate.field).cmp(&(of, field))).ok().and_then(|at| GATES.get(at))
}

impl KubeVersion {
    /// All of them, the oldest first.
    pub const ALL: [Self; 5] = [V1_33, V1_34, V1_35, V1_36, V1_37];

    /// Whether this release takes a field of a type that the newest one has.
    pub fn knows(self, of: &str, field: &str) -> bool {
        gate_of(of, field).is_none_or(|gate| gate.known <= self)
    }

    /// Whether a field of a type does something in this release without a feature gate being switched on.
    pub fn enables(self, of: &str, field: &str) -> bool {
        gate_of(of, field).is_none_or(|gate| gate.enabled.is_some_and(|enabled| enabled <= self))
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            V1_33 => "1.33",
            V1_34 => "1.34",
            V1_35 => "1.35",
            V1_36 => "1.36",
            V1_37 => "1.37",
        })
    }
}

/// Reads `1.34`, and `v1.34.2` as a cluster says it.
impl FromStr for KubeVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let number = text.strip_prefix('v').unwrap_or(text);
        let is_patch = |rest: &str| rest.strip_prefix('.').is_some_and(|patch| patch.parse::<u32>().is_ok());
        let is = |version: &Self| {
            number.strip_prefix(&version.to_string()).is_some_and(|rest| rest.is_empty() || is_patch(rest))
        };
        Self::ALL.into_iter().find(is).ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_reads_what_it_prints() {
        for version in KubeVersion::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!("v1.34.2".parse(), Ok(V1_34));
        for text in ["1.32", "1.38", "1.3", "1.333", "1.33.", "1.33.x", "", "latest"] {
            assert_eq!(text.parse::<KubeVersion>(), Err(UnknownVersion(text.to_owned())));
        }
    }

    #[test]
    fn versions_are_in_order_and_the_newest_is_the_default() {
        assert!(KubeVersion::ALL.is_sorted());
        assert_eq!(KubeVersion::ALL.last(), Some(&KubeVersion::default()));
    }

    #[test]
    fn gates_are_found() {
        assert!(GATES.is_sorted_by_key(|gate| (gate.of, gate.field)));
        assert!(GATES.iter().all(|gate| gate_of(gate.of, gate.field) == Some(gate)));
        assert!(GATES.iter().all(|gate| gate.enabled.is_none_or(|enabled| gate.known <= enabled)));
    }

    #[test]
    fn a_version_knows_what_is_not_younger() {
        assert!(!V1_33.knows("PodSpec", "hostnameOverride") && V1_34.knows("PodSpec", "hostnameOverride"));
        assert!(V1_33.knows("Volume", "image") && !V1_34.enables("Volume", "image"));
        assert!(V1_35.enables("Volume", "image") && !V1_37.enables("Lifecycle", "stopSignal"));
        assert!(V1_33.knows("PodSpec", "containers") && V1_33.enables("PodSpec", "containers"));
    }
}
