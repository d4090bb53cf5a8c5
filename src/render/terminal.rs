//! [`Terminal`]: the user's terminal while a process in a container has it.
//!
//! Bytes go through as they are: the process echoes, edits lines and makes of Ctrl-C what it likes. The terminal is as it
//! was before once this is dropped, whatever happened in between.

use crate::value::Window;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{self, IsTerminal};

/// The user's terminal, given away until this is dropped.
pub struct Terminal {
    before: Termios,
}

impl Terminal {
    /// Whether the user sits at a terminal, and reads and writes there.
    pub fn is_at_hand() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Gives the terminal away.
    pub fn give() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self { before })
    }

    /// How large the terminal is; a terminal that does not say is as the first ones were.
    pub fn window() -> Window {
        match tcgetwinsize(io::stdout()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Window { columns: size.ws_col, rows: size.ws_row },
            _ => Window { columns: 80, rows: 24 },
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nobody is left to be told when the terminal is gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}
