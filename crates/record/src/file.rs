//! The result file (`.esr`): a magic, a version, and the frames of the rows.
//!
//! Rows are appended one at a time while a run goes on, so a file that was cut off anywhere
//! is a valid result up to its last whole row.

mod damage;
mod segments;

use std::format;
use std::ops::Range;
use std::string::String;
use std::vec::Vec;

use crate::frame;
use crate::{CURRENT_VERSION, Chain, MIN_VERSION, Record, SessionEnd};

pub use damage::Damage;
use segments::{Frame, Segment, segments};

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
    /// A row stands behind a later one, or behind the last: the number expected and the number found.
    Order(u32, u32),
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
            FileError::Order(expected, found) => {
                format!("row {found} stands where row {expected} belongs: {again}")
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

/// A parsed result file: every row is known to be whole, known and in its place. Rows that cannot be read are
/// missing ([`ResultFile::damage`]).
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
    /// Number of the row that comes next.
    next: u32,
    end: Option<SessionEnd>,
    damage: Damage,
}

impl ResultFile {
    /// Parses the bytes of a file. A torn tail (a run that was cut off while it wrote) is
    /// dropped; [`ResultFile::end`] is `None` then.
    ///
    /// # Errors
    /// Nothing of it can be trusted: it is no result, of another version, without its first row, changed by hand, or
    /// its rows are not in order.
    pub fn parse(bytes: &[u8]) -> Result<ResultFile, FileError> {
        let (magic, rest) = bytes.split_at_checked(8).ok_or(FileError::NotAResult)?;
        let wrong = magic
            .iter()
            .zip(MAGIC)
            .map(|(found, byte)| (found ^ byte).count_ones());
        let wrong: u32 = wrong.sum();
        if wrong > 1 {
            return Err(FileError::NotAResult);
        }
        let (version, rest) = rest.split_first_chunk::<2>().ok_or(FileError::NoStart)?;
        let other_version = match u16::from_le_bytes(*version) {
            found if found > CURRENT_VERSION => Some(FileError::TooNew(found)),
            found if found < MIN_VERSION => Some(FileError::TooOld(found)),
            _ => None,
        };
        let is_other = other_version.is_some();
        let parsed = ResultFile::parse_rows(rest, bytes.len() - rest.len());
        let mut file = match other_version {
            None => parsed?,
            // All its rows are known, and there are no more: a bit of the version is wrong.
            Some(error) => match parsed {
                Ok(file) if file.damage == Damage::default() && is_near(*version) => file,
                _ => return Err(error),
            },
        };
        file.damage.header |= wrong > 0 || is_other;
        Ok(file)
    }

    fn parse_rows(bytes: &[u8], offset: usize) -> Result<ResultFile, FileError> {
        let mut file = ResultFile {
            contents: Vec::with_capacity(bytes.len()),
            rows: Vec::new(),
            next: 0,
            end: None,
            damage: Damage::default(),
        };
        let mut chain = Chain::default();
        // Frames that cannot be read since the last row.
        let mut broken = 0;
        for segment in segments(bytes, offset) {
            match segment {
                Segment::Whole(frame) => {
                    // What was put right must be what was missing.
                    if frame.mended
                        && !(file.next..=file.next.saturating_add(broken)).contains(&frame.row)
                    {
                        broken += 1;
                        continue;
                    }
                    file.add(frame, &mut chain)?;
                    broken = 0;
                }
                Segment::Broken(at) => {
                    broken += 1;
                    file.damage.at.get_or_insert(at);
                }
                // A run that was cut off while it wrote.
                Segment::Torn(_) if file.end.is_none() => {}
                Segment::Torn(at) => {
                    file.damage.at.get_or_insert(at);
                }
            }
        }
        file.damage.unclosed = file.end.is_none();
        let started = matches!(file.records().next(), Some(Record::SessionStart(_)));
        started.then_some(file).ok_or(FileError::NoStart)
    }

    fn add(&mut self, frame: Frame, chain: &mut Chain) -> Result<(), FileError> {
        let Frame {
            row,
            content,
            mended,
        } = frame;
        let expected = self.next;
        if row < expected || self.end.is_some() {
            return Err(FileError::Order(expected, row));
        }
        let record = frame::message::<Record>(&content).ok_or(FileError::UnknownRow(row))?;
        if row > expected {
            self.damage.missing.push(expected..row);
        }
        self.next = row.saturating_add(1);
        if mended {
            self.damage.mended.push(row);
        }
        match record {
            Record::Lost => {
                self.damage.missing.push(row..self.next);
                return Ok(());
            }
            Record::SessionEnd(end) => {
                // Without all rows there is nothing to hold the hash against.
                if self.damage.missing.is_empty() && end.chain != chain.hash() {
                    return Err(FileError::ChainBroken);
                }
                self.end = Some(end);
            }
            _ => chain.add(&content),
        }
        let start = self.contents.len();
        self.contents.extend_from_slice(&content);
        self.rows.push(start..self.contents.len());
        Ok(())
    }

    /// What is wrong with it.
    pub fn damage(&self) -> &Damage {
        &self.damage
    }

    /// The rows in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        // Every range was parsed once by `add`, so nothing is dropped here.
        self.rows
            .iter()
            .filter_map(|range| frame::message(self.contents.get(range.clone())?))
    }

    /// Number and message of each row up to the verdict, as the running hash takes them: what stands when a run
    /// goes on that ended too early. None where rows are missing.
    pub fn unended(&self) -> Option<Vec<&[u8]>> {
        let rows = self
            .rows
            .iter()
            .map(|range| self.contents.get(range.clone()));
        let rows = rows.map_while(|content| {
            let content = content?;
            let record = frame::message::<Record>(content)?;
            let ends = matches!(record, Record::Verdict(_) | Record::SessionEnd(_));
            (!ends).then_some(content)
        });
        self.damage.missing.is_empty().then(|| rows.collect())
    }

    /// The last row, if the run came to its end.
    pub fn end(&self) -> Option<SessionEnd> {
        self.end
    }
}

/// Whether one bit makes these bytes a version that is read.
fn is_near(version: [u8; 2]) -> bool {
    let found = u16::from_le_bytes(version);
    (MIN_VERSION..=CURRENT_VERSION).any(|version| (found ^ version).is_power_of_two())
}
