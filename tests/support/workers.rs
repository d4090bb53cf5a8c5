//! Work on many things at once, with the answers in the order of the things.

use std::sync::Mutex;
use std::thread;

/// Does the same to each thing, on as many threads as the machine has processors.
pub fn at_once<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let answers = Mutex::new(things.iter().map(|_| None).collect::<Vec<_>>());
    let left = Mutex::new(things.iter().enumerate());
    let next = || left.lock().unwrap().next();
    let worker = || {
        while let Some((at, thing)) = next() {
            let answer = work(thing);
            answers.lock().unwrap()[at] = Some(answer);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(worker);
        }
    });
    answers.into_inner().unwrap().into_iter().map(|answer| answer.expect("each thing was worked on")).collect()
}
