//! Labels of Kompose about probes. What they do not say is taken from the health check.

use super::super::draft::Draft;
use super::super::ledger::{Spot, container};
use super::{Row, refuse, said};
use crate::model::Service;
use k8s_openapi::api::core::v1::{ExecAction, HTTPGetAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// What begins the labels, and the probe that they are about.
pub(super) const PROBES: [(&str, &str); 2] = [
    ("kompose.service.healthcheck.liveness.", "livenessProbe"),
    ("kompose.service.healthcheck.readiness.", "readinessProbe"),
];
/// The attributes of a health check, with the words of the labels and the fields of a probe for the same.
const TIMES: [(&str, &str); 3] =
    [("interval", "periodSeconds"), ("timeout", "timeoutSeconds"), ("retries", "failureThreshold")];

/// The words of the labels of one probe.
struct Words<'s> {
    service: &'s Service,
    prefix: &'static str,
}

impl Words<'_> {
    fn text(&self, word: &str) -> Option<&str> {
        said(self.service, &format!("{}{word}", self.prefix))
    }

    fn number(&self, word: &str) -> Option<i32> {
        self.text(word).and_then(|text| text.trim_end_matches('s').parse::<i32>().ok())
    }

    fn port(&self, word: &str) -> Option<i32> {
        self.number(word).filter(|port| (1..=65535).contains(port))
    }

    /// Whether they say anything.
    fn are_there(&self) -> bool {
        let has_number = |word: &str| self.number(word).is_some();
        let has_time = TIMES.iter().any(|(word, _)| has_number(word)) || has_number("start_period");
        self.is_disabled() || self.question().is_some() || has_time
    }

    fn is_disabled(&self) -> bool {
        self.text("disable") == Some("true")
    }

    /// The word that says what is asked; the first of them counts.
    fn question(&self) -> Option<&'static str> {
        if self.text("http_get_path").is_some() && self.port("http_get_port").is_some() {
            Some("http_get")
        } else if self.port("tcp_port").is_some() {
            Some("tcp_port")
        } else {
            self.text("test").map(|_| "test")
        }
    }

    /// The probe, from that of the health check.
    fn probe(&self, checked: Option<&Probe>) -> Option<Probe> {
        let mut probe = checked.cloned().unwrap_or_default();
        if self.question().is_some() {
            (probe.exec, probe.tcp_socket, probe.http_get, probe.grpc) = (None, None, None, None);
        }
        match self.question() {
            Some("http_get") => {
                let (path, port) = (self.text("http_get_path").map(str::to_owned), self.port("http_get_port")?);
                probe.http_get = Some(HTTPGetAction { path, port: IntOrString::Int(port), ..HTTPGetAction::default() });
            }
            Some("tcp_port") => {
                probe.tcp_socket = Some(TCPSocketAction { host: None, port: IntOrString::Int(self.port("tcp_port")?) });
            }
            Some(_) => {
                let words = self.text("test")?.split_whitespace().filter(|word| *word != "CMD").map(str::to_owned);
                probe.exec = Some(ExecAction { command: Some(words.collect()) });
            }
            None => {}
        }
        probe.period_seconds = self.number("interval").or(probe.period_seconds);
        probe.timeout_seconds = self.number("timeout").or(probe.timeout_seconds);
        probe.failure_threshold = self.number("retries").or(probe.failure_threshold);
        probe.initial_delay_seconds = self.number("start_period").or(probe.initial_delay_seconds);
        Some(probe).filter(|probe| !self.is_disabled() && asks(probe))
    }
}

fn asks(probe: &Probe) -> bool {
    probe.exec.is_some() || probe.http_get.is_some() || probe.tcp_socket.is_some() || probe.grpc.is_some()
}

fn words(service: &Service) -> impl Iterator<Item = (Words<'_>, &'static str)> {
    PROBES.into_iter().map(move |(prefix, field)| (Words { service, prefix }, field))
}

/// The probe that asks whether a container is ready, from that of the health check.
pub(in super::super) fn readiness(service: &Service, checked: Option<&Probe>) -> Option<Probe> {
    let said = words(service).find(|(words, field)| *field == "readinessProbe" && words.are_there());
    said.map_or_else(|| checked.cloned(), |(words, _)| words.probe(checked))
}

