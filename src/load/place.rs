//! [`Place`]: where a walk stands in a tree; a [`Path`] that costs nothing until it is shown.

use crate::document::Path;

/// A step down from another place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// The top of the tree.
    pub const ROOT: Place<'static> = Place { above: None, step: Step::Root };

    /// One key further down.
    pub fn key(&'a self, key: &'a str) -> Self {
        Self { above: Some(self), step: Step::Key(key) }
    }

    /// One index further down.
    pub fn index(&'a self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Index(index) }
    }

    /// Whether this place is one that a pattern such as `services.*.ports` means; `*` is any one step.
    pub fn matches(&self, pattern: &str) -> bool {
        let mut place = self;
        for word in pattern.rsplit('.') {
            let fits = match place.step {
                Step::Root => false,
                Step::Key(key) => word == "*" || word == key,
                Step::Index(_) => word == "*",
            };
            match place.above {
                Some(above) if fits => place = above,
                _ => return false,
            }
        }
        place.above.is_none()
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
    fn a_pattern_means_whole_paths_only() {
        let services = Place::ROOT.key("services");
        let web = services.key("web");
        let ports = web.key("ports");
        assert!(ports.matches("services.*.ports"));
        assert!(!ports.matches("*.ports"));
        assert!(!ports.matches("x.services.*.ports"));
        assert!(ports.index(0).matches("services.*.ports.*"));
        assert!(!Place::ROOT.matches("*"));
        assert_eq!(ports.index(0).path().to_string(), "services.web.ports[0]");
    }
}
