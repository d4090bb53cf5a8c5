//! What the integration tests share: a project folder of its own for each test, commands run as a user runs them,
//! observers that ask the engine, a proxy on its socket, and the case folders.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

pub mod canary;
pub mod case;
pub mod check;
pub mod engine;
pub mod example;
pub mod expectation;
pub mod gateway;
pub mod http;
pub mod own_engine;
pub mod proxy;
pub mod registry;
pub mod running;
pub mod scenario;
pub mod terminal;
pub mod trees;
pub mod workers;

pub use case::Case;
pub use check::{Check, absent, exited, replaced, running, same_container};
pub use engine::Container;
pub use proxy::{Fault, Moment, Proxy, Strike};
pub use running::{Ran, Running};
pub use scenario::{Scenario, compose, down, hoist, up};
pub use terminal::Terminal;
