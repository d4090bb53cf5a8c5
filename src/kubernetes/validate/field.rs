//! What a single field takes, whatever stands around it.

use super::super::name::Form;
use super::choice;
use super::reach::integer;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
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
    /// A time table.
    Schedule,
}

use Accepts::{Address, Downward, Keys, Labels, Name, Network, Port, Range, Schedule};

/// Any number that is not negative.
const COUNT: Accepts = Range(0, i64::MAX);
/// Bits of permission.
const MODE: Accepts = Range(0, 0o777);

/// By type and field.
const FIELDS: &[(&str, &str, Accepts)] = &[
    ("ConfigMap", "binaryData", Keys(Form::DataKey)),
    ("ConfigMap", "data", Keys(Form::DataKey)),
    ("ConfigMapVolumeSource", "defaultMode", MODE),
    ("Container", "name", Name(Form::Label)),
    ("ContainerPort", "containerPort", Port),
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
    ("EnvVar", "name", Name(Form::Variable)),
    ("GRPCAction", "port", Port),
    ("HTTPGetAction", "port", Port),
    ("HorizontalPodAutoscalerSpec", "maxReplicas", Range(1, i64::MAX)),
    ("HostAlias", "ip", Address),
    ("IPBlock", "cidr", Network),
    ("JobSpec", "activeDeadlineSeconds", COUNT),
    ("JobSpec", "backoffLimit", COUNT),
    ("JobSpec", "completions", COUNT),
    ("JobSpec", "parallelism", COUNT),
    ("JobSpec", "ttlSecondsAfterFinished", COUNT),
    ("KeyToPath", "mode", MODE),
    ("KeyToPath", "path", Downward),
    ("LabelSelector", "matchLabels", Labels),
    ("NetworkPolicyPort", "endPort", Port),
    ("NetworkPolicyPort", "port", Port),
    ("ObjectMeta", "annotations", Keys(Form::LabelKey)),
    ("ObjectMeta", "labels", Labels),
    ("ObjectMeta", "namespace", Name(Form::Label)),
    ("PodDNSConfig", "nameservers", Address),
    ("PodSecurityContext", "fsGroup", COUNT),
    ("PodSecurityContext", "runAsGroup", COUNT),
    ("PodSecurityContext", "runAsUser", COUNT),
    ("PodSecurityContext", "supplementalGroups", COUNT),
    ("PodSpec", "activeDeadlineSeconds", Range(1, i64::MAX)),
    ("PodSpec", "nodeSelector", Labels),
    ("PodSpec", "priorityClassName", Name(Form::Subdomain)),
    ("PodSpec", "serviceAccountName", Name(Form::Subdomain)),
    ("PodSpec", "terminationGracePeriodSeconds", COUNT),
    ("Probe", "failureThreshold", COUNT),
    ("Probe", "initialDelaySeconds", COUNT),
    ("Probe", "periodSeconds", COUNT),
    ("Probe", "successThreshold", COUNT),
    ("Probe", "terminationGracePeriodSeconds", Range(1, i64::MAX)),
    ("Probe", "timeoutSeconds", COUNT),
    ("ProjectedVolumeSource", "defaultMode", MODE),
    ("ReplicaSetSpec", "replicas", COUNT),
    ("Secret", "data", Keys(Form::DataKey)),
    ("Secret", "stringData", Keys(Form::DataKey)),
    ("SecretVolumeSource", "defaultMode", MODE),
    ("SecurityContext", "runAsGroup", COUNT),
    ("SecurityContext", "runAsUser", COUNT),
    ("ServiceAccountTokenProjection", "expirationSeconds", Range(600, 1 << 32)),
    ("ServiceAccountTokenProjection", "path", Downward),
    ("ServiceBackendPort", "name", Name(Form::PortName)),
    ("ServiceBackendPort", "number", Port),
    ("ServicePort", "name", Name(Form::Label)),
    ("ServicePort", "port", Port),
    ("ServicePort", "targetPort", Port),
    ("ServiceSpec", "selector", Labels),
    ("StatefulSetSpec", "minReadySeconds", COUNT),
    ("StatefulSetSpec", "replicas", COUNT),
    ("StatefulSetSpec", "serviceName", Name(Form::Label)),
    ("TCPSocketAction", "port", Port),
    ("TopologySpreadConstraint", "maxSkew", Range(1, i64::MAX)),
    ("Volume", "name", Name(Form::Label)),
    ("VolumeMount", "subPath", Downward),
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
            Name(_) if text.is_empty() => false,
            Name(form) => return misspelt(form, &format!("the value of '{field}'"), value),
            Port => return port(field, value),
            Range(least, most) => return out_of_range(field, value, (least, most)),
            Keys(_) | Labels => false,
            Address => text.parse::<IpAddr>().is_err(),
            Network => !is_network(text),
            Downward => text.starts_with('/') || text.split('/').any(|part| part == ".."),
            Schedule => !is_schedule(text),
        };
        let help = match self {
            Address => "write an IPv4 or IPv6 address",
            Network => "write an address, '/' and the number of its bits that count, such as 10.0.0.0/8",
            Downward => "write a path without '/' at the beginning and without '..'",
            _ => "write minute, hour, day of the month, month and day of the week, such as '0 3 * * 1', or @daily",
        };
        let fault = || Diagnostic::error("invalid-value", format!("'{text}' is no value of '{field}'"));
        is_wrong.then(|| fault().at(value.span).help(help))
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

fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

fn is_schedule(text: &str) -> bool {
    if let Some(word) = text.strip_prefix('@') {
        let words = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        return words.contains(&word) || word.starts_with("every ");
    }
    let limits = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
    let parts: Vec<_> = text.split_whitespace().collect();
    parts.len() == limits.len()
        && parts.iter().zip(limits).all(|(part, limits)| part.split(',').all(|one| is_turn(one, limits)))
}

/// One turn of a time table: `*`, `5`, `1-5`, each with or without `/2`, and names of months and days.
fn is_turn(text: &str, (least, most): (u32, u32)) -> bool {
    let (range, step) = text.split_once('/').map_or((text, None), |(range, step)| (range, Some(step)));
    let is_name = |one: &str| one.len() == 3 && one.chars().all(|letter| letter.is_ascii_alphabetic()) && most < 23;
    let fits = |one: &str| one.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number)) || is_name(one);
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    (matches!(range, "*" | "?") || fits(from) && fits(to))
        && step.is_none_or(|step| step.parse().is_ok_and(|step: u32| step > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order() {
        assert!(FIELDS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }

    #[test]
    fn time_tables_are_read() {
        for text in ["* * * * *", "*/5 0-6,22 1 jan MON-FRI", "@daily", "@every 1h", "0 0 * * 7", "0 0 ? * 0"] {
            assert!(is_schedule(text), "{text}");
        }
        for text in ["", "* * * *", "60 * * * *", "* * * * * *", "@sometimes", "*/0 * * * *", "a * * * *", "0 0 0 * *"]
        {
            assert!(!is_schedule(text), "{text}");
        }
    }

    #[test]
    fn networks_are_read() {
        assert!(is_network("10.0.0.0/8") && is_network("::/0"));
        assert!(!is_network("10.0.0.0") && !is_network("10.0.0.0/33") && !is_network("a/8"));
    }
}
