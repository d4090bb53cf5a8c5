//! Health checks become probes: whether a pod is ready, and whether it has started.
//!
//! Compose never starts an unhealthy container anew, and neither does a readiness probe; a liveness probe does, and is
//! made for those who ask for it.

use super::command;
use super::draft::{Draft, Role};
use super::extension;
use super::health::Handler;
use super::ledger::{Spot, container};
use super::options::Liveness;
use super::process::whole_seconds;
use crate::advice::passwords;
use crate::model::{HealthTest, Healthcheck, Service};
use crate::value::Timespan;
use k8s_openapi::api::core::v1::Probe;

/// What engines do where a file says nothing: seconds between two looks, seconds that one may take, failures in a row.
const DEFAULTS: (i32, i32, i32) = (30, 30, 3);
/// Seconds between two looks while it starts.
const START_INTERVAL: i32 = 5;
/// The label by which others start unhealthy containers anew.
const AUTOHEAL: &str = "autoheal";

/// The probes of a container.
pub(super) fn convert(draft: &mut Draft<'_, '_>, check: Option<&Healthcheck>) {
    let Some(check) = check else { return };
    let handler = Handler::of(check.test(), draft.scene.ports_of(&draft.service.name));
    let Some(handler) = handler else {
        without(draft, check);
        return;
    };
    if draft.home.ends() {
        let reason = match draft.home.role {
            Role::First => "who waits for a job waits for its end",
            Role::Main | Role::Sidecar => "who waits for a job waits for its end; the port that it asks at is known",
        };
        draft.claim(["healthcheck"]).approximated(reason, []);
        return;
    }
    let timed = timed(&handler, check);
    starting(draft, &timed, check);
    if is_restarted(draft) {
        draft.container.liveness_probe = Some(timed.clone());
    }
    test(draft, &handler);
    times(draft, check);
    draft.container.readiness_probe = Some(timed);
}

/// How the health check of a service asks, wherever it does; nothing where there is none.
pub(super) fn asked(service: &Service) -> Option<Probe> {
    Handler::of(service.healthcheck.as_ref()?.test(), &[]).map(|handler| handler.probe())
}

/// A check that is switched off, or that only the image knows.
fn without(draft: &mut Draft<'_, '_>, check: &Healthcheck) {
    match check.test() {
        HealthTest::Command(_) => {
            let reason = "its command says nothing";
            let has_other = of_image(draft).is_some();
            let claim = draft.claim(["healthcheck"]);
            let claimed = if has_other { claim.approximated(reason, []) } else { claim.dropped(reason) };
            claimed.remedy("write the command behind 'CMD'");
        }
        HealthTest::Inherited if draft.scene.image_facts(draft.service).is_some() => {
            draft.claim(["healthcheck"]).dropped("its image has no health check").remedy("write a 'test' here");
        }
        HealthTest::Inherited => {
            let reason = "a cluster does not know the health check of an image";
            let remedy = "write its 'test' here, or read it from the image by '--inspect-images'";
            draft.claim(["healthcheck"]).dropped(reason).remedy(remedy);
        }
        HealthTest::Disabled | HealthTest::Shell(_) => {
            draft.claim(["healthcheck"]).approximated("a cluster checks nothing that it is not told of", []);
        }
    }
}

/// The health check of the image, which counts where the file says nothing.
fn of_image<'s>(draft: &'s Draft<'_, '_>) -> Option<&'s Healthcheck> {
    draft.scene.image_facts(draft.service)?.healthcheck.as_ref()
}

/// What there is without a file: by the image, or else by the engine.
fn usual(image: Option<&Healthcheck>) -> (i32, i32, i32) {
    let (interval, timeout, retries) = DEFAULTS;
    let Some(image) = image else { return DEFAULTS };
    let time = |said: Option<Timespan>, usual: i32| said.map_or(usual, |time| seconds_or(time, usual));
    let count = image.retries.map_or(retries, |number| count_or(number, retries));
    (time(image.interval, interval), time(image.timeout, timeout), count)
}

fn timed(handler: &Handler, check: &Healthcheck) -> Probe {
    let (interval, timeout, retries) = DEFAULTS;
    Probe {
        period_seconds: Some(check.interval.map_or(interval, |time| seconds_or(time, interval))),
        timeout_seconds: Some(check.timeout.map_or(timeout, |time| seconds_or(time, timeout))),
        failure_threshold: Some(check.retries.map_or(retries, |number| count_or(number, retries))),
        ..handler.probe()
    }
}

/// Whole seconds, at least one.
fn seconds(time: Timespan) -> i32 {
    i32::try_from(whole_seconds(time)).unwrap_or(i32::MAX).max(1)
}

/// The same; 0 is the usual time, as for engines.
fn seconds_or(time: Timespan, usual: i32) -> i32 {
    if time.nanoseconds() == 0 { usual } else { seconds(time) }
}

/// A number of failures; 0 is the usual one, as for engines.
fn count_or(number: u64, usual: i32) -> i32 {
    if number == 0 { usual } else { i32::try_from(number).unwrap_or(i32::MAX) }
}

