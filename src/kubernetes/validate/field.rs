//! What a single field takes, whatever stands around it.

use super::super::name::Form;
use super::choice;
use super::reach::{integer, meaning};
use super::schedule::is_schedule;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::document::scalar::Scalar;
use crate::kubernetes::quantity::Quantity;
use crate::source::Span;
use std::net::IpAddr;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepts {
    /// A name spelled so.
    Name(Form),
    /// A mapping whose keys are spelled so.
    Keys(Form),
    /// A mapping of labels.
    Labels,
    /// A mapping of annotations, whose keys may have large letters everywhere.
    Annotations,
    /// The number of a port, or the name of one.
    Port,
    /// A whole number of at least and at most so much.
    Range(i64, i64),
    /// An address.
    Address,
    /// A network, such as `10.0.0.0/8`.
    Network,
    /// A path that leads down.
    Downward,
    /// The same, and does not begin with two dots.
    Inside,
    /// A path from the root.
    Absolute,
    /// A path that does not lead back.
    Onward,
    /// A domain to search in.
    Search,
    /// The name of a kernel parameter.
    Sysctl,
    /// An amount that is not negative.
    Amount,
    /// A whole number that is not negative, or a percentage.
    Share,
    /// The same of at most 100%.
    Part,
    /// A time table.
    Schedule,
}

use Accepts::{
    Absolute, Address, Amount, Annotations, Downward, Inside, Keys, Labels, Name, Network, Onward, Part, Port, Range,
    Schedule, Search, Share, Sysctl,
};

/// Any number that is not negative.
const COUNT: Accepts = Range(0, i64::MAX);
/// The number of a user or a group.
const USER: Accepts = Range(0, i32::MAX as i64);
/// How much something is wished for.
const WEIGHT: Accepts = Range(1, 100);
/// Bits of permission.
const MODE: Accepts = Range(0, 0o777);

