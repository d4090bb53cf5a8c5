//! Reading one text file with the limits that keep a load from hanging or filling the memory.
//!
//! Only regular files are opened: a pipe would block, a device may never end.

use crate::diagnostic::Diagnostic;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::string::FromUtf8Error;

/// Bytes that no text written for Compose reaches: 16 MiB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file gives no text; a fragment for the end of a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// There is nothing under this name.
    #[error("there is no such file")]
    Missing,
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// It is a pipe, socket or device.
    #[error("it is a pipe, a socket or a device; only regular files are read")]
    Special,
    /// It is larger than any such file should be.
    #[error("it has more than 16 MiB")]
    TooLarge,
    /// It holds bytes that are no UTF-8.
    #[error("it is not UTF-8: byte 0x{byte:02x} at line {line}, column {column}")]
    NotText {
        /// The first bad byte.
        byte: u8,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// Its offset.
        at: usize,
        /// The text with replacement characters for what is none.
        lossy: String,
    },
    /// It begins as UTF-16 and goes on as something else.
    #[error("it begins as UTF-16, but holds something else")]
    NotUtf16,
    /// The operating system says no.
    #[error("{0}")]
    Refused(io::Error),
}

impl Unreadable {
    /// The fault of a file that was asked for by this name: `cannot read the env file 'x.env': it is a directory`.
    pub fn diagnostic(&self, what: &str, shown: &Path) -> Diagnostic {
        let name = shown.display();
        if matches!(self, Self::Missing) {
            return Diagnostic::error("file-not-found", format!("{what} '{name}' not found"));
        }
        let fault = Diagnostic::error("file-unreadable", format!("cannot read the {what} '{name}': {self}"));
        match self.remedy() {
            Some(remedy) => fault.help(remedy),
            None => fault,
        }
    }

    fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Special => Some("write it to a file first; a compose file can also come through '-f -'"),
            Self::NotText { .. } | Self::NotUtf16 => Some("save the file as UTF-8"),
            _ => None,
        }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Refused(error),
        }
    }
}

/// The text of a regular file; `/dev/null` counts as an empty one, since people name it to say "none".
pub(super) fn read(path: &Path) -> Result<String, Unreadable> {
    if path == Path::new("/dev/null") {
        return Ok(String::new());
    }
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        return Err(Unreadable::Directory);
    }
    if !kind.is_file() {
        return Err(Unreadable::Special);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    text(bytes)
}

/// UTF-8, or UTF-16 that says so with its first two bytes, as some editors of other systems save it.
fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
    let read: fn([u8; 2]) -> u16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => {
            let fault = |error: FromUtf8Error| not_text(error.as_bytes(), error.utf8_error().valid_up_to());
            return String::from_utf8(bytes).map_err(fault);
        }
    };
    let (pairs, rest) = bytes.as_chunks();
    let text = char::decode_utf16(pairs.iter().map(|pair| read(*pair))).collect::<Result<_, _>>();
    text.ok().filter(|_| rest.is_empty()).ok_or(Unreadable::NotUtf16)
}

fn not_text(bytes: &[u8], at: usize) -> Unreadable {
    let (before, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let before = str::from_utf8(before).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Unreadable::NotText {
        byte: rest.first().copied().unwrap_or_default(),
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        at,
        lossy: String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_byte_is_named_with_its_line_and_column() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x");
        fs::write(&path, b"a\n\xc3\xa9b\xff").expect("is written");
        let error = read(&path).expect_err("not text");
        assert_eq!(error.to_string(), "it is not UTF-8: byte 0xff at line 2, column 3");
    }

    #[test]
    fn utf_16_with_its_mark_is_text() {
        let units = "\u{feff}a: é😀".encode_utf16();
        let little: Vec<u8> = units.clone().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units.flat_map(u16::to_be_bytes).collect();
        for bytes in [little.clone(), big] {
            assert_eq!(text(bytes).expect("valid"), "\u{feff}a: é😀");
        }
        for bytes in [&little[..little.len() - 1], &little[..little.len() - 2]] {
            assert!(matches!(text(bytes.to_vec()), Err(Unreadable::NotUtf16)));
        }
    }

    #[test]
    fn directories_devices_and_nothing_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(read(folder.path()), Err(Unreadable::Directory)));
        assert!(matches!(read(Path::new("/dev/zero")), Err(Unreadable::Special)));
        assert!(matches!(read(&folder.path().join("x")), Err(Unreadable::Missing)));
        assert!(read(Path::new("/dev/null")).is_ok_and(|text| text.is_empty()));
    }

    #[cfg(unix)]
    #[test]
    fn a_symlink_loop_gives_the_systems_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("loop");
        std::os::unix::fs::symlink(&path, &path).expect("is made");
        assert!(matches!(read(&path), Err(Unreadable::Refused(_))));
    }
}
