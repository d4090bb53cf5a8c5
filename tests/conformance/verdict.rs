//! [`Verdict`]: whether both tools took a project for the same.

use crate::difference::{between, cut};
use crate::oracle::Oracle;
use crate::support::case::Form;
use crate::support::{Case, Ran};

/// Some differences are random, and do not show each time.
const PATIENCE: usize = 8;

/// Whether both tools took a project for the same.
#[derive(Debug)]
pub enum Verdict {
    Equal,
    BothRefuse,
    /// They differ, and the case says why.
    Explained(String),
    /// They differ: where.
    Different(String),
}

/// What the answers to one question say.
enum Answers {
    Same,
    Refused,
    /// Hoist refused; docker compose panicked, or did not end.
    Broken,
    Different(String),
}

impl Verdict {
    pub fn of(case: &Case, oracle: &Oracle) -> Self {
        let Some(reason) = &case.sheet.differs else {
            return match answers(case, oracle) {
                Answers::Same => Self::Equal,
                Answers::Refused | Answers::Broken => Self::BothRefuse,
                Answers::Different(place) => Self::Different(place),
            };
        };
        let differs = || matches!(answers(case, oracle), Answers::Different(_) | Answers::Broken);
        if (0..PATIENCE).any(|_| differs()) {
            Self::Explained(reason.clone())
        } else {
            Self::Different("'differs' is stale: both are the same".to_owned())
        }
    }
}

/// Asks both; what is asked for as JSON is asked for as YAML too, which says more in places.
fn answers(case: &Case, oracle: &Oracle) -> Answers {
    match (answers_as(case, oracle, case.form()), case.form()) {
        (Answers::Same, Form::Json) if !case.chooses_format() => match answers_as(case, oracle, Form::Yaml) {
            Answers::Different(place) => Answers::Different(format!("as YAML, {place}")),
            other => other,
        },
        (answers, _) => answers,
    }
}

fn answers_as(case: &Case, oracle: &Oracle, form: Form) -> Answers {
    let (theirs, ours) = (case.config(oracle.program(), form), case.hoist(form));
    let broken = theirs.code.is_none() || theirs.stderr.contains("goroutine ");
    match (theirs.code, ours.code, broken) {
        (Some(0), Some(0), _) => match between(form, &theirs.stdout, &ours.stdout) {
            None => Answers::Same,
            Some(place) => Answers::Different(place),
        },
        (_, Some(1), true) => Answers::Broken,
        (Some(0), Some(1), false) => Answers::Different(format!("hoist refuses: {}", first_error(&ours))),
        (_, Some(1), false) => Answers::Refused,
        (_, Some(0), _) => Answers::Different(format!("docker compose refuses: {}", last_line(&theirs))),
        (_, code, _) => Answers::Different(format!("hoist ends with {code:?}: {}", last_line(&ours))),
    }
}

fn first_error(ran: &Ran) -> String {
    cut(ran.stderr.lines().find(|line| line.contains("error")).unwrap_or_default())
}

fn last_line(ran: &Ran) -> String {
    cut(ran.stderr.lines().rfind(|line| !line.is_empty()).unwrap_or("nothing is said"))
}
