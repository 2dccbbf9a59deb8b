//! Which process writes a journal and whether a host follows it, by file locks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;

use edgescore_record::RunId;
use nix::unistd::Pid;

use super::path::path;
use crate::storage::data_folder::DataFolder;

/// The process that writes the journal of `run`, if one does.
pub fn writer_of(folder: &DataFolder, run: RunId) -> Option<Pid> {
    let name = path(folder, run, "pid").ok()?;
    let file = File::open(&name).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&name).ok()?;
            Some(Pid::from_raw(pid.trim().parse().ok()?))
        }
        _ => None,
    }
}

/// Tells other processes, as long as it lives, that a host follows a run.
pub struct HostPresence(#[allow(dead_code, reason = "holds the lock")] File);

impl HostPresence {
    /// Takes the lock.
    pub fn announce(folder: &DataFolder, run: RunId) -> io::Result<HostPresence> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path(folder, run, "host")?)?;
        // Only `host_is_present` takes it alone, and for a moment.
        file.lock_shared()?;
        Ok(HostPresence(file))
    }
}

/// Whether the host of any process follows `run`.
pub fn host_is_present(folder: &DataFolder, run: RunId) -> bool {
    let Ok(name) = path(folder, run, "host") else {
        return false;
    };
    let file = File::open(name);
    matches!(
        file.map(|file| file.try_lock()),
        Ok(Err(TryLockError::WouldBlock))
    )
}