/// Makes the probes, and says anew what became of the health check.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    if words(draft.service).all(|(words, _)| !words.are_there()) {
        return;
    }
    let checked = draft.container.readiness_probe.clone();
    for (words, field) in words(draft.service).filter(|(words, _)| words.are_there()) {
        let probe = words.probe(checked.as_ref());
        match field {
            "livenessProbe" => draft.container.liveness_probe = probe,
            _ => draft.container.readiness_probe = probe,
        }
    }
    if draft.container.readiness_probe.is_none() && draft.container.liveness_probe.is_none() {
        draft.container.startup_probe = None;
    }
    claim_check(draft, checked.as_ref());
}

/// What the health check says went where a probe has it still.
fn claim_check(draft: &mut Draft<'_, '_>, checked: Option<&Probe>) {
    let (Some(checked), true) = (checked, draft.wrote(["healthcheck"])) else { return };
    let path = draft.path(["healthcheck"]);
    draft.ledger.withdraw(&path);
    let container = &draft.container;
    let probes = [
        ("readinessProbe", container.readiness_probe.clone()),
        ("livenessProbe", container.liveness_probe.clone()),
        ("startupProbe", container.startup_probe.clone()),
    ];
    let has = |probe: &Probe, key: &str| match key {
        "test" => {
            (&probe.exec, &probe.http_get, &probe.tcp_socket, &probe.grpc)
                == (&checked.exec, &checked.http_get, &checked.tcp_socket, &checked.grpc)
        }
        "interval" => probe.period_seconds == checked.period_seconds,
        "timeout" => probe.timeout_seconds == checked.timeout_seconds,
        _ => probe.failure_threshold == checked.failure_threshold,
    };
    for (key, field) in [("test", "")].into_iter().chain(TIMES) {
        let kept = probes.iter().filter(|(_, probe)| probe.as_ref().is_some_and(|probe| has(probe, key)));
        let places: Vec<Spot> =
            kept.map(|(name, _)| Spot::Container(format!("{name}.{field}").trim_end_matches('.').to_owned())).collect();
        say(draft, key, places);
    }
    let startup = draft.container.startup_probe.as_ref().map(|_| Spot::Container("startupProbe".into()));
    for key in ["start_period", "start_interval", "disable"] {
        say(draft, key, startup.clone().into_iter().collect());
    }
}

fn say(draft: &mut Draft<'_, '_>, key: &str, places: Vec<Spot>) {
    if !draft.wrote(["healthcheck", key]) {
        return;
    }
    let claim = draft.claim(["healthcheck", key]);
    if places.is_empty() {
        // What is asked at tells a port of the container, and with none there is no probe at all.
        claim.approximated("labels of Kompose say what becomes of the health check", places);
    } else {
        claim.approximated("labels of Kompose say the rest of the probes", places);
    }
}

/// What becomes of a label; nothing for one that is not about probes.
pub(super) fn row(draft: &Draft<'_, '_>, label: &str) -> Option<Row> {
    let (words, field) = words(draft.service).find(|(words, _)| label.starts_with(words.prefix))?;
    let word = label.strip_prefix(words.prefix)?;
    let is_made = match field {
        "livenessProbe" => draft.container.liveness_probe.is_some(),
        _ => draft.container.readiness_probe.is_some(),
    };
    let place = |field_of: &str| container(format!("{field}.{field_of}"));
    let kept = |places: [Spot; 1]| Row::kept("it is a part of the probe", places);
    let row = match word {
        "disable" if words.is_disabled() => Row::kept("there is no such probe", Vec::new()),
        "disable" => refuse("only 'true' takes the probe away"),
        "interval" | "timeout" | "retries" | "start_period" if words.number(word).is_none() => {
            refuse("it is no number")
        }
        "http_get_port" | "tcp_port" if words.port(word).is_none() => refuse("it is no port"),
        _ if words.is_disabled() => refuse("another label takes the probe away"),
        _ if !is_made => refuse("nothing says what the probe asks"),
        "http_get_path" | "http_get_port" if words.question() == Some("http_get") => kept(place("httpGet")),
        "tcp_port" if words.question() == Some("tcp_port") => kept(place("tcpSocket")),
        "test" if words.question() == Some("test") => kept(place("exec")),
        "http_get_path" | "http_get_port" | "tcp_port" | "test" => refuse("another label says what the probe asks"),
        "start_period" => kept(place("initialDelaySeconds")),
        _ => kept(place(TIMES.iter().find(|(key, _)| *key == word)?.1)),
    };
    Some(row)
}
