//! [`Accepts`]: what a single field takes.

use super::{beyond, is_address, misspelt};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::document::scalar::Scalar;
use crate::kubernetes::name::Form;
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::validate::reach::{integer, meaning};
use crate::kubernetes::validate::schedule::{self, is_schedule};
use crate::kubernetes::validate::time_zone;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    /// A name spelled so.
    Name(Form),
    /// A mapping whose keys are spelled so.
    Keys(Form),
    /// A mapping of labels.
    Labels,
    /// A mapping of annotations, whose keys may have large letters everywhere.
    Annotations,
    /// The number of a port, or the name of one.
    Port,
    /// A whole number of at least and at most so much.
    Range(i64, i64),
    /// An address.
    Address,
    /// A network, such as `10.0.0.0/8`.
    Network,
    /// A path that leads down.
    Downward,
    /// The same, and does not begin with two dots.
    Inside,
    /// A path from the root.
    Absolute,
    /// A path that does not lead back.
    Onward,
    /// A domain to search in.
    Search,
    /// The name of a kernel parameter.
    Sysctl,
    /// An amount that is not negative.
    Amount,
    /// A whole number that is not negative, or a percentage.
    Share,
    /// The same of at most 100%.
    Part,
    /// A time table.
    Schedule,
    /// An amount of more than nothing.
    Positive,
    /// The name of what has to be done before an object is gone.
    Finalizer,
    /// The name of a header of HTTP.
    Header,
    /// A domain, `/` and a path: who does something.
    Controller,
    /// A time zone.
    Zone,
    /// A domain of at least three parts.
    Webhook,
    /// An address of the web that is encrypted.
    Secure,
}

use Accepts::{
    Absolute, Address, Amount, Annotations, Controller, Downward, Finalizer, Header, Inside, Keys, Labels, Name,
    Network, Onward, Part, Port, Positive, Range, Schedule, Search, Secure, Share, Sysctl, Webhook, Zone,
};

/// Finalizers that a cluster knows itself.
const FINALIZERS: [&str; 3] = ["kubernetes", "foregroundDeletion", "orphan"];

impl Accepts {
    /// The fault of a value under a key.
    pub fn fault(self, key: &Node, value: &Node) -> Option<Diagnostic> {
        let (text, field) = (value.as_text()?, key.as_text()?);
        let is_wrong = match self {
            Name(form) => {
                let is_said = !text.is_empty();
                return misspelt(form, &format!("the value of '{field}'"), value).filter(|_| is_said);
            }
            Port => return port(field, value),
            Range(least, most) => return out_of_range(field, value, (least, most)),
            Keys(_) | Labels | Annotations => false,
            Address => !text.is_empty() && !is_address(text),
            Network => !is_network(text.trim()),
            Downward | Onward | Inside => !self.leads_on(text),
            Absolute => !text.is_empty() && !text.starts_with('/'),
            Search => !is_search(text),
            Sysctl => !is_sysctl(text),
            Amount => text.parse::<Quantity>().is_ok_and(|amount| amount.billionths() < 0),
            Share => !is_share(value, i128::MAX),
            Part => !is_share(value, 100),
            Schedule => !is_schedule(text),
            Zone => return time_zone::fault(value),
            Positive => text.parse::<Quantity>().is_ok_and(|amount| amount.billionths() <= 0),
            Finalizer => !Form::LabelKey.accepts(text) || !text.contains('/') && !FINALIZERS.contains(&text),
            Header => text.is_empty() || !text.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'-'),
            Controller => !text.is_empty() && !is_controller(text),
            Webhook => !Form::Subdomain.accepts(text) || text.split('.').count() < 3,
            Secure => !text.starts_with("https://"),
        };
        let fault = || Diagnostic::error("invalid-value", format!("'{text}' is no value of '{field}'"));
        is_wrong.then(|| fault().at(value.span).help(self.remedy()))
    }

    /// Whether a path leads on as it has to.
    fn leads_on(self, path: &str) -> bool {
        let leads_back = path.split('/').any(|part| part == "..");
        !leads_back && (self == Onward || !path.starts_with('/')) && (self != Inside || !path.starts_with(".."))
    }

    fn remedy(self) -> &'static str {
        match self {
            Address => "write an IPv4 or IPv6 address",
            Network => "write an address, '/' and the number of its bits that count, such as 10.0.0.0/8",
            Downward | Inside => "write a path without '/' at the beginning and without '..'",
            Absolute => "write the path from the root",
            Onward => "write the path without '..'",
            Search => "write a domain in small letters",
            Sysctl => "write the name of a kernel parameter, such as net.core.somaxconn",
            Amount => "write 0 or more",
            Share => "write a whole number, or a percentage such as 25%",
            Part => "write a whole number, or a percentage of at most 100%",
            Positive => "write more than 0",
            Finalizer => "write a domain, '/' and a name, such as example.com/backup",
            Header => "use letters, digits and '-'",
            Controller => "write a domain, '/' and a path, such as example.com/ingress-controller",
            Webhook => "write a domain of at least three parts, such as check.example.com",
            Secure => "write an address that begins with https://",
            _ => schedule::REMEDY,
        }
    }
}

