//! [`Engine::put`]: files into a container, running or not; [`Engine::remove_files`] and who owns what is there.
//!
//! The archive API writes below the container's root, where it sees volumes but no memory file systems; there the
//! container's own `tar` unpacks.

use super::pieces::pieces;
use super::{Engine, EngineError, Exec, Licence, if_there};
use crate::value::ContainerId;
use bollard::body_try_stream;
use bollard::query_parameters::UploadToContainerOptionsBuilder;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use tar::{Builder, EntryType, Header};
use tokio::io::AsyncWriteExt;

/// A file, folder or link for a container.
pub struct Put {
    /// Where in the container, absolute.
    pub path: PathBuf,
    /// What is put there.
    pub what: PutWhat,
    /// Who may do what with it.
    pub mode: u32,
    /// When it was written to: seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
    /// User and group; the container's own user takes their place where it has one.
    pub owner: (u64, u64),
}

/// What is put.
pub enum PutWhat {
    /// A folder.
    Folder,
    /// A file with these bytes.
    File(Vec<u8>),
    /// A file of so many bytes, too large for memory.
    Stream(Box<dyn Read + Send>, u64),
    /// A link that leads there.
    Link(PathBuf),
}

/// The way on which files get into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Road {
    /// The archive API.
    Archive,
    /// `tar` in the container, by root: it sees what is mounted in there, and the container must run.
    Tar,
    /// The same by the container's own user, who owns the files then.
    OwnTar,
}

/// What may make way for a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overwrite {
    /// A file for a folder.
    Files,
    /// Nothing of another kind.
    SameKind,
}

/// Bytes of arguments of one command.
const ARGUMENTS: usize = 64 * 1024;
/// Answers of a shell for a command that is not there or cannot be executed.
const NO_COMMAND: [i64; 2] = [126, 127];

impl Engine {
    /// Puts files into a container, in place of those that are there. Folders that are there keep what is in them. Each is
    /// asked for when those before it are sent.
    pub async fn put(
        &self,
        _: Licence,
        id: &ContainerId,
        all: impl Iterator<Item = Put> + Send + 'static,
        (road, overwrite): (Road, Overwrite),
    ) -> Result<(), EngineError> {
        let (archive, writing) = pieces(move |into| write(all, into));
        let answer = match road {
            Road::Archive => self.upload_archive(id, archive, overwrite).await,
            Road::Tar => self.unpack(id, archive, Some(ROOT.to_owned())).await,
            Road::OwnTar => self.unpack(id, archive, None).await,
        };
        // What breaks off is not all there is, whatever who unpacks makes of it.
        match writing.fault().await {
            Some(fault) => Err(EngineError::Internal(fault.to_string())),
            None => answer,
        }
    }

    async fn upload_archive(
        &self,
        id: &ContainerId,
        archive: impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static,
        overwrite: Overwrite,
    ) -> Result<(), EngineError> {
        let same_kind = if overwrite == Overwrite::SameKind { "true" } else { "false" };
        let options = UploadToContainerOptionsBuilder::new().path("/").copy_uidgid("true");
        let options = options.no_overwrite_dir_non_dir(same_kind).build();
        let body = body_try_stream(archive.map_ok(Into::into));
        // The engine answers once all of it is unpacked.
        let answer = self.patient().upload_to_container(id.as_str(), Some(options), body).await;
        answer.map_err(|fault| self.sorted(fault))
    }

    /// Has the container's own `tar` unpack an archive.
    async fn unpack(
        &self,
        id: &ContainerId,
        archive: impl Stream<Item = io::Result<Vec<u8>>>,
        user: Option<String>,
    ) -> Result<(), EngineError> {
        let command = ["tar", "-x", "-p", "-f", "-", "-C", "/"].map(str::to_owned).to_vec();
        let exec = Exec { command, user, stdin: true, working_dir: Some("/".into()), ..Exec::default() };
        self.run_inside(id, &exec, archive).await
    }

