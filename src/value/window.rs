//! [`Window`]: the size of a terminal that a process writes to.

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Columns.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}
