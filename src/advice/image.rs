//! Images that are another one tomorrow: no tag, or `latest`.

use super::{services, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::Loaded;
use crate::value::ImageName;

/// Names images without a version, unless the project builds them itself.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    let built: Vec<&str> = services(loaded)
        .filter(|(_, node)| node.get("build").is_some())
        .filter_map(|(_, node)| text(node, "image"))
        .collect();
    for (_, node) in services(loaded) {
        let Some(image) = text(node, "image").filter(|image| !built.contains(image)) else { continue };
        let floats = image.parse::<ImageName>().is_ok_and(|name| name.familiar().ends_with(":latest"));
        if floats {
            found.push(floating(image).at(node.get("image").map(|image| image.span)));
        }
    }
}

fn floating(image: &str) -> Diagnostic {
    let message = match image.strip_suffix(":latest") {
        Some(_) => format!("'{image}' is another image after each release"),
        None => format!("'{image}' has no tag: it means 'latest', another image after each release"),
    };
    let name = image.strip_suffix(":latest").unwrap_or(image);
    Diagnostic::advice("floating-image", message).help(format!("name a version: '{name}:<version>'"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{advice, on_service};

    #[test]
    fn an_image_without_a_version_is_named() {
        let on = |image: &str| on_service("floating-image", &format!("image: '{image}'"));
        assert_eq!(on("nginx"), ["'nginx' has no tag: it means 'latest', another image after each release"]);
        assert_eq!(on("x.y:5000/nginx:latest"), ["'x.y:5000/nginx:latest' is another image after each release"]);
        for image in ["nginx:1", "nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000"] {
            assert!(on(image).is_empty(), "{image}");
        }
    }

    #[test]
    fn what_the_project_builds_is_its_own() {
        let file = "services: {a: {build: ., image: mine}, b: {image: mine}}";
        assert!(advice(&[("compose.yaml", file)]).is_empty());
    }
}
