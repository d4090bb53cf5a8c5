//! Trees of text with places: what a YAML file says before anyone asks what it means.
//!
//! Scalars stay text until a type is asked for ([`scalar`]), so interpolation works on numbers and nothing is lost on
//! the way. This module knows no attribute of the compose language.

pub mod json;
mod natural;
mod node;
mod origins;
pub mod parse;
mod path;
pub mod scalar;
mod style;
pub mod write;

pub use natural::Natural;
pub use node::{Node, Tag, Value};
pub use origins::{Dollar, Origins, Setting, Variable};
pub use path::{Path, Segment};
