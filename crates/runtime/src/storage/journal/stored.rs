//! The journals that a board keeps.

use std::fs;
use std::io;
use std::time::SystemTime;

use edgescore_record::fsync_folder;
use edgescore_record::{Phase, RunId};

use super::path::path;
use crate::storage::data_folder::DataFolder;

/// Collected results that are kept. Each has about 130 KiB for 3,722 questions, so that they
/// never fill a disk, and a host that lost its copy finds the last ones.
const COLLECTED: usize = 32;

/// A run of the past or the present.
pub struct StoredRun {
    /// Its name.
    pub run: RunId,
    /// A host acknowledged all of it.
    pub collected: bool,
    made: SystemTime,
}

/// All runs, oldest first.
pub fn stored_runs(folder: &DataFolder) -> io::Result<Vec<StoredRun>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.runs()?)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((run, ending)) = name.to_str().and_then(|name| name.rsplit_once('.')) else {
            continue;
        };
        let (Ok(run), "journal" | "esr") = (run.parse(), ending) else {
            continue;
        };
        let metadata = entry.metadata()?;
        found.push(StoredRun {
            run,
            collected: ending == "esr",
            // Not every file system knows when a file was made.
            made: metadata.created().or_else(|_| metadata.modified())?,
        });
    }
    found.sort_by_key(|stored| (stored.made, stored.run));
    Ok(found)
}

/// A host has all rows of a run that is over. Its journal becomes a result file; that of a
/// refused run, which is none, is removed.
pub fn mark_collected(folder: &DataFolder, run: RunId, phase: Phase) -> io::Result<()> {
    let journal = path(folder, run, "journal")?;
    let done = match phase {
        Phase::Running => return Ok(()),
        Phase::Refused => fs::remove_file(journal),
        Phase::Ended | Phase::CutOff => fs::rename(journal, path(folder, run, "esr")?),
    };
    // The host may acknowledge it twice.
    let _ = fs::remove_file(path(folder, run, "host")?);
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }?;
    fsync_folder(&folder.runs()?)
}

/// Removes the oldest collected results.
pub fn prune(folder: &DataFolder) -> io::Result<()> {
    let collected: Vec<_> = stored_runs(folder)?
        .into_iter()
        .filter(|stored| stored.collected)
        .collect();
    let surplus = collected.len().saturating_sub(COLLECTED);
    for stored in collected.into_iter().take(surplus) {
        fs::remove_file(path(folder, stored.run, "esr")?)?;
    }
    Ok(())
}
