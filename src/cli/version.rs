//! `hoist version`.

use super::{Context, Exit};

/// Show the version of hoist
#[derive(Debug, clap::Args)]
pub struct Version {
    /// Only the number
    #[arg(long)]
    short: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Pretty,
    Json,
}

impl Version {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let version = env!("CARGO_PKG_VERSION");
        let text = match self.format {
            _ if self.short => format!("{version}\n"),
            Format::Json => format!("{{\"version\":\"{version}\"}}\n"),
            Format::Pretty => format!("Hoist version {version}\n{}\n", engine(context).await),
        };
        context.output().data(&text);
        Ok(Exit::DONE)
    }
}

/// One line about the engine; that there is none is no fault here.
async fn engine(context: &Context) -> String {
    let connected = context.engine();
    match connected {
        Err(error) => format!("no engine: {error:#}"),
        Ok(engine) => match engine.version().await {
            Ok(version) => {
                let (major, minor) = version.api;
                format!("Engine {} (API {major}.{minor})", version.release)
            }
            Err(error) => format!("no engine: {error}"),
        },
    }
}
