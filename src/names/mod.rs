//! What a name means to the containers of a project: [`lookup`](lookup::lookup) asks the engine's name server as they
//! would, [`records`] compares its answers with what the engine says. It decides nothing and changes nothing.

mod lookup;
mod records;

pub use lookup::{Asked, Road, lookup};
pub use records::{Finding, Standing, compare, known};
