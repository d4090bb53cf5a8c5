//! [`Licence`]: the right to change what an engine holds.

/// The right to change what an engine holds. Whoever carries out actions needs one, and a dry run is never given any: so
/// it cannot write, whatever it does.
#[derive(Debug, Clone, Copy)]
pub struct Licence(());

impl Licence {
    /// Gives the right. There is one place that does, and it asks the user's flags.
    pub fn issue() -> Self {
        Self(())
    }
}
