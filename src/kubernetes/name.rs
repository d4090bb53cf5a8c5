//! [`Form`]: how the names are spelled that Kubernetes takes.

/// A way to spell a name. A name has one to so many characters; ASCII only, except where it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A part of a host name (RFC 1123): of containers, volumes, namespaces, host names.
    Label,
    /// The same beginning with a letter (RFC 1035): of Services.
    ServiceName,
    /// Labels with dots between them: of most objects.
    Subdomain,
    /// A name of a port of a container.
    PortName,
    /// The key of a label or of an annotation, with a domain and a `/` in front or without.
    LabelKey,
    /// The value of a label, which may be empty.
    LabelValue,
    /// The name of a variable of the environment.
    Variable,
    /// The key of a `ConfigMap` or a `Secret`: the name of a file.
    DataKey,
    /// What may be a part of a path of the API: of roles and bindings.
    PathSegment,
}

/// Characters of a part of a host name.
const LABEL: usize = 63;
/// Characters of a whole host name.
const SUBDOMAIN: usize = 253;
/// Characters of a name of a port.
const PORT: usize = 15;

impl Form {
    /// Whether a text is spelled so.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Label => is_label(text),
            Self::ServiceName => is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase()),
            Self::Subdomain => text.len() <= SUBDOMAIN && text.split('.').all(is_lower),
            Self::PortName => is_port(text),
            Self::LabelKey => is_label_key(text),
            Self::LabelValue => text.is_empty() || is_qualified(text),
            Self::Variable => !text.is_empty() && text.chars().all(|one| matches!(one, ' '..='~') && one != '='),
            Self::DataKey => is_data_key(text),
            Self::PathSegment => !matches!(text, "" | "." | "..") && !text.contains(['/', '%']),
        }
    }

    /// What to do about a name that is spelled otherwise.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Label => "use at most 63 of a-z, 0-9 and '-', with a letter or a digit at both ends",
            Self::ServiceName => {
                "use at most 63 of a-z, 0-9 and '-', with a letter at the beginning and no '-' at the end"
            }
            Self::Subdomain => {
                "use at most 253 of a-z, 0-9, '-' and '.', with a letter or a digit at both ends of each part"
            }
            Self::PortName => {
                "use at most 15 of a-z, 0-9 and '-', a letter among them, no '-' at an end and no two in a row"
            }
            Self::LabelKey => {
                "use at most 63 letters, digits, '-', '_' and '.', with a letter or a digit at both ends; a domain and \
                 '/' may stand in front"
            }
            Self::LabelValue => {
                "use at most 63 letters, digits, '-', '_' and '.', with a letter or a digit at both ends; an \
                 annotation takes any text"
            }
            Self::Variable => "use printable ASCII without '='",
            Self::DataKey => "use at most 253 letters, digits, '-', '_' and '.'",
            Self::PathSegment => "use a name without '/' and '%'",
        }
    }
}

/// Lower-case letters, digits and `-`, with no `-` at an end.
fn is_lower(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    !text.is_empty() && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_label(text: &str) -> bool {
    text.len() <= LABEL && is_lower(text)
}

fn is_port(text: &str) -> bool {
    let has_letter = text.contains(|one: char| one.is_ascii_lowercase());
    text.len() <= PORT && is_lower(text) && has_letter && !text.contains("--")
}

fn is_qualified(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
    let is_end = |one: char| one.is_ascii_alphanumeric();
    (1..=LABEL).contains(&text.len()) && text.chars().all(fits) && text.starts_with(is_end) && text.ends_with(is_end)
}

fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => Form::Subdomain.accepts(domain) && is_qualified(name),
        None => is_qualified(text),
    }
}

fn is_data_key(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
    (1..=SUBDOMAIN).contains(&text.len()) && text.chars().all(fits) && text != "." && !text.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(form: Form, good: &[&str], bad: &[&str]) {
        assert!(good.iter().all(|text| form.accepts(text)), "{form:?} {good:?}");
        assert!(!bad.iter().any(|text| form.accepts(text)), "{form:?} {bad:?}");
    }

    #[test]
    fn each_form_takes_what_the_api_takes() {
        let long = "a".repeat(63);
        holds(Form::Label, &["web", "1", "a-b", &long], &["", "Web", "-a", "a-", "a_b", "a.b", &format!("{long}a")]);
        holds(Form::ServiceName, &["web-1"], &["1web", "", "a.b"]);
        holds(Form::Subdomain, &["a.b-c", "1", &long.repeat(2)], &["a..b", ".a", "a.", "A", "a.-b", ""]);
        holds(Form::PortName, &["http", "h2c", "8a"], &["80", "web-interface-80", "a--b", "-a", ""]);
        holds(Form::LabelKey, &["app", "a.b/C_d", "A"], &["", "/a", "a/", "a/b/c", "A.b/c", "-a"]);
        holds(Form::LabelValue, &["", "v1.2_3"], &["a b", "a/b", "é", "_a"]);
        holds(Form::Variable, &["A", "a.b", "1", "A B"], &["", "A=B", "é", "A\n"]);
        holds(Form::DataKey, &["a.conf", ".env", "._"], &["", ".", "..", "..a", "a/b"]);
        holds(Form::PathSegment, &["system:node", "A"], &["", "..", "a/b", "a%"]);
    }
}
