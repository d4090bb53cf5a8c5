//! [`adopt`]: the project that the labels of its containers tell of, for where no file is at hand.

use super::{Observed, SeenContainer, labels};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::model::{DependencyCondition, Project};
use crate::value::{ImageName, Name, ProjectName};
use std::collections::BTreeMap;

/// The project as its containers remember it: services with their image, number of containers and dependencies, and
/// nothing else. A dependency that has no containers is left out.
pub fn adopt(name: &ProjectName, seen: &Observed) -> Project {
    let mut services: BTreeMap<&Name, Vec<&SeenContainer>> = BTreeMap::new();
    for container in seen.containers.iter().filter(|container| !container.oneoff) {
        services.entry(&container.service).or_default().push(container);
    }
    let all = services.iter().map(|(name, containers)| (name.as_str(), service(containers, &services)));
    let root = Node::map([("services", Node::map(all))]);
    let mut project = Project::empty(name.clone());
    // What a label says and a file could not is left out: nothing here is the user's to mend.
    if let Some(read) = Project::read(&root, project.identity.clone(), &mut Diagnostics::default()) {
        project = read;
    }
    project
}

fn service(containers: &[&SeenContainer], present: &BTreeMap<&Name, Vec<&SeenContainer>>) -> Node {
    let dependencies: BTreeMap<String, Node> = containers
        .iter()
        .flat_map(|container| container.label(labels::DEPENDS_ON).unwrap_or_default().split(','))
        .filter_map(|entry| dependency(entry, present))
        .collect();
    let image = containers.first().filter(|container| container.image.parse::<ImageName>().is_ok());
    let image = image.map(|container| ("image", Node::text(container.image.as_str())));
    let rest = [("scale", Node::plain(containers.len())), ("depends_on", Node::map(dependencies))];
    Node::map(image.into_iter().chain(rest))
}

/// `name:condition:restart`; older releases wrote less.
fn dependency(entry: &str, present: &BTreeMap<&Name, Vec<&SeenContainer>>) -> Option<(String, Node)> {
    let mut parts = entry.split(':');
    let name = parts.next()?.parse::<Name>().ok().filter(|name| present.contains_key(name))?;
    let known =
        [DependencyCondition::Healthy, DependencyCondition::CompletedSuccessfully].map(DependencyCondition::as_str);
    let condition = parts.next().filter(|word| known.contains(word));
    let condition = condition.unwrap_or(DependencyCondition::Started.as_str());
    let restart = parts.next() != Some("false");
    let how =
        [("condition", Node::text(condition)), ("restart", Node::plain(restart)), ("required", Node::plain(true))];
    Some((name.to_string(), Node::map(how)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{applied, project};

    const SHOP: &str = "services:
  web: {image: nginx, depends_on: {db: {condition: service_healthy, restart: true}, job: {condition: service_started}}}
  db: {image: postgres, scale: 2, healthcheck: {test: [CMD, ok]}}
  job: {image: job, depends_on: {gone: {condition: service_started, required: false}}}";

    fn adopted(change: impl Fn(&mut SeenContainer)) -> Project {
        let mut seen = applied(&project(SHOP));
        seen.containers.iter_mut().for_each(change);
        adopt(&"p".parse().expect("valid"), &seen)
    }

    #[test]
    fn labels_tell_services_their_number_and_what_they_wait_for() {
        let (adopted, file) = (adopted(|_| {}), project(SHOP));
        assert_eq!(adopted.services.keys().map(Name::as_str).collect::<Vec<_>>(), ["db", "job", "web"]);
        for (name, service) in &adopted.services {
            assert_eq!(service.replicas(), file.services[name].replicas());
            assert_eq!(service.image, file.services[name].image);
        }
        assert_eq!(adopted.services["web"].depends_on, file.services["web"].depends_on);
        assert!(adopted.services["job"].depends_on.is_empty(), "'gone' has no container");
    }

    #[test]
    fn what_older_releases_left_out_has_its_default() {
        let adopted = adopted(|container| {
            container.labels.insert(labels::DEPENDS_ON.into(), "db,job:odd".into());
        });
        let web = &adopted.services["web"].depends_on;
        assert!(web.values().all(|how| how.condition == DependencyCondition::Started && how.restart));
        assert_eq!(web.len(), 2);
    }

    #[test]
    fn one_offs_are_no_services() {
        assert!(adopted(|container| container.oneoff = true).services.is_empty());
    }
}
