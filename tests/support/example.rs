//! The examples publish fixed ports: those that share one run one after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

static PORTS: Mutex<BTreeMap<u16, &'static Mutex<()>>> = Mutex::new(BTreeMap::new());

/// Holds a port of the host for one test.
pub fn hold(port: u16) -> MutexGuard<'static, ()> {
    let mut all = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
    let lock = *all.entry(port).or_insert_with(|| Box::leak(Box::default()));
    drop(all);
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port of the host that nobody listens on, given to one test.
pub fn free_port() -> (u16, Arc<std::net::TcpListener>) {
    let listener = std::net::TcpListener::bind(("0.0.0.0", 0)).expect("a free port");
    (listener.local_addr().expect("an address").port(), Arc::new(listener))
}
