//! [`Link`]: another service under one more name. Spec: services, `links`.

use crate::value::{Invalid, Name};
use std::fmt;
use std::str::FromStr;

/// A service that is found under an alias; it is started first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The service.
    pub service: Name,
    /// What it is called. Default: its own name.
    pub alias: Option<String>,
}

impl FromStr for Link {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (service, alias) = text.split_once(':').map_or((text, None), |(service, alias)| (service, Some(alias)));
        if alias.is_some_and(|alias| alias.contains(':')) {
            return Err(Invalid::new(format!("the link '{text}' has too many colons")).help("write 'service:alias'"));
        }
        Ok(Self { service: service.parse()?, alias: alias.map(str::to_owned) })
    }
}

impl fmt::Display for Link {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.alias {
            Some(alias) => write!(out, "{}:{alias}", self.service),
            None => write!(out, "{}", self.service),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{attribute, service_fault};

    #[test]
    fn a_link_is_a_service_with_or_without_an_alias() {
        assert_eq!(attribute("links: [b, 'b:c']"), r#"{"links":["b","b:c"]}"#);
        assert!(service_fault("links: ['a:b:c']").is_some());
        assert!(service_fault("links: ['a b']").is_some());
    }
}
