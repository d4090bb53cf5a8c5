//! `[source:]target[:options]`. Spec: services, `volumes`.

use super::{fault, mapping};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::load::paths::clean;
use crate::load::unique;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// A short mount becomes a long one.
pub(super) fn shape(mut item: Node, diagnostics: &mut Diagnostics) -> Result<Vec<Node>> {
    if let Some(target) = item.get_mut("target") {
        clean_target(target);
        return Ok(vec![item]);
    }
    match unique::text(&item) {
        Some(text) if !item.is_null() => short(&item, &text, diagnostics).map(|mount| vec![mount]),
        _ => Ok(vec![item]),
    }
}

fn clean_target(target: &mut Node) {
    if let Value::Scalar { text, .. } = &mut target.value
        && !text.is_empty()
    {
        *text = clean(text).into();
    }
}

fn short(item: &Node, text: &str, diagnostics: &mut Diagnostics) -> Result<Node> {
    let fields = fields(text);
    if text.is_empty() || fields.iter().any(|field| field.is_empty()) {
        let message =
            if text.is_empty() { "the mount is empty".into() } else { format!("a part of '{text}' is empty") };
        return Err(fault(item, message, "write it like './data:/data' or 'name:/data:ro'"));
    }
    let (source, target, options) = match fields.as_slice() {
        [target] => (None, *target, ""),
        [source, target] => (Some(*source), *target, ""),
        [source, target, options] => (Some(*source), *target, *options),
        _ => {
            let help = "write 'source:target:options', or the long form with 'source' and 'target'";
            return Err(fault(item, format!("'{text}' has too many colons"), help));
        }
    };
    let options = Options::parse(item, options, diagnostics);
    Ok(long(item, source, target, &options))
}

/// The text at its colons, but for those of variables that stand there still; a single letter in front of a colon is the
/// drive of a Windows path where there is another path behind it.
fn fields(text: &str) -> Vec<&str> {
    if text.chars().count() <= 2 {
        return vec![text];
    }
    let mut fields = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let field = text.get(start..at).unwrap_or_default();
        let mut letters = field.chars();
        let is_drive = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        let is_in_variable = field.matches("${").count() > field.matches('}').count();
        if !is_drive && !is_in_variable {
            fields.push(field);
            start = at + 1;
        }
    }
    fields.push(text.get(start..).unwrap_or_default());
    without_drive(fields)
}

/// A volume with a name of one letter: `v:/data` and `v:/data:ro` would be a drive without a place to mount it at.
fn without_drive(mut fields: Vec<&str>) -> Vec<&str> {
    let is_place = |field: &str| field.starts_with(['/', '\\']) || field.get(1..2) == Some(":");
    let is_alone = fields.get(1).is_none_or(|next| !is_place(next));
    let volume = fields.first().and_then(|first| first.split_once(':')).filter(|(_, rest)| rest.starts_with('/'));
    if let Some((name, target)) = volume.filter(|(name, _)| is_alone && name.chars().count() == 1) {
        fields.splice(0..1, [name, target]);
    }
    fields
}

#[derive(Default)]
struct Options<'a> {
    read_only: bool,
    nocopy: bool,
    selinux: Option<&'a str>,
    propagation: Option<&'a str>,
}

impl<'a> Options<'a> {
    fn parse(item: &Node, text: &'a str, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for word in text.split(',').filter(|word| !word.is_empty()) {
            match word {
                "ro" => options.read_only = true,
                "rw" => options.read_only = false,
                "nocopy" => options.nocopy = true,
                "z" | "Z" => options.selinux = Some(word),
                "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" => options.propagation = Some(word),
                "cached" | "delegated" | "consistent" => {}
                _ => diagnostics.push(
                    Diagnostic::warning(
                        "unknown-option",
                        format!("'{word}' is not an option of a mount: it is ignored"),
                    )
                    .at(item.span)
                    .help("one of ro, rw, nocopy, z, Z, [r]private, [r]shared, [r]slave"),
                ),
            }
        }
        options
    }

    fn bind(&self) -> Vec<(&'static str, Option<Node>)> {
        vec![("selinux", self.selinux.map(Node::text)), ("propagation", self.propagation.map(Node::text))]
    }
}

