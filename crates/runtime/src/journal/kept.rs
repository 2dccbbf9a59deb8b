//! The journals that a board keeps.

use std::fs;
use std::io;
use std::time::SystemTime;

use edgescore_record::file::sync_names;
use edgescore_record::{Phase, RunId};

use super::path;
use crate::home::Home;

/// Collected results that are kept. Each has about 130 KiB for 3,722 questions, so that they
/// never fill a disk, and a desk that lost its copy finds the last ones.
const COLLECTED: usize = 32;

/// A run of the past or the present.
pub struct Kept {
    /// Its name.
    pub run: RunId,
    /// A desk acknowledged all of it.
    pub collected: bool,
    made: SystemTime,
}

/// All runs, oldest first.
pub fn kept(home: &Home) -> io::Result<Vec<Kept>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(home.runs()?)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((run, ending)) = name.to_str().and_then(|name| name.rsplit_once('.')) else {
            continue;
        };
        let (Ok(run), "journal" | "esr") = (run.parse(), ending) else {
            continue;
        };
        let metadata = entry.metadata()?;
        found.push(Kept {
            run,
            collected: ending == "esr",
            // Not every file system knows when a file was made.
            made: metadata.created().or_else(|_| metadata.modified())?,
        });
    }
    found.sort_by_key(|kept| (kept.made, kept.run));
    Ok(found)
}

/// A desk has all rows of a run that is over. Its journal becomes a result file; that of a
/// refused run, which is none, is removed.
pub fn collected(home: &Home, run: RunId, phase: Phase) -> io::Result<()> {
    let journal = path(home, run, "journal")?;
    let done = match phase {
        Phase::Running => return Ok(()),
        Phase::Refused => fs::remove_file(journal),
        Phase::Ended | Phase::CutOff => fs::rename(journal, path(home, run, "esr")?),
    };
    // The desk may say it twice.
    let _ = fs::remove_file(path(home, run, "desk")?);
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }?;
    sync_names(&home.runs()?)
}

/// Removes the oldest collected results.
pub fn prune(home: &Home) -> io::Result<()> {
    let collected: Vec<_> = kept(home)?.into_iter().filter(|k| k.collected).collect();
    let surplus = collected.len().saturating_sub(COLLECTED);
    for kept in collected.into_iter().take(surplus) {
        fs::remove_file(path(home, kept.run, "esr")?)?;
    }
    Ok(())
}