/// By type and field.
const FIELDS: &[(&str, &str, Accepts)] = &[
    ("ClientIPConfig", "timeoutSeconds", Range(1, 86400)),
    ("ConfigMap", "binaryData", Keys(Form::DataKey)),
    ("ConfigMap", "data", Keys(Form::DataKey)),
    ("ConfigMapVolumeSource", "defaultMode", MODE),
    ("Container", "name", Name(Form::Label)),
    ("ContainerPort", "containerPort", Port),
    ("ContainerPort", "hostIP", Address),
    ("ContainerPort", "hostPort", Port),
    ("ContainerPort", "name", Name(Form::PortName)),
    ("CronJobSpec", "failedJobsHistoryLimit", COUNT),
    ("CronJobSpec", "schedule", Schedule),
    ("CronJobSpec", "startingDeadlineSeconds", COUNT),
    ("CronJobSpec", "successfulJobsHistoryLimit", COUNT),
    ("DaemonSetSpec", "minReadySeconds", COUNT),
    ("DeploymentSpec", "minReadySeconds", COUNT),
    ("DeploymentSpec", "progressDeadlineSeconds", COUNT),
    ("DeploymentSpec", "replicas", COUNT),
    ("DeploymentSpec", "revisionHistoryLimit", COUNT),
    ("DownwardAPIVolumeFile", "path", Inside),
    ("EmptyDirVolumeSource", "sizeLimit", Amount),
    ("EnvVar", "name", Name(Form::Variable)),
    ("GRPCAction", "port", Port),
    ("HTTPGetAction", "port", Port),
    ("HorizontalPodAutoscalerSpec", "maxReplicas", Range(1, i64::MAX)),
    ("HorizontalPodAutoscalerSpec", "minReplicas", COUNT),
    ("HostAlias", "hostnames", Name(Form::Subdomain)),
    ("HostAlias", "ip", Address),
    ("HostPathVolumeSource", "path", Onward),
    ("IPBlock", "cidr", Network),
    ("IPBlock", "except", Network),
    ("IngressSpec", "ingressClassName", Name(Form::Subdomain)),
    ("JobSpec", "activeDeadlineSeconds", COUNT),
    ("JobSpec", "backoffLimit", COUNT),
    ("JobSpec", "backoffLimitPerIndex", COUNT),
    ("JobSpec", "completions", COUNT),
    ("JobSpec", "parallelism", COUNT),
    ("JobSpec", "ttlSecondsAfterFinished", COUNT),
    ("KeyToPath", "mode", MODE),
    ("KeyToPath", "path", Inside),
    ("LabelSelector", "matchLabels", Labels),
    ("MetricTarget", "averageUtilization", Range(1, i64::MAX)),
    ("NFSVolumeSource", "path", Absolute),
    ("NetworkPolicyPort", "endPort", Port),
    ("NetworkPolicyPort", "port", Port),
    ("ObjectMeta", "annotations", Annotations),
    ("ObjectMeta", "labels", Labels),
    ("ObjectMeta", "namespace", Name(Form::Label)),
    ("PodDNSConfig", "nameservers", Address),
    ("PodDNSConfig", "searches", Search),
    ("PodDisruptionBudgetSpec", "maxUnavailable", Part),
    ("PodDisruptionBudgetSpec", "minAvailable", Part),
    ("PodReadinessGate", "conditionType", Name(Form::LabelKey)),
    ("PodSecurityContext", "fsGroup", USER),
    ("PodSecurityContext", "runAsGroup", USER),
    ("PodSecurityContext", "runAsUser", USER),
    ("PodSecurityContext", "supplementalGroups", USER),
    ("PodSpec", "activeDeadlineSeconds", Range(1, i64::MAX)),
    ("PodSpec", "nodeName", Name(Form::Subdomain)),
    ("PodSpec", "nodeSelector", Labels),
    ("PodSpec", "priorityClassName", Name(Form::Subdomain)),
    ("PodSpec", "runtimeClassName", Name(Form::Subdomain)),
    ("PodSpec", "serviceAccountName", Name(Form::Subdomain)),
    ("PodSpec", "terminationGracePeriodSeconds", COUNT),
    ("PreferredSchedulingTerm", "weight", WEIGHT),
    ("Probe", "failureThreshold", COUNT),
    ("Probe", "initialDelaySeconds", COUNT),
    ("Probe", "periodSeconds", COUNT),
    ("Probe", "successThreshold", COUNT),
    ("Probe", "terminationGracePeriodSeconds", Range(1, i64::MAX)),
    ("Probe", "timeoutSeconds", COUNT),
    ("ProjectedVolumeSource", "defaultMode", MODE),
    ("ReplicaSetSpec", "replicas", COUNT),
    ("RollingUpdateDaemonSet", "maxSurge", Part),
    ("RollingUpdateDaemonSet", "maxUnavailable", Part),
    ("RollingUpdateDeployment", "maxSurge", Share),
    ("RollingUpdateDeployment", "maxUnavailable", Part),
    ("RollingUpdateStatefulSetStrategy", "maxUnavailable", Part),
    ("RollingUpdateStatefulSetStrategy", "partition", COUNT),
    ("SeccompProfile", "localhostProfile", Downward),
    ("Secret", "data", Keys(Form::DataKey)),
    ("Secret", "stringData", Keys(Form::DataKey)),
    ("SecretVolumeSource", "defaultMode", MODE),
    ("SecurityContext", "runAsGroup", USER),
    ("SecurityContext", "runAsUser", USER),
    ("ServiceAccountTokenProjection", "expirationSeconds", Range(600, 1 << 32)),
    ("ServiceAccountTokenProjection", "path", Downward),
    ("ServiceBackendPort", "name", Name(Form::PortName)),
    ("ServiceBackendPort", "number", Port),
    ("ServicePort", "appProtocol", Name(Form::LabelKey)),
    ("ServicePort", "name", Name(Form::Label)),
    ("ServicePort", "port", Port),
    ("ServicePort", "targetPort", Port),
    ("ServiceSpec", "externalIPs", Address),
    ("ServiceSpec", "loadBalancerSourceRanges", Network),
    ("ServiceSpec", "selector", Labels),
    ("StatefulSetSpec", "minReadySeconds", COUNT),
    ("StatefulSetSpec", "replicas", COUNT),
    ("StatefulSetSpec", "serviceName", Name(Form::Label)),
    ("Sysctl", "name", Sysctl),
    ("TCPSocketAction", "port", Port),
    ("TopologySpreadConstraint", "maxSkew", Range(1, i64::MAX)),
    ("TopologySpreadConstraint", "minDomains", Range(1, i64::MAX)),
    ("Volume", "name", Name(Form::Label)),
    ("VolumeMount", "subPath", Downward),
    ("VolumeMount", "subPathExpr", Downward),
    ("WeightedPodAffinityTerm", "weight", WEIGHT),
];

