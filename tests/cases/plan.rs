//! `tests/cases/plan/<case>/`: the plan of an `up`, from nothing or from what `before.yaml` brought up.

use crate::support::case::{folders, plain};
use crate::support::{expectation, scenario};
use hoist::load::{Loaded, Request, load};
use hoist::plan::reconcile::{images, reconcile};
use hoist::plan::{Images, Observed, Policy, simulate};
use hoist::render::plan_text;
use std::path::{Path, PathBuf};

#[test]
fn every_folder_of_plan_is_planned_as_expected() {
    let given = |folder: &Path| {
        let loaded = |file: &str| loaded(folder, file);
        let before = folder.join("before.yaml").exists().then(|| applied(&loaded("before.yaml"), &Observed::default()));
        let (after, seen) = (loaded("compose.yaml"), before.unwrap_or_default());
        let first = images(&after.project, &seen, &Policy::default(), Images::Missing);
        let fetched = simulate(&after.project, &seen, &first).unwrap();
        let text = match reconcile(&after.project, &fetched, &Policy::default()) {
            Ok(second) => {
                let notes = second.notes().iter().map(|note| format!("note: {}\n", note.message));
                plan_text(&[&first, &second]) + &notes.collect::<String>()
            }
            Err(blocked) => format!("blocked: {blocked}\n"),
        };
        plain(folder, &text)
    };
    let all = folders(&plans()).into_iter();
    let compared = all.map(|folder| {
        let fault = expectation::fault(&folder.join("plan.txt"), Some(&given(&folder)));
        (folder.display().to_string(), Vec::from_iter(fault))
    });
    expectation::refuse(compared.collect());
}

#[test]
fn every_plan_comes_to_rest() {
    for folder in folders(&plans()) {
        let after = loaded(&folder, "compose.yaml");
        let before = folder.join("before.yaml").exists().then(|| loaded(&folder, "before.yaml"));
        let seen = before.map_or_else(Observed::default, |before| applied(&before, &Observed::default()));
        let Ok(plan) = plan_on_images(&after, &seen) else { continue };
        let settled = simulate(&after.project, &plan.0, &plan.1).unwrap();
        let again = reconcile(&after.project, &settled, &Policy::default()).unwrap();
        assert!(again.is_empty(), "{}: {}", folder.display(), plan_text(&[&again]));
    }
}

/// The world after a project was brought up.
fn applied(loaded: &Loaded, seen: &Observed) -> Observed {
    let (fetched, plan) = plan_on_images(loaded, seen).unwrap();
    simulate(&loaded.project, &fetched, &plan).unwrap()
}

type Planned = (Observed, hoist::plan::Plan);

fn plan_on_images(loaded: &Loaded, seen: &Observed) -> Result<Planned, hoist::plan::reconcile::Blocked> {
    let first = images(&loaded.project, seen, &Policy::default(), Images::Missing);
    let fetched = simulate(&loaded.project, seen, &first).unwrap();
    let plan = reconcile(&loaded.project, &fetched, &Policy::default())?;
    Ok((fetched, plan))
}

fn loaded(folder: &Path, file: &str) -> Loaded {
    let mut loaded = load(&request(folder, file)).unwrap_or_else(|refused| {
        let faults: Vec<_> = refused.diagnostics.sorted().into_iter().map(|one| one.message.clone()).collect();
        panic!("{}: {}", folder.display(), faults.join("\n"))
    });
    // What it was before an edit is the same file.
    loaded.project.identity.files = vec![folder.join("compose.yaml")];
    loaded
}

/// A load of one file in the folder.
fn request(folder: &Path, file: &str) -> Request {
    Request {
        working_directory: folder.into(),
        project_name: Some("case".into()),
        files: vec![file.into()],
        ..Request::default()
    }
}

fn plans() -> PathBuf {
    scenario::root().join("tests/cases/plan")
}
