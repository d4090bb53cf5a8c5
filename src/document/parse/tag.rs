//! What a tag makes of a scalar, as in go-yaml v3: `!!str`, `!!binary` and tags of one's own give text, `!!int`, `!!float`,
//! `!!bool`, `!!null` and `!!merge` must fit, and all others change nothing.

use super::super::scalar::{self, Scalar};
use super::super::{Tag, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The tag's meaning for a merge.
pub(super) fn instruction(tag: Option<&saphyr_parser::Tag>) -> Tag {
    match tag {
        Some(tag) if tag.handle == "!" && tag.suffix == "reset" => Tag::Reset,
        Some(tag) if tag.handle == "!" && tag.suffix == "override" => Tag::Override,
        _ => Tag::None,
    }
}

/// The value of a text with a tag, or what is wrong with it.
pub(super) fn scalar(text: Cow<'_, str>, plain: bool, tag: &saphyr_parser::Tag) -> Result<Value, String> {
    let plain_again = |fits: bool, what: &str| {
        if fits {
            Ok(Value::Scalar { text: (&*text).into(), plain: true })
        } else {
            Err(format!("'{text}' is not {what}, which its tag says it is"))
        }
    };
    let name = format!("{}{}", tag.handle, tag.suffix);
    let Some(name) = name.strip_prefix("tag:yaml.org,2002:") else {
        let changes_nothing = name == "!" || name == "!reset";
        return Ok(Value::Scalar { text: text.into(), plain: plain && changes_nothing });
    };
    let means = scalar::resolve(&text);
    match name {
        "int" => plain_again(matches!(means, Scalar::Int(_)), "a whole number"),
        "float" => plain_again(matches!(means, Scalar::Int(_) | Scalar::Float(_)), "a number"),
        "bool" => plain_again(matches!(means, Scalar::Bool(_)), "true or false"),
        "null" => plain_again(matches!(means, Scalar::Null), "null"),
        "merge" => plain_again(text == "<<", "the key '<<'"),
        "binary" => binary(&text),
        "timestamp" => Ok(Value::Scalar { text: text.into(), plain }),
        _ => Ok(Value::Scalar { text: text.into(), plain: false }),
    }
}

fn binary(text: &str) -> Result<Value, String> {
    let letters: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(letters).map_err(|_| "the text behind '!!binary' is not base64".to_owned())?;
    Ok(Value::Scalar { text: String::from_utf8_lossy(&bytes).into(), plain: false })
}