/// Looks at an entry of a type: is what it says something that the field takes?
pub(super) fn check((of, field): (&str, &str), (key, value): (&Node, &Node), faults: &mut Vec<Diagnostic>) {
    if value.is_null() {
        return;
    }
    let single = std::slice::from_ref(value);
    let values = value.as_list().unwrap_or(single);
    if let Some(words) = choice::of(of, field) {
        faults.extend(values.iter().filter_map(|value| wrong_word(field, value, words)));
    }
    let found = FIELDS.binary_search_by(|(name, one, _)| (*name, *one).cmp(&(of, field)));
    let Some((_, _, accepts)) = found.ok().and_then(|at| FIELDS.get(at)) else { return };
    match accepts {
        Keys(form) => keys(*form, value, faults),
        Annotations => annotations(value, faults),
        Labels => labels(value, faults),
        _ => faults.extend(values.iter().filter_map(|value| accepts.fault(key, value))),
    }
}

fn wrong_word(field: &str, value: &Node, words: &[&str]) -> Option<Diagnostic> {
    let text = value.as_text().filter(|text| !text.is_empty() && !words.contains(text))?;
    let fault = Diagnostic::error("invalid-choice", format!("'{text}' is not a value of '{field}'")).at(value.span);
    let same = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text));
    Some(match same.or_else(|| did_you_mean(text, words.iter().copied())) {
        Some(meant) => fault.help(format!("did you mean '{meant}'?")),
        None => fault.help(format!("use one of {}", words.join(", "))),
    })
}

impl Accepts {
    fn fault(self, key: &Node, value: &Node) -> Option<Diagnostic> {
        let (text, field) = (value.as_text()?, key.as_text()?);
        let is_wrong = match self {
            Name(form) => {
                let is_said = !text.is_empty();
                return misspelt(form, &format!("the value of '{field}'"), value).filter(|_| is_said);
            }
            Port => return port(field, value),
            Range(least, most) => return out_of_range(field, value, (least, most)),
            Keys(_) | Labels | Annotations => false,
            Address => !text.is_empty() && !is_address(text),
            Network => !is_network(text.trim()),
            Downward | Onward | Inside => !self.leads_on(text),
            Absolute => !text.is_empty() && !text.starts_with('/'),
            Search => !is_search(text),
            Sysctl => !is_sysctl(text),
            Amount => text.parse::<Quantity>().is_ok_and(|amount| amount.billionths() < 0),
            Share => !is_share(value, i128::MAX),
            Part => !is_share(value, 100),
            Schedule => !is_schedule(text),
        };
        let fault = || Diagnostic::error("invalid-value", format!("'{text}' is no value of '{field}'"));
        is_wrong.then(|| fault().at(value.span).help(self.remedy()))
    }

    /// Whether a path leads on as it has to.
    fn leads_on(self, path: &str) -> bool {
        let leads_back = path.split('/').any(|part| part == "..");
        !leads_back && (self == Onward || !path.starts_with('/')) && (self != Inside || !path.starts_with(".."))
    }

    fn remedy(self) -> &'static str {
        match self {
            Address => "write an IPv4 or IPv6 address",
            Network => "write an address, '/' and the number of its bits that count, such as 10.0.0.0/8",
            Downward | Inside => "write a path without '/' at the beginning and without '..'",
            Absolute => "write the path from the root",
            Onward => "write the path without '..'",
            Search => "write a domain in small letters",
            Sysctl => "write the name of a kernel parameter, such as net.core.somaxconn",
            Amount => "write 0 or more",
            Share => "write a whole number, or a percentage such as 25%",
            Part => "write a whole number, or a percentage of at most 100%",
            _ => {
                "write minute, hour, day of the month, month and day of the week (0 to 6), such as '0 3 * * 1', or @daily"
            }
        }
    }
}

