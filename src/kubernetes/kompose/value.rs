//! What labels of Kompose take for values. A value that is none is refused where it stands; nothing is made of it.

use super::super::claim::{CLASS as STORAGE_CLASS, SELECTOR};
use super::super::kind::SCHEDULE;
use super::super::name::Form;
use super::super::quantity::Quantity;
use super::super::validate::schedule;
use super::probe::PROBES;
use super::service::{self, CLASS, EXPOSE, NODE_PORT, TLS};
use super::{CONCURRENCY, FIRST, FS_GROUP, ROOM, TRIES};
use crate::diagnostic::Diagnostic;
use crate::model::Service;
use crate::value::ImageName;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// The ports of nodes that a cluster gives away.
const NODE_PORTS: RangeInclusive<i64> = 30_000..=32_767;
/// What a cluster counts, and the numbers of users and groups.
const COUNTS: RangeInclusive<i64> = 0..=i32::MAX as i64;
/// What a cluster does when a job is to begin and the one before still runs.
const POLICIES: [&str; 3] = ["Allow", "Forbid", "Replace"];
/// What a path of an Ingress has not in it.
const PATHS: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];

/// What is wrong with a value, and what helps.
pub(in super::super) struct Fault {
    pub why: &'static str,
    help: &'static str,
}

impl Fault {
    fn new(why: &'static str, help: &'static str) -> Self {
        Self { why, help }
    }

    /// The same as it is told to the user.
    pub fn diagnostic(&self, label: &str, value: &str) -> Diagnostic {
        Diagnostic::error("invalid-value", format!("'{value}' is no value of '{label}': {}", self.why)).help(self.help)
    }
}

/// The value of a label of a service, if it has it and the value is one.
pub(in super::super) fn said<'s>(service: &'s Service, label: &str) -> Option<&'s str> {
    value(&service.labels, label)
}

/// The same among the labels of anything.
pub(in super::super) fn value<'s>(labels: &'s BTreeMap<String, String>, label: &str) -> Option<&'s str> {
    labels.get(label).map(String::as_str).filter(|value| fault(label, value).is_none())
}

/// What is wrong with the value of a label.
pub(in super::super) fn fault(label: &str, value: &str) -> Option<Fault> {
    let of_probe = PROBES.iter().find_map(|(prefix, _)| label.strip_prefix(prefix));
    match (label, of_probe.or_else(|| label.strip_prefix(FIRST))) {
        (SCHEDULE, _) => fails(schedule::is_schedule(value), "it is no time table", schedule::REMEDY),
        (CONCURRENCY, _) => fails(
            POLICIES.contains(&value),
            "a cluster allows, forbids or replaces what still runs",
            "write one of Allow, Forbid, Replace",
        ),
        (TRIES, _) => fails(is_number(value, COUNTS), "it is no number of further tries", "write 0 or more"),
        (NODE_PORT, _) => fails(
            is_number(value, NODE_PORTS),
            "it is no port that a cluster opens on its nodes",
            "write a number from 30000 to 32767, or remove the label: the cluster chooses one",
        ),
        (FS_GROUP, _) => fails(is_number(value, COUNTS), "it is no number of a group", "write 0 or more"),
        (EXPOSE, _) => service::hosts_of(value).and_then(|all| all.iter().find_map(address)),
        (TLS, _) if value == "true" => None,
        (TLS | CLASS | STORAGE_CLASS, _) => {
            fails(Form::Subdomain.accepts(value), "Kubernetes takes no such name", Form::Subdomain.remedy())
        }
        (SELECTOR, _) => fails(Form::LabelValue.accepts(value), "labels have no such value", Form::LabelValue.remedy()),
        (_, Some(word)) => of_container(word, value),
        _ if ROOM.iter().any(|(known, _)| *known == label) => fails(
            value.parse::<Quantity>().is_ok_and(|amount| amount.billionths() >= 0),
            "it is no amount of bytes",
            "write a quantity of Kubernetes, such as '2Gi'",
        ),
        _ => None,
    }
}

