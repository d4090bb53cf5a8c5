//! Hoist and `docker compose` side by side on one engine, in one run, taking turns.
//!
//! Processes are timed from outside, from their start to their end. One round to warm up, then medians, and a line for
//! each limit that says whether it is kept: a figure is no test, so a missed one is no failure. `make bench` runs it in
//! the private engine, all or the parts that `BENCH` names; the raw runs are kept as JSON.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

mod bare;
mod planning;
mod project;
mod proxy;
mod reload;
mod report;
mod stack;

use bare::Bare;
use proxy::Proxy;
use report::{Case, Growth, Limit, Report};
use stack::{Stack, Tool};
use std::process::ExitCode;

const ROUNDS: usize = 5;
const CHAIN_ROUNDS: usize = 3;
const HUGE_ROUNDS: usize = 1;

const FROM_NOTHING: Case = Case::timed("up -d, flask-redis, from nothing", 1500);
const CHAIN: Case = Case::timed("up -d, five health checks in a chain", 3000);
const AGAIN: Case = Case::timed("up -d again, nothing changed", 30);
const REQUESTS: Case = Case { limit: Some(Limit::Count(5)), ..Case::free("  requests to the engine") };
const DOWN: Case = Case::free("down, flask-redis");
const CONFIG: Case = Case::timed("config, flask-redis", 5);
const CONFIG_MEMORY: Case = Case { limit: Some(Limit::Memory(12)), ..Case::free("  peak memory") };
const LARGE: Case = Case { faster: Some(13.0), ..Case::timed("config, 2,000 services", 60) };
const LARGE_MEMORY: Case = Case { limit: Some(Limit::Memory(50)), ..Case::free("  peak memory of 2,000") };
const HUGE: Case = Case::timed("config, 20,000 services", 900);
const PS: Case = Case::free("ps");
const MANY: usize = 30;
/// What the bare engine takes is a limit too; docker compose may not be faster in any case.
const MANY_UP: Case = Case { faster: Some(1.0), over_bare: Some(1.10), ..Case::free("up -d, 30 services") };
const MANY_AGAIN: Case = Case { faster: Some(6.0), ..Case::free("up -d again, 30 services") };
const MANY_DOWN: Case = Case { faster: Some(1.0), over_bare: Some(1.10), ..Case::free("down, 30 services") };
const PLAN_10: Case = Case::free("plan, 10 services");
const PLAN_100: Case = Case { growth: Some(tenfold(PLAN_10)), ..Case::free("plan, 100 services") };
const PLAN_1000: Case = Case { growth: Some(tenfold(PLAN_100)), ..Case::timed("plan, 1,000 services", 100) };
const DRY_RUN: Case = Case::free("  up --dry-run of them, the whole command");
const CONVERT: Case = Case::timed("convert, 100 services", 50);
const CASES: [Case; 19] = [
    FROM_NOTHING,
    CHAIN,
    AGAIN,
    REQUESTS,
    DOWN,
    MANY_UP,
    MANY_AGAIN,
    MANY_DOWN,
    PS,
    CONFIG,
    CONFIG_MEMORY,
    LARGE,
    LARGE_MEMORY,
    HUGE,
    PLAN_10,
    PLAN_100,
    PLAN_1000,
    DRY_RUN,
    CONVERT,
];

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
    let cases = [CASES.as_slice(), reload::CASES.as_slice()].concat();
    println!("{}\n{}", report.table(&cases), report.verdicts(&cases));
    match report.save() {
        Ok(file) => println!("raw runs: {}", file.display()),
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What takes ten times as long for ten times as many services.
const fn tenfold(from: Case) -> Growth {
    Growth { from: from.name, size: 10.0, most: 1.5 }
}

/// A part of the whole that can be measured alone.
type Part = (&'static str, fn(&mut Report) -> anyhow::Result<()>);

const PARTS: [Part; 7] = [
    ("flask", flask_redis),
    ("chain", chain),
    ("many", many_services),
    ("plan", plans),
    ("config", configs),
    ("convert", conversions),
    ("watch", reload::measure),
];

fn measure() -> anyhow::Result<Report> {
    let mut report = Report::begin()?;
    let chosen = std::env::var("BENCH").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = chosen.iter().find(|name| !names.contains(name)) {
        anyhow::bail!("BENCH names '{unknown}', which is none of {}", names.join(", "));
    }
    for (name, part) in PARTS {
        if chosen.is_empty() || chosen.contains(&name) {
            part(&mut report)?;
        }
    }
    Ok(report)
}

fn flask_redis(report: &mut Report) -> anyhow::Result<()> {
    let stack = Stack::of("examples/flask-redis/compose.yaml", "hoist-bench");
    // Both tools use the image that this makes, since it is the same project to both.
    stack.run(Tool::Compose, &["build"])?;
    for round in 0..=ROUNDS {
        eprintln!("flask-redis: {}", turn(round, ROUNDS));
        for tool in taking_turns(round) {
            one_flask_redis(report, &stack, tool, round)?;
        }
        let took = stack.without_a_tool()?;
        report.add(round, FROM_NOTHING, Tool::Engine, took);
    }
    Ok(())
}

fn chain(report: &mut Report) -> anyhow::Result<()> {
    let stack = Stack::of("benches/chain/compose.yaml", "hoist-bench-chain");
    for round in 0..=CHAIN_ROUNDS {
        eprintln!("chain: {}", turn(round, CHAIN_ROUNDS));
        for tool in taking_turns(round) {
            let _clean = stack.cleaned_up()?;
            report.add(round, CHAIN, tool, stack.run(tool, &["up", "-d"])?);
        }
    }
    Ok(())
}

fn plans(report: &mut Report) -> anyhow::Result<()> {
    for (services, case) in [(10, PLAN_10), (100, PLAN_100), (1_000, PLAN_1000)] {
        planning::measure(report, services, case)?;
    }
    let stack = project::write(1_000)?;
    for round in 0..=ROUNDS {
        report.add(round, DRY_RUN, Tool::Hoist, stack.run(Tool::Hoist, &["up", "-d", "--dry-run"])?);
    }
    Ok(())
}

fn configs(report: &mut Report) -> anyhow::Result<()> {
    let large = project::write(2_000)?;
    for round in 0..=ROUNDS {
        eprintln!("2,000 services: {}", turn(round, ROUNDS));
        for tool in taking_turns(round) {
            let used = large.run_measured(tool, &["config"])?;
            report.add(round, LARGE, tool, used.time);
            report.memory(round, LARGE_MEMORY, tool, used.memory);
        }
    }
    let huge = project::write(20_000)?;
    for round in 0..=HUGE_ROUNDS {
        eprintln!("20,000 services: {}", turn(round, HUGE_ROUNDS));
        for tool in taking_turns(round) {
            report.add(round, HUGE, tool, huge.run(tool, &["config"])?);
        }
    }
    Ok(())
}

fn conversions(report: &mut Report) -> anyhow::Result<()> {
    let stack = project::write(100)?;
    for round in 0..=ROUNDS {
        report.add(round, CONVERT, Tool::Hoist, stack.run(Tool::Hoist, &["convert", "--report", "none"])?);
    }
    Ok(())
}

/// Services that do not know each other: how much a tool adds to what the engine takes. Each takes its turn first.
fn many_services(report: &mut Report) -> anyhow::Result<()> {
    let (stack, bare) = (project::many(MANY)?, Bare::new("hoist-bench-bare", MANY)?);
    for round in 0..=ROUNDS {
        eprintln!("30 services: {}", turn(round, ROUNDS));
        let mut tools = [Tool::Hoist, Tool::Engine, Tool::Compose];
        let first = round % tools.len();
        tools.rotate_left(first);
        for tool in tools {
            if tool == Tool::Engine {
                report.add(round, MANY_UP, tool, bare.up()?);
                report.add(round, MANY_DOWN, tool, bare.down()?);
                continue;
            }
            let _clean = stack.cleaned_up()?;
            report.add(round, MANY_UP, tool, stack.run(tool, &["up", "-d"])?);
            report.add(round, MANY_AGAIN, tool, stack.run(tool, &["up", "-d"])?);
            report.add(round, MANY_DOWN, tool, stack.run(tool, &["down"])?);
        }
    }
    Ok(())
}

fn turn(round: usize, rounds: usize) -> String {
    if round == 0 { "warming up".into() } else { format!("round {round} of {rounds}") }
}

/// Nobody always comes first.
fn taking_turns(round: usize) -> [Tool; 2] {
    if round.is_multiple_of(2) { [Tool::Hoist, Tool::Compose] } else { [Tool::Compose, Tool::Hoist] }
}

fn one_flask_redis(report: &mut Report, stack: &Stack, tool: Tool, round: usize) -> anyhow::Result<()> {
    let _clean = stack.cleaned_up()?;
    report.add(round, FROM_NOTHING, tool, stack.run(tool, &["up", "-d"])?);
    report.add(round, AGAIN, tool, stack.run(tool, &["up", "-d"])?);
    let proxy = Proxy::start()?;
    stack.run_through(&proxy, tool, &["up", "-d"])?;
    report.count(round, REQUESTS, tool, proxy.requests());
    report.add(round, PS, tool, stack.run(tool, &["ps"])?);
    let used = stack.run_measured(tool, &["config"])?;
    report.add(round, CONFIG, tool, used.time);
    report.memory(round, CONFIG_MEMORY, tool, used.memory);
    report.add(round, DOWN, tool, stack.run(tool, &["down"])?);
    Ok(())
}
