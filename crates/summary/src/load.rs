//! From result files to runs that are scored.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use edgescore_record::file::ResultFile;
use edgescore_taskpack::Hash;

use crate::decoder::Decoder;
use crate::error::Error;
use crate::run::RunSummary;

/// Digits of an id.
const ID_DIGITS: usize = 16;

/// A result file, decoded.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// First 16 digits of the SHA-256 of the file.
    pub id: String,
    /// What its records say.
    pub records: Decoder,
}

/// Decodes the bytes of a result file.
///
/// # Errors
/// Bytes that are no result, or one of more than 256 groups.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    let mut records = Decoder::default();
    for record in ResultFile::parse(bytes)?.records() {
        records.take(&record)?;
    }
    let mut id = Hash::of(bytes).to_string();
    id.truncate(ID_DIGITS);
    Ok(Decoded { id, records })
}

/// Decodes the result file at `path`.
///
/// # Errors
/// A file that cannot be read, or is no result.
pub fn decode_file(path: &Path) -> Result<Decoded, Error> {
    let bytes = fs::read(path).map_err(|error| Error::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    decode(&bytes).map_err(|error| error.in_file(path))
}

/// Reads and scores a result.
///
/// # Errors
/// A file that cannot be read, is no result, or contradicts itself.
pub fn load(path: &Path) -> Result<RunSummary, Error> {
    let Decoded { id, records } = decode_file(path)?;
    let file = path.display().to_string();
    RunSummary::of(records, file, id).map_err(|error| error.in_file(path))
}

/// Reads and scores results, on all CPUs, in the order given.
///
/// # Errors
/// Those of [`load`], of the first file that has one.
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<RunSummary>, Error> {
    let next = AtomicUsize::new(0);
    let loaded = Mutex::new(Vec::with_capacity(paths.len()));
    let threads = thread::available_parallelism().map_or(1, |n| n.get());
    thread::scope(|scope| {
        for _ in 0..threads.min(paths.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { break };
                    let run = load(path);
                    let mut loaded = loaded.lock().unwrap_or_else(|e| e.into_inner());
                    loaded.push((index, run));
                }
            });
        }
    });
    let mut loaded = loaded.into_inner().unwrap_or_else(|e| e.into_inner());
    loaded.sort_unstable_by_key(|(index, _)| *index);
    loaded.into_iter().map(|(_, run)| run).collect()
}
