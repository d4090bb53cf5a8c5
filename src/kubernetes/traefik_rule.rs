//! Rules of Traefik's routers, as far as an Ingress can say the same: ``Host(`a`) && PathPrefix(`/b`)``.

use super::object_name;

/// The most alternatives that are written out.
const MOST: usize = 64;
/// The most parentheses in each other.
const DEPTH: usize = 32;

/// What a request must be like: one rule of an Ingress.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The host; nothing is any.
    pub host: Option<String>,
    /// The path; nothing is any.
    pub path: Option<String>,
    /// Whether the path is the whole path, not the beginning of one.
    pub is_whole: bool,
}

/// The places that a rule is for, or why an Ingress cannot say it.
pub(super) fn places(rule: &str) -> Result<Vec<Place>, String> {
    let mut reader = Reader { rest: rule.trim_start(), depth: 0 };
    let places = reader.either()?;
    if reader.rest.is_empty() { Ok(places) } else { Err(format!("'{}' is not understood", reader.rest)) }
}

struct Reader<'r> {
    rest: &'r str,
    depth: usize,
}

impl<'r> Reader<'r> {
    /// Takes a word of the language, if it stands here.
    fn takes(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        if let Some(rest) = rest {
            self.rest = rest.trim_start();
        }
        rest.is_some()
    }

    fn wants(&mut self, word: &str) -> Result<(), String> {
        if self.takes(word) { Ok(()) } else { Err(format!("a '{word}' is missing in it")) }
    }

    /// `a || b`: what is for one of both.
    fn either(&mut self) -> Result<Vec<Place>, String> {
        let mut places = self.both()?;
        while self.takes("||") {
            places.append(&mut self.both()?);
        }
        if places.len() > MOST { Err("it has too many alternatives".into()) } else { Ok(places) }
    }

    /// `a && b`: what is for both at once.
    fn both(&mut self) -> Result<Vec<Place>, String> {
        let mut places = self.one()?;
        while self.takes("&&") {
            let others = self.one()?;
            if places.len() * others.len() > MOST {
                return Err("it has too many alternatives".into());
            }
            let pairs = places.iter().flat_map(|place| others.iter().map(move |other| place.and(other)));
            places = pairs.collect::<Result<_, _>>()?;
        }
        Ok(places)
    }

    /// One matcher, or a rule in parentheses.
    fn one(&mut self) -> Result<Vec<Place>, String> {
        if self.takes("(") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err("it has too many parentheses".into());
            }
            let places = self.either()?;
            self.wants(")")?;
            self.depth -= 1;
            return Ok(places);
        }
        if self.takes("!") {
            return Err("an Ingress cannot say what a request must not be".into());
        }
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        self.wants("(")?;
        let mut places = vec![place(name, self.text()?)?];
        while self.takes(",") {
            places.push(place(name, self.text()?)?);
        }
        self.wants(")")?;
        Ok(places)
    }

    /// A text in backquotes or quotes.
    fn text(&mut self) -> Result<&'r str, String> {
        let quote = self.rest.chars().next().filter(|letter| ['`', '"', '\''].contains(letter));
        let quoted = quote.and_then(|quote| self.rest.get(1..)?.split_once(quote));
        let (text, rest) = quoted.ok_or_else(|| "a text in quotes is missing in it".to_owned())?;
        self.rest = rest.trim_start();
        Ok(text)
    }
}

/// The place that a matcher is for.
fn place(name: &str, text: &str) -> Result<Place, String> {
    let path = || match text {
        _ if text.contains(['{', '}']) => Err(format!("an Ingress knows no patterns such as '{text}'")),
        _ if text.starts_with('/') && !text.contains("//") && !text.contains("/.") => Ok(Some(text.to_owned())),
        _ => Err(format!("an Ingress takes no path '{text}'")),
    };
    match name.to_ascii_lowercase().as_str() {
        "host" => {
            let host = text.to_ascii_lowercase();
            let is_name = object_name::is_domain(&host) && host.parse::<std::net::IpAddr>().is_err();
            if is_name {
                Ok(Place { host: Some(host), ..Place::default() })
            } else {
                Err(format!("an Ingress takes no host '{text}'"))
            }
        }
        "pathprefix" => Ok(Place { path: path()?, ..Place::default() }),
        "path" => Ok(Place { path: path()?, is_whole: true, ..Place::default() }),
        _ => Err(format!("an Ingress knows no '{name}'")),
    }
}

impl Place {
    /// What is in both places.
    fn and(&self, other: &Self) -> Result<Self, String> {
        let is_twice = self.host.is_some() && other.host.is_some() || self.path.is_some() && other.path.is_some();
        if is_twice && self != other {
            return Err("an Ingress cannot ask for two hosts or paths at once".into());
        }
        Ok(Self {
            host: self.host.clone().or_else(|| other.host.clone()),
            path: self.path.clone().or_else(|| other.path.clone()),
            is_whole: self.is_whole || other.is_whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rule: &str) -> String {
        let one = |place: &Place| {
            let path = place.path.clone().unwrap_or_default();
            format!("{}{path}{}", place.host.clone().unwrap_or_default(), if place.is_whole { "$" } else { "" })
        };
        match places(rule) {
            Ok(places) => places.iter().map(one).collect::<Vec<_>>().join(" "),
            Err(why) => format!("no: {why}"),
        }
    }

    #[test]
    fn hosts_and_paths_are_rules_of_an_ingress() {
        let cases = [
            ("Host(`a.example`)", "a.example"),
            ("Host(`A.example`, `b`)", "a.example b"),
            ("Host(\"a\") && PathPrefix('/p')", "a/p"),
            ("Host(`a`) && (PathPrefix(`/p`) || Path(`/q`))", "a/p a/q$"),
            ("(Host(`a`) || Host(`b`)) && PathPrefix(`/p`)", "a/p b/p"),
            (" PathPrefix(`/`) ", "/"),
        ];
        for (rule, wanted) in cases {
            assert_eq!(line(rule), wanted, "{rule}");
        }
    }

    #[test]
    fn what_an_ingress_cannot_say_is_told() {
        let cases = [
            ("HostRegexp(`.+`)", "no: an Ingress knows no 'HostRegexp'"),
            ("Host(`a`) && Method(`GET`)", "no: an Ingress knows no 'Method'"),
            ("!Host(`a`)", "no: an Ingress cannot say what a request must not be"),
            ("Path(`/a/{id}`)", "no: an Ingress knows no patterns such as '/a/{id}'"),
            ("Host(`a`) && Host(`b`)", "no: an Ingress cannot ask for two hosts or paths at once"),
            ("Host(``)", "no: an Ingress takes no host ''"),
            ("PathPrefix(`p`)", "no: an Ingress takes no path 'p'"),
            ("Host(`a`) nonsense", "no: 'nonsense' is not understood"),
            ("Host(`a`", "no: a ')' is missing in it"),
            ("Host(a)", "no: a text in quotes is missing in it"),
            ("", "no: a '(' is missing in it"),
            ("é", "no: a '(' is missing in it"),
        ];
        for (rule, wanted) in cases {
            assert_eq!(line(rule), wanted, "{rule}");
        }
        let many = vec!["Host(`a`)"; 100].join(" || ");
        assert_eq!(line(&many), "no: it has too many alternatives");
    }

    #[test]
    fn a_rule_of_any_depth_ends() {
        assert_eq!(line(&"(".repeat(1_000_000)), "no: it has too many parentheses");
        assert_eq!(line(&format!("{}Host(`a`){}", "(".repeat(20), ")".repeat(20))), "a");
    }
}
