//! What unit tests of several modules share: projects and observations made from a few words.

use crate::diagnostic::{Diagnostics, Severity};
use crate::document::{Node, json, parse};
use crate::load::{Loaded, Request, load};
use crate::model::{Dialect, Identity, Project, Separator, Service};
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Action, Images, Observed, Plan, Policy, Step, simulate};
use crate::source::SourceMap;
use crate::value::Name;

/// The tree of a YAML text.
pub fn tree(text: &str) -> Node {
    let mut sources = SourceMap::default();
    let file = sources.add("compose.yaml".into(), text.into());
    parse::parse(&sources, file).expect("valid YAML").remove(0)
}

/// A part of the model from canonical YAML, or the first error; warnings are not looked at.
pub fn read_part<T>(text: &str, read: impl Fn(&Node, &mut Diagnostics) -> Option<T>) -> Result<T, String> {
    let mut diagnostics = Diagnostics::default();
    let part = read(&tree(text), &mut diagnostics);
    match diagnostics.sorted().into_iter().find(|fault| fault.severity == Severity::Error) {
        Some(fault) => Err(fault.message.clone()),
        None => Ok(part.expect("what has no fault is read")),
    }
}

/// What a service with these attributes writes beside its image, as JSON.
pub fn attribute(text: &str) -> String {
    let name = "a".parse().expect("valid");
    let read = |node: &Node, diagnostics: &mut Diagnostics| Service::read(Name::clone(&name), node, diagnostics);
    let service = read_part(&format!("{{image: x, {text}}}"), read).expect(text);
    let mut node = service.write(Dialect::Json);
    for key in ["command", "entrypoint", "image"] {
        node.take(key);
    }
    json::compact(&node)
}

/// The first fault of a service with these attributes: what is wrong and how to mend it.
pub fn service_fault(text: &str) -> Option<(String, Option<String>)> {
    let mut diagnostics = Diagnostics::default();
    Service::read("a".parse().expect("valid"), &tree(&format!("{{image: x, {text}}}")), &mut diagnostics);
    diagnostics.sorted().first().map(|fault| (fault.message.clone(), fault.help.clone()))
}

/// What is loaded from some files, the first of which is the compose file; the project is called `p`.
pub fn loaded(files: &[(&str, &str)]) -> Loaded {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("is written");
    }
    let files = files.first().map(|(name, _)| (*name).into()).into_iter().collect();
    let request = Request {
        files,
        working_directory: folder.path().into(),
        project_name: Some("p".into()),
        ..Request::default()
    };
    load(&request).unwrap_or_else(|refused| panic!("{:?}", refused.diagnostics))
}

/// A project from canonical YAML; it is called `p`.
pub fn project(text: &str) -> Project {
    let root = tree(text);
    let name = "p".parse().expect("valid");
    let identity = Identity {
        name,
        working_dir: "/p".into(),
        files: vec!["/p/compose.yaml".into()],
        env_files: vec![],
        separator: Separator::Dash,
    };
    let mut diagnostics = Diagnostics::default();
    let project = Project::read(&root, identity, &mut diagnostics).expect("readable");
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    project
}

/// The steps of a plan, each with the steps it needs: `start web-1 [create web-1, await db-1 healthy]`.
pub fn plan_lines(plan: &Plan) -> Vec<String> {
    let needs =
        |step: &Step| step.needs.iter().filter_map(|id| plan.get(*id)).map(words).collect::<Vec<_>>().join(", ");
    let line = |step: &Step| match needs(step) {
        needs if needs.is_empty() => words(step),
        needs => format!("{} [{needs}]", words(step)),
    };
    plan.steps().map(|(_, step)| line(step)).collect()
}

/// The steps of a plan, each with its reason: `create web-1: not there yet`.
pub fn reasons(plan: &Plan) -> Vec<String> {
    plan.steps().map(|(_, step)| format!("{}: {}", words(step), step.because)).collect()
}

/// The notes of a plan in one text.
pub fn notes(plan: &Plan) -> String {
    plan.notes().iter().map(|note| note.message.as_str()).collect::<Vec<_>>().join("\n")
}

/// What a step does, in a few words; the project's name is left out.
fn words(step: &Step) -> String {
    let short = |name: &str| name.strip_prefix("p-").unwrap_or(name).to_owned();
    let name = short(&step.subject.name);
    match &step.action {
        Action::Pull { .. } => format!("pull {name}"),
        Action::Build { .. } => format!("build {name}"),
        Action::Push { .. } => format!("push {name}"),
        Action::RemoveImage { .. } => format!("remove image {name}"),
        Action::CreateNetwork { .. } => format!("create network {name}"),
        Action::RenewNetwork { .. } => format!("renew network {name}"),
        Action::RemoveNetwork { .. } => format!("remove network {name}"),
        Action::CreateVolume { .. } => format!("create volume {name}"),
        Action::RemoveVolume { .. } => format!("remove volume {name}"),
        Action::Create { name: made, .. } if *made == step.subject.name => format!("create {name}"),
        Action::Create { .. } => format!("create-temp {name}"),
        Action::Upload { .. } => format!("fill {name}"),
        Action::Start { .. } => format!("start {name}"),
        Action::Stop { .. } => format!("stop {name}"),
        Action::Kill { signal, .. } => format!("kill {name} {signal}"),
        Action::Pause { .. } => format!("pause {name}"),
        Action::Unpause { .. } => format!("unpause {name}"),
        Action::Rename { to, .. } => format!("rename {}", short(to)),
        Action::Remove { .. } => format!("remove {name}"),
        Action::Provide { order, .. } => format!("provide {name} {}", order.as_str()),
        Action::ServeModel { .. } => format!("serve {name}"),
        Action::Hook { occasion, index, .. } => format!("{occasion} {index} {name}"),
        Action::Await { until, required: true, .. } => format!("await {name} {until}"),
        Action::Await { until, required: false, .. } => format!("await {name} {until} if it can"),
    }
}

/// The world after a project was fetched and brought up on what is seen.
pub fn applied_on(project: &Project, seen: &Observed) -> Observed {
    let fetched = fetched(project, seen);
    let plan = reconcile(project, &fetched, &Policy::default()).expect("nothing external is missing");
    simulate(project, &fetched, &plan).expect("possible")
}

/// The world after a project was brought up on an empty engine.
pub fn applied(project: &Project) -> Observed {
    applied_on(project, &Observed::default())
}

/// What is seen, with the images that a project needs.
pub fn fetched(project: &Project, seen: &Observed) -> Observed {
    let plan = images(project, seen, &Policy::default(), Images::Missing);
    simulate(project, seen, &plan).expect("images can be fetched")
}
