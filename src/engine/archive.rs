//! A folder as a tar stream, read while it is sent: a build context is never in memory as a whole.
//!
//! Owners become root and links stay links, as the docker client has it. Nothing outside the folder is read.

use super::pieces::pieces;
use crate::ignore::Ignore;
use futures_util::Stream;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// What goes into an archive.
#[derive(Debug)]
pub(super) struct Contents {
    /// The folder.
    pub folder: PathBuf,
    /// What is left out of it.
    pub ignore: Ignore,
    /// Files that are not in the folder: name and text.
    pub extra: Vec<(String, String)>,
}

/// The archive, piece by piece; a file that cannot be read ends it with an error.
pub(super) fn stream(contents: Contents) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    pieces(move |into| write(&contents, into)).0
}

fn write(contents: &Contents, into: impl Write) -> io::Result<()> {
    let mut archive = Builder::new(into);
    for (path, metadata) in entries(&contents.folder, &contents.ignore)? {
        add(&mut archive, &contents.folder.join(&path), (&path, &metadata)).map_err(|fault| named(&path, &fault))?;
    }
    for (name, text) in &contents.extra {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(u64::try_from(text.len()).unwrap_or(u64::MAX));
        archive.append_data(&mut header, name, text.as_bytes())?;
    }
    archive.into_inner()?.flush()
}

/// All that is not left out, by path, so that equal folders make equal archives.
fn entries(folder: &Path, ignore: &Ignore) -> io::Result<Vec<(String, Metadata)>> {
    let mut found = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(parent) = waiting.pop() {
        let listed = std::fs::read_dir(folder.join(&parent)).map_err(|fault| named(&parent, &fault))?;
        for entry in listed {
            let entry = entry?;
            // A name that is no text cannot be named by a rule or a recipe either.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if parent.is_empty() { name } else { format!("{parent}/{name}") };
            let metadata = entry.metadata()?;
            let ignored = ignore.ignores(&path);
            if metadata.is_dir() && (!ignored || ignore.keeps_something_in(&path)) {
                waiting.push(path.clone());
            }
            if !ignored {
                found.push((path, metadata));
            }
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(found)
}

fn add<W: Write>(archive: &mut Builder<W>, source: &Path, entry: (&str, &Metadata)) -> io::Result<()> {
    let (path, metadata) = entry;
    let mut header = Header::new_gnu();
    header.set_metadata(metadata);
    header.set_uid(0);
    header.set_gid(0);
    let kind = metadata.file_type();
    if kind.is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        archive.append_link(&mut header, path, std::fs::read_link(source)?)
    } else if kind.is_dir() {
        archive.append_data(&mut header, path, io::empty())
    } else if kind.is_file() {
        archive.append_data(&mut header, path, File::open(source)?)
    } else {
        // Sockets and devices have no content.
        Ok(())
    }
}

fn named(path: &str, fault: &io::Error) -> io::Error {
    io::Error::new(fault.kind(), format!("{path}: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn archived(contents: &Contents) -> Vec<(String, String)> {
        let mut bytes = Vec::new();
        write(contents, &mut bytes).expect("readable");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entries = archive.entries().expect("a tar");
        entries
            .map(|entry| {
                let mut entry = entry.expect("an entry");
                let path = entry.path().expect("text").to_string_lossy().into_owned();
                let link = entry.link_name().expect("text").map(|link| format!("-> {}", link.display()));
                let mut text = String::new();
                entry.read_to_string(&mut text).expect("text");
                (path, link.unwrap_or(text))
            })
            .collect()
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("a/b")).expect("made");
        std::fs::write(folder.path().join("a/b/c"), "deep").expect("written");
        std::fs::write(folder.path().join("Dockerfile"), "FROM x").expect("written");
        std::os::unix::fs::symlink("Dockerfile", folder.path().join("link")).expect("linked");
        folder
    }

    #[test]
    fn links_stay_links_and_folders_come_first() {
        let folder = folder();
        let all = archived(&Contents { folder: folder.path().into(), ignore: Ignore::default(), extra: Vec::new() });
        let expected = [("Dockerfile", "FROM x"), ("a", ""), ("a/b", ""), ("a/b/c", "deep"), ("link", "-> Dockerfile")];
        assert_eq!(all, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_is_ignored_is_not_sent_unless_it_is_kept() {
        let folder = folder();
        let mut ignore = Ignore::parse("*");
        ignore.keep("a/b/c");
        let extra = vec![("more".to_owned(), "text".to_owned())];
        let all = archived(&Contents { folder: folder.path().into(), ignore, extra });
        assert_eq!(all, [("a/b/c".to_owned(), "deep".to_owned()), ("more".to_owned(), "text".to_owned())]);
    }

    #[test]
    fn a_name_longer_than_a_header_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = "n".repeat(200);
        std::fs::write(folder.path().join(&name), "x").expect("written");
        let all = archived(&Contents { folder: folder.path().into(), ignore: Ignore::default(), extra: Vec::new() });
        assert_eq!(all, [(name, "x".to_owned())]);
    }
}
