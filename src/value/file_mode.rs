//! [`FileMode`]: who may read, write and run a file, such as `0440`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// The permission bits of a file. As text they are octal digits; a plain number of YAML is the bits themselves, so that
/// `0440` and `"440"` are the same and `440` is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileMode(u32);

impl FileMode {
    /// A mode from its bits.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl FromStr for FileMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = !text.is_empty() && text.chars().all(|digit| digit.is_digit(8));
        let bits = digits.then(|| u32::from_str_radix(text, 8).ok()).flatten();
        let invalid =
            || Invalid::new(format!("'{text}' is not a file mode")).help("write octal digits, such as '0440'");
        bits.map(Self).ok_or_else(invalid)
    }
}

/// Compose's notation: a zero and the octal digits.
impl fmt::Display for FileMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "0{:o}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_octal() {
        for (text, printed) in [("440", "0440"), ("0440", "0440"), ("0", "00"), ("7", "07")] {
            assert_eq!(text.parse::<FileMode>().expect(text).to_string(), printed, "{text}");
        }
        assert_eq!(FileMode::from_bits(440).to_string(), "0670");
    }

    #[test]
    fn what_is_not_octal_is_refused() {
        for text in ["", "8", "0o440", "abc", "-7", "777777777777"] {
            assert!(text.parse::<FileMode>().is_err(), "{text}");
        }
    }
}