    /// Removes files and, the deepest first, folders that are empty then; one that still holds something stays. The
    /// container must run and have `rm` and `rmdir`.
    pub async fn remove_files(
        &self,
        _: Licence,
        id: &ContainerId,
        (files, folders): (&[PathBuf], &[PathBuf]),
    ) -> Result<(), EngineError> {
        for some in portions(files) {
            self.run_inside(id, &by_root(&["rm", "-f", "--"], some), stream::empty()).await?;
        }
        let mut folders: Vec<PathBuf> = folders.to_vec();
        folders.sort_by(|left, right| right.cmp(left));
        for some in portions(&folders) {
            match self.run_inside(id, &by_root(&["rmdir", "--"], some), stream::empty()).await {
                // What is in one was never the host's; what is gone is gone. Another code is not the command's own word.
                Ok(()) | Err(EngineError::CommandFailed { code: 1, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether there is something at a path of a container, as the archive API sees it.
    pub async fn has_file(&self, id: &ContainerId, path: &Path) -> Result<bool, EngineError> {
        let options = bollard::query_parameters::ContainerArchiveInfoOptionsBuilder::new().path(&shown(path)).build();
        let answer = self.docker.get_container_archive_info(id.as_str(), Some(options)).await;
        Ok(if_there(answer.map_err(|fault| self.sorted(fault)))?.is_some())
    }

    /// Runs a command in a container to its end.
    async fn run_inside(
        &self,
        id: &ContainerId,
        exec: &Exec,
        input: impl Stream<Item = io::Result<Vec<u8>>>,
    ) -> Result<(), EngineError> {
        let made = self.exec(id, exec).await?;
        let mut streams = self.start_exec(&made, exec).await?;
        let feed = async {
            if exec.stdin {
                let mut input = pin!(input);
                // One that ends early says why by itself.
                while let Some(Ok(piece)) = input.next().await
                    && streams.input.write_all(&piece).await.is_ok()
                {}
                let _ = streams.input.shutdown().await;
            }
        };
        let listen = async {
            let mut said = Vec::new();
            while let Some(piece) = streams.output.next().await {
                said.extend(piece?.bytes);
            }
            Ok::<_, EngineError>(said)
        };
        let ((), said) = tokio::join!(feed, listen);
        let said = String::from_utf8_lossy(&said?).trim().to_owned();
        let command = exec.command.first().cloned().unwrap_or_default();
        match self.exec_ended(&made).await? {
            0 => Ok(()),
            code if NO_COMMAND.contains(&code) => Err(EngineError::NoCommand { command }),
            code => Err(EngineError::CommandFailed { command, code, said }),
        }
    }
}

const ROOT: &str = "0:0";

/// A command of root's on paths.
fn by_root(words: &[&str], paths: &[PathBuf]) -> Exec {
    let words = words.iter().map(|word| (*word).to_owned());
    let command = words.chain(paths.iter().map(|path| shown(path))).collect();
    Exec { command, user: Some(ROOT.into()), working_dir: Some("/".into()), ..Exec::default() }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Paths in groups that fit into one command.
fn portions(paths: &[PathBuf]) -> Vec<&[PathBuf]> {
    let mut portions = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, path) in paths.iter().enumerate() {
        bytes += path.as_os_str().len() + 1;
        if bytes > ARGUMENTS {
            portions.extend(paths.get(start..index).filter(|some| !some.is_empty()));
            (start, bytes) = (index, path.as_os_str().len() + 1);
        }
    }
    portions.extend(paths.get(start..).filter(|some| !some.is_empty()));
    portions
}

/// An archive of all of it.
pub(super) fn archive(all: impl Iterator<Item = Put>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(all, &mut bytes)?;
    Ok(bytes)
}

fn write(all: impl Iterator<Item = Put>, into: &mut impl Write) -> io::Result<()> {
    let mut archive = Builder::new(into);
    for put in all {
        add(&mut archive, put)?;
    }
    archive.finish()
}

fn add(archive: &mut Builder<impl Write>, put: Put) -> io::Result<()> {
    let (seconds, nanoseconds) = put.modified;
    let mut header = Header::new_gnu();
    header.set_mode(put.mode & 0o7777);
    header.set_uid(put.owner.0);
    header.set_gid(put.owner.1);
    header.set_mtime(u64::try_from(seconds).unwrap_or(0));
    header.set_size(0);
    if nanoseconds != 0 && put.path != Path::new("/") {
        append_time(archive, &format!("{seconds}.{nanoseconds:09}"))?;
    }
    let path = put.path.as_os_str().as_bytes().strip_prefix(b"/").unwrap_or_default();
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    match put.what {
        // The root is there, and no archive can name it.
        PutWhat::Folder if path.as_os_str().is_empty() => Ok(()),
        PutWhat::Folder => {
            header.set_entry_type(EntryType::Directory);
            archive.append_data(&mut header, path, io::empty())
        }
        PutWhat::File(bytes) => {
            header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            archive.append_data(&mut header, path, bytes.as_slice())
        }
        PutWhat::Stream(read, size) => {
            header.set_size(size);
            // One that lost bytes since then is filled up: what was promised is what is sent.
            archive.append_data(&mut header, path, read.chain(io::repeat(0)).take(size))
        }
        PutWhat::Link(to) => {
            header.set_entry_type(EntryType::Symlink);
            archive.append_link(&mut header, path, to)
        }
    }
}

/// Says of the next entry when it was written to, finer than a header can. The record has a name, unlike those of the
/// library: busybox takes one without a name for the end of the archive.
fn append_time(archive: &mut Builder<impl Write>, moment: &str) -> io::Result<()> {
    let rest = format!(" mtime={moment}\n");
    // The length counts its own digits; the record is short enough for two.
    let record = format!("{}{rest}", rest.len() + 2);
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::XHeader);
    header.set_mode(0o644);
    header.set_size(u64::try_from(record.len()).unwrap_or(u64::MAX));
    archive.append_data(&mut header, "PaxHeaders/mtime", record.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_has_its_mode_its_owner_and_its_time_to_the_nanosecond() {
        let put = |path: &str, what| Put {
            path: path.into(),
            what,
            mode: 0o100_750,
            modified: (1_700_000_000, 123_456_789),
            owner: (5, 6),
        };
        let long = format!("/{}/x", "n".repeat(120));
        let all = [
            put("/app", PutWhat::Folder),
            put(&long, PutWhat::File(b"text".to_vec())),
            put("/l", PutWhat::Link("../elsewhere".into())),
        ];
        let bytes = archive(all.into_iter()).expect("an archive");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut found = Vec::new();
        for entry in archive.entries().expect("a tar") {
            let mut entry = entry.expect("an entry");
            let time = entry.pax_extensions().expect("readable").expect("there").next().expect("one").expect("right");
            assert_eq!((time.key(), time.value()), (Ok("mtime"), Ok("1700000000.123456789")));
            let header = entry.header();
            assert_eq!((header.mode().ok(), header.uid().ok(), header.gid().ok()), (Some(0o750), Some(5), Some(6)));
            found.push((entry.path().expect("text").display().to_string(), header.entry_type()));
        }
        let long = long.trim_start_matches('/').to_owned();
        let kinds = [EntryType::Directory, EntryType::Regular, EntryType::Symlink];
        let expected: Vec<_> = ["app".to_owned(), long, "l".to_owned()].into_iter().zip(kinds).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_stream_that_ends_early_is_filled_up_and_one_that_goes_on_is_cut() {
        let put = |path: &str, text: &'static [u8]| Put {
            path: path.into(),
            what: PutWhat::Stream(Box::new(text), 4),
            mode: 0o644,
            modified: (1, 0),
            owner: (0, 0),
        };
        let bytes = archive([put("/a", b"ab"), put("/b", b"abcdef")].into_iter()).expect("an archive");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let text = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
            let mut text = Vec::new();
            entry.expect("an entry").read_to_end(&mut text).expect("readable");
            text
        };
        let texts: Vec<Vec<u8>> = archive.entries().expect("a tar").map(text).collect();
        assert_eq!(texts, [b"ab\0\0".to_vec(), b"abcd".to_vec()]);
    }

    #[test]
    fn arguments_are_cut_into_pieces_that_fit() {
        let paths: Vec<PathBuf> = (0..3000).map(|index| PathBuf::from(format!("/{index:0>99}"))).collect();
        let cut = portions(&paths);
        assert_eq!(cut.iter().map(|some| some.len()).sum::<usize>(), 3000);
        assert!(cut.len() > 1 && cut.iter().all(|some| some.len() * 101 <= ARGUMENTS));
        assert!(portions(&[]).is_empty());
    }
}
