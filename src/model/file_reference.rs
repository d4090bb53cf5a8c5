//! [`FileReference`]: a config or secret as a file in a container. Spec: services, `configs` and `secrets`; build,
//! `secrets`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};
use crate::value::{FileMode, Name};

/// Which config or secret, and how the container sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// The key under `configs` or `secrets`.
    pub source: Name,
    /// The path in the container. Default: `/<source>` for a config, `/run/secrets/<source>` for a secret; in a build it
    /// is the secret's id, by default the source.
    pub target: Option<String>,
    /// The id of the owner. Default `0`.
    pub uid: Option<String>,
    /// The id of the group. Default `0`.
    pub gid: Option<String>,
    /// Who may read it. Default `0444`.
    pub mode: Option<FileMode>,
}

impl FileReference {
    pub(super) fn read_config(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::read("configs", node, diagnostics)
    }

    pub(super) fn read_secret(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::read("secrets", node, diagnostics)
    }

    fn read(what: &'static str, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of(what, node, diagnostics)?;
        fields.require("source", "add 'source:', a key of the section with the same name at the top level");
        let source = fields.parsed("source");
        let (target, uid, gid) = (fields.text("target"), fields.text("uid"), fields.text("gid"));
        let mode = mode(&mut fields);
        fields.finish();
        Some(Self { source: source?, target, uid, gid, mode })
    }

    pub(super) fn write(&self) -> Node {
        let Self { source, target, uid, gid, mode } = self;
        let mut writer = Writer::default();
        writer.text("source", Some(source)).text("target", target.as_ref());
        writer.text("uid", uid.as_ref()).text("gid", gid.as_ref()).text("mode", mode.as_ref()).finish()
    }
}

/// A plain number is the mode itself, a text its octal digits.
fn mode(fields: &mut Fields<'_>) -> Option<FileMode> {
    let node = fields.node("mode")?;
    match &node.value {
        Value::Scalar { plain: true, .. } => fields.integer("mode").map(FileMode::from_bits),
        _ => fields.parsed("mode"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, FileReference::read_secret).map(|reference| json::compact(&reference.write()))
    }

    #[test]
    fn a_reference_is_written_in_the_order_of_compose() {
        let wanted = r#"{"source":"s","target":"t","uid":"1","gid":"2","mode":"0440"}"#;
        assert_eq!(written("{mode: 0440, gid: '2', uid: '1', target: t, source: s}"), Ok(wanted.into()));
    }

    #[test]
    fn a_plain_mode_is_the_bits_and_a_quoted_one_is_octal() {
        for (mode, printed) in [("0440", "0440"), ("440", "0670"), ("'440'", "0440"), ("0o440", "0440"), ("0", "00")] {
            let wanted = format!(r#"{{"source":"s","mode":"{printed}"}}"#);
            assert_eq!(written(&format!("{{source: s, mode: {mode}}}")), Ok(wanted), "{mode}");
        }
        for mode in ["'8'", "1.5", "abc", "true", "''"] {
            assert!(written(&format!("{{source: s, mode: {mode}}}")).is_err(), "{mode}");
        }
    }

    #[test]
    fn a_reference_needs_a_source() {
        assert_eq!(written("{target: t}"), Err("'secrets' needs 'source'".into()));
        assert!(written("{source: ''}").is_err());
        assert!(written("{source: s, uid: 1}").is_err());
    }
}
