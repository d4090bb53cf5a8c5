//! [`ImageName`]: a reference to an image such as `redis:7-alpine` or `ghcr.io/a/b@sha256:…`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// A reference to an image, as the user wrote it. No engine may take it: see [`ImageName::check`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName(Box<str>);

impl ImageName {
    /// Whether an engine can take it for an image. Compose reads files that name none, such as `/app:` when variables
    /// are not set.
    ///
    /// # Errors
    /// When it is no reference to an image.
    pub fn check(&self) -> Result<(), Invalid> {
        let invalid = |why: &str| Invalid::new(format!("'{self}' is not an image name: {why}"));
        if self.0.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(invalid("it holds a blank"));
        }
        let (repository, tag) = self.split();
        let path = match repository.split_once('/') {
            Some((_, path)) if self.registry() != "docker.io" || repository.starts_with("docker.io/") => path,
            _ => repository,
        };
        if path.chars().any(|letter| letter.is_ascii_uppercase()) {
            let help = format!("write '{}'", self.0.to_lowercase());
            return Err(invalid("the repository must be lower case").help(help));
        }
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
        if path.is_empty() || !path.chars().all(allowed) || path.split('/').any(str::is_empty) {
            return Err(invalid("letters, digits, '.', '_', '-' and '/' make a repository"));
        }
        if tag.is_empty() {
            return Err(invalid("the tag is empty").help("is a variable in the tag unset?"));
        }
        Ok(())
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The short name that the engine lists: `docker.io/library/` dropped, the tag `latest` added where none is given.
    pub fn familiar(&self) -> String {
        let name = self.0.strip_prefix("docker.io/").unwrap_or(&self.0);
        let name = name.strip_prefix("library/").unwrap_or(name);
        if self.digest().is_some() || self.tag().is_some() { name.to_owned() } else { format!("{name}:latest") }
    }

    /// Name and tag for a pull: `("redis", "7-alpine")`; a digest stands in the place of the tag, which it outweighs.
    pub fn split(&self) -> (&str, &str) {
        match (self.digest(), self.tag()) {
            (Some(digest), _) => (self.without_tag(), digest),
            (None, Some(tag)) => (self.0.get(..self.0.len() - tag.len() - 1).unwrap_or(&self.0), tag),
            (None, None) => (&self.0, "latest"),
        }
    }

    /// The registry's host, when the name has one.
    pub fn registry(&self) -> &str {
        match self.0.split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
            _ => "docker.io",
        }
    }

    /// Whether it means whatever is newest: no tag, or `latest`, and no digest.
    pub fn is_latest(&self) -> bool {
        !self.is_pinned() && self.split().1 == "latest"
    }

    /// Whether it names one image for ever, by digest.
    pub fn is_pinned(&self) -> bool {
        self.digest().is_some()
    }

    /// The whole name: registry and tag are said, and no tag stands before a digest, which says more.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let (name, version) = self.split();
        let path = name.strip_prefix("docker.io/").unwrap_or(name);
        let registry = self.registry();
        let folder = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
        let host = if path.starts_with(&format!("{registry}/")) { String::new() } else { format!("{registry}/") };
        let mark = if self.is_pinned() { '@' } else { ':' };
        Self(format!("{host}{folder}{path}{mark}{version}").into())
    }

    /// The name with a digest behind it.
    #[must_use]
    pub fn with_digest(&self, digest: &str) -> Self {
        Self(format!("{self}@{digest}").into())
    }

    fn without_tag(&self) -> &str {
        let name = self.0.split('@').next().unwrap_or(&self.0);
        self.tag().and_then(|tag| name.get(..name.len() - tag.len() - 1)).unwrap_or(name)
    }

    fn digest(&self) -> Option<&str> {
        self.0.split_once('@').map(|(_, digest)| digest)
    }

    fn tag(&self) -> Option<&str> {
        let name = self.0.split('@').next().unwrap_or(&self.0);
        let last = name.rsplit('/').next().unwrap_or(name);
        last.split_once(':').map(|(_, tag)| tag)
    }
}

impl FromStr for ImageName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("the name of the image is empty").help("is a variable unset?"));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> ImageName {
        text.parse().expect(text)
    }

    #[test]
    fn the_canonical_name_says_all() {
        let cases = [
            ("redis", "docker.io/library/redis:latest"),
            ("redis:7", "docker.io/library/redis:7"),
            ("docker.io/redis", "docker.io/library/redis:latest"),
            ("a/b:1", "docker.io/a/b:1"),
            ("ghcr.io/a/b", "ghcr.io/a/b:latest"),
            ("localhost:5000/a:1", "localhost:5000/a:1"),
            ("redis:7@sha256:ab", "docker.io/library/redis@sha256:ab"),
            ("ghcr.io/a@sha256:ab", "ghcr.io/a@sha256:ab"),
        ];
        for (text, whole) in cases {
            let name: ImageName = text.parse().expect("valid");
            assert_eq!(name.canonical().as_str(), whole);
        }
    }

    #[test]
    fn the_familiar_name_is_what_the_engine_lists() {
        for (written, listed) in [
            ("redis", "redis:latest"),
            ("docker.io/library/redis:7", "redis:7"),
            ("localhost:5000/a", "localhost:5000/a:latest"),
            ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ] {
            assert_eq!(image(written).familiar(), listed);
        }
    }

    #[test]
    fn a_port_of_a_registry_is_not_a_tag() {
        assert_eq!(image("localhost:5000/a").split(), ("localhost:5000/a", "latest"));
        assert_eq!(image("localhost:5000/a:1").split(), ("localhost:5000/a", "1"));
        assert_eq!(image("a@sha256:00").split(), ("a", "sha256:00"));
        assert_eq!(image("localhost:5000/a").registry(), "localhost:5000");
    }

    #[test]
    fn what_no_engine_takes_is_named() {
        for text in ["a b", "Redis", "redis:", "a//b", "/app:", "/"] {
            assert!(image(text).check().is_err(), "{text}");
        }
        assert!("".parse::<ImageName>().is_err());
    }
}
