//! How long a save takes to be in the container: seen from the host through the container's root, not by a command in it.

use crate::report::{Case, Limit, Report};
use crate::stack::{Stack, Tool};
use anyhow::{Context, ensure};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A save of one file.
pub const EDIT: Case = Case::timed("save 1 KB, until it is in the container", 8);
/// The slowest of a hundred.
pub const EDIT_WORST: Case = Case::timed("  99th of 100", 25);
/// A file that goes.
pub const DELETE: Case = Case::timed("delete a file, until it is gone", 75);
/// A file that gets another name.
pub const RENAME: Case = Case::timed("rename a file, until that is done", 75);
/// Saves of many files, from the first write on.
pub const BURSTS: [(usize, Case); 3] = [
    (100, Case::timed("save 100 files, until all are there", 60)),
    (1_000, Case::timed("save 1,000 files, until all are there", 450)),
    (5_000, Case::timed("save 5,000 files, until all are there", 1_800)),
];
/// A save that restarts the service.
pub const RESTART: Case = Case::timed("save with sync+restart, until it runs", 300);
/// The start over a large folder.
pub const START: Case = Case::timed("watch 50,000 files, until it watches", 250);
/// The memory that takes.
pub const MEMORY: Case = Case { limit: Some(Limit::Memory(25)), ..Case::free("  memory") };
/// The time of the processor while nothing happens, in ten-thousandths.
pub const IDLE: Case = Case { limit: Some(Limit::Count(10)), ..Case::free("  idle, in 1/10,000 of a processor") };
/// All of them.
pub const CASES: [Case; 11] =
    [EDIT, EDIT_WORST, DELETE, RENAME, BURSTS[0].1, BURSTS[1].1, BURSTS[2].1, RESTART, START, MEMORY, IDLE];

const ROUNDS: usize = 5;
/// Saves in a round: five rounds are a hundred.
const SAVES: usize = 20;
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_micros(200);
/// Longer than it takes to read 50,000 small files in the background.
const READING: Duration = Duration::from_secs(5);
/// How long nothing happens: a tick of the clock in that time is half of what is allowed.
const REST: Duration = Duration::from_secs(20);
const PROJECT: &str = "hoist-bench-watch";

/// A folder that is watched, and the container that it is kept in; both go with this.
struct Bench {
    folder: TempDir,
    stack: Stack,
}

/// A tool that watches; it ends with this.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let id = self.0.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.0.wait();
    }
}

/// Measures all of it, both tools in turn.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    for round in 0..=ROUNDS {
        eprintln!("watch: restarts, {}", crate::turn(round, ROUNDS));
        for tool in crate::taking_turns(round) {
            restarts(report, tool, round)?;
        }
    }
    all_saves(report)?;
    starts(report)
}

fn all_saves(report: &mut Report) -> anyhow::Result<()> {
    // ext4 looks for a free inode past all that were freed in the last minutes, one by one: what a round removes would
    // count against the next one. So nothing is removed before the end.
    let mut kept = Vec::new();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        eprintln!("watch: saves, {}", crate::turn(round, ROUNDS));
        for tool in crate::taking_turns(round) {
            let bench = Bench::new((tool, round), "sync", "", "mkdir -p /app; exec httpd -f")?;
            let saves = saves(report, &bench, (tool, round))?;
            kept.push(bench);
            if round > 0 {
                if tool == Tool::Hoist { &mut ours } else { &mut theirs }.extend(saves);
            }
        }
    }
    for (tool, mut saves) in [(Tool::Hoist, ours), (Tool::Compose, theirs)] {
        saves.sort();
        let slowest = saves.get((saves.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
        report.add(1, EDIT_WORST, tool, slowest);
    }
    Ok(())
}

/// Saves, deletes, renames and bursts in one watch; gives the times of the saves.
fn saves(report: &mut Report, bench: &Bench, (tool, round): (Tool, usize)) -> anyhow::Result<Vec<Duration>> {
    for index in 0..BURSTS[2].0 {
        fs::write(bench.source(&format!("f{index:04}")), text(0, index))?;
    }
    let watching = bench.watch(tool, &[])?;
    let inside = bench.inside()?;
    let mut saves = Vec::new();
    for save in 1..=SAVES {
        let text = text(save, 0);
        let time = bench.timed(|| Ok(fs::write(bench.source("one"), &text)?), || holds(&inside.join("one"), &text))?;
        report.add(round, EDIT, tool, time);
        saves.push(time);
    }
    for number in 0..3 {
        let (one, other) = (format!("gone{number}"), format!("other{number}"));
        bench.timed(|| Ok(fs::write(bench.source(&one), &one)?), || holds(&inside.join(&one), &one))?;
        let rename = || Ok(fs::rename(bench.source(&one), bench.source(&other))?);
        let time = bench.timed(rename, || holds(&inside.join(&other), &one) && !inside.join(&one).exists())?;
        report.add(round, RENAME, tool, time);
        let time = bench.timed(|| Ok(fs::remove_file(bench.source(&other))?), || !inside.join(&other).exists())?;
        report.add(round, DELETE, tool, time);
    }
    for (files, case) in BURSTS {
        let write = || {
            for index in 0..files {
                fs::write(bench.source(&format!("f{index:04}")), text(files, index))?;
            }
            Ok(())
        };
        let mut left: Vec<usize> = (0..files).collect();
        let time = bench.timed(write, || {
            while let Some(index) = left.last() {
                if !holds(&inside.join(format!("f{index:04}")), &text(files, *index)) {
                    return false;
                }
                left.pop();
            }
            true
        })?;
        report.add(round, case, tool, time);
    }
    drop(watching);
    Ok(saves)
}

fn restarts(report: &mut Report, tool: Tool, round: usize) -> anyhow::Result<()> {
    let command = "mkdir -p /app; cat /app/one > /out/started; exec httpd -f";
    let bench = Bench::new((tool, 0), "sync+restart", "", command)?;
    fs::write(bench.source("one"), "before")?;
    let _watching = bench.watch(tool, &[])?;
    let text = text(1, 1);
    let started = bench.folder.path().join("out/started");
    let time = bench.timed(|| Ok(fs::write(bench.source("one"), &text)?), || holds(&started, &text))?;
    report.add(round, RESTART, tool, time);
    Ok(())
}

fn starts(report: &mut Report) -> anyhow::Result<()> {
    let more = ", ignore: ['**/node_modules']";
    let bench = Bench::new((Tool::Compose, 0), "sync", more, "mkdir -p /app; exec httpd -f")?;
    for folder in 0..500 {
        let folder = bench.source(&format!("d{folder}"));
        fs::create_dir_all(&folder)?;
        for file in 0..100 {
            fs::write(folder.join(format!("f{file}")), "x")?;
        }
    }
    for ignored in 0..5_000 {
        fs::create_dir_all(bench.source(&format!("node_modules/m{ignored}/lib")))?;
    }
    bench.stack.run(Tool::Compose, &["up", "-d"])?;
    for round in 0..=ROUNDS {
        for tool in crate::taking_turns(round) {
            let began = Instant::now();
            let watching = bench.watch(tool, &["--no-up"])?;
            report.add(round, START, tool, began.elapsed());
            if tool == Tool::Hoist && round == ROUNDS {
                idle(report, &watching)?;
            }
        }
    }
    Ok(())
}

/// What a watch uses that has nothing to do.
fn idle(report: &mut Report, watching: &Watching) -> anyhow::Result<()> {
    // What it still reads in the background is read.
    thread::sleep(READING);
    let ticks = || -> anyhow::Result<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", watching.0.id()))?;
        let fields: Vec<&str> = stat.rsplit_once(')').context("no name")?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).context("no time");
        Ok(number(11)? + number(12)?)
    };
    let before = ticks()?;
    thread::sleep(REST);
    // A tick is a hundredth of a second.
    let used = (ticks()? - before) * 100 / REST.as_secs();
    report.count(1, IDLE, Tool::Hoist, usize::try_from(used)?);
    let status = fs::read_to_string(format!("/proc/{}/status", watching.0.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    report.memory(1, MEMORY, Tool::Hoist, kilobytes << 10);
    Ok(())
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A fault here is found when the next bench begins.
        let _ = self.stack.remove();
    }
}

