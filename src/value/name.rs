//! [`Name`]: the key of a service, network or volume; [`ProjectName`]: what all resources of a project begin with.

use super::Invalid;
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// A key of `services`, `volumes` and their kin: letters, digits, `.`, `_` and `-`, at least one. That of a network may
/// be any text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

/// The name of a project: lower-case letters, digits, `-` and `_`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(Box<str>);

impl Name {
    /// The key of a network, which may be any text: Compose looks at those of other sections only.
    ///
    /// # Errors
    /// When it is empty.
    pub fn of_network(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("the name of a network is empty").help("give it a name"));
        }
        Ok(Self(text.into()))
    }

    /// The key of the config that stands for `use_api_socket`; no file can have it.
    pub fn of_api_socket() -> Self {
        Self("#apisocket".into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ProjectName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a name of any text as Compose does: lower case, other characters dropped, no `-` or `_` in front.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn normalise(text: &str) -> Result<Self, Invalid> {
        let lower = text.to_lowercase();
        let kept: String = lower.chars().filter(|&letter| is_project_letter(letter)).collect();
        let name = kept.trim_start_matches(['-', '_']);
        if name.is_empty() {
            return Err(Invalid::new(format!("'{text}' gives no project name"))
                .help("name the project with 'name:' or '--project-name'"));
        }
        Ok(Self(name.into()))
    }
}

fn is_project_letter(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '_'
}

impl FromStr for Name {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        if !text.is_empty() && text.chars().all(allowed) {
            return Ok(Self(text.into()));
        }
        let mended: String = text.trim().chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect();
        let invalid = Invalid::new(format!("'{text}' is not a valid name: letters, digits, '.', '_' and '-' only"));
        Err(if mended.is_empty() { invalid } else { invalid.help(format!("write '{mended}'")) })
    }
}

impl FromStr for ProjectName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if starts_well && text.chars().all(is_project_letter) {
            return Ok(Self(text.into()));
        }
        let invalid = Invalid::new(format!(
            "invalid project name '{text}': lower-case letters, digits, '-' and '_' only, a letter or digit first"
        ));
        Err(match Self::normalise(text) {
            Ok(name) => invalid.help(format!("write '{name}'")),
            Err(_) => invalid,
        })
    }
}

macro_rules! text_like {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
text_like!(Name);
text_like!(ProjectName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_blank_suggests_one_without() {
        let invalid = "a b".parse::<Name>().expect_err("refused");
        assert_eq!(invalid.help.as_deref(), Some("write 'a-b'"));
        assert!("-..A".parse::<Name>().is_ok());
        assert!("".parse::<Name>().is_err());
    }

    #[test]
    fn folder_names_become_project_names_as_in_compose() {
        for (folder, name) in [("My.App_1-X", "myapp_1-x"), ("__x", "x"), ("a.b", "ab")] {
            assert_eq!(ProjectName::normalise(folder).expect("valid").as_str(), name);
        }
        assert!(ProjectName::normalise("ééé").is_err());
    }

    #[test]
    fn a_given_project_name_is_not_changed_behind_the_users_back() {
        assert!("My.App".parse::<ProjectName>().is_err());
        assert!("-x".parse::<ProjectName>().is_err());
        assert!("my-app".parse::<ProjectName>().is_ok());
    }
}
