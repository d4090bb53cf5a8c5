//! Services and what they depend on, as a tree of text.

use crate::model::{DependencyCondition, Project, Service};
use crate::value::Name;
use std::collections::BTreeSet;

/// The tree: roots are services that nobody depends on, children are what a service depends on. What was shown with its
/// dependencies before is not shown with them again.
pub fn tree(project: &Project) -> String {
    let needed: BTreeSet<&Name> = project.services.values().flat_map(|service| service.depends_on.keys()).collect();
    let mut tree = Tree { project, shown: BTreeSet::new(), text: String::new() };
    for (name, service) in &project.services {
        if !needed.contains(name) {
            tree.text.push_str(name.as_str());
            tree.text.push('\n');
            tree.shown.insert(name);
            tree.children(service, "");
        }
    }
    tree.text
}

struct Tree<'a> {
    project: &'a Project,
    shown: BTreeSet<&'a Name>,
    text: String,
}

impl<'a> Tree<'a> {
    fn children(&mut self, service: &'a Service, indent: &str) {
        let last = service.depends_on.len().saturating_sub(1);
        for (index, (name, dependency)) in service.depends_on.iter().enumerate() {
            let (branch, below) = if index == last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let optional = if dependency.required { "" } else { ", optional" };
            let found = self.project.services.get(name);
            let again = !self.shown.insert(name);
            let hint = match found {
                None => " (not active)",
                Some(_) if again => " (see above)",
                Some(_) => "",
            };
            let words = words(dependency.condition);
            self.text.extend([indent, branch, name.as_str(), " (", words, optional, ")", hint, "\n"]);
            if let Some(service) = found.filter(|_| !again) {
                self.children(service, &format!("{indent}{below}"));
            }
        }
    }
}

fn words(condition: DependencyCondition) -> &'static str {
    match condition {
        DependencyCondition::Started => "started",
        DependencyCondition::Healthy => "healthy",
        DependencyCondition::CompletedSuccessfully => "completed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn what_two_services_share_is_shown_once() {
        let project = project(
            "
services:
  nginx:
    image: nginx
    depends_on: {api: {condition: service_healthy, required: true}, worker: {condition: service_started, required: false}}
  api: {image: api, depends_on: {redis: {condition: service_healthy, required: true}}}
  worker: {image: worker, depends_on: {redis: {condition: service_started, required: true}, gone: {condition: service_started, required: false}}}
  redis: {image: redis}
  alone: {image: alone}
",
        );
        let expected = "\
nginx
├── api (healthy)
│   └── redis (healthy)
└── worker (started, optional)
    ├── redis (started) (see above)
    └── gone (started, optional) (not active)
alone
";
        assert_eq!(tree(&project), expected);
    }
}
