//! Who writes a journal and who listens to it, told by file locks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;

use edgescore_record::RunId;
use nix::unistd::Pid;

use super::path;
use crate::home::Home;

/// The process that writes the journal of `run`, if one does.
pub fn writer_of(home: &Home, run: RunId) -> Option<Pid> {
    let name = path(home, run, "pid").ok()?;
    let file = File::open(&name).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&name).ok()?;
            Some(Pid::from_raw(pid.trim().parse().ok()?))
        }
        _ => None,
    }
}

/// Says, as long as it lives, that a desk listens to a run.
pub struct Presence(#[allow(dead_code, reason = "holds the lock")] File);

impl Presence {
    /// Takes the lock.
    pub fn of(home: &Home, run: RunId) -> io::Result<Presence> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path(home, run, "desk")?)?;
        // Only the one who looks whether somebody listens locks it alone, and for a moment.
        file.lock_shared()?;
        Ok(Presence(file))
    }
}

/// Whether the desk of any process listens to `run`.
pub fn someone_listens(home: &Home, run: RunId) -> bool {
    let Ok(name) = path(home, run, "desk") else {
        return false;
    };
    let file = File::open(name);
    matches!(
        file.map(|file| file.try_lock()),
        Ok(Err(TryLockError::WouldBlock))
    )
}
