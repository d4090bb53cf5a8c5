//! What the images of services say, put where the files say nothing. It belongs to no key, so that it has no row; a key that
//! says the same as the image is so without it, too.

use super::listening;
use super::scene::Scene;
use crate::model::{Healthcheck, ImageFacts, Project, Protocol, Service};
use crate::value::{ImageName, Timespan};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What images say, by the names that the project has for them.
pub type Images = BTreeMap<ImageName, ImageFacts>;

/// The number of a user and, where it is said, of its group.
pub(super) type User = (i64, Option<i64>);

/// The project with what its images say of users, health and ends where the files do not.
pub(super) fn filled<'p>(project: &'p Project, images: &Images) -> Cow<'p, Project> {
    if images.is_empty() {
        return Cow::Borrowed(project);
    }
    let mut filled = project.clone();
    for service in filled.services.values_mut() {
        if let Some(facts) = images.get(&project.image_of(service)) {
            fill(service, facts);
        }
    }
    Cow::Owned(filled)
}

fn fill(service: &mut Service, facts: &ImageFacts) {
    if service.user.as_ref().is_none_or(String::is_empty) {
        service.user = user(facts).map(|(id, group)| group.map_or(id.to_string(), |group| format!("{id}:{group}")));
    }
    if service.stop_signal.is_none() {
        service.stop_signal.clone_from(&facts.stop_signal);
    }
    service.healthcheck = match (service.healthcheck.take(), &facts.healthcheck) {
        (Some(own), Some(image)) => Some(checked(own, image)),
        (own, image) => own.or_else(|| image.clone()),
    };
}

/// The health check of a service; what it does not say is that of its image, as for engines. 0 says nothing.
fn checked(own: Healthcheck, image: &Healthcheck) -> Healthcheck {
    let time =
        |own: Option<Timespan>, image: Option<Timespan>| own.filter(|time| time.nanoseconds() > 0).or(image).or(own);
    Healthcheck {
        test: if own.test.is_empty() { image.test.clone() } else { own.test },
        timeout: time(own.timeout, image.timeout),
        interval: time(own.interval, image.interval),
        retries: own.retries.filter(|count| *count > 0).or(image.retries).or(own.retries),
        start_period: time(own.start_period, image.start_period),
        start_interval: time(own.start_interval, image.start_interval),
        disable: own.disable,
    }
}

/// The user of an image, when it is a number other than 0: whatever else it is says nothing to a cluster.
pub(super) fn user(facts: &ImageFacts) -> Option<User> {
    let text = facts.user.as_deref()?;
    let (id, group) = text.split_once(':').map_or((text, None), |(id, group)| (id, Some(group)));
    let id = id.parse().ok().filter(|id| *id > 0)?;
    Some((id, group.and_then(|group| group.parse().ok()).filter(|group| *group >= 0)))
}

/// The ports that an image says others may dial, in their order.
pub(super) fn ports(facts: &ImageFacts) -> Vec<(u16, Protocol)> {
    let mut ports: Vec<_> = facts.ports.iter().flat_map(|text| listening::exposed(text)).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

impl Scene<'_> {
    /// What the image of a service says, if somebody looked.
    pub fn image_facts(&self, service: &Service) -> Option<&ImageFacts> {
        self.options.images.get(&self.project().image_of(service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn facts(user: &str) -> ImageFacts {
        ImageFacts { user: Some(user.into()), ..ImageFacts::default() }
    }

    fn filled_with(service: &str, facts: ImageFacts) -> Service {
        let project = project(&format!("services: {{a: {{image: x, {service}}}}}"));
        let images = Images::from([("x".parse().expect("an image"), facts)]);
        filled(&project, &images).services.values().next().expect("one").clone()
    }

    #[test]
    fn what_the_file_says_comes_first() {
        let facts = || ImageFacts { stop_signal: Some("SIGQUIT".into()), ..facts("1000:1000") };
        for (text, user, signal) in [
            ("tty: true", "1000:1000", "SIGQUIT"),
            ("user: '', stop_signal: SIGINT", "1000:1000", "SIGINT"),
            ("user: app", "app", "SIGQUIT"),
        ] {
            let service = filled_with(text, facts());
            assert_eq!((service.user.as_deref(), service.stop_signal.as_deref()), (Some(user), Some(signal)), "{text}");
        }
    }

    #[test]
    fn a_user_is_a_number_or_nothing() {
        let numbers = [("1000", (1000, None)), ("1000:0", (1000, Some(0))), ("1000:app", (1000, None))];
        assert!(numbers.iter().all(|(text, user)| super::user(&facts(text)) == Some(*user)));
        assert!(["0", "root", "app:1000", "-1", ""].iter().all(|text| super::user(&facts(text)).is_none()));
        assert_eq!(filled_with("tty: true", facts("1000:app")).user.as_deref(), Some("1000"));
    }

    #[test]
    fn a_health_check_says_what_it_does_not_leave_to_the_image() {
        let image = Healthcheck {
            test: vec!["CMD".into(), "image".into()],
            interval: "5s".parse().ok(),
            retries: Some(7),
            ..Healthcheck::default()
        };
        let facts = || ImageFacts { healthcheck: Some(image.clone()), ..ImageFacts::default() };
        assert_eq!(filled_with("tty: true", facts()).healthcheck, Some(image.clone()));
        let own = filled_with("healthcheck: {test: [CMD, own], interval: 0s, retries: 2}", facts()).healthcheck;
        let own = own.expect("it has one");
        assert_eq!((own.test, own.interval, own.retries), (vec!["CMD".into(), "own".into()], image.interval, Some(2)));
        let off = filled_with("healthcheck: {disable: true}", facts()).healthcheck.expect("it has one");
        assert!(off.is_disabled());
    }

    #[test]
    fn ports_are_in_their_order() {
        let texts = ["8080/tcp", "53/udp", "443/tcp"].map(str::to_owned).to_vec();
        let found = ports(&ImageFacts { ports: texts, ..ImageFacts::default() });
        assert_eq!(found, [(53, Protocol::Udp), (443, Protocol::Tcp), (8080, Protocol::Tcp)]);
    }

    #[test]
    fn without_images_nothing_is_copied() {
        let project = project("services: {a: {image: x}}");
        assert!(matches!(filled(&project, &Images::new()), Cow::Borrowed(_)));
    }
}
