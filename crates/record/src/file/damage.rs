//! What is wrong with a result file whose rows can be read all the same.

use std::fmt;
use std::format;
use std::ops::Range;
use std::string::String;
use std::vec::Vec;

/// What is wrong with it. Every row that is read has a checksum that fits, so damage costs the rows that it hit
/// and no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Rows that are missing, by their numbers.
    pub missing: Vec<Range<u32>>,
    /// Rows in which one bit was put right, by their numbers.
    pub mended: Vec<u32>,
    /// Offset of the first byte that cannot be read.
    pub at: Option<usize>,
    /// A bit of the magic or the version was put right.
    pub header: bool,
    /// The closing record is missing, so rows at the end may be, too, and the others cannot be held against the
    /// hash over all of them.
    pub unclosed: bool,
}

impl Damage {
    /// Rows that are known to be missing.
    pub fn missing_rows(&self) -> u32 {
        let count = |range: &Range<u32>| range.end.saturating_sub(range.start);
        self.missing.iter().map(count).fold(0, u32::saturating_add)
    }

    /// Adds that of another file, whose rows go on where those of this one end.
    pub fn append(&mut self, other: Damage) {
        self.missing.extend(other.missing);
        self.mended.extend(other.mended);
        self.at = self.at.or(other.at);
        self.header |= other.header;
        self.unclosed |= other.unclosed;
    }

    /// Whether the file differs from what was written, other than by its end.
    pub fn is_damaged(&self) -> bool {
        !self.missing.is_empty() || !self.mended.is_empty() || self.header || self.at.is_some()
    }

    /// Row numbers as people read them, the first few.
    fn named(&self) -> String {
        const SHOWN: usize = 4;
        let name = |range: &Range<u32>| match range.end - range.start {
            1 => format!("{}", range.start),
            _ => format!("{} to {}", range.start, range.end - 1),
        };
        let mut names: Vec<String> = self.missing.iter().take(SHOWN).map(name).collect();
        if self.missing.len() > SHOWN {
            names.push("others".into());
        }
        names.join(", ")
    }
}

impl fmt::Display for Damage {
    /// A sentence without a full stop; empty where nothing is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.missing_rows() {
            0 => {}
            1 => parts.push(format!("1 row is missing ({})", self.named())),
            rows => parts.push(format!("{rows} rows are missing ({})", self.named())),
        }
        if let Some(at) = self.at {
            parts.push(format!("the first byte that cannot be read is {at}"));
        }
        match self.mended.as_slice() {
            [] => {}
            [row] => parts.push(format!(
                "a bit of row {row} was wrong and was put right by its checksum"
            )),
            rows => parts.push(format!(
                "a bit of each of {} rows was wrong and was put right by its checksum",
                rows.len()
            )),
        }
        if self.header {
            parts.push("a bit of the file's first ten bytes was wrong".into());
        }
        if self.unclosed {
            parts.push("the closing record is missing, so rows before it may be, too".into());
        }
        f.write_str(&parts.join("; "))
    }
}