/// What is wrong with a word about a probe, or about a container that runs first.
fn of_container(word: &str, value: &str) -> Option<Fault> {
    match word {
        "interval" | "timeout" | "retries" | "start_period" => {
            fails(!value.starts_with('-'), "it is less than nothing", "write a number of at least 0")
        }
        "http_get_path" => fails(!value.is_empty(), "it says no path", "write it from the root, such as '/health'"),
        "test" => fails(
            value.split_whitespace().any(|word| word != "CMD"),
            "it says no command",
            "write the command, such as 'CMD check --quick'",
        ),
        "image" => fails(
            value.parse::<ImageName>().is_ok_and(|image| image.check().is_ok()),
            "it is no name of an image",
            "write it like 'busybox:1.37'",
        ),
        "command" => fails(
            super::words(value).iter().any(|word| !word.is_empty()),
            "it says no command",
            "write it like '[\"sh\", \"-c\", \"prepare\"]'",
        ),
        _ => None,
    }
}

/// What is wrong with a host and a path of an Ingress.
fn address((host, path): &service::Address) -> Option<Fault> {
    let is_name = |host: &String| {
        Form::Subdomain.accepts(host.strip_prefix("*.").unwrap_or(host)) && host.parse::<IpAddr>().is_err()
    };
    let is_bad =
        |path: &String| PATHS.iter().any(|part| path.contains(part)) || path.ends_with("/.") || path.ends_with("/..");
    if host.as_ref().is_some_and(|host| !is_name(host)) {
        let help = "write names of DNS without 'https://' and without a port, such as 'shop.example.com/cart'";
        Some(Fault::new("it has no name of a host", help))
    } else {
        let help = "write each path plainly, such as 'shop.example.com/cart'";
        path.as_ref().filter(|path| is_bad(path)).map(|_| Fault::new("an Ingress takes no such path", help))
    }
}

fn is_number(text: &str, range: RangeInclusive<i64>) -> bool {
    text.parse::<i64>().is_ok_and(|number| range.contains(&number))
}

fn fails(is_fine: bool, why: &'static str, help: &'static str) -> Option<Fault> {
    (!is_fine).then(|| Fault::new(why, help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    #[test]
    fn a_value_that_is_none_is_told_from_one_that_is() {
        let cases: [(&str, &[&str], &[&str]); 13] = [
            (SCHEDULE, &["*/5 * * * *", "@daily"], &["bad", "", "* * * *"]),
            (CONCURRENCY, &["Allow", "Forbid", "Replace"], &["Never", "forbid", ""]),
            (TRIES, &["0", "6"], &["-1", "many", "9999999999"]),
            (NODE_PORT, &["30000", "32767"], &["99", "32768", "http", ""]),
            (FS_GROUP, &["0", "1000"], &["-1", "staff"]),
            (
                EXPOSE,
                &["true", "false", "", "a.b", "*.a.b/c,d", "/c"],
                &["http://a/x", "a:80", "10.0.0.1", "a,b_c", "a/b//c"],
            ),
            (TLS, &["true", "shop-tls"], &["Shop", ""]),
            (CLASS, &["traefik"], &["a b"]),
            (STORAGE_CLASS, &["fast"], &["Fast Disk"]),
            ("kompose.service.healthcheck.liveness.interval", &["5s", "0", "many"], &["-5s"]),
            ("kompose.service.healthcheck.readiness.test", &["CMD a"], &["", "CMD"]),
            ("kompose.init.containers.image", &["busybox:1.37"], &["", "a b", "A:1"]),
            ("kompose.ephemeral-storage.limit", &["1Gi"], &["1GB", "-1", ""]),
        ];
        for (label, good, bad) in cases {
            assert!(good.iter().all(|value| fault(label, value).is_none()), "{label} {good:?}");
            assert!(bad.iter().all(|value| fault(label, value).is_some()), "{label} {bad:?}");
        }
        assert!(fault("kompose.other", "").is_none());
    }

    #[test]
    fn a_value_that_is_none_is_refused_where_it_stands() {
        let text =
            "services:\n  a:\n    image: x\n    restart: 'no'\n    labels:\n      - kompose.cronjob.schedule=bad\n";
        let loaded = loaded(&[("compose.yaml", text)]);
        let converted = convert(&loaded, &Options::default());
        let all = converted.diagnostics.sorted();
        let fault = all.iter().find(|one| one.code == "invalid-value").expect("it is refused");
        let place = fault.place.expect("it has a place");
        assert_eq!(text.get(place.start as usize..place.end as usize), Some("kompose.cronjob.schedule=bad"));
        assert_eq!(fault.message, "'bad' is no value of 'kompose.cronjob.schedule': it is no time table");
    }
}
