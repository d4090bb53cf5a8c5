//! What the user asks for: flags to requests, requests to plans, plans to work. One file a command.
//!
//! Only this floor uses `anyhow`; it decides which exit code a run ends with and leaves every word to `render`.

mod bring;
mod build;
mod carrier;
mod changes;
mod check;
mod config;
mod consent;
mod context;
mod conversation;
mod convert;
mod create;
mod down;
mod env;
mod exec;
mod exit;
mod failure;
mod findings;
mod foreign;
mod globals;
mod graph;
mod interrupt;
mod kill;
mod lock;
mod logs;
mod losses;
mod names;
mod pause;
mod plan;
mod ports;
mod prefix;
mod preflight;
mod ps;
mod pull;
mod push;
mod restart;
mod rm;
mod run;
mod scale;
mod schema;
mod scope;
mod start;
mod starts;
mod stop;
mod streams;
mod timings;
mod up;
mod version;
mod watch;

use clap::{CommandFactory, Parser, Subcommand};
use context::Context;
pub use exit::Exit;
use globals::{Globals, Progress};
use std::process::ExitCode;

/// Brings Compose projects up and down on a Docker Engine
#[derive(Debug, Parser)]
#[command(name = "hoist", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(Box<build::Build>),
    Check(check::Check),
    Config(Box<config::Config>),
    Convert(Box<convert::Convert>),
    Create(create::Create),
    Down(down::Down),
    Env(env::Env),
    Exec(Box<exec::Exec>),
    Graph(graph::Graph),
    Kill(kill::Kill),
    Logs(logs::Logs),
    Names(names::Names),
    Pause(pause::Pause),
    Plan(plan::Plan),
    Ps(ps::Ps),
    Pull(pull::Pull),
    Push(push::Push),
    Restart(restart::Restart),
    Rm(rm::Rm),
    Scale(scale::Scale),
    Run(Box<run::Run>),
    Schema(schema::Schema),
    Start(start::Start),
    Stop(stop::Stop),
    Unpause(pause::Unpause),
    Up(Box<up::Up>),
    Version(version::Version),
    Watch(watch::Watch),
}

impl Command {
    /// The profiles that a flag of the command activates, besides those in front of it.
    fn profiles(&self) -> &[String] {
        match self {
            Self::Convert(convert) => &convert.profiles,
            _ => &[],
        }
    }

    /// How progress is shown, when a flag of the command says it.
    fn progress(&self) -> Option<Progress> {
        let (quiet, chosen) = match self {
            Self::Build(build) => (build.quiet, build.progress),
            Self::Pull(pull) => (pull.quiet, None),
            Self::Push(push) => (push.quiet, None),
            Self::Run(run) => (run.is_quiet(), None),
            _ => (false, None),
        };
        if quiet { Some(Progress::Quiet) } else { chosen }
    }
}

/// Runs the command that the process was started for.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(_) if std::env::args_os().len() == 1 => {
            // As docker compose does: who says nothing asks what there is to say.
            let _ = Cli::command().print_help();
            return Exit::DONE.into();
        }
        Err(error) => {
            // Help and version are answers; everything else is a fault of the command line.
            let code = if error.use_stderr() { Exit::FAILED } else { Exit::DONE };
            let _ = error.print();
            return code.into();
        }
    };
    let mut globals = cli.globals;
    if let Some(progress) = cli.command.progress() {
        globals.progress = progress;
    }
    globals.profiles.extend(cli.command.profiles().iter().cloned());
    let context = match Context::new(globals) {
        Ok(context) => context,
        Err((output, error)) => return failure::report(&output, &error).into(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(context.output(), &error.into()).into(),
    };
    let result = runtime.block_on(async {
        // Before anything is asked of the engine: who interrupts that means this process to end well.
        let interrupts = context.interrupts().listen()?;
        tokio::select! {
            result = run(cli.command, &context) => result,
            never = interrupts => match never {},
        }
    });
    // A blocking read of a terminal must not keep the process.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => failure::report(context.output(), &error).into(),
    }
}

async fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Build(build) => build.run(context).await,
        Command::Check(check) => check.run(context),
        Command::Config(config) => config.run(context).await,
        Command::Convert(convert) => Box::pin(convert.run(context)).await,
        Command::Create(create) => Box::pin(create.run(context)).await,
        Command::Down(down) => down.run(context).await,
        Command::Env(env) => env.run(context),
        Command::Exec(exec) => exec.run(context).await,
        Command::Graph(graph::Graph {}) => graph::run(context),
        Command::Kill(kill) => kill.run(context).await,
        Command::Logs(logs) => logs.run(context).await,
        Command::Names(names) => names.run(context).await,
        Command::Pause(pause) => pause.run(context).await,
        Command::Plan(plan) => plan.run(context).await,
        Command::Ps(ps) => ps.run(context).await,
        Command::Pull(pull) => pull.run(context).await,
        Command::Push(push) => push.run(context).await,
        Command::Restart(restart) => restart.run(context).await,
        Command::Rm(rm) => rm.run(context).await,
        Command::Scale(scale) => Box::pin(scale.run(context)).await,
        Command::Run(run) => Box::pin(run.run(context)).await,
        Command::Schema(schema::Schema {}) => Ok(schema::run(context)),
        Command::Start(start) => start.run(context).await,
        Command::Stop(stop) => stop.run(context).await,
        Command::Unpause(unpause) => unpause.run(context).await,
        Command::Up(up) => Box::pin(up.run(context)).await,
        Command::Version(version) => version.run(context).await,
        Command::Watch(watch) => watch.run(context).await,
    }
}
