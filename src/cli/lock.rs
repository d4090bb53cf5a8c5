//! [`Lock`]: one hoist at a time changes a project of an engine.
//!
//! It is a file in the user's runtime folder, named after the project and the engine's id. It is held from before the
//! look that a plan is made from until the plan is carried out, never while somebody only looks or follows logs. Who
//! finds nothing to do needs none, so an `up` that does nothing asks the engine for nothing more. Who watches a project has
//! a file of its own beside it.

use super::Context;
use super::failure::Advised;
use super::interrupt::{Ended, Interrupted};
use crate::engine::Engine;
use crate::value::ProjectName;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The right to change a project, until it is dropped.
pub struct Lock(Option<File>);

/// Who wants to change what.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// Where is said who is waited for.
    pub context: &'a Context,
    /// The engine.
    pub engine: &'a Engine,
    /// The project.
    pub project: &'a ProjectName,
}

/// Whether somebody else had the lock since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    Undisturbed,
    Disturbed,
}

impl Drop for Lock {
    /// The time of the file tells those who looked before that they must look again.
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            let _ = file.set_modified(SystemTime::now());
        }
    }
}

impl Claim<'_> {
    /// Takes the lock. A dry run changes nothing and needs none.
    ///
    /// # Errors
    /// [`Interrupted`] when the user does not wait any longer.
    pub async fn hold(&self) -> anyhow::Result<Lock> {
        if self.context.is_dry_run() {
            return Ok(Lock(None));
        }
        let halt = CancellationToken::new();
        match self.context.interrupts().or(self.take(SystemTime::now(), &halt), &halt).await {
            Ended::Finished(taken) => Ok(taken?.0),
            Ended::Interrupted(_) => Err(Interrupted.into()),
        }
    }

    /// Looks, and takes the lock unless there is nothing to do; looks again when somebody else had it since.
    ///
    /// # Errors
    /// Those of looking, and [`Interrupted`] when `halt` comes first.
    pub async fn settle<T>(
        &self,
        observe: impl AsyncFn() -> anyhow::Result<T>,
        idle: impl Fn(&T) -> bool,
        halt: &CancellationToken,
    ) -> anyhow::Result<(T, Lock)> {
        let began = SystemTime::now();
        let found = observe().await?;
        if idle(&found) {
            return Ok((found, Lock(None)));
        }
        let (lock, since) = self.take(began, halt).await?;
        Ok((if since == Since::Disturbed { observe().await? } else { found }, lock))
    }

    /// Takes the right to watch the project's files, which one hoist has at a time; it has nothing to do with the right to
    /// change the project.
    ///
    /// # Errors
    /// When another has it.
    pub async fn watch(&self) -> anyhow::Result<Lock> {
        let engine = self.engine.id().await?;
        let mut file = match self.open(&engine, "watch") {
            Ok(file) => file,
            Err(fault) => {
                self.tell_unlocked(&fault, "another hoist may watch the same files");
                return Ok(Lock(None));
            }
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                let who = if holder.is_empty() { String::new() } else { format!(" (process {})", holder.trim()) };
                let message = format!("project '{}' is watched already by another hoist{who}", self.project);
                let help = "end that one first; 'hoist watch' without names watches all services";
                return Err(Advised::new(message, Some(help.to_owned())).into());
            }
            Err(TryLockError::Error(fault)) => return Err(fault.into()),
        }
        sign(&mut file)?;
        Ok(Lock(Some(file)))
    }

    fn tell_unlocked(&self, fault: &io::Error, danger: &str) {
        let help = format!("{danger}; set XDG_RUNTIME_DIR to a folder of yours");
        self.context.output().note(&format!("the project cannot be locked: {fault}"), Some(&help));
    }

    async fn take(&self, began: SystemTime, halt: &CancellationToken) -> anyhow::Result<(Lock, Since)> {
        let engine = self.engine.id().await?;
        match self.open(&engine, "lock") {
            Ok(file) => self.take_file(file, began, halt).await,
            Err(fault) => {
                self.tell_unlocked(&fault, "another hoist may change the project at the same time");
                Ok((Lock(None), Since::Undisturbed))
            }
        }
    }

    fn open(&self, engine: &str, kind: &str) -> io::Result<File> {
        let plain: String = engine.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = folder(self.context.environment())?.join(format!("{}-{plain}.{kind}", self.project));
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
    }

    async fn take_file(
        &self,
        mut file: File,
        began: SystemTime,
        halt: &CancellationToken,
    ) -> anyhow::Result<(Lock, Since)> {
        let mut holder = String::new();
        let waited = match file.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => {
                file.read_to_string(&mut holder)?;
                self.wait(&file, holder.trim(), halt).await?;
                true
            }
            Err(TryLockError::Error(fault)) => return Err(fault.into()),
        };
        let about = file.metadata()?;
        // What nobody has written to was made just now.
        let touched = about.len() > 0 && about.modified()? >= began;
        sign(&mut file)?;
        file.set_modified(SystemTime::now())?;
        Ok((Lock(Some(file)), if waited || touched { Since::Disturbed } else { Since::Undisturbed }))
    }

    /// Waits on a thread of its own: when the user does not wait any longer, it ends with the process.
    async fn wait(&self, file: &File, holder: &str, halt: &CancellationToken) -> anyhow::Result<()> {
        let project = self.project;
        let who = if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
        self.context.output().note(&format!("waiting for another hoist{who} to finish with project '{project}'"), None);
        let (done, locked) = oneshot::channel();
        let waiting = file.try_clone()?;
        std::thread::spawn(move || done.send(waiting.lock()));
        tokio::select! {
            locked = locked => Ok(locked??),
            () = halt.cancelled() => Err(Interrupted.into()),
        }
    }
}

/// Writes down whose it is.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    io::Seek::rewind(file)?;
    write!(file, "{}", std::process::id())
}

/// The user's folder for locks: of this run of the machine, and nobody else's.
fn folder(environment: &BTreeMap<String, String>) -> io::Result<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    let given = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let runtime = given.into_iter().chain([PathBuf::from(format!("/run/user/{user}"))]).find(|folder| folder.is_dir());
    let own = match runtime {
        Some(runtime) => runtime.join("hoist"),
        None => std::env::temp_dir().join(format!("hoist-{user}")),
    };
    private(&own, user)?;
    Ok(own)
}

/// Makes a folder that only this user can enter, or sees to it that it is one.
fn private(folder: &Path, user: u32) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
        _ => {}
    }
    let about = folder.symlink_metadata()?;
    if about.is_dir() && about.uid() == user && about.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!("{} is not a folder of this user alone", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_is_the_users_own() {
        let home = tempfile::tempdir().unwrap();
        let environment = BTreeMap::from([("XDG_RUNTIME_DIR".to_owned(), home.path().display().to_string())]);
        let own = folder(&environment).unwrap();
        assert_eq!(own, home.path().join("hoist"));
        assert_eq!(own.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(folder(&environment).is_err(), "others can write there");
        std::fs::remove_dir(&own).unwrap();
        std::os::unix::fs::symlink("/", &own).unwrap();
        assert!(folder(&environment).is_err(), "a link is no folder of ours");
    }
}
