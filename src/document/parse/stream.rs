//! Values of JSON that follow one another in a text: the tools of a cluster read each as a document.

use serde::de::IgnoredAny;

/// Where values of JSON end that are followed by another one; nothing in any other text.
pub(super) fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    if text.trim_start().starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        while let Some(value) = values.next() {
            if value.is_err() {
                return Vec::new();
            }
            ends.push(values.byte_offset());
        }
    }
    ends.pop();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_json_are_told_apart() {
        assert_eq!(ends("{\"a\": 1}\n{\"b\": 2}{}\n"), [8, 17]);
        assert!(ends("{\"a\": 1}\n").is_empty() && ends("a: {}\n").is_empty() && ends("{a: b}\n---\n{}").is_empty());
    }
}