/// A pod that may take its time to start is asked whether it has; for no shorter time than an engine would give it.
fn starting(draft: &mut Draft<'_, '_>, timed: &Probe, check: &Healthcheck) {
    let Some(start) = check.start_period.filter(|time| time.nanoseconds() > 0) else {
        draft.claim(["healthcheck", "start_period"]).same_without([]);
        draft.claim(["healthcheck", "start_interval"]).dropped("without 'start_period' it means nothing");
        return;
    };
    let period = check.start_interval.filter(|time| time.nanoseconds() > 0).map_or(START_INTERVAL, seconds);
    let (interval, retries) = (timed.period_seconds.unwrap_or(1), timed.failure_threshold.unwrap_or(1));
    let whole = seconds(start).saturating_add(interval.saturating_mul(retries));
    draft.container.startup_probe = Some(Probe {
        period_seconds: Some(period),
        // The first look is at the very start, so that one more fits into the time.
        failure_threshold: Some((whole.saturating_add(period - 1) / period).saturating_add(1)),
        ..timed.clone()
    });
    let reason = "a container that has not started in this time and that of its retries is started anew";
    draft.claim(["healthcheck", "start_period"]).approximated(reason, container("startupProbe.failureThreshold"));
    if check.start_interval.is_some() {
        let claim = draft.claim(["healthcheck", "start_interval"]);
        if period == START_INTERVAL {
            claim.same_without(container("startupProbe.periodSeconds"));
        } else {
            claim.approximated("while it starts, it is asked so often", container("startupProbe.periodSeconds"));
        }
    }
}

fn test(draft: &mut Draft<'_, '_>, handler: &Handler) {
    let mut places = container(format!("readinessProbe.{}", handler.field())).to_vec();
    if draft.container.startup_probe.is_some() {
        places.push(Spot::Container(format!("startupProbe.{}", handler.field())));
    }
    if draft.container.liveness_probe.is_some() {
        places.push(Spot::Container(format!("livenessProbe.{}", handler.field())));
    }
    let ports = draft.scene.ports_of(&draft.service.name);
    let image = of_image(draft).and_then(|check| Handler::of(check.test(), ports));
    let is_in_circle = draft.scene.peers.circle(&draft.home.owner).is_some();
    let claim = draft.claim(["healthcheck", "test"]);
    let claimed = match handler {
        Handler::Command(_) if image.as_ref() == Some(handler) => claim.same_without(places),
        Handler::Command(_) => claim.exact(places),
        Handler::Http { .. } | Handler::Tcp(_) | Handler::Grpc { .. } => {
            claim.approximated("the kubelet asks by itself, from outside of the container", places)
        }
    };
    if is_in_circle {
        claimed.note("peers find its pods before they are ready, too, since they dial each other");
    }
    if let Handler::Command(words) = handler
        && !passwords(words).is_empty()
    {
        let path = draft.path(["healthcheck", "test"]);
        command::shown(draft, &path);
    }
}

/// The times that are written; those that an engine would take anyway are there without them, too.
fn times(draft: &mut Draft<'_, '_>, check: &Healthcheck) {
    let Healthcheck { test: _, timeout, interval, retries, start_period: _, start_interval: _, disable } = check;
    let (usual_interval, usual_timeout, usual_retries) = usual(of_image(draft));
    for (key, time, usual, field) in
        [("interval", interval, usual_interval, "periodSeconds"), ("timeout", timeout, usual_timeout, "timeoutSeconds")]
    {
        let Some(time) = *time else { continue };
        let claim = draft.claim(["healthcheck", key]);
        let place = container(format!("readinessProbe.{field}"));
        if seconds_or(time, usual) == usual {
            claim.same_without(place);
        } else if time.nanoseconds() % 1_000_000_000 != 0 {
            claim.approximated("a kubelet counts whole seconds: it is rounded up", place);
        } else {
            claim.exact(place);
        }
    }
    if let Some(retries) = *retries {
        let claim = draft.claim(["healthcheck", "retries"]);
        if count_or(retries, usual_retries) == usual_retries {
            claim.same_without(container("readinessProbe.failureThreshold"));
        } else {
            claim.exact(container("readinessProbe.failureThreshold"));
        }
    }
    if !disable {
        draft.claim(["healthcheck", "disable"]).same_without([]);
    }
}

/// Whether an unhealthy container is to be started anew: `x-kubernetes.liveness` decides, or else the label of autoheal or
/// what is asked for all.
fn is_restarted(draft: &mut Draft<'_, '_>) -> bool {
    let is_healed = draft.service.labels.get(AUTOHEAL).is_some_and(|value| value == "true");
    let is_usual = is_healed || draft.scene.options.liveness == Liveness::All;
    let asked = extension::of_service(draft.scene.loaded, &draft.service.name);
    let said = asked.and_then(|node| node.get("liveness")?.as_text()).and_then(|word| word.parse::<bool>().ok());
    let Some(is_asked) = said else { return is_usual };
    let claim = draft.claim([extension::KEY, "liveness"]);
    match (is_asked, is_usual) {
        (true, false) => claim.exact(container("livenessProbe")),
        (false, true) => claim.approximated("it has no such probe, whatever else asks for one", []),
        (true, true) => claim.same_without(container("livenessProbe")),
        (false, false) => claim.same_without([]),
    };
    is_asked
}
