//! The result file (`.esr`): a magic, a version, and the frames of the rows.
//!
//! Rows are appended one at a time while a run goes on, so a file that was cut off anywhere
//! is a valid result up to its last whole row.

use std::format;
use std::ops::Range;
use std::string::String;
use std::vec::Vec;

use crate::frame::{self, MAX_FRAME};
use crate::{CURRENT_VERSION, Chain, MIN_VERSION, Record, SessionEnd};

/// First bytes of every result file.
pub const MAGIC: [u8; 8] = *b"EDGESCOR";

/// Bytes before the first frame: magic and version, little-endian.
pub fn header() -> [u8; 10] {
    let mut header = [0; 10];
    header[..8].copy_from_slice(&MAGIC);
    header[8..].copy_from_slice(&CURRENT_VERSION.to_le_bytes());
    header
}

/// Why bytes are not a readable result. The message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// The magic is missing.
    NotAResult,
    /// Written by a newer program; holds the version found.
    TooNew(u16),
    /// Written in a version that is no longer read; holds the version found.
    TooOld(u16),
    /// A frame in the middle is damaged; holds its offset in the file.
    Damaged(usize),
    /// A row is missing: the number expected and the number found.
    Gap(u32, u32),
    /// A row is of a kind that this program does not know; holds its number.
    UnknownRow(u32),
    /// The first row is not a SessionStart, or there is no whole row.
    NoStart,
    /// The rows do not match the running hash of the last row.
    ChainBroken,
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let again = "collect it again from the board, or repeat the run";
        let text: String = match self {
            FileError::NotAResult => {
                "not a result file (the first eight bytes are not EDGESCOR): `edgescore run -o` writes one".into()
            }
            FileError::TooNew(found) => format!(
                "result format version {found} is newer than this program reads ({MIN_VERSION} to {CURRENT_VERSION}): update edgescore"
            ),
            FileError::TooOld(found) => format!(
                "result format version {found} is older than this program reads ({MIN_VERSION} to {CURRENT_VERSION}): use the edgescore that wrote it"
            ),
            FileError::Damaged(offset) => {
                format!("the result is damaged at byte {offset}: {again}")
            }
            FileError::Gap(expected, found) => {
                format!("row {expected} is missing (row {found} stands in its place): {again}")
            }
            FileError::UnknownRow(row) => format!(
                "row {row} is of a kind this program does not know: update edgescore"
            ),
            FileError::NoStart => {
                format!("the result ends before its first row is whole: {again}")
            }
            FileError::ChainBroken => format!(
                "the rows do not match the hash in the last row, so the file was changed after the run: {again}"
            ),
        };
        f.write_str(&text)
    }
}

impl std::error::Error for FileError {}

/// A parsed result file: every row is known to be whole, known and in its place.
///
/// ```
/// use edgescore_record::Record;
/// use edgescore_record::file::ResultFile;
///
/// let path = "../../docs/bench/2026-11-24-reference-models/1m.esr";
/// let result = ResultFile::parse(&std::fs::read(path)?)?;
/// let correct = result.records().filter(|record| match record {
///     Record::Question(question) => question.answer.is_correct(),
///     _ => false,
/// });
/// let correct = correct.count() as u32;
///
/// // A run that was cut off has no end.
/// let end = result.end().ok_or("the run was cut off")?;
/// assert!(correct <= end.answered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ResultFile {
    contents: Vec<u8>,
    rows: Vec<Range<usize>>,
    end: Option<SessionEnd>,
}

impl ResultFile {
    /// Parses the bytes of a file. A torn tail (a run that was cut off while it wrote) is
    /// dropped; [`ResultFile::end`] is `None` then.
    ///
    /// # Errors
    /// Anything else that is wrong with the file.
    pub fn parse(bytes: &[u8]) -> Result<ResultFile, FileError> {
        let (magic, rest) = bytes.split_at_checked(8).ok_or(FileError::NotAResult)?;
        if magic != MAGIC {
            return Err(FileError::NotAResult);
        }
        let (version, mut rest) = rest.split_first_chunk::<2>().ok_or(FileError::NoStart)?;
        match u16::from_le_bytes(*version) {
            found if found > CURRENT_VERSION => return Err(FileError::TooNew(found)),
            found if found < MIN_VERSION => return Err(FileError::TooOld(found)),
            _ => {}
        }
        let mut file = ResultFile {
            contents: Vec::with_capacity(rest.len()),
            rows: Vec::new(),
            end: None,
        };
        let mut chain = Chain::default();
        // The first frame that cannot be read is the torn tail, unless a whole row follows.
        let mut torn_at = None;
        let mut buffer = [0; MAX_FRAME];
        while let Some(length) = rest.iter().position(|byte| *byte == 0) {
            let offset = bytes.len() - rest.len();
            let (raw, behind) = rest.split_at(length);
            rest = behind.get(1..).unwrap_or_default();
            if raw.is_empty() {
                continue;
            }
            let decoded = match buffer.get_mut(..length) {
                Some(frame) => {
                    frame.copy_from_slice(raw);
                    frame::decode(frame)
                }
                None => None,
            };
            match (decoded, torn_at) {
                (Some(_), Some(damaged)) => return Err(FileError::Damaged(damaged)),
                (Some((row, content)), None) => file.add(row, content, &mut chain)?,
                (None, _) => torn_at = torn_at.or(Some(offset)),
            }
        }
        if file.end.is_some() && (torn_at.is_some() || !rest.is_empty()) {
            let offset = bytes.len() - rest.len();
            return Err(FileError::Damaged(torn_at.unwrap_or(offset)));
        }
        let started = matches!(file.records().next(), Some(Record::SessionStart(_)));
        started.then_some(file).ok_or(FileError::NoStart)
    }

    fn add(&mut self, row: u32, content: &[u8], chain: &mut Chain) -> Result<(), FileError> {
        let expected = self.rows.len() as u32;
        if row != expected || self.end.is_some() {
            return Err(FileError::Gap(expected, row));
        }
        match frame::message::<Record>(content) {
            None => return Err(FileError::UnknownRow(row)),
            Some(Record::SessionEnd(end)) => {
                if end.chain != chain.hash() {
                    return Err(FileError::ChainBroken);
                }
                self.end = Some(end);
            }
            Some(_) => chain.add(content),
        }
        let start = self.contents.len();
        self.contents.extend_from_slice(content);
        self.rows.push(start..self.contents.len());
        Ok(())
    }

    /// The rows in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        // Every range was parsed once by `add`, so nothing is dropped here.
        self.rows
            .iter()
            .filter_map(|range| frame::message(self.contents.get(range.clone())?))
    }

    /// The last row, if the run came to its end.
    pub fn end(&self) -> Option<SessionEnd> {
        self.end
    }
}
