//! Folders that a person can run by hand: `tests/cases/load/<case>/` with the project that is understood, or with what
//! is wrong with it; `tests/cases/plan/<case>/` with the plan of an `up`. `UPDATE=1 cargo test` rewrites expectations,
//! and the pages of `docs/` that are made from them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

#[path = "../support/mod.rs"]
mod support;

mod coverage;
mod differences;
mod kubernetes;
mod load;
mod mistakes;
mod plan;
mod secrets;
