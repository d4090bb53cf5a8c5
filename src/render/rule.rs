//! What each code of a diagnostic means, in one line: the tables of `docs/check.md`, so that there is one list.

const PAGE: &str = include_str!("../../docs/check.md");

/// What a code says, in general; nothing for one that the page does not list, which a test forbids.
pub fn meaning(code: &str) -> Option<&'static str> {
    PAGE.lines().find_map(|line| {
        let (name, meaning) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        (name == code).then_some(meaning)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// The codes that a source file gives to diagnostics.
    fn codes(text: &str) -> BTreeSet<String> {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let starts = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::advice(", "fault(", "code: "];
        let behind = starts.iter().flat_map(|start| code.split(start).skip(1));
        let named = behind.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        let is_code = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        named.filter(is_code).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn all(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries
            .flat_map(|path| if path.is_dir() { all(&path) } else { codes(&fs::read_to_string(path).expect("a text")) })
            .collect()
    }

    #[test]
    fn the_page_lists_every_code_and_no_other() {
        let used = all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        assert!(used.contains("unknown-key") && used.contains("open-port") && used.contains("yaml-syntax"));
        let missing: Vec<_> = used.iter().filter(|code| meaning(code).is_none()).collect();
        assert!(missing.is_empty(), "docs/check.md does not list {missing:?}");
        let listed = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(name, _)| name);
        let gone: Vec<_> = listed.filter(|name| !used.contains(*name)).collect();
        assert!(gone.is_empty(), "docs/check.md lists {gone:?}, which nothing says");
    }
}
