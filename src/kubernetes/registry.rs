//! [`Registry`]: where images that are built here are pushed to, and a cluster fetches them.

use super::name::Form;
use crate::value::{ImageName, Invalid};
use std::fmt;
use std::net::Ipv6Addr;
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
        if let Some(part) = wrong_part(text).or_else(|| image.check().err().map(|_| text)) {
            return Err(invalid(&format!("no name of an image has the part '{part}'")));
        }
        Ok(Self(text.into()))
    }
}

/// The first part that no name of an image has: of a host with its port, or of the path.
fn wrong_part(text: &str) -> Option<&str> {
    let is_host_first = |part: &str| part.contains(['.', ':']) || part == "localhost";
    let fits = |(at, part): &(usize, &str)| if *at == 0 && is_host_first(part) { is_host(part) } else { is_word(part) };
    text.split('/').enumerate().find(|part| !fits(part)).map(|(_, part)| part)
}

/// A name or an address, with a port or without.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_address = address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    is_port && (is_address || Form::Subdomain.accepts(&host.to_ascii_lowercase()))
}

/// A part of a path: small letters and digits, with `.`, `_`, `__` or dashes between them.
fn is_word(text: &str) -> bool {
    let is_plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let is_joint = |text: &str| [".", "_", "__"].contains(&text) || text.bytes().all(|one| one == b'-');
    text.starts_with(is_plain) && text.ends_with(is_plain) && text.split(is_plain).all(is_joint)
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
            ("Registry.example.com/a__b-c", "Registry.example.com/a__b-c/shop-api"),
            ("[::1]:5000/a", "[::1]:5000/a/shop-api"),
        ] {
            assert_eq!(text.parse::<Registry>().expect("valid").image(&image).as_str(), wanted);
        }
        let bad = ["", "/", "https://registry.example.com", "a b", "Acme", "-a", "a-/b", "a@b", "a.b:1/c:2", "a___b"];
        for text in bad.into_iter().chain(["registry:port", "registry:99999/a", "registry..example.com", "a//b", ".a"])
        {
            assert!(text.parse::<Registry>().is_err(), "{text}");
        }
        let fault = "registry.example.com/_team".parse::<Registry>().expect_err("no image begins so");
        assert!(fault.message.contains("the part '_team'"), "{fault}");
    }
}