fn long(item: &Node, source: Option<&str>, target: &str, options: &Options<'_>) -> Node {
    let is_bind = source.is_some_and(is_path);
    let is_tiny = source.is_none() && target.chars().count() <= 2;
    let has_bind = is_bind || options.selinux.is_some() || options.propagation.is_some();
    let has_volume = options.nocopy || !(is_bind || is_tiny);
    let bind = has_bind.then(|| {
        let create = is_bind.then(|| ("create_host_path", Some(Node::plain(true))));
        mapping(item, options.bind().into_iter().chain(create))
    });
    let nocopy = options.nocopy.then(|| Node::plain(true));
    mapping(
        item,
        [
            ("type", Some(Node::text(if is_bind { "bind" } else { "volume" }))),
            ("source", source.map(Node::text)),
            ("target", Some(Node::text(clean(target)))),
            ("read_only", options.read_only.then(|| Node::plain(true))),
            ("bind", bind),
            ("volume", has_volume.then(|| mapping(item, [("nocopy", nocopy)]))),
        ],
    )
}

/// Whether a source is a path of the host, and not the name of a volume.
fn is_path(source: &str) -> bool {
    let mut letters = source.chars();
    let is_drive = letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || is_drive
}

#[cfg(test)]
mod tests {
    use super::super::shaped;
    use super::shape;
    use crate::diagnostic::Diagnostics;
    use crate::document::Node;
    use proptest::prelude::*;

    fn volume(text: &str) -> Result<String, String> {
        shaped("services.a.volumes", &format!("['{text}']"))
    }

    #[test]
    fn a_short_mount_becomes_long() {
        let bind = |source: &str, more: &str| {
            let source = source.replace('\\', "\\\\");
            format!(r#"[{{"type":"bind","source":"{source}","target":"/x"{more}}}]"#)
        };
        let create = r#","bind":{"create_host_path":true}"#;
        let cases = [
            ("/x", r#"[{"type":"volume","target":"/x"}]"#.to_owned()),
            ("/data/", r#"[{"type":"volume","target":"/data","volume":{}}]"#.to_owned()),
            ("v1:/x/", r#"[{"type":"volume","source":"v1","target":"/x","volume":{}}]"#.to_owned()),
            ("v:/x", r#"[{"type":"volume","source":"v","target":"/x","volume":{}}]"#.to_owned()),
            ("a/b:/x", r#"[{"type":"volume","source":"a/b","target":"/x","volume":{}}]"#.to_owned()),
            ("./a:/x", bind("./a", create)),
            ("~/a:/x:cached", bind("~/a", create)),
            ("/a:/x:ro,rw", bind("/a", create)),
            ("/a:/x:ro", bind("/a", &format!(r#","read_only":true{create}"#))),
            ("C:\\a:/x", bind("C:\\a", create)),
            ("\\\\srv\\s:/x", bind("\\\\srv\\s", create)),
            ("/a:/x:Z,rslave", bind("/a", r#","bind":{"selinux":"Z","propagation":"rslave","create_host_path":true}"#)),
            ("vv:/x:nocopy", r#"[{"type":"volume","source":"vv","target":"/x","volume":{"nocopy":true}}]"#.to_owned()),
            (
                "vv:/x:z",
                r#"[{"type":"volume","source":"vv","target":"/x","bind":{"selinux":"z"},"volume":{}}]"#.to_owned(),
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(volume(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn a_faulty_mount_says_what_is_wrong() {
        let cases = [
            ("aa:bb:cc:dd", "'aa:bb:cc:dd' has too many colons"),
            ("vol::", "a part of 'vol::' is empty"),
            ("", "the mount is empty"),
            ("/a:/x:RO", "'RO' is not an option of a mount: it is ignored"),
        ];
        for (text, wanted) in cases {
            assert_eq!(volume(text), Err(wanted.into()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_mount_is_read_as_it_is_written(
            source in "[a-z]{2,8}|[./~][a-z/.]{1,8}|[A-Z]:[/\\\\][a-z]{1,8}",
            target in "/[a-z]{1,8}(/[a-z]{1,8})?",
            read_only: bool,
        ) {
            let options = if read_only { ":ro" } else { "" };
            let mut diagnostics = Diagnostics::default();
            let mounts = shape(Node::text(format!("{source}:{target}{options}")), &mut diagnostics).expect("valid");
            let field = |name: &str| mounts[0].get(name).and_then(Node::as_text).map(str::to_owned);
            prop_assert_eq!((field("source"), field("target")), (Some(source), Some(target)));
            prop_assert_eq!(field("read_only").is_some(), read_only);
            prop_assert_eq!(shape(mounts[0].clone(), &mut diagnostics), Ok(mounts));
            prop_assert!(diagnostics.is_empty());
        }

        #[test]
        fn no_text_panics(text in "[a-zC:./~\\\\,]{0,20}|\\PC{0,20}") {
            let _ = shape(Node::text(text), &mut Diagnostics::default());
        }
    }
}
