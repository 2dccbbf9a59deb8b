//! From result files to runs that are scored.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use edgescore_record::Record;
use edgescore_record::file::ResultFile;
use edgescore_taskpack::Hash;

use crate::decoder::{Decoded, Decoder};
use crate::error::Error;
use crate::legs::{self, InFile};
use crate::run::RunSummary;

/// Digits of an id.
const ID_DIGITS: usize = 16;

/// Decodes the bytes of a result file.
///
/// # Errors
/// Bytes that are no result, or one of more than 256 groups.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    let file = ResultFile::parse(bytes)?;
    let mut sessions: Vec<Decoder> = Vec::with_capacity(1);
    for record in file.records() {
        if matches!(record, Record::SessionStart(_)) {
            sessions.push(Decoder::default());
        }
        if let Some(current) = sessions.last_mut() {
            current.take(&record)?;
        }
    }
    let mut sessions = sessions.into_iter();
    let mut records = sessions.next().unwrap_or_default();
    sessions.try_for_each(|session| records.resume(session))?;
    records.damage = file.damage().clone();
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
    let decoded = decode_file(path)?;
    score((path.display().to_string(), decoded))
}

/// Reads and scores results, on all CPUs, in the order given. The legs of one run are one run.
///
/// # Errors
/// Those of [`load`], of the first file that has one, and a leg that is missing.
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<RunSummary>, Error> {
    let read = on_all_cpus(paths.to_vec(), |path| {
        let decoded = decode_file(&path)?;
        Ok((path.display().to_string(), decoded))
    })?;
    on_all_cpus(legs::join(read)?, score)
}

/// The legs of one run, added as they come in.
#[derive(Debug, Default)]
pub struct Legs {
    joined: Option<InFile>,
}

impl Legs {
    /// Adds the leg in the file at `path`, and scores what there is. A run is called by the file of
    /// its first leg.
    ///
    /// # Errors
    /// A file that cannot be read or is no result, and a leg that does not begin where the one before
    /// it ended.
    pub fn add(&mut self, path: &Path) -> Result<RunSummary, Error> {
        let next = decode_file(path)?;
        let joined = match &mut self.joined {
            Some(joined) => {
                let appended = joined.1.records.append(next.records);
                appended.map_err(|error| error.in_file(path))?;
                joined
            }
            empty => empty.insert((path.display().to_string(), next)),
        };
        score(joined.clone())
    }
}

fn score((file, decoded): InFile) -> Result<RunSummary, Error> {
    let Decoded { id, records } = decoded;
    let path = PathBuf::from(&file);
    RunSummary::of(records, file, id).map_err(|error| error.in_file(&path))
}

/// What `work` makes of `items`, in their order.
fn on_all_cpus<I: Send, O: Send>(
    items: Vec<I>,
    work: impl Fn(I) -> Result<O, Error> + Sync,
) -> Result<Vec<O>, Error> {
    let threads = thread::available_parallelism().map_or(1, |n| n.get());
    let threads = threads.min(items.len());
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = next() {
                    let made = work(item);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((index, made));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, made)| made).collect()
}
