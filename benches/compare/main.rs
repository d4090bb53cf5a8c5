//! Hoist and `docker compose` side by side on one engine, in one run, taking turns.
//!
//! Processes are timed from outside, from their start to their end. One round to warm up, then medians. Exits 1 when
//! a figure falls short of its limit. `make bench` runs it in the private engine; the raw runs are kept as JSON.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

mod proxy;
mod report;
mod stack;

use proxy::Proxy;
use report::{Case, Limit, Report};
use stack::{Stack, Tool};
use std::process::ExitCode;
use std::time::Duration;

const ROUNDS: usize = 5;
const CHAIN_ROUNDS: usize = 3;

const FROM_NOTHING: Case =
    Case { name: "up -d, flask-redis, from nothing", limit: Some(Limit::Time(Duration::from_millis(1500))) };
const CHAIN: Case =
    Case { name: "up -d, five health checks in a chain", limit: Some(Limit::Time(Duration::from_secs(3))) };
const AGAIN: Case = Case { name: "up -d again, nothing changed", limit: Some(Limit::Time(Duration::from_millis(30))) };
const REQUESTS: Case = Case { name: "  requests to the engine", limit: Some(Limit::Count(5)) };
const DOWN: Case = Case { name: "down, flask-redis", limit: None };
const CONFIG: Case = Case { name: "config", limit: None };
const PS: Case = Case { name: "ps", limit: None };
const CASES: [Case; 7] = [FROM_NOTHING, CHAIN, AGAIN, REQUESTS, DOWN, CONFIG, PS];

fn main() -> ExitCode {
    let report = measure();
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            eprintln!("error: {error:#}");
            eprintln!("  help: 'make bench' starts an engine that has all that this needs");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", report.table(&CASES));
    match report.save() {
        Ok(file) => println!("raw runs: {}", file.display()),
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    let short = report.short(&CASES);
    for case in &short {
        eprintln!("error: '{}' falls short of its limit", case.name.trim());
    }
    if short.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure() -> anyhow::Result<Report> {
    let mut report = Report::begin()?;
    let example = Stack::of("examples/flask-redis/compose.yaml", "hoist-bench");
    let chain = Stack::of("benches/chain/compose.yaml", "hoist-bench-chain");
    // Both tools use the image that this makes, since it is the same project to both.
    example.run(Tool::Compose, &["build"])?;
    for round in 0..=ROUNDS {
        eprintln!("flask-redis: {}", turn(round, ROUNDS));
        for tool in taking_turns(round) {
            flask_redis(&mut report, &example, tool, round)?;
        }
        let took = example.without_a_tool()?;
        report.add(round, FROM_NOTHING, Tool::Engine, took);
    }
    for round in 0..=CHAIN_ROUNDS {
        eprintln!("chain: {}", turn(round, CHAIN_ROUNDS));
        for tool in taking_turns(round) {
            let _clean = chain.cleaned_up()?;
            report.add(round, CHAIN, tool, chain.run(tool, &["up", "-d"])?);
        }
    }
    Ok(report)
}

fn turn(round: usize, rounds: usize) -> String {
    if round == 0 { "warming up".into() } else { format!("round {round} of {rounds}") }
}

/// Nobody always comes first.
fn taking_turns(round: usize) -> [Tool; 2] {
    if round.is_multiple_of(2) { [Tool::Hoist, Tool::Compose] } else { [Tool::Compose, Tool::Hoist] }
}

fn flask_redis(report: &mut Report, stack: &Stack, tool: Tool, round: usize) -> anyhow::Result<()> {
    let _clean = stack.cleaned_up()?;
    report.add(round, FROM_NOTHING, tool, stack.run(tool, &["up", "-d"])?);
    report.add(round, AGAIN, tool, stack.run(tool, &["up", "-d"])?);
    let proxy = Proxy::start()?;
    stack.run_through(&proxy, tool, &["up", "-d"])?;
    report.count(round, REQUESTS, tool, proxy.requests());
    report.add(round, PS, tool, stack.run(tool, &["ps"])?);
    report.add(round, CONFIG, tool, stack.run(tool, &["config"])?);
    report.add(round, DOWN, tool, stack.run(tool, &["down"])?);
    Ok(())
}
