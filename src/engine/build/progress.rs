//! What BuildKit reports about its steps, in our words: what moves on, what is said, and which step failed.
//!
//! The plugin reports as lines of JSON, the engine in messages; both become an [`Update`].

use crate::event::{Progress, What};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::moby::buildkit::v1::StatusResponse;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, VecDeque};

/// One report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Update {
    vertexes: Vec<Step>,
    statuses: Vec<Activity>,
    logs: Vec<Words>,
}

/// A step of a build.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Step {
    digest: String,
    name: String,
    #[serde(deserialize_with = "is_there")]
    started: bool,
    #[serde(deserialize_with = "is_there")]
    completed: bool,
    cached: bool,
    error: String,
}

/// What a step does right now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Activity {
    id: String,
    vertex: String,
    current: i64,
    total: i64,
}

/// What a step says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Words {
    vertex: String,
    #[serde(deserialize_with = "from_base64")]
    data: Vec<u8>,
}

/// The times are of no interest, only whether they are given.
fn is_there<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Option::<serde::de::IgnoredAny>::deserialize(from).map(|given| given.is_some())
}

fn from_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = Option::<String>::deserialize(from)?.unwrap_or_default();
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

impl From<StatusResponse> for Update {
    fn from(report: StatusResponse) -> Self {
        let steps = report.vertexes.into_iter().map(|step| Step {
            digest: step.digest,
            name: step.name,
            started: step.started.is_some(),
            completed: step.completed.is_some(),
            cached: step.cached,
            error: step.error,
        });
        let activities = report.statuses.into_iter().map(|activity| Activity {
            id: activity.id,
            vertex: activity.vertex,
            current: activity.current,
            total: activity.total,
        });
        let words = report.logs.into_iter().map(|log| Words { vertex: log.vertex, data: log.msg });
        Self { vertexes: steps.collect(), statuses: activities.collect(), logs: words.collect() }
    }
}

/// Lines of a step that are kept to explain its failure.
const KEPT: usize = 20;

/// What is known about the steps of one run.
#[derive(Default)]
pub(super) struct Tracker {
    steps: BTreeMap<String, Known>,
}

#[derive(Default)]
struct Known {
    name: String,
    doing: &'static str,
    error: String,
    said: VecDeque<String>,
    unfinished: String,
}

/// The step that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Its name, such as `[web 2/3] RUN make`.
    pub step: String,
    /// The builder's words.
    pub message: String,
    /// Its last lines.
    pub log: Vec<String>,
}

impl Tracker {
    /// Takes a report in and passes on what is new.
    pub fn hear(&mut self, update: Update, report: &(dyn Fn(What) + Sync)) {
        for step in update.vertexes {
            let known = self.steps.entry(step.digest.clone()).or_default();
            if let Some(doing) = known.learn(step).filter(|_| !known.is_internal()) {
                let part = known.name.clone();
                report(What::Progress(Progress { part, doing: doing.into(), current: 0, total: 0 }));
            }
        }
        for Activity { id, vertex, current, total } in update.statuses {
            let step = self.steps.get(&vertex);
            if step.is_some_and(Known::is_internal) {
                continue;
            }
            let part = step.map_or_else(|| id.clone(), |step| step.name.clone());
            let [current, total] = [current, total].map(|bytes| u64::try_from(bytes).unwrap_or(0));
            report(What::Progress(Progress { part, doing: id, current, total }));
        }
        for Words { vertex, data } in update.logs {
            let known = self.steps.entry(vertex).or_default();
            for line in known.lines(&data) {
                report(What::Said(line));
            }
        }
    }

    /// The step that failed by itself, rather than because another one did.
    pub fn failure(&self) -> Option<Failure> {
        let failed = |step: &&Known| !step.error.is_empty();
        let by_itself = |step: &&Known| !step.error.contains("context canceled") && !step.error.ends_with("CANCELED");
        let step = self.steps.values().filter(failed).find(by_itself)?;
        let mut log: Vec<String> = step.said.iter().cloned().collect();
        if !step.unfinished.trim().is_empty() {
            log.push(step.unfinished.clone());
        }
        Some(Failure { step: step.name.clone(), message: step.error.clone(), log })
    }
}

