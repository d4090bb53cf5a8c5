//! [`Checksum`]: tells that a content changed, and nothing of what it is.

use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use std::io::{self, Read};

/// The first eight hexadecimal digits of a SHA-256: enough to see a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum(String);

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;

impl Checksum {
    /// The checksum of a text.
    pub fn of(text: &str) -> Self {
        Self::shortened(Sha256::new().chain_update(text))
    }

    /// The checksum of all that can be read.
    ///
    /// # Errors
    /// Whatever the reader fails with.
    pub fn read(mut from: impl Read) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut piece = vec![0; PIECE];
        loop {
            match from.read(&mut piece)? {
                0 => return Ok(Self::shortened(hash)),
                read => hash.update(piece.get(..read).unwrap_or_default()),
            }
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn shortened(hash: Sha256) -> Self {
        let mut digits = String::new();
        for byte in hash.finalize().iter().take(4) {
            write!(digits, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Self(digits)
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_a_file_of_it_have_the_same_checksum() {
        assert_eq!(Checksum::of("abc").as_str(), "ba7816bf");
        assert_eq!(Checksum::read(&b"abc"[..]).expect("readable"), Checksum::of("abc"));
    }
}
