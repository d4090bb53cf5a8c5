//! [`Place`]: where a walk stands in a tree and what the table of the language says there; a [`Path`] that costs nothing
//! until it is shown.

use super::rules::{Attribute, FREE, PROJECT};
use crate::document::Path;

/// A step down from another place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
    attribute: &'static Attribute,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// The top of a compose file.
    pub const ROOT: Place<'static> = Place { above: None, step: Step::Root, attribute: &PROJECT };

    /// One key further down.
    pub fn key(&'a self, key: &'a str) -> Self {
        let attribute = self.attribute.key(key).unwrap_or(&FREE);
        Self { above: Some(self), step: Step::Key(key), attribute }
    }

    /// One index further down.
    pub fn index(&'a self, index: usize) -> Self {
        let attribute = self.attribute.item().unwrap_or(&FREE);
        Self { above: Some(self), step: Step::Index(index), attribute }
    }

    /// What the language says about values here.
    pub fn attribute(&self) -> &'static Attribute {
        self.attribute
    }

    /// The place above.
    pub fn parent(&self) -> Option<&'a Self> {
        self.above
    }

    /// The key, unless this is the top or an item of a list.
    pub fn name(&self) -> Option<&'a str> {
        match self.step {
            Step::Key(key) => Some(key),
            Step::Root | Step::Index(_) => None,
        }
    }

    /// How many steps it is from the top.
    pub fn depth(&self) -> usize {
        self.above.map_or(0, |above| above.depth() + 1)
    }

    /// The place as a path.
    pub fn path(&self) -> Path {
        let above = || self.above.map(Self::path).unwrap_or_default();
        match self.step {
            Step::Root => Path::default(),
            Step::Key(key) => above().key(key),
            Step::Index(index) => above().index(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_attribute_and_its_path() {
        let services = Place::ROOT.key("services");
        let web = services.key("web");
        let ports = web.key("ports");
        assert_eq!(ports.attribute().name, "ports");
        assert_eq!(ports.index(0).key("target").attribute().name, "target");
        assert_eq!(ports.index(0).path().to_string(), "services.web.ports[0]");
        assert_eq!(ports.index(0).depth(), 4);
        let extension = Place::ROOT.key("x-a");
        assert_eq!(extension.key("ports").attribute().name, "*");
    }
}
