//! A folder of manifests: one file for each object, and a list of those that Hoist wrote. Nothing is ever deleted.

use crate::kubernetes::Files;
use anyhow::{Context as _, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The file that lists what was written, one name a line. A folder with it is one that Hoist owns.
const MARKER: &str = ".hoist-convert";

/// Writes files into a folder that is empty or ours; gives the files of an earlier time that are stale now.
pub(super) fn write(folder: &Path, files: &Files) -> anyhow::Result<Vec<String>> {
    let shown = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("folder '{shown}' cannot be made"))?;
    let ours = ours(folder)?;
    if let Some(foreign) = files.keys().find(|name| !ours.contains(*name) && folder.join(name).exists()) {
        bail!(
            "'{}' was not made by 'hoist convert': remove it, or name another folder",
            folder.join(foreign).display()
        );
    }
    let stale: Vec<String> =
        ours.iter().filter(|name| !files.contains_key(*name) && folder.join(name).exists()).cloned().collect();
    // The list comes first: what a run that is cut short has written is ours, too.
    let listed: BTreeSet<&String> = files.keys().chain(&stale).collect();
    let list: Vec<String> = listed.into_iter().map(|name| format!("{name}\n")).collect();
    put(&folder.join(MARKER), list.concat().as_bytes())?;
    for (name, bytes) in files {
        put(&folder.join(name), bytes)?;
    }
    Ok(stale)
}

/// The files that an earlier run wrote; a folder with other files is refused.
fn ours(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let shown = folder.display();
    if let Ok(list) = fs::read_to_string(folder.join(MARKER)) {
        return Ok(list.lines().map(str::to_owned).collect());
    }
    let mut entries = fs::read_dir(folder).with_context(|| format!("folder '{shown}' cannot be read"))?;
    if entries.next().is_some() {
        bail!("folder '{shown}' is not empty, and not made by 'hoist convert': name an empty one");
    }
    Ok(BTreeSet::new())
}

fn put(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(file, bytes)).with_context(|| format!("'{}' cannot be written", file.display()))
}
