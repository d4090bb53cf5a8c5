//! [`Prefix`]: the flags that say what stands in front of a container's lines.

use crate::render::LogPrefix;

/// What stands in front of each line.
#[derive(Debug, Default, clap::Args)]
pub struct Prefix {
    /// Do not print the service in front of each line
    #[arg(long)]
    no_log_prefix: bool,
    /// Do not colour the service in front of each line
    #[arg(long)]
    no_color: bool,
}

impl Prefix {
    /// What the flags ask for.
    pub fn log_prefix(&self) -> LogPrefix {
        match (self.no_log_prefix, self.no_color) {
            (true, _) => LogPrefix::None,
            (_, true) => LogPrefix::Plain,
            _ => LogPrefix::Coloured,
        }
    }
}
