//! What `hoist` says of manifests: `tests/cases/kubernetes-invalid/` has a file for each rule, with what is expected of
//! it in its first lines; in `tests/cases/kubernetes-valid/` there is nothing to find.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

mod conversions;
mod existing;
mod invalid;
mod layers;
mod outside;
mod refused;
mod safety;
mod schemas;
mod twist;
mod typed;
mod valid;
