//! [`Report`]: what was measured, as a table for people and as JSON with every run.

use crate::stack::Tool;
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// One thing that is measured.
#[derive(Clone, Copy)]
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// What Hoist must not exceed.
    pub limit: Option<Limit>,
    /// How many times faster than docker compose it must be.
    pub faster: Option<f64>,
    /// How many times the bare engine's time it may take.
    pub over_bare: Option<f64>,
    /// How it may grow.
    pub growth: Option<Growth>,
}

/// How many times as long as a smaller case something may take.
#[derive(Clone, Copy)]
pub struct Growth {
    /// The smaller case.
    pub from: &'static str,
    /// How many times as much there is to do: the growth of what grows with it.
    pub size: f64,
    /// What it may take more than that: the small case is disturbed by less.
    pub most: f64,
}

/// What a limit says of the figures.
struct Verdict {
    text: String,
    kept: bool,
}

impl Case {
    /// Something without a limit.
    pub const fn free(name: &'static str) -> Self {
        Self { name, limit: None, faster: None, over_bare: None, growth: None }
    }

    /// Something that Hoist does within so many milliseconds.
    pub const fn timed(name: &'static str, milliseconds: u64) -> Self {
        Self { limit: Some(Limit::Time(Duration::from_millis(milliseconds))), ..Self::free(name) }
    }
}

/// A figure that must not be exceeded.
#[derive(Clone, Copy)]
pub enum Limit {
    /// A time.
    Time(Duration),
    /// A number of things.
    Count(u32),
    /// So many MB of memory.
    Memory(u32),
}

/// The figures of all runs: seconds, or counts.
pub struct Report {
    date: String,
    machine: String,
    engine: String,
    compose: String,
    runs: BTreeMap<(&'static str, Tool), Vec<f64>>,
}

impl Report {
    /// An empty report; says where and with what it is measured.
    pub fn begin() -> anyhow::Result<Self> {
        Ok(Self {
            date: answer("date", &["+%Y-%m-%dT%H-%M-%S"])?,
            machine: machine(),
            engine: answer("docker", &["version", "--format", "{{.Server.Version}}"])?,
            compose: answer("docker", &["compose", "version", "--short"])?,
            runs: BTreeMap::new(),
        })
    }

    /// Adds a time; the round that warms up does not count.
    pub fn add(&mut self, round: usize, case: Case, tool: Tool, time: Duration) {
        self.push(round, case, tool, time.as_secs_f64());
    }

    /// Adds a number of things.
    pub fn count(&mut self, round: usize, case: Case, tool: Tool, number: usize) {
        self.push(round, case, tool, f64::from(u32::try_from(number).unwrap_or(u32::MAX)));
    }

    /// Adds an amount of memory in bytes.
    pub fn memory(&mut self, round: usize, case: Case, tool: Tool, bytes: u64) {
        self.push(round, case, tool, f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0);
    }

    fn push(&mut self, round: usize, case: Case, tool: Tool, figure: f64) {
        if round > 0 {
            self.runs.entry((case.name, tool)).or_default().push(figure);
        }
    }

    fn median(&self, case: Case, tool: Tool) -> Option<f64> {
        let mut runs = self.runs.get(&(case.name, tool))?.clone();
        runs.sort_by(f64::total_cmp);
        runs.get(runs.len() / 2).copied()
    }

    /// A line for each limit: what was measured, what it may be, and whether it is.
    pub fn verdicts(&self, cases: &[Case]) -> String {
        let mut text = String::new();
        for case in cases {
            for Verdict { text: told, kept } in self.verdicts_of(*case) {
                let word = if kept { "ok" } else { "MISSED" };
                let _ = writeln!(text, "{word:<7} {}: {told}", case.name.trim());
            }
        }
        text
    }

