//! [`Streams`]: the flags that say whether a process reads from us and has a terminal, for `exec` and `run`.

use super::conversation::Stdin;
use crate::render::Terminal;
use crate::value::Name;

/// Whether a process reads from us, and has a terminal.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Streams {
    /// Do not give it a terminal [default: a terminal when there is one here]
    #[arg(short = 'T', long = "no-tty", visible_alias = "no-TTY")]
    no_tty: bool,
    /// Whether it reads our standard input [default: true]
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = clap::ArgAction::Set,
        hide_default_value = true,
    )]
    interactive: bool,
    /// It reads our standard input: what is done anyway
    #[arg(short = 'i', hide = true)]
    read: bool,
    /// It has a terminal when there is one here: what is done anyway
    #[arg(short = 't', long = "tty", hide = true)]
    tty: bool,
}

impl Streams {
    /// What the user has to say.
    pub fn stdin(&self) -> Stdin {
        if self.interactive || self.read { Stdin::Passed } else { Stdin::Closed }
    }

    /// Whether it has a terminal.
    pub fn is_terminal(&self) -> bool {
        !self.no_tty && Terminal::is_at_hand()
    }
}

/// The service, and what follows it on the command line.
pub fn service_and_command(words: &[String]) -> anyhow::Result<(Name, Vec<String>)> {
    let (service, command) = words.split_first().ok_or_else(|| anyhow::anyhow!("no service is named"))?;
    anyhow::ensure!(!service.starts_with('-'), "there is no flag '{service}'");
    let service = service.parse().map_err(|invalid: crate::value::Invalid| anyhow::anyhow!(invalid.message))?;
    Ok((service, command.to_vec()))
}
