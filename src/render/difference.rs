//! What is otherwise in one text than in another, line by line, as `diff -u` shows it.

/// Lines that are shown around a change.
const CONTEXT: usize = 3;
/// Pairs of lines that are compared; beyond that all lines count as changed.
const PAIRS: usize = 4_000_000;

/// One line, and in which of the two texts it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Both(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// The changes from one text to another under this name; nothing when they are the same.
pub fn difference(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let lines = lines(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let mut out = format!("--- {name}\n+++ {name}\n");
    let is_shown = |at: usize| {
        let around = lines.get(at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(lines.len())).unwrap_or_default();
        around.iter().any(|line| !matches!(line, Line::Both(_)))
    };
    let shown: Vec<bool> = (0..lines.len()).map(is_shown).collect();
    let (mut at, mut before) = (0, (0, 0));
    for run in shown.chunk_by(|one, other| one == other) {
        let hunk = lines.get(at..at + run.len()).unwrap_or_default();
        let count = |is_there: fn(&Line<'_>) -> bool| hunk.iter().filter(|line| is_there(line)).count();
        let counts = (count(|line| !matches!(line, Line::New(_))), count(|line| !matches!(line, Line::Old(_))));
        if run.first() == Some(&true) {
            let (old, new) = (range(before.0, counts.0), range(before.1, counts.1));
            out.extend(["@@ -", &old, " +", &new, " @@\n"]);
            out.extend(hunk.iter().map(Line::marked));
        }
        at += run.len();
        before = (before.0 + counts.0, before.1 + counts.1);
    }
    out
}

/// So many lines behind so many others, as the heading of a hunk says it: none of them stand behind the last.
fn range(before: usize, count: usize) -> String {
    format!("{},{count}", if count == 0 { before } else { before + 1 })
}

impl Line<'_> {
    /// The line with its mark, ended.
    fn marked(&self) -> String {
        match self {
            Self::Both(text) => format!(" {text}\n"),
            Self::Old(text) => format!("-{text}\n"),
            Self::New(text) => format!("+{text}\n"),
        }
    }
}

/// The lines of both, those that they share found once.
fn lines<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let start = old.iter().zip(new).take_while(|(left, right)| left == right).count();
    let (old_rest, new_rest) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(left, right)| left == right).count();
    let middle_old = old_rest.get(..old_rest.len() - end).unwrap_or_default();
    let middle_new = new_rest.get(..new_rest.len() - end).unwrap_or_default();
    let mut all: Vec<Line<'a>> = old.iter().take(start).map(|line| Line::Both(line)).collect();
    all.extend(changed(middle_old, middle_new));
    all.extend(old_rest.iter().skip(middle_old.len()).map(|line| Line::Both(line)));
    all
}

/// The lines between the first and the last change, by the longest sequence that both have.
fn changed<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let width = new.len() + 1;
    if old.len().saturating_mul(width) > PAIRS {
        let gone = old.iter().map(|line| Line::Old(line));
        return gone.chain(new.iter().map(|line| Line::New(line))).collect();
    }
    // For each pair of ends: how many lines are shared behind it.
    let mut shared = vec![0_u32; (old.len() + 1) * width];
    let at = |shared: &[u32], left: usize, right: usize| shared.get(left * width + right).copied().unwrap_or(0);
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            let value = if old.get(left) == new.get(right) {
                at(&shared, left + 1, right + 1) + 1
            } else {
                at(&shared, left + 1, right).max(at(&shared, left, right + 1))
            };
            if let Some(cell) = shared.get_mut(left * width + right) {
                *cell = value;
            }
        }
    }
    let (mut left, mut right, mut all) = (0, 0, Vec::new());
    loop {
        match (old.get(left), new.get(right)) {
            (Some(one), Some(other)) if one == other => {
                all.push(Line::Both(one));
                (left, right) = (left + 1, right + 1);
            }
            (Some(one), other) if other.is_none() || at(&shared, left + 1, right) >= at(&shared, left, right + 1) => {
                all.push(Line::Old(one));
                left += 1;
            }
            (_, Some(other)) => {
                all.push(Line::New(other));
                right += 1;
            }
            (_, None) => return all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn changes_are_shown_with_the_lines_around_them() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\n";
        let wanted = "--- x\n+++ x\n@@ -2,8 +2,9 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n i\n+j\n";
        assert_eq!(difference("x", old, new), wanted);
        assert_eq!(difference("x", old, old), "");
    }

    #[test]
    fn a_heading_counts_the_lines_of_both_texts() {
        let headings = |old: &str, new: &str| -> Vec<String> {
            difference("x", old, new).lines().filter(|line| line.starts_with("@@")).map(str::to_owned).collect()
        };
        assert_eq!(headings("", "a\nb\n"), ["@@ -0,0 +1,2 @@"]);
        assert_eq!(headings("a\nb\n", ""), ["@@ -1,2 +0,0 @@"]);
        let old: Vec<String> = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.concat().replace("2\n3\n", "2\n2\n3\n").replace("18\n", "");
        assert_eq!(headings(&old.concat(), &new), ["@@ -1,5 +1,6 @@", "@@ -15,6 +16,5 @@"]);
    }

    proptest! {
        #[test]
        fn both_texts_are_in_their_difference(old in "([ab]\n){0,8}", new in "([ab]\n){0,8}") {
            let all = lines(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
            let text = |wanted: fn(&Line<'_>) -> bool| -> String {
                let kept = all.iter().filter(|line| wanted(line));
                kept.map(|line| match line { Line::Both(text) | Line::Old(text) | Line::New(text) => format!("{text}\n") }).collect()
            };
            prop_assert_eq!(text(|line| !matches!(line, Line::New(_))), old.clone());
            prop_assert_eq!(text(|line| !matches!(line, Line::Old(_))), new.clone());
        }
    }
}
