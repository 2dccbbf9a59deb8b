//! Writing a journal.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use edgescore_record::{RunId, file};

use super::path::path;
use crate::storage::data_folder::{self, DataFolder};

/// A journal that grows. What was flushed is on the disk, and so is its name.
pub struct Journal {
    file: File,
    /// Frames that were written and not flushed.
    waiting: Vec<u8>,
    /// Length up to the last whole flush.
    length: u64,
    name: PathBuf,
    alive: PathBuf,
    /// Locked as long as this process writes.
    _lock: File,
}

impl Journal {
    /// Makes the journal of `run`; `None` when there is one already.
    pub fn create(folder: &DataFolder, run: RunId) -> io::Result<Option<Journal>> {
        let alive = path(folder, run, "pid")?;
        let name = path(folder, run, "journal")?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&alive)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        lock.set_len(0)?;
        write!(&lock, "{}", std::process::id())?;
        if path(folder, run, "esr")?.exists() {
            return Ok(None);
        }
        let file = match OpenOptions::new().append(true).create_new(true).open(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut journal = Journal {
            file,
            waiting: file::header().to_vec(),
            length: 0,
            name,
            alive,
            _lock: lock,
        };
        journal.flush()?;
        edgescore_record::fsync_folder(&folder.runs()?)?;
        Ok(Some(journal))
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Writes and syncs. What could be written in part only is taken back, so that the journal
    /// ends with a whole row.
    fn flush(&mut self) -> io::Result<()> {
        let written = self
            .file
            .write_all(&self.waiting)
            .and_then(|()| self.file.sync_data());
        self.length += match &written {
            Ok(()) => self.waiting.len() as u64,
            Err(_) => 0,
        };
        self.waiting.clear();
        written.map_err(|error| {
            let _ = self.file.set_len(self.length);
            let name = self.name.display();
            let text = format!(
                "cannot write the journal {name}: {error}; {}",
                data_folder::remedy(&error)
            );
            io::Error::new(error.kind(), text)
        })
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A lock that stays behind is no lock: nobody holds it.
        let _ = std::fs::remove_file(&self.alive);
    }
}
