//! [`Job`]: a batch on its way into one container. One bad path never costs the others.

use super::batch::{Batch, Item, Replaces};
use super::reading::{self, Journal, Reading};
use super::relative::Relative;
use super::tree::Held;
use crate::engine::{Engine, EngineError, Interior, Licence, Overwrite, Owners, Road};
use crate::value::ContainerId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A batch for a container.
pub struct Job {
    /// The engine.
    pub engine: Engine,
    /// The right to write.
    pub licence: Licence,
    /// The container.
    pub id: ContainerId,
    /// What of it matters.
    pub interior: Interior,
    /// Whose the files in it are, once that is known.
    pub owners: Arc<OnceCell<Owners>>,
    /// Where the root is on the host, and where in the container.
    pub places: Arc<(PathBuf, PathBuf)>,
    /// What is done.
    pub batch: Batch,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Copied {
    /// Where the container holds by now what it was to hold; nothing where it was to go.
    pub done: Vec<(Relative, Option<Held>)>,
    /// Where that is not what the host held when the batch was made, with what it held then.
    pub newer: BTreeMap<Relative, Held>,
    /// Where it does not, and why.
    pub failed: Vec<(Relative, String)>,
    /// Where nobody knows what it holds.
    pub unsure: BTreeSet<Relative>,
    /// What ended it: the engine is not there, or the container is gone.
    pub fault: Option<EngineError>,
}

impl Job {
    /// Carries it out.
    pub async fn run(mut self) -> Copied {
        let mut copied = Copied::default();
        let batch = std::mem::take(&mut self.batch);
        copied.fault = self.carry_out(batch, &mut copied).await.err();
        copied
    }

    async fn carry_out(&self, mut batch: Batch, copied: &mut Copied) -> Result<(), EngineError> {
        copied.failed.append(&mut batch.unreadable);
        let puts = std::mem::take(&mut batch.puts);
        if puts.iter().any(|item| item.replaces == Replaces::Folder) {
            self.remove(&batch, copied).await?;
            return self.put_all(puts, copied).await;
        }
        self.put_all(puts, copied).await?;
        self.remove(&batch, copied).await
    }

    async fn put_all(&self, mut items: Vec<Item>, copied: &mut Copied) -> Result<(), EngineError> {
        if !self.interior.has_user && !items.is_empty() {
            let target = &self.places.1;
            let owners = self.owners.get_or_try_init(|| self.engine.owners(&self.id, target)).await?;
            for item in &mut items {
                item.owner = owners.of(&item.inside);
            }
        }
        let mut groups: BTreeMap<(Road, Overwrite), Vec<Item>> = BTreeMap::new();
        for item in items {
            match self.interior.road(&item.inside) {
                // Something of the host is mounted there: it is there by itself.
                None => copied.done.push((item.path, Some(item.wanted))),
                Some(road) => {
                    // Folders that take the place of files come before what is in them.
                    let is_swap = item.replaces == Replaces::File;
                    let overwrite = if is_swap { Overwrite::Files } else { Overwrite::SameKind };
                    groups.entry((road, overwrite)).or_default().push(item);
                }
            }
        }
        for (way, items) in groups {
            self.put(items, way, copied).await?;
        }
        Ok(())
    }

    /// Puts items there; when the engine refuses, in halves, until it is known what it refuses.
    async fn put(&self, items: Vec<Item>, way: (Road, Overwrite), copied: &mut Copied) -> Result<(), EngineError> {
        if let Err(error) = self.make_way(&items, way).await {
            if is_of_engine(&error) {
                return Err(error);
            }
            copied.failed.extend(items.into_iter().map(|item| (item.path, error.to_string())));
            return Ok(());
        }
        let mut left = vec![items];
        while let Some(items) = left.pop() {
            let items = Arc::new(possible(items, copied));
            if way.0 != Road::Archive && !self.interior.is_running {
                copied.failed.extend(items.iter().map(|item| (item.path.clone(), DOES_NOT_RUN.to_owned())));
                continue;
            }
            let reading = Reading::new(&items, &self.places);
            let journal = reading.journal();
            let answer = self.engine.put(self.licence, &self.id, reading, way).await;
            let Journal { held, newer, unreadable, broken } = reading::taken(&journal);
            copied.failed.extend(unreadable);
            copied.newer.extend(newer);
            match answer {
                Ok(()) => {
                    for (path, held) in held {
                        copied.unsure.remove(&path);
                        copied.done.push((path, Some(held)));
                    }
                }
                Err(error) if broken.is_none() && is_of_engine(&error) => {
                    let all = left.iter().flatten().chain(items.iter());
                    copied.unsure.extend(all.map(|item| item.path.clone()));
                    return Err(error);
                }
                Err(error) => {
                    // Some of it is there, and may be gone from the host by the time that it is tried again.
                    copied.unsure.extend(held.into_iter().map(|(path, _)| path));
                    left.extend(again(&items, broken.as_ref(), &error, copied));
                }
            }
        }
        Ok(())
    }

