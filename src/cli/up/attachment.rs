//! [`Attachment`]: the flags of `up` that say whose output is shown, and when the foreground ends.

use super::super::failure::NoSuchService;
use super::super::prefix::Prefix;
use crate::graph::Services;
use crate::model::Project;
use crate::plan::Policy;
use crate::plan::reconcile::selection;
use crate::render::{LogPrefix, Stamps};
use crate::session::Until;
use crate::value::Name;
use std::collections::BTreeSet;

/// Whose output is shown, and when the foreground ends.
#[derive(Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Attachment {
    /// Stop all when a container ends; its exit code is that of the command
    #[arg(long)]
    pub abort_on_container_exit: bool,
    /// Stop all when a container fails; its exit code is that of the command
    #[arg(long)]
    pub abort_on_container_failure: bool,
    /// The service whose exit code is that of the command; implies --abort-on-container-exit
    #[arg(long, value_name = "SERVICE")]
    pub exit_code_from: Option<Name>,
    /// Services whose output is shown [default: those that are brought up by name, or all]
    #[arg(long, value_name = "SERVICE")]
    pub attach: Vec<Name>,
    /// Show the output of what they depend on too
    #[arg(long)]
    pub attach_dependencies: bool,
    /// Services whose output is not shown
    #[arg(long, value_name = "SERVICE")]
    no_attach: Vec<Name>,
    /// Show when each line came
    #[arg(long)]
    timestamps: bool,
    /// No effect: there is no menu
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    menu: Option<bool>,
    #[command(flatten)]
    prefix: Prefix,
}

/// The services of a foreground `up`.
#[derive(Debug)]
pub struct Audience {
    /// Their end is the end.
    pub watched: BTreeSet<Name>,
    /// Their output is shown.
    pub shown: BTreeSet<Name>,
}

impl Attachment {
    /// Whether the end of one container is the end of all.
    pub fn aborts(&self) -> bool {
        self.abort_on_container_exit || self.abort_on_container_failure || self.exit_code_from.is_some()
    }

    /// When following ends before all have ended.
    pub fn until(&self) -> Until {
        match (self.abort_on_container_failure, self.aborts()) {
            (true, _) => Until::FirstFailure,
            (false, true) => Until::FirstEnd,
            (false, false) => Until::AllEnded,
        }
    }

    /// The same while files are watched: what has ended may be started again by the next change.
    pub fn until_watched(&self) -> Until {
        match self.until() {
            Until::AllEnded => Until::Never,
            until => until,
        }
    }

    /// What stands in front of each line.
    pub fn log_prefix(&self) -> (LogPrefix, Stamps) {
        (self.prefix.log_prefix(), if self.timestamps { Stamps::Arrival } else { Stamps::None })
    }

    /// Whose output is shown: those of `--attach`, or else those asked for; never those of `attach: false` that nobody
    /// names, nor those of `--no-attach`. Watched are those asked for; when none is, those that are shown, or all when
    /// nothing is shown.
    ///
    /// # Errors
    /// When a flag names a service that is not brought up.
    pub fn audience(&self, project: &Project, policy: &Policy) -> anyhow::Result<Audience> {
        let services = Services::of(project);
        let selected = selection(project, &services, policy);
        self.refuse_unknown(project, &selected)?;
        let asked: BTreeSet<Name> = policy.targets.iter().cloned().collect();
        let speaks = |name: &&Name| project.services.get(*name).is_some_and(|service| service.attach != Some(false));
        let mut shown: BTreeSet<Name> = match (self.attach.as_slice(), asked.is_empty(), self.attach_dependencies) {
            ([], true, _) | ([], false, true) => selected.iter().filter(speaks).cloned().collect(),
            ([], false, false) => asked.iter().filter(speaks).cloned().collect(),
            (named, _, false) => named.iter().cloned().collect(),
            (named, _, true) => services.closure(named),
        };
        shown.retain(|name| !self.no_attach.contains(name));
        let mut watched = match (asked.is_empty(), shown.is_empty()) {
            (false, _) => asked,
            (true, false) => shown.clone(),
            (true, true) => selected,
        };
        watched.extend(self.exit_code_from.clone());
        Ok(Audience { watched, shown })
    }

    fn refuse_unknown(&self, project: &Project, selected: &BTreeSet<Name>) -> anyhow::Result<()> {
        let unknown = |name: &&Name| !project.services.contains_key(*name);
        if let Some(name) = self.exit_code_from.iter().chain(&self.attach).chain(&self.no_attach).find(unknown) {
            return Err(NoSuchService::of(name, project).into());
        }
        let left_out = |name: &&Name| !selected.contains(*name);
        match self.attach.iter().chain(&self.exit_code_from).find(left_out) {
            Some(name) => anyhow::bail!("cannot attach to services not included in up: {name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    const SHOP: &str = "services:
  web: {image: web, depends_on: {db: {condition: service_started}}}
  db: {image: db}
  noisy: {image: noisy, attach: false}";

    fn names(all: &BTreeSet<Name>) -> Vec<&str> {
        all.iter().map(Name::as_str).collect()
    }

    fn audience(attachment: &Attachment, targets: &[&str]) -> Audience {
        let targets = targets.iter().map(|name| name.parse().expect("valid")).collect();
        attachment.audience(&project(SHOP), &Policy { targets, ..Policy::default() }).expect("all are known")
    }

    fn list(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| name.parse().expect("valid")).collect()
    }

    #[test]
    fn all_are_shown_but_those_that_the_file_silences() {
        let both = audience(&Attachment::default(), &[]);
        assert_eq!((names(&both.shown), names(&both.watched)), (vec!["db", "web"], vec!["db", "web"]));
    }

    #[test]
    fn with_targets_these_are_shown_and_with_a_flag_what_they_need() {
        assert_eq!(names(&audience(&Attachment::default(), &["web"]).shown), ["web"]);
        let more = Attachment { attach_dependencies: true, ..Attachment::default() };
        let both = audience(&more, &["web"]);
        assert_eq!((names(&both.shown), names(&both.watched)), (vec!["db", "web"], vec!["web"]));
    }

    #[test]
    fn attach_shows_what_is_named_even_what_the_file_silences() {
        let attachment = Attachment { attach: list(&["noisy"]), ..Attachment::default() };
        assert_eq!(names(&audience(&attachment, &[]).shown), ["noisy"]);
    }

    #[test]
    fn no_attach_of_all_shows_nothing_and_watches_all() {
        let attachment = Attachment { no_attach: list(&["web", "db", "noisy"]), ..Attachment::default() };
        let both = audience(&attachment, &[]);
        assert_eq!((names(&both.shown), names(&both.watched)), (vec![], vec!["db", "noisy", "web"]));
    }

    #[test]
    fn a_service_that_is_not_brought_up_cannot_be_attached() {
        let attachment = Attachment { attach: list(&["noisy"]), ..Attachment::default() };
        let policy = Policy { targets: list(&["web"]), ..Policy::default() };
        let fault = attachment.audience(&project(SHOP), &policy).expect_err("it is not brought up");
        assert_eq!(fault.to_string(), "cannot attach to services not included in up: noisy");
    }
}
