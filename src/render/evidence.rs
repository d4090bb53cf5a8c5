//! What explains a failure of a container: what it does, its last probe, its last lines.

use super::width::{pad, tame};
use super::{Colours, Output, ProgressMode};
use crate::engine::LastProbe;
use crate::plan::{Health, State};
use crate::readiness::Evidence;
use serde_json::{Value, json};

/// The width of the longest heading, and the blanks behind it.
const HEADING: usize = 12;
/// Lines of a probe that are shown: its last ones.
const PROBE_LINES: usize = 10;
/// The exit code of a probe that the engine, or we, did not wait for any longer.
const TIMED_OUT: i64 = -1;

impl Output {
    /// Why a command failed, and what explains it of a container.
    pub fn failure(&self, message: &str, evidence: &Evidence, help: Option<&str>) {
        let colours = self.talk_colours();
        if self.mode() == ProgressMode::Json {
            let evidence = evidence_json(evidence);
            let line = json!({"level": "error", "message": message, "help": help, "evidence": evidence});
            return self.talk(&line.to_string());
        }
        let help = help.map(|help| format!("  {} {help}", colours.cyan("help:"))).unwrap_or_default();
        let explained = evidence_text(evidence, colours);
        self.talk(format!("{} {message}\n{explained}{help}", colours.red("error:")).trim_end());
    }
}

/// The lines, headings in a column.
fn evidence_text(evidence: &Evidence, colours: Colours) -> String {
    let mut blocks = vec![("state", vec![standing(evidence)])];
    if let Some(fault) = &evidence.fault {
        blocks.push(("engine", fault.lines().map(tame).collect()));
    }
    if let Some(probe) = &evidence.probe {
        blocks.push(("last probe", probed(probe)));
    }
    let log = if evidence.log.is_empty() { vec!["it wrote nothing".to_owned()] } else { tamed(&evidence.log) };
    blocks.push(("last lines", log));
    let mut out = String::new();
    for (heading, lines) in blocks {
        let headings = std::iter::once(heading).chain(std::iter::repeat(""));
        for (heading, line) in headings.zip(lines) {
            let line = format!("  {}{line}", colours.cyan(&pad(heading, HEADING)));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

/// The same for machines.
fn evidence_json(evidence: &Evidence) -> Value {
    let Evidence { state, health, probe, last_exit, restarts, out_of_memory, fault, log } = evidence;
    json!({
        "state": state.name(),
        "health": health.map(|health| health.to_string()),
        "exit_code": last_exit,
        "restarts": restarts,
        "out_of_memory": out_of_memory,
        "engine": fault,
        "probe": probe.as_ref().map(|probe| json!({"exit_code": probe.exit_code, "output": probe.output})),
        "log": log,
    })
}

/// `running and unhealthy, restarted 3 times, last exit code 1`.
fn standing(evidence: &Evidence) -> String {
    let mut parts = vec![match (evidence.state, evidence.health) {
        (State::Exited(code), _) => format!("exited with code {code}"),
        (State::Created, _) => "created, never started".to_owned(),
        (State::Running, None) => "running, without a health check".to_owned(),
        (State::Running, Some(Health::Starting)) => "running, no health check succeeded yet".to_owned(),
        (State::Running, Some(health)) => format!("running and {health}"),
        (state, _) => state.to_string(),
    }];
    match evidence.restarts {
        0 if evidence.state == State::Created => {}
        0 => parts.push("no restarts".into()),
        1 => parts.push("restarted once".into()),
        many => parts.push(format!("restarted {many} times")),
    }
    if let (Some(code), false) = (evidence.last_exit, matches!(evidence.state, State::Exited(_))) {
        parts.push(format!("last exit code {code}"));
    }
    if evidence.out_of_memory {
        parts.push("killed for want of memory".into());
    }
    parts.join(", ")
}

fn probed(probe: &LastProbe) -> Vec<String> {
    let said: Vec<&str> = probe.output.trim_end().lines().collect();
    let last = said.get(said.len().saturating_sub(PROBE_LINES)..).unwrap_or_default();
    let code =
        if probe.exit_code == TIMED_OUT { "took too long".into() } else { format!("exit code {}", probe.exit_code) };
    std::iter::once(code).chain(last.iter().map(|line| tame(line))).collect()
}

fn tamed(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| tame(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        Evidence {
            state: State::Running,
            health: Some(Health::Unhealthy),
            probe: Some(LastProbe { exit_code: 7, output: "the journal\nis missing\n".into() }),
            last_exit: None,
            restarts: 0,
            out_of_memory: false,
            fault: None,
            log: vec!["cannot open".into(), "\u{1b}[31mthe journal".into()],
        }
    }

    #[test]
    fn an_unhealthy_container_is_told_by_its_probe_and_its_lines() {
        let expected = "  state       running and unhealthy, no restarts
  last probe  exit code 7
              the journal
              is missing
  last lines  cannot open
              ·[31mthe journal
";
        assert_eq!(evidence_text(&evidence(), Colours::Off), expected);
    }

    #[test]
    fn each_kind_of_end_is_told_in_a_line() {
        let none = Evidence { health: None, probe: None, log: vec![], ..evidence() };
        let told = |evidence: Evidence| standing(&evidence);
        let killed = Evidence { state: State::Exited(137), last_exit: Some(137), out_of_memory: true, ..none.clone() };
        assert_eq!(told(killed), "exited with code 137, no restarts, killed for want of memory");
        let looping = Evidence { state: State::Restarting, restarts: 5, last_exit: Some(1), ..none.clone() };
        assert_eq!(told(looping), "restarting, restarted 5 times, last exit code 1");
        assert_eq!(told(Evidence { state: State::Created, ..none.clone() }), "created, never started");
        assert_eq!(told(none), "running, without a health check, no restarts");
    }

    #[test]
    fn machines_get_every_fact() {
        let json = evidence_json(&Evidence { state: State::Exited(1), last_exit: Some(1), ..evidence() }).to_string();
        let expected = concat!(
            r#"{"state":"exited","health":"unhealthy","exit_code":1,"restarts":0,"out_of_memory":false,"engine":null,"#,
            r#""probe":{"exit_code":7,"output":"the journal\nis missing\n"},"#,
            r#""log":["cannot open","\u001b[31mthe journal"]}"#
        );
        assert_eq!(json, expected);
    }
}
