//! [`VolumesFrom`]: the mounts of another container. Spec: services, `volumes_from`.

use crate::value::{Invalid, Name};
use std::fmt;
use std::str::FromStr;

/// All mounts of another container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumesFrom {
    /// Whose.
    pub source: MountsOf,
    /// `ro` or `rw`. Default: as the other container has them.
    pub mode: Option<String>,
}

/// Whose mounts are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountsOf {
    /// Those of a service, which is started first.
    Service(Name),
    /// Those of a container which nobody here makes.
    Container(String),
    /// Those of a container by its id or name, as the engine is told.
    Id(String),
}

impl FromStr for VolumesFrom {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let outside = text.strip_prefix("container:");
        let (name, mode) = match outside.unwrap_or(text).split_once(':') {
            Some((name, mode)) => (name, Some(mode.to_owned())),
            None => (outside.unwrap_or(text), None),
        };
        let source = match outside {
            Some(_) => MountsOf::Container(name.to_owned()),
            None => MountsOf::Service(name.parse()?),
        };
        Ok(Self { source, mode })
    }
}

impl fmt::Display for VolumesFrom {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            MountsOf::Service(name) => write!(out, "{name}")?,
            MountsOf::Container(name) => write!(out, "container:{name}")?,
            MountsOf::Id(id) => write!(out, "{id}")?,
        }
        self.mode.as_ref().map_or(Ok(()), |mode| write!(out, ":{mode}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::attribute;

    #[test]
    fn mounts_come_from_a_service_or_from_a_container() {
        let text = "volumes_from: [b, 'b:ro', 'container:c', 'container:c:rw']";
        assert_eq!(attribute(text), r#"{"volumes_from":["b","b:ro","container:c","container:c:rw"]}"#);
        let outside: VolumesFrom = "container:c:ro".parse().expect("valid");
        assert_eq!((outside.source, outside.mode.as_deref()), (MountsOf::Container("c".into()), Some("ro")));
    }
}