impl Known {
    /// Whether the builder does it for itself: loading the recipe and the like, which nobody waits for.
    fn is_internal(&self) -> bool {
        self.name.starts_with("[internal]")
    }

    /// The word for what it does now, when that is new.
    fn learn(&mut self, step: Step) -> Option<&'static str> {
        let doing = match step {
            Step { ref error, .. } if !error.is_empty() => "failed",
            Step { cached: true, .. } => "cached",
            Step { completed: true, .. } => "done",
            Step { started: true, .. } => "running",
            _ => "",
        };
        self.name = step.name;
        if !step.error.is_empty() {
            self.error = step.error;
        }
        let is_new = !doing.is_empty() && doing != self.doing;
        if is_new {
            self.doing = doing;
        }
        is_new.then_some(doing)
    }

    /// The lines that are complete now; what a carriage return overwrites is not one.
    fn lines(&mut self, data: &[u8]) -> Vec<String> {
        self.unfinished.push_str(&String::from_utf8_lossy(data));
        let Some(end) = self.unfinished.rfind('\n') else { return Vec::new() };
        let rest = self.unfinished.split_off(end + 1);
        let text = std::mem::replace(&mut self.unfinished, rest);
        let last_of = |line: &str| line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default().to_owned();
        let lines: Vec<String> = text.lines().map(last_of).collect();
        self.said.extend(lines.iter().cloned());
        let surplus = self.said.len().saturating_sub(KEPT);
        self.said.drain(..surplus);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn hear(tracker: &mut Tracker, json: &str) -> Vec<What> {
        let heard = Mutex::new(Vec::new());
        let update = serde_json::from_str(json).expect("as buildx writes it");
        tracker.hear(update, &|what| heard.lock().expect("unpoisoned").push(what));
        heard.into_inner().expect("unpoisoned")
    }

    fn moved(part: &str, doing: &str, current: u64, total: u64) -> What {
        What::Progress(Progress { part: part.into(), doing: doing.into(), current, total })
    }

    #[test]
    fn a_step_is_reported_when_it_moves_on_and_not_twice() {
        let mut tracker = Tracker::default();
        let running = r#"{"vertexes":[{"digest":"d","name":"[1/2] FROM x","started":"2026-11-22T00:00:00Z"}]}"#;
        assert_eq!(hear(&mut tracker, running), [moved("[1/2] FROM x", "running", 0, 0)]);
        assert!(hear(&mut tracker, running).is_empty());
        let bytes = r#"{"statuses":[{"id":"sha256:aa","vertex":"d","current":5,"total":9}]}"#;
        assert_eq!(hear(&mut tracker, bytes), [moved("[1/2] FROM x", "sha256:aa", 5, 9)]);
        let done = r#"{"vertexes":[{"digest":"d","name":"[1/2] FROM x","completed":"2026-11-22T00:00:01Z"}]}"#;
        assert_eq!(hear(&mut tracker, done), [moved("[1/2] FROM x", "done", 0, 0)]);
    }

    #[test]
    fn the_step_that_failed_is_told_with_its_last_lines() {
        let mut tracker = Tracker::default();
        hear(&mut tracker, r#"{"vertexes":[{"digest":"d","name":"RUN make"},{"digest":"e","name":"RUN other"}]}"#);
        // "one\ntw", then "o\n".
        let said = hear(&mut tracker, r#"{"logs":[{"vertex":"d","data":"b25lCnR3"},{"vertex":"d","data":"bwo="}]}"#);
        assert_eq!(said, [What::Said("one".into()), What::Said("two".into())]);
        hear(&mut tracker, r#"{"vertexes":[{"digest":"e","name":"RUN other","error":"context canceled"}]}"#);
        hear(&mut tracker, r#"{"vertexes":[{"digest":"d","name":"RUN make","error":"exit code: 2"}]}"#);
        let log = vec!["one".into(), "two".into()];
        let failure = Failure { step: "RUN make".into(), message: "exit code: 2".into(), log };
        assert_eq!(tracker.failure(), Some(failure));
    }
}