/// The fault of a name that is not spelled as it has to be.
pub(super) fn misspelt(form: Form, what: &str, value: &Node) -> Option<Diagnostic> {
    let text = value.as_text().filter(|text| !form.accepts(text))?;
    let message = format!("'{text}' cannot be {what}");
    Some(Diagnostic::error("invalid-name", message).at(value.span).help(form.remedy()))
}

fn keys(form: Form, value: &Node, faults: &mut Vec<Diagnostic>) {
    let keys = value.as_map().unwrap_or_default().iter().map(|(key, _)| key);
    faults.extend(keys.filter_map(|key| misspelt(form, "a key", key)));
}

/// Their keys are looked at in small letters.
fn annotations(value: &Node, faults: &mut Vec<Diagnostic>) {
    let keys = value.as_map().unwrap_or_default().iter().map(|(key, _)| key);
    let is_odd = |key: &&Node| !Form::LabelKey.accepts(&key.as_text().unwrap_or_default().to_ascii_lowercase());
    faults.extend(keys.filter(is_odd).filter_map(|key| misspelt(Form::LabelKey, "a key", key)));
}

fn labels(value: &Node, faults: &mut Vec<Diagnostic>) {
    keys(Form::LabelKey, value, faults);
    let values = value.as_map().unwrap_or_default().iter().map(|(_, value)| value);
    faults.extend(values.filter_map(|value| misspelt(Form::LabelValue, "the value of a label", value)));
}

fn port(field: &str, value: &Node) -> Option<Diagnostic> {
    match integer(value) {
        Some(1..=65535) => None,
        // A port of the host that is 0 is none.
        Some(0) if field == "hostPort" => None,
        Some(number) => {
            let message = format!("'{field}' is {number}, which is not a port");
            Some(Diagnostic::error("port-range", message).at(value.span).help("write a number from 1 to 65535"))
        }
        None => misspelt(Form::PortName, &format!("the value of '{field}'"), value),
    }
}

fn out_of_range(field: &str, value: &Node, (least, most): (i64, i64)) -> Option<Diagnostic> {
    let number = integer(value).filter(|number| !(i128::from(least)..=i128::from(most)).contains(number))?;
    let help = match most {
        i64::MAX => format!("write at least {least}"),
        0o777 => {
            "write a mode from 0 to 0777, which is 511: the tools of a cluster read a leading 0 as octal".to_owned()
        }
        _ => format!("write a number from {least} to {most}"),
    };
    Some(beyond(field, number, value.span).help(help))
}

/// The fault of a number that a field does not go to.
pub(super) fn beyond(field: &str, number: i128, place: Span) -> Diagnostic {
    Diagnostic::error("out-of-range", format!("'{field}' cannot be {number}")).at(place)
}

/// Whether a text is an address; parts of IPv4 may begin with 0, as they could always.
pub(super) fn is_address(text: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit()) && part.parse::<u8>().is_ok();
    text.parse::<IpAddr>().is_ok() || text.split('.').count() == 4 && text.split('.').all(is_part)
}

fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if address.contains(':') { 128 } else { 32 };
    is_address(address) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// Whether a text is a domain to search in: labels with underscores too, and a dot at the end or alone.
fn is_search(text: &str) -> bool {
    text == "." || Form::Subdomain.accepts(&text.strip_suffix('.').unwrap_or(text).replace('_', "a"))
}

fn is_sysctl(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '-' | '_');
    let is_end = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let is_part = |part: &str| part.chars().all(fits) && part.starts_with(is_end) && part.ends_with(is_end);
    text.len() <= 253 && text.split(['.', '/']).all(is_part)
}

/// Whether a value is a number that is not negative, or a percentage of at most so much.
fn is_share(value: &Node, most: i128) -> bool {
    match meaning(value) {
        Some(Scalar::Int(number)) => number >= 0,
        Some(Scalar::Text(text)) => {
            let digits = text.strip_suffix('%').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<i128>().ok()).is_some_and(|share| share <= most)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order() {
        assert!(FIELDS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }

    #[test]
    fn networks_are_read() {
        assert!(is_network("10.0.0.0/8") && is_network("::/0"));
        assert!(is_network("010.0.0.0/8"), "as it could always be written");
        assert!(!is_network("10.0.0.0") && !is_network("10.0.0.0/33") && !is_network("a/8"));
    }
}
