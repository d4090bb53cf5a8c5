//! Commands that need no engine: what they print, and how they refuse bad input. No engine is asked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]
#![allow(missing_docs, reason = "the names say it")]

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod check;
mod config;
mod convert;
mod env;
mod shell;
mod validate;
