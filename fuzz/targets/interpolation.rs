//! Variables in text: each `$` adds at most what one variable holds, a text without `$` stays, and what came out,
//! with its dollars doubled, gives itself.

#![no_main]

use hoist::load::fuzzing::expand;
use libfuzzer_sys::fuzz_target;

const LONG: &str = "a value that is longer than every name of a variable in a text";

fuzz_target!(|text: &str| {
    match expand(text, &lookup) {
        Ok(expanded) => {
            let dollars = text.matches('$').count();
            assert!(expanded.len() <= text.len() + dollars * LONG.len(), "{} bytes of {}", expanded.len(), text.len());
            assert!(dollars > 0 || expanded == text);
            assert_eq!(expand(&expanded.replace('$', "$$"), &lookup), Ok(expanded));
        }
        Err(range) => assert!(text.get(range.clone()).is_some_and(|part| part.starts_with('$')), "{range:?}"),
    }
});

fn lookup(name: &str) -> Option<&'static str> {
    match name {
        "SET" => Some("val"),
        "EMPTY" => Some(""),
        "DOLLAR" => Some("$SET ${1} $$"),
        "LONG" => Some(LONG),
        _ => None,
    }
}