impl Bench {
    fn new((tool, round): (Tool, usize), action: &str, more: &str, command: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("compose.yaml");
        let text = format!(
            "services:\n  web:\n    image: busybox\n    command: [sh, -c, '{command}']\n    stop_signal: SIGKILL\n    \
             volumes: ['./out:/out']\n    develop:\n      watch: [{{path: ./src, action: {action}, target: /app{more}}}]\n"
        );
        fs::write(&path, text)?;
        fs::create_dir(folder.path().join("src"))?;
        fs::create_dir(folder.path().join("out"))?;
        let name = format!("{PROJECT}-{action}-{tool}-{round}").replace(['+', ' '], "-");
        let stack = Stack::at(path, &name);
        stack.remove()?;
        Ok(Self { folder, stack })
    }

    /// The target folder, through the root of the container.
    fn inside(&self) -> anyhow::Result<PathBuf> {
        let name = format!("{}-web-1", self.stack.project());
        let output = Command::new("docker").args(["inspect", "--format", "{{.State.Pid}}", &name]).output()?;
        let process = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Path::new("/proc").join(process).join("root/app"))
    }

    fn source(&self, name: &str) -> PathBuf {
        self.folder.path().join("src").join(name)
    }

    /// Starts to watch; what it says is read to the end, so that it never waits for us.
    fn watch(&self, tool: Tool, flags: &[&str]) -> anyhow::Result<Watching> {
        let mut command = self.stack.command(tool);
        command.arg("watch").args(flags).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
        let (stdout, stderr) = (child.stdout.take().context("is piped")?, child.stderr.take().context("is piped")?);
        let watching = Watching(child);
        let (sender, enabled) = std::sync::mpsc::channel();
        for stream in [Box::new(stdout) as Box<dyn Read + Send>, Box::new(stderr)] {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if line.contains("Watch enabled") {
                        let _ = sender.send(());
                    }
                }
            });
        }
        enabled.recv_timeout(PATIENCE).with_context(|| format!("{tool} does not watch"))?;
        Ok(watching)
    }

    /// The time from before a change until it is seen.
    fn timed(
        &self,
        change: impl FnOnce() -> anyhow::Result<()>,
        mut is_done: impl FnMut() -> bool,
    ) -> anyhow::Result<Duration> {
        let began = Instant::now();
        change()?;
        while !is_done() {
            ensure!(began.elapsed() < PATIENCE, "a change in {} never arrived", self.folder.path().display());
            thread::sleep(PAUSE);
        }
        let time = began.elapsed();
        // The next change finds a tool that has done all that it had to do.
        thread::sleep(Duration::from_millis(50));
        Ok(time)
    }
}

/// One kilobyte that differs from all others.
fn text(save: usize, index: usize) -> String {
    format!("{:>1023}\n", format!("{save} {index}"))
}

fn holds(path: &Path, text: &str) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
}
