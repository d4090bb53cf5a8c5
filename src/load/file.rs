//! Reading one text file with the limits that keep a load from hanging or filling the memory.
//!
//! Only regular files are opened: a pipe would block, a device may never end. Text is UTF-8, or UTF-16 that says so with
//! a byte order mark, which is no part of the text.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

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
    /// It holds bytes that are no UTF-8, the first of them in this place.
    #[error("byte 0x{:02x} is not UTF-8", .0.byte)]
    NotText(NotText),
    /// The operating system says no.
    #[error("{0}")]
    Refused(io::Error),
}

/// A file that is no text.
#[derive(Debug)]
pub(super) struct NotText {
    /// What can be read of it, with U+FFFD for what cannot.
    pub text: String,
    /// Where in that text the first bad byte stands.
    pub at: usize,
    /// The place of it, once the text is among the sources.
    pub place: Option<Span>,
    byte: u8,
}

impl Unreadable {
    /// The fault of a file that was asked for by this name: `cannot read the env file 'x.env': it is a directory`.
    pub fn diagnostic(&self, what: &str, shown: &Path) -> Diagnostic {
        let name = shown.display();
        if matches!(self, Self::Missing) {
            return Diagnostic::error("file-not-found", format!("{what} '{name}' not found"));
        }
        let fault = Diagnostic::error("file-unreadable", format!("cannot read the {what} '{name}': {self}"));
        let fault = fault.at(self.place());
        match self.remedy() {
            Some(remedy) => fault.help(remedy),
            None => fault,
        }
    }

    /// Where in the file the fault is.
    pub fn place(&self) -> Option<Span> {
        if let Self::NotText(bad) = self { bad.place } else { None }
    }

    fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Special => Some("write it to a file first; a compose file can also come through '-f -'"),
            Self::NotText(_) => Some("save the file as UTF-8"),
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
    decode(bytes)
}

/// The text that bytes stand for, without a byte order mark.
fn decode(mut bytes: Vec<u8>) -> Result<String, Unreadable> {
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => return Ok(utf_16(&bytes, u16::from_le_bytes)),
        Some([0xfe, 0xff]) => return Ok(utf_16(&bytes, u16::from_be_bytes)),
        _ => {}
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Unreadable::NotText(NotText { text, at, place: None, byte })
    })
}

/// Half a character or half a unit becomes U+FFFD.
fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).skip(1).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xfffd,
    });
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_byte_is_named_with_its_place() {
        let Err(Unreadable::NotText(bad)) = decode(b"a\n\xc3\xa9b\xffc".into()) else { panic!("is no text") };
        assert_eq!((bad.text.as_str(), bad.at, bad.byte), ("a\n\u{e9}b\u{fffd}c", 5, 0xff));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xef\xbb\xbfa".into()).expect("is text"), "a");
    }

    #[test]
    fn utf_16_of_both_orders_is_read() {
        assert_eq!(decode(b"\xff\xfea\0\xe9\0\x3d\xd8\x00\xde".into()).expect("is text"), "a\u{e9}\u{1f600}");
        assert_eq!(decode(b"\xfe\xff\0a\0".into()).expect("is text"), "a\u{fffd}");
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
