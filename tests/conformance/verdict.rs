//! [`Verdict`]: whether both tools took a project for the same.

use crate::difference::{between, cut};
use crate::oracle::Oracle;
use crate::support::case::Form;
use crate::support::{Case, Ran};
use std::path::Path;

/// Some differences are random, and do not show each time.
const PATIENCE: usize = 8;

/// What docker compose says when its own printing fails.
const UNPRINTABLE: &str = "error calling MarshalJSON";

/// Whether both tools took a project for the same.
#[derive(Debug)]
pub enum Verdict {
    Equal,
    BothRefuse,
    /// They differ, and the case says why; or docker compose understands it and cannot print it.
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
    /// Hoist printed; docker compose accepted, and could not write it down: what it says.
    Unprintable(String),
    Different(String),
}

impl Verdict {
    pub fn of(case: &Case, oracle: &Oracle) -> Self {
        let Some(reason) = &case.sheet.differs else {
            return match answers(case, oracle) {
                Answers::Same => Self::Equal,
                Answers::Refused | Answers::Broken => Self::BothRefuse,
                Answers::Unprintable(error) => Self::Explained(format!("docker compose cannot print it: {error}")),
                Answers::Different(place) => Self::Different(place),
            };
        };
        let differs = || !matches!(answers(case, oracle), Answers::Same | Answers::Refused);
        if (0..PATIENCE).any(|_| differs()) {
            Self::Explained(reason.clone())
        } else {
            Self::Different("'differs' is stale: both are the same".to_owned())
        }
    }
}

/// Asks both. What is asked for as JSON is asked for as YAML too, which says more in places, and each tool reads its
/// own YAML again.
fn answers(case: &Case, oracle: &Oracle) -> Answers {
    let form = case.form();
    let asked = |case: &Case, form| [case.config(oracle.program(), form), case.hoist(form)];
    let first = compared(form, asked(case, form));
    if !matches!(first, Answers::Same) || form != Form::Json || case.chooses_format() {
        return first;
    }
    let printed = asked(case, Form::Yaml);
    let again = || again(&printed, oracle).map_or(Answers::Same, |both| compared(Form::Json, both));
    match compared(Form::Yaml, printed.clone()) {
        Answers::Same => again().seen("read again"),
        other => other.seen("as YAML"),
    }
}

/// What each tool makes of what it printed; nothing when docker compose cannot read its own.
fn again(printed: &[Ran; 2], oracle: &Oracle) -> Option<[Ran; 2]> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let programs = [oracle.program(), Path::new(env!("CARGO_BIN_EXE_hoist"))];
    let files = ["theirs.yaml", "ours.yaml"].map(|file| folder.path().join(file));
    let [theirs, ours] = [0, 1].map(|at| {
        std::fs::write(&files[at], &printed[at].stdout).expect("the folder is there");
        let mut case = Case::of_file(&files[at]);
        case.sheet.arguments.extend(["--profile", "*"].map(str::to_owned));
        case.config(programs[at], Form::Json)
    });
    (theirs.code == Some(0)).then_some([theirs, ours])
}

fn compared(form: Form, [theirs, ours]: [Ran; 2]) -> Answers {
    let broken = theirs.code.is_none() || theirs.stderr.contains("goroutine ");
    match (theirs.code, ours.code, broken) {
        (Some(0), Some(0), _) => between(form, &theirs.stdout, &ours.stdout).map_or(Answers::Same, Answers::Different),
        (_, Some(1), true) => Answers::Broken,
        (Some(0), Some(1), false) => Answers::Different(format!("hoist refuses: {}", first_error(&ours))),
        (_, Some(1), false) => Answers::Refused,
        (_, Some(0), _) if theirs.stderr.contains(UNPRINTABLE) => Answers::Unprintable(last_line(&theirs)),
        (_, Some(0), _) => Answers::Different(format!("docker compose refuses: {}", last_line(&theirs))),
        (_, code, _) => Answers::Different(format!("hoist ends with {code:?}: {}", last_line(&ours))),
    }
}

impl Answers {
    /// Says where a difference was seen.
    fn seen(self, place: &str) -> Self {
        match self {
            Self::Different(difference) => Self::Different(format!("{place}, {difference}")),
            other => other,
        }
    }
}

fn first_error(ran: &Ran) -> String {
    cut(ran.stderr.lines().find(|line| line.contains("error")).unwrap_or_default())
}

fn last_line(ran: &Ran) -> String {
    cut(ran.stderr.lines().rfind(|line| !line.is_empty()).unwrap_or("nothing is said"))
}
