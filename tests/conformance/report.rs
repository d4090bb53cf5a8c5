//! [`Report`]: the table at the end.

use crate::difference::RANDOM;
use crate::oracle::{Oracle, say};
use crate::verdict::Verdict;
use std::fmt::Write as _;

type Group = (&'static str, Vec<(String, Verdict)>);

/// All verdicts, by group and name.
pub struct Report(Vec<Group>);

impl Report {
    pub fn of(groups: impl IntoIterator<Item = Group>) -> Self {
        Self(groups.into_iter().filter(|(_, verdicts)| !verdicts.is_empty()).collect())
    }

    /// How many cases are different without a reason.
    pub fn faults(&self) -> usize {
        self.verdicts().filter(|(_, verdict)| matches!(verdict, Verdict::Different(_))).count()
    }

    /// Prints the table.
    pub fn show(&self, oracle: &Oracle) {
        say(&self.text(oracle.version()));
    }

    fn verdicts(&self) -> impl Iterator<Item = &(String, Verdict)> {
        self.0.iter().flat_map(|(_, verdicts)| verdicts)
    }

    fn text(&self, version: &str) -> String {
        let mut text = format!("\nconformance with docker compose {version}\n");
        for (name, verdict) in self.verdicts() {
            let _ = match verdict {
                Verdict::Explained(reason) => writeln!(text, "  explained  {name}: {reason}"),
                Verdict::Different(place) => writeln!(text, "  different  {name}: {place}"),
                Verdict::Equal | Verdict::BothRefuse => Ok(()),
            };
        }
        let _ =
            writeln!(text, "\n  {:10}{:>8}{:>13}{:>11}{:>11}", "", "equal", "both refuse", "explained", "different");
        for (group, verdicts) in &self.0 {
            let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|(_, verdict)| wanted(verdict)).count();
            let _ = writeln!(
                text,
                "  {group:10}{:>8}{:>13}{:>11}{:>11}",
                count(|verdict| matches!(verdict, Verdict::Equal)),
                count(|verdict| matches!(verdict, Verdict::BothRefuse)),
                count(|verdict| matches!(verdict, Verdict::Explained(_))),
                count(|verdict| matches!(verdict, Verdict::Different(_))),
            );
        }
        let _ = writeln!(text, "  in any order: {}, and the lines that list flags print\n", RANDOM.join(", "));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_counts_each_group_and_names_what_is_not_the_same() {
        let verdict = |name: &str, verdict| (name.to_owned(), verdict);
        let cases = vec![
            verdict("a", Verdict::Equal),
            verdict("b", Verdict::Explained("it is random".to_owned())),
            verdict("c", Verdict::Different("name: docker compose 1, hoist 2".to_owned())),
        ];
        let report = Report::of([("cases", cases), ("extra", Vec::new())]);
        assert_eq!(report.faults(), 1);
        let expected = "
conformance with docker compose 2.40.3
  explained  b: it is random
  different  c: name: docker compose 1, hoist 2

               equal  both refuse  explained  different
  cases            1            0          1          1
  in any order: build.ssh, and the lines that list flags print

";
        assert_eq!(report.text("2.40.3"), expected);
    }
}
