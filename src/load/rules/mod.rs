//! The one table of the compose language: what each attribute accepts, how it is spelled, merged and resolved.
//!
//! The table is a tree of [`Attribute`]s, as the language is one: [`attribute`] has the words that a row is written
//! with, [`language`] the rows, [`schema`] prints them as a JSON Schema. It is data: the phases of a load act on it.

mod attribute;
mod language;
mod schema;

pub(super) use attribute::{Attribute, Bare, Identity, Keys, Kind, Merge, Others, Resolve, Shape, Table};
pub(super) use language::{FREE, PROJECT};
pub use schema::schema;

#[cfg(test)]
mod tests;
