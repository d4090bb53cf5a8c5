//! Env files in both formats: names are names, places are in the file, and what is read prints and reads again to the
//! same.

#![no_main]

use hoist::load::fuzzing::{dotenv, raw_dotenv};
use hoist_fuzz::{check_places, check_span};
use libfuzzer_sys::fuzz_target;

/// Bytes that are far from all limits of the reader.
const MAX_LENGTH: usize = 1024 * 1024;

fuzz_target!(|text: &str| {
    let read = dotenv(text, &lookup);
    check_places(&read.diagnostics, &read.sources);
    let printed: String = read.variables.iter().map(|(name, value, _)| format!("{name}={}\n", quoted(value))).collect();
    for (name, _, span) in &read.variables {
        // A name may be empty: so does Compose have it.
        assert!(!name.contains(char::is_whitespace), "{name:?}");
        check_span(*span, &read.sources);
    }
    // Printed, a value may pass a limit that it kept before: escapes make it longer.
    if printed.len() > MAX_LENGTH {
        return;
    }
    let again = dotenv(&printed, &|_| None);
    assert!(!again.diagnostics.has_errors(), "{printed:?} gives {:?}", again.diagnostics);
    let pairs =
        |all: Vec<(String, String, _)>| -> Vec<_> { all.into_iter().map(|(key, value, _)| (key, value)).collect() };
    assert_eq!(pairs(read.variables), pairs(again.variables), "{printed:?}");

    let raw = raw_dotenv(text, &lookup);
    check_places(&raw.diagnostics, &raw.sources);
    for (name, value, span) in &raw.variables {
        assert!(!name.is_empty() && !value.contains('\n'), "{name:?}");
        check_span(*span, &raw.sources);
    }
});

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"))
}

fn lookup(name: &str) -> Option<&'static str> {
    (name == "SET").then_some("val")
}
