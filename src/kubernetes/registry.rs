//! [`Registry`]: where images that are built here are pushed to, and a cluster fetches them.

use crate::value::{ImageName, Invalid};
use std::fmt;
use std::str::FromStr;

/// What stands before the name of an image, such as `registry.example.com/team`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry(Box<str>);

impl Registry {
    /// The image of this name there.
    pub fn image(&self, name: &ImageName) -> ImageName {
        format!("{self}/{name}").parse().expect("it is not empty")
    }
}

impl FromStr for Registry {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim_end_matches('/');
        let help = "write it like 'registry.example.com/team'";
        let invalid = |why: &str| Invalid::new(format!("'{text}' is no registry: {why}")).help(help);
        if text.contains("://") {
            return Err(invalid("images are named without 'https://'"));
        }
        let image: ImageName = format!("{text}/image").parse()?;
        if image.check().is_err() {
            return Err(invalid("no image has such a name"));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_of_images_is_told_from_other_texts() {
        let image = "shop-api".parse().expect("valid");
        for (text, wanted) in [
            ("registry.example.com/team", "registry.example.com/team/shop-api"),
            ("localhost:5000/", "localhost:5000/shop-api"),
            ("acme", "acme/shop-api"),
        ] {
            assert_eq!(text.parse::<Registry>().expect("valid").image(&image).as_str(), wanted);
        }
        for text in ["", "/", "https://registry.example.com", "a b", "Acme"] {
            assert!(text.parse::<Registry>().is_err(), "{text}");
        }
    }
}