    fn verdicts_of(&self, case: Case) -> Vec<Verdict> {
        let own = case.limit.zip(self.median(case, Tool::Hoist)).map(|(limit, figure)| Verdict {
            text: format!("{} (at most {})", show(case, figure), show(case, limit.figure())),
            kept: figure <= limit.figure(),
        });
        let bare = case.over_bare.zip(self.over_bare(case)).map(|(most, times)| Verdict {
            text: format!("{times:.2} x the bare engine (at most {most:.2})"),
            kept: times <= most,
        });
        let compose = case.faster.zip(self.ratio(case)).map(|(least, times)| Verdict {
            text: format!("{times:.2} x as fast as docker compose (at least {least:.2})"),
            kept: times >= least,
        });
        let growth = case.growth.and_then(|growth| {
            let Growth { from, size, most } = growth;
            let times = self.median(case, Tool::Hoist)? / self.median(Case::free(from), Tool::Hoist)?;
            let text = format!("{times:.1} x '{from}' ({size:.0} x is linear, at most {:.0} x)", size * most);
            Some(Verdict { text, kept: times <= size * most })
        });
        [own, bare, compose, growth].into_iter().flatten().collect()
    }

    /// How many times as much docker compose takes.
    fn ratio(&self, case: Case) -> Option<f64> {
        let (theirs, ours) = (self.median(case, Tool::Compose)?, self.median(case, Tool::Hoist)?);
        (ours > 0.0).then(|| theirs / ours)
    }

    /// How many times as long as the bare engine it takes.
    fn over_bare(&self, case: Case) -> Option<f64> {
        let (bare, ours) = (self.median(case, Tool::Engine)?, self.median(case, Tool::Hoist)?);
        (bare > 0.0).then(|| ours / bare)
    }

    /// Medians and ratios, aligned.
    pub fn table(&self, cases: &[Case]) -> String {
        let Self { machine, engine, compose, .. } = self;
        let version = env!("CARGO_PKG_VERSION");
        let mut text = format!("\nhoist {version}, docker compose {compose}, Docker Engine {engine}\n{machine}\n\n");
        let _ = writeln!(
            text,
            "{:<38}{:>10}{:>16}{:>9}{:>13}",
            "median", "hoist", "docker compose", "ratio", "bare engine"
        );
        for case in cases.iter().filter(|case| self.median(**case, Tool::Hoist).is_some()) {
            let shown = |tool| self.median(*case, tool).map_or(String::new(), |figure| show(*case, figure));
            let ratio = self.ratio(*case).map_or(String::new(), |ratio| format!("{ratio:.1}x"));
            let (hoist, compose, bare) = (shown(Tool::Hoist), shown(Tool::Compose), shown(Tool::Engine));
            let _ = writeln!(text, "{:<38}{hoist:>10}{compose:>16}{ratio:>9}{bare:>13}", case.name);
        }
        text
    }

    /// Writes every run to `target/bench/<date>.json`; gives the file.
    pub fn save(&self) -> anyhow::Result<PathBuf> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("the build has a folder")?;
        let folder = target.join("bench");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let file = folder.join(format!("{}.json", self.date));
        let text = serde_json::to_string_pretty(&self.json())?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }

    fn json(&self) -> Value {
        let Self { date, machine, engine, compose, runs } = self;
        let run = |((case, tool), figures): (&(&str, Tool), &Vec<f64>)| json!({ "case": case.trim(), "tool": tool.to_string(), "runs": figures });
        json!({
            "date": date,
            "machine": machine,
            "versions": { "hoist": env!("CARGO_PKG_VERSION"), "compose": compose, "engine": engine },
            "runs": runs.iter().map(run).collect::<Vec<_>>(),
        })
    }
}

impl Limit {
    fn figure(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64(),
            Self::Count(number) | Self::Memory(number) => f64::from(number),
        }
    }
}

fn show(case: Case, figure: f64) -> String {
    match case.limit {
        Some(Limit::Count(_)) => format!("{figure:.0}"),
        Some(Limit::Memory(_)) => format!("{figure:.1} MB"),
        _ if figure < 1.0 => format!("{:.0} ms", figure * 1000.0),
        _ => format!("{figure:.2} s"),
    }
}

/// The first line that a program prints.
fn answer(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("cannot run {program}"))?;
    let text = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
    anyhow::ensure!(output.status.success(), "{program} {}: {}", arguments.join(" "), text.trim());
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn machine() -> String {
    let read = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processor = read("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let memory = read("/proc/meminfo", "MemTotal").unwrap_or_default();
    let memory: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    format!("{cores} x {processor}, {} GiB of memory", memory >> 20)
}
