//! [`Globals`]: the flags in front of every command.

use crate::render::{Ansi, ProgressMode};
use std::path::PathBuf;

/// Flags in front of the command, as `docker compose` has them.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Globals {
    /// Compose file; repeat it to merge several, '-' reads standard input
    #[arg(short, long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Name of the project [default: 'name:' in the file, then the folder's name]
    #[arg(short, long, value_name = "NAME")]
    pub project_name: Option<String>,
    /// Folder that relative paths are relative to [default: that of the first file]
    #[arg(long, value_name = "FOLDER")]
    pub project_directory: Option<PathBuf>,
    /// File with variables; repeat it for several [default: '.env' next to the file]
    #[arg(long = "env-file", value_name = "FILE")]
    pub env_files: Vec<PathBuf>,
    /// Profile to activate; repeat it for several, '*' means all
    #[arg(long = "profile", value_name = "PROFILE")]
    pub profiles: Vec<String>,
    /// Keep networks, volumes and the like that no service uses
    #[arg(long)]
    pub all_resources: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = When::Auto, env = "COMPOSE_ANSI")]
    pub ansi: When,
    /// How progress is shown
    #[arg(long, value_enum, default_value_t = Progress::Auto, env = "COMPOSE_PROGRESS")]
    pub progress: Progress,
    /// How many images are pulled, pushed or built at once, -1 for no limit
    #[arg(long, value_name = "NUMBER", default_value_t = -1, env = "COMPOSE_PARALLEL_LIMIT", allow_negative_numbers = true)]
    pub parallel: i64,
    /// Join the parts of names by '_' rather than '-', as docker-compose 1 did
    #[arg(long, env = "COMPOSE_COMPATIBILITY", value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::SetTrue)]
    pub compatibility: bool,
    /// Show what would be done, and do nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Address of the engine [default: `DOCKER_HOST`, then the docker context]
    #[arg(short = 'H', long, value_name = "ADDRESS")]
    pub host: Option<String>,
    /// No effect, as in docker compose
    #[arg(long, hide = true)]
    pub verbose: bool,
    /// The same as --ansi never
    #[arg(long, hide = true)]
    pub no_ansi: bool,
    /// The same as --project-directory
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub workdir: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Progress {
    /// Live on a terminal, else line by line
    Auto,
    /// Live
    Tty,
    /// Line by line
    Plain,
    /// One JSON object a line
    #[value(alias = "rawjson")]
    Json,
    /// Not at all
    Quiet,
}

impl From<When> for Ansi {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}

impl From<Progress> for ProgressMode {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Auto => Self::Auto,
            Progress::Tty => Self::Tty,
            Progress::Plain => Self::Plain,
            Progress::Json => Self::Json,
            Progress::Quiet => Self::Quiet,
        }
    }
}
