//! Hoist brings Compose projects up and down on a Docker Engine: a drop-in for `docker compose` that explains itself.
//!
//! Files become a `Project`, the engine becomes an `Observed`, a pure function makes a `Plan`, one executor carries it
//! out, and everything that happens is an `Event`. A module may use what stands above it in this list, never below:
//! `docs/architecture.md` is the map, `tests/layers.rs` holds the code to it.

// 0 words
pub mod diagnostic;
pub mod source;
pub mod value;
// 1 trees
pub mod document;
// 2 meaning
pub mod model;
// 3 loading
pub mod graph;
pub mod load;
// 4 deciding
pub mod advice;
pub mod event;
pub mod ignore;
pub mod plan;
pub mod provenance;
// 5 the world; not for the fuzz targets, which would wait minutes for code that they never call
#[cfg(not(fuzzing))]
pub mod engine;
#[cfg(not(fuzzing))]
pub mod kubernetes;
// 6 running
#[cfg(not(fuzzing))]
pub mod execute;
#[cfg(not(fuzzing))]
pub mod names;
#[cfg(not(fuzzing))]
pub mod readiness;
#[cfg(not(fuzzing))]
pub mod session;
#[cfg(not(fuzzing))]
pub mod watch;
// 7 showing
pub mod render;
// 8 asking
#[cfg(not(fuzzing))]
pub mod cli;

#[cfg(test)]
mod testing;
