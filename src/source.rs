//! Where text came from: files, spans in them, and the line and column a person counts.
//!
//! A span is two byte offsets in one file. This module never reads a file and never prints.

use std::path::{Path, PathBuf};

/// A file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the bytes are in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

/// A place as a person names it: lines and columns count from 1, columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location<'map> {
    /// The file's name, as the user would write it.
    pub path: &'map Path,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of this line the span covers, at least 1.
    pub width: usize,
    /// The whole line, without its line break.
    pub text: &'map str,
}

#[derive(Debug)]
struct SourceFile {
    path: PathBuf,
    text: String,
    line_starts: Vec<usize>,
}

/// All texts of one run. Spans are only valid together with the map that made their files.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl Span {
    /// The span of what no file says.
    pub const NOWHERE: Self = Self { file: FileId(u32::MAX), start: 0, end: 0 };

    /// Whether this is a place in a file.
    pub fn is_somewhere(self) -> bool {
        self != Self::NOWHERE
    }

    /// The empty span at the very start of a file: "this file as a whole".
    pub fn start_of(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }

    /// The span of the bytes from one offset to another in the file of this one.
    #[must_use]
    pub fn to(self, from: usize, to: usize) -> Self {
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file: self.file, start: offset(from), end: offset(to) }
    }

    /// A part of this span, by byte offsets relative to its start; it never reaches beyond the span.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Self {
        let clamp = |offset: usize| {
            u32::try_from(offset).map_or(self.end, |offset| self.start.saturating_add(offset).min(self.end))
        };
        Self { file: self.file, start: clamp(from), end: clamp(to) }
    }
}

impl SourceMap {
    /// Adds a text under the name that messages use for it.
    ///
    /// # Panics
    /// When more than 2³² files are added.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        let line_starts = line_starts(text.as_bytes());
        let id = u32::try_from(self.files.len()).expect("fewer than 2^32 files are ever read");
        self.files.push(SourceFile { path, text, line_starts });
        FileId(id)
    }

    /// The text of a file; empty for a file of another map.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// The name of a file.
    pub fn path(&self, file: FileId) -> &Path {
        self.file(file).map_or(Path::new(""), |file| &file.path)
    }

    /// The names of all files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Line, column and text of the line in which a span starts.
    pub fn locate(&self, span: Span) -> Option<Location<'_>> {
        let file = self.file(span.file)?;
        let start = (span.start as usize).min(file.text.len());
        let index = file.line_starts.partition_point(|&line| line <= start).saturating_sub(1);
        let line_start = *file.line_starts.get(index)?;
        let text = file.text.get(line_start..)?.split(['\n', '\r']).next().unwrap_or("");
        let before = text.get(..start - line_start).unwrap_or(text);
        let end = (span.end as usize).min(line_start + text.len()).max(start);
        let covered = file.text.get(start..end).unwrap_or("");
        Some(Location {
            path: &file.path,
            line: index + 1,
            column: before.chars().count() + 1,
            width: covered.chars().count().max(1),
            text,
        })
    }

    fn file(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(file.0 as usize)
    }
}

/// Lines end with LF, CR LF, or CR alone as on old Macs.
fn line_starts(text: &[u8]) -> Vec<usize> {
    let next = |at: usize| text.get(at + 1);
    let ends = text.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => next(*at) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let mut map = SourceMap::default();
        let file = map.add("compose.yaml".into(), "a: 1\né: zwei\n".into());
        let found = map.locate(Span { file, start: 9, end: 13 }).expect("the file is known");
        assert_eq!((found.line, found.column, found.width, found.text), (2, 4, 4, "é: zwei"));
    }

    #[test]
    fn a_span_over_several_lines_is_shown_on_its_first() {
        let mut map = SourceMap::default();
        let file = map.add("x".into(), "ab\ncd\n".into());
        let found = map.locate(Span { file, start: 1, end: 5 }).expect("the file is known");
        assert_eq!((found.line, found.column, found.width), (1, 2, 1));
    }

    #[test]
    fn a_carriage_return_alone_ends_a_line() {
        let mut map = SourceMap::default();
        let file = map.add("x".into(), "a\r\nb\rcd".into());
        let found = map.locate(Span { file, start: 6, end: 7 }).expect("the file is known");
        assert_eq!((found.line, found.column, found.text), (3, 2, "cd"));
    }

    #[test]
    fn a_span_beyond_the_text_has_a_place() {
        let mut map = SourceMap::default();
        let file = map.add("x".into(), "ab".into());
        assert!(map.locate(Span { file, start: 7, end: 9 }).is_some());
    }
}
