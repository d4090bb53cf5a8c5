//! Durations: what parses prints, and what is printed parses to the same.

#![no_main]

use hoist::value::Timespan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<Timespan>() {
        Ok(value) => assert_eq!(value.to_string().parse(), Ok(value)),
        Err(fault) => assert!(!fault.message.is_empty()),
    }
});