    /// Removes the files that folders take the place of, where `tar` would leave them, or write through a link.
    async fn make_way(&self, items: &[Item], (road, overwrite): (Road, Overwrite)) -> Result<(), EngineError> {
        if road == Road::Archive || overwrite == Overwrite::SameKind || !self.interior.is_running {
            return Ok(());
        }
        let files: Vec<PathBuf> = items.iter().map(|item| item.inside.clone()).collect();
        self.engine.remove_files(self.licence, &self.id, (&files, &[])).await
    }

    async fn remove(&self, batch: &Batch, copied: &mut Copied) -> Result<(), EngineError> {
        let all = || batch.files.iter().chain(&batch.folders);
        if !batch.removes() {
            return Ok(());
        }
        if !self.interior.is_running {
            copied.failed.extend(all().map(|(path, _)| (path.clone(), DOES_NOT_RUN.to_owned())));
            return Ok(());
        }
        let odd = |path: &PathBuf| path.to_str().is_none();
        let inside = |paths: &[(Relative, PathBuf)]| -> Vec<PathBuf> {
            let ours = paths.iter().filter(|(_, path)| self.interior.road(path).is_some() && !odd(path));
            ours.map(|(_, path)| path.clone()).collect()
        };
        copied.failed.extend(all().filter(|(_, path)| odd(path)).map(|(path, _)| (path.clone(), NO_TEXT.to_owned())));
        let all = || all().filter(|(_, path)| !odd(path));
        let (files, folders) = (inside(&batch.files), inside(&batch.folders));
        match self.engine.remove_files(self.licence, &self.id, (&files, &folders)).await {
            Ok(()) => copied.done.extend(all().map(|(path, _)| (path.clone(), None))),
            Err(error) if is_of_engine(&error) => return Err(error),
            Err(error) => {
                for (path, inside) in all() {
                    // What is in memory is not seen from outside.
                    if self.interior.is_memory(inside) || self.engine.has_file(&self.id, inside).await? {
                        copied.failed.push((path.clone(), error.to_string()));
                    } else {
                        copied.done.push((path.clone(), None));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What is tried again of items that did not all arrive: all but the file that broke off while it was read, or each half
/// of them, until it is known which one the engine refuses.
fn again(
    items: &[Item],
    broken: Option<&(Relative, String)>,
    error: &EngineError,
    copied: &mut Copied,
) -> Vec<Vec<Item>> {
    if let Some((path, why)) = broken {
        copied.unsure.insert(path.clone());
        copied.failed.push((path.clone(), why.clone()));
        return vec![items.iter().filter(|item| item.path != *path).cloned().collect()];
    }
    if let [] | [_] = items {
        copied.unsure.extend(items.iter().map(|item| item.path.clone()));
        copied.failed.extend(items.iter().map(|item| (item.path.clone(), error.to_string())));
        return Vec::new();
    }
    let (first, rest) = items.split_at(items.len() / 2);
    vec![rest.to_vec(), first.to_vec()]
}

/// What is not below something that failed: it would go wherever a link leads that should have made way for a folder.
fn possible(items: Vec<Item>, copied: &mut Copied) -> Vec<Item> {
    let mut possible = Vec::with_capacity(items.len());
    for item in items {
        match copied.failed.iter().find(|(path, _)| item.path.is_in(path)) {
            Some((_, why)) => copied.failed.push((item.path, why.clone())),
            None => possible.push(item),
        }
    }
    possible
}

/// Why something cannot be removed.
const NO_TEXT: &str = "its name is not UTF-8, which the engine's commands cannot say: it has to be removed by hand";

/// Why something waits for a container to start.
pub const DOES_NOT_RUN: &str = "the container does not run";

/// Whether a fault is not about a path.
fn is_of_engine(error: &EngineError) -> bool {
    error.is_connection() || error.is_not_found() && error.to_string().contains("No such container")
}
