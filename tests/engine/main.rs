//! Obligations towards a real engine. They run side by side, each on a project of its own name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]
#![allow(missing_docs, reason = "the names say it")]

#[path = "../support/mod.rs"]
mod support;

mod age;
mod api_socket;
mod arrival;
mod attached;
mod belonging;
mod build;
mod change;
mod checkout;
mod config;
mod convert;
mod create;
mod down;
mod drift;
mod dry_run;
mod ends;
mod examples;
mod exec;
mod exit_codes;
mod failure;
mod files;
mod grace;
mod hooks;
mod host;
mod inspect;
mod interoperation;
mod interrupt;
mod labels;
mod lifecycle;
mod lock;
mod logs;
mod model;
mod mounted;
mod names;
mod network;
mod ports;
mod provider;
mod pull;
mod push;
mod readiness;
mod reference;
mod refusal;
mod reload;
mod renewal;
mod restart;
mod rework;
mod run;
mod simulation;
mod slow;
mod soak;
mod storm;
mod sync;
mod timings;
mod up;
mod up_watch;
mod wait;
mod watch;
