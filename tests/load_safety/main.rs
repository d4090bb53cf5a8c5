//! What a hostile or broken file does to a load: the right result, or a clear message with its place, and both within
//! 2 s of work and 256 MB. These are limits far above what files of people need, not timings; a build without
//! optimisation may work longer.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

mod alias;
mod byte;
mod depth;
mod env_file;
mod include;
mod project;
mod size;
mod special_file;
mod variable;