fn port(field: &str, value: &Node) -> Option<Diagnostic> {
    match integer(value) {
        Some(1..=65535) => None,
        // A port of the host that is 0 is none.
        Some(0) if field == "hostPort" => None,
        Some(number) => {
            let message = format!("'{field}' is {number}, which is not a port");
            Some(Diagnostic::error("port-range", message).at(value.span).help("write a number from 1 to 65535"))
        }
        None => misspelt(Form::PortName, &format!("the value of '{field}'"), value),
    }
}

fn out_of_range(field: &str, value: &Node, (least, most): (i64, i64)) -> Option<Diagnostic> {
    let number = integer(value).filter(|number| !(i128::from(least)..=i128::from(most)).contains(number))?;
    let help = match most {
        i64::MAX => format!("write at least {least}"),
        0o777 => {
            "write a mode from 0 to 0777, which is 511: the tools of a cluster read a leading 0 as octal".to_owned()
        }
        _ => format!("write a number from {least} to {most}"),
    };
    Some(beyond(field, number, value.span).help(help))
}

fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if address.contains(':') { 128 } else { 32 };
    is_address(address) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// Whether a text is a domain to search in: labels with underscores too, and a dot at the end or alone.
fn is_search(text: &str) -> bool {
    text == "." || Form::Subdomain.accepts(&text.strip_suffix('.').unwrap_or(text).replace('_', "a"))
}

fn is_sysctl(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '-' | '_');
    let is_end = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let is_part = |part: &str| part.chars().all(fits) && part.starts_with(is_end) && part.ends_with(is_end);
    text.len() <= 253 && text.split(['.', '/']).all(is_part)
}

/// Whether a text is a domain, `/` and a path.
fn is_controller(text: &str) -> bool {
    let fits = |one: char| one.is_ascii_alphanumeric() || "-._~%!$&'()*+,;=:@/".contains(one);
    text.split_once('/')
        .is_some_and(|(domain, path)| Form::Subdomain.accepts(domain) && !path.is_empty() && path.chars().all(fits))
}

/// Whether a value is a number that is not negative, or a percentage of at most so much.
fn is_share(value: &Node, most: i128) -> bool {
    match meaning(value) {
        Some(Scalar::Int(number)) => number >= 0,
        Some(Scalar::Text(text)) => {
            let digits = text.strip_suffix('%').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<i128>().ok()).is_some_and(|share| share <= most)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read() {
        assert!(is_network("10.0.0.0/8") && is_network("::/0"));
        assert!(is_network("010.0.0.0/8"), "as it could always be written");
        assert!(!is_network("10.0.0.0") && !is_network("10.0.0.0/33") && !is_network("a/8"));
    }
}
