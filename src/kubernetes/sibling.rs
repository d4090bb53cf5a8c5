//! Members of one cluster: services that run the same image, one of which names the other.

use super::{known_image, listening};
use crate::model::{Project, Service};

/// The services that are in one cluster with a service, as far as they name it or it names them: at what ports members
/// dial each other, and by which names, only their image knows.
pub(super) fn of<'p>(service: &'p Service, project: &'p Project) -> Vec<&'p Service> {
    let Some(image) = service.image.as_ref().filter(|image| known_image::forms_clusters(image)) else {
        return Vec::new();
    };
    let repository = image.split().0;
    let is_same = |other: &&Service| {
        let same = other.image.as_ref().is_some_and(|image| image.split().0 == repository);
        same && other.name != service.name
    };
    let mut others = project.services.values().filter(is_same).peekable();
    if others.peek().is_none() {
        return Vec::new();
    }
    let named = listening::names_in(service, project);
    let names_this = |other: &Service| listening::names_in(other, project).contains(&service.name);
    others.filter(|other| named.contains(&other.name) || names_this(other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn members_run_one_image_and_name_each_other() {
        let siblings = |text: &str| {
            let project = project(&format!("services: {{{text}}}"));
            let service = project.services.values().next().expect("one");
            of(service, &project).into_iter().map(|other| other.name.to_string()).collect::<Vec<_>>()
        };
        let other = "b: {image: 'rabbitmq:4', environment: {JOIN: rabbit@a}}, c: {image: rabbitmq}";
        assert_eq!(siblings(&format!("a: {{image: 'rabbitmq:3'}}, {other}")), ["b"]);
        assert_eq!(
            siblings(&format!(
                "a: {{image: 'rabbitmq:3', depends_on: {{c: {{condition: service_started}}}}}}, {other}"
            )),
            ["b", "c"]
        );
        assert_eq!(
            siblings("a: {image: nginx, depends_on: {b: {condition: service_started}}}, b: {image: nginx}"),
            [""; 0]
        );
    }
}
