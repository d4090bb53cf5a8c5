//! [`Platform`]: what an image is made for, such as `linux/arm64` or `linux/arm/v7`.

use std::fmt;

/// Operating system, processor and its variant. Words that mean the same are one: `aarch64` is `arm64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    system: Option<String>,
    processor: Option<String>,
    variant: Option<String>,
}

const SYSTEMS: [&str; 5] = ["linux", "windows", "darwin", "freebsd", "wasi"];

impl Platform {
    /// Reads what a file says: all of it, or only the system or the processor.
    pub fn of(text: &str) -> Self {
        let mut words = text.trim().splitn(3, '/').map(str::to_ascii_lowercase).filter(|word| !word.is_empty());
        let first = words.next();
        let is_system = first.as_ref().is_some_and(|word| SYSTEMS.contains(&word.as_str()));
        let (system, processor) = if is_system || text.contains('/') { (first, words.next()) } else { (None, first) };
        let (processor, variant) = usual(processor.as_deref(), words.next());
        Self { system, processor, variant }
    }

    /// The operating system, when it is said.
    pub fn system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    /// The processor, when it is said.
    pub fn processor(&self) -> Option<&str> {
        self.processor.as_deref()
    }

    /// The variant of the processor, unless it is the one that everybody means.
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// Whether an image made for `other` is one for this: what is not said here may be anything.
    pub fn accepts(&self, other: &Self) -> bool {
        let same = |wanted: Option<&String>, given: Option<&String>| wanted.is_none() || wanted == given;
        let variant = self.processor.is_none() || self.variant == other.variant;
        same(self.system.as_ref(), other.system.as_ref())
            && same(self.processor.as_ref(), other.processor.as_ref())
            && variant
    }
}

/// The usual words for a processor and its variant; the variant that everybody means is left out.
fn usual(processor: Option<&str>, variant: Option<String>) -> (Option<String>, Option<String>) {
    let (name, implied) = match processor {
        Some("x86_64" | "x86-64" | "amd64") => ("amd64", None),
        Some("aarch64" | "arm64") => ("arm64", None),
        Some("armhf" | "arm") => ("arm", Some("v7")),
        Some("armel") => ("arm", Some("v6")),
        Some("i386" | "386") => ("386", None),
        other => (other.unwrap_or_default(), None),
    };
    let variant = variant.map(|variant| match variant.strip_prefix('v') {
        Some(_) => variant,
        None => format!("v{variant}"),
    });
    let everybody_means = match name {
        "amd64" => Some("v1"),
        "arm64" => Some("v8"),
        _ => None,
    };
    let variant = variant.filter(|variant| Some(variant.as_str()) != everybody_means);
    (processor.map(|_| name.to_owned()), variant.or_else(|| implied.map(str::to_owned)))
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [&self.system, &self.processor, &self.variant].into_iter().flatten();
        out.pad(&words.map(String::as_str).collect::<Vec<_>>().join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(wanted: &str, given: &str) -> bool {
        Platform::of(wanted).accepts(&Platform::of(given))
    }

    #[test]
    fn words_that_mean_the_same_are_one() {
        for (text, usual) in [
            ("linux/x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm/7", "linux/arm/v7"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("arm64", "arm64"),
            ("linux", "linux"),
        ] {
            assert_eq!(Platform::of(text).to_string(), usual);
        }
    }

    #[test]
    fn what_is_not_said_may_be_anything() {
        assert!(accepts("linux/amd64", "linux/amd64"));
        assert!(accepts("amd64", "linux/amd64"));
        assert!(accepts("linux", "linux/arm/v7"));
        assert!(accepts("linux/arm64/v8", "linux/arm64"));
        assert!(!accepts("linux/arm64", "linux/amd64"));
        assert!(!accepts("linux/arm/v6", "linux/arm/v7"));
        assert!(!accepts("windows/amd64", "linux/amd64"));
    }
}
