//! What a plain scalar means: Compose reads YAML as go-yaml v3 does, which is neither YAML 1.1 nor 1.2.
//!
//! `yes` is text, `0777` is 511, `08` is the float 8, `1_000` is 1000. Numbers that land where text is wanted print as
//! Compose prints them: `3.10` is `3.1`, `010` is `8`.

use std::fmt;

/// The meaning of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'text> {
    /// `~`, `null` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Everything else.
    Text(&'text str),
}

impl Scalar<'_> {
    /// What it is, in the words of an error message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
        }
    }
}

/// Prints the value as Compose does where text is wanted.
impl fmt::Display for Scalar<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Int(value) => write!(out, "{value}"),
            Self::Float(value) => write!(out, "{}", go_float(*value)),
            Self::Text(text) => write!(out, "{text}"),
        }
    }
}

/// What a plain scalar means.
pub fn resolve(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        _ => number(text).unwrap_or(Scalar::Text(text)),
    }
}

fn number(text: &str) -> Option<Scalar<'_>> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return None;
    }
    let digits = text.replace('_', "");
    if let Some(value) = integer(&digits) {
        return Some(if i128::from(i64::MIN) <= value && value <= i128::from(u64::MAX) {
            Scalar::Int(value)
        } else {
            #[expect(clippy::cast_precision_loss, reason = "Compose turns what is beyond 64 bits into a float")]
            Scalar::Float(value as f64)
        });
    }
    is_float(&digits).then(|| digits.parse().ok()).flatten().filter(|value: &f64| value.is_finite()).map(Scalar::Float)
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let prefixed = |prefix: &[&str]| prefix.iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (radix, body) = if let Some(body) = prefixed(&["0x", "0X"]) {
        (16, body)
    } else if let Some(body) = prefixed(&["0b", "0B"]) {
        (2, body)
    } else if let Some(body) = prefixed(&["0o", "0O"]) {
        (8, body)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    let valid = !body.is_empty() && body.chars().all(|digit| digit.is_digit(radix));
    let value = valid.then(|| i128::from_str_radix(body, radix).ok()).flatten()?;
    Some(if negative { -value } else { value })
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, as go-yaml has it.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.chars().all(|digit| digit.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// Shortest digits; an exponent where the decimal exponent is below -4, or 6 and above.
fn go_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_yaml_1_1_calls_boolean_are_text() {
        for word in ["yes", "no", "on", "off", "y", "n", "nULL"] {
            assert_eq!(resolve(word), Scalar::Text(word));
        }
    }

    #[test]
    fn numbers_follow_go_yaml() {
        let cases: &[(&str, i128)] = &[
            ("0x1F", 31),
            ("0b11", 3),
            ("0o10", 8),
            ("0777", 511),
            ("-010", -8),
            ("1_000", 1000),
            ("1__0", 10),
            ("0x_1F", 31),
            ("1_", 1),
            ("+5", 5),
            ("-0", 0),
        ];
        for (text, value) in cases {
            assert_eq!(resolve(text), Scalar::Int(*value), "{text}");
        }
        assert_eq!(resolve("08"), Scalar::Float(8.0));
        for text in ["22:22", "1e400", "0x1.8p1", "1.2.3", ".", "-", "1e"] {
            assert_eq!(resolve(text), Scalar::Text(text));
        }
    }

    #[test]
    fn numbers_print_as_compose_prints_them() {
        let cases = [
            ("1.10", "1.1"),
            ("1.0", "1"),
            ("010", "8"),
            ("999999.5", "999999.5"),
            ("1000000.0", "1e+06"),
            ("123456789.0", "1.23456789e+08"),
            ("21e6", "2.1e+07"),
            ("0.00001", "1e-05"),
            ("True", "true"),
            (".inf", "+Inf"),
            ("3.10", "3.1"),
            ("1.5", "1.5"),
        ];
        for (text, printed) in cases {
            assert_eq!(resolve(text).to_string(), printed, "{text}");
        }
    }
}
