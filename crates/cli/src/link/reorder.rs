//! Putting rows in order that come over a transport which loses, changes and doubles bytes.

use std::collections::BTreeMap;
use std::ops::Range;

/// Rows that are buffered at most while one before them is missing. The board's window has less
/// than a thousand.
const MOST: usize = 16_384;

/// The rows of a run, each handed out exactly once and in order.
#[derive(Debug, Default)]
pub struct ReorderBuffer {
    next: u32,
    waiting: BTreeMap<u32, Vec<u8>>,
}

impl ReorderBuffer {
    /// Adds a row. One that came before is dropped.
    pub fn put(&mut self, number: u32, content: &[u8]) {
        if number < self.next {
            return;
        }
        if self.waiting.len() >= MOST {
            // What comes sooner is needed sooner: the row that all wait for is never refused.
            match self.waiting.last_entry() {
                Some(last) if *last.key() > number => drop(last.remove()),
                _ => return,
            }
        }
        self.waiting
            .entry(number)
            .or_insert_with(|| content.to_vec());
    }

    /// Hands out the next row, if it is there.
    pub fn take(&mut self) -> Option<(u32, Vec<u8>)> {
        let content = self.waiting.remove(&self.next)?;
        let number = self.next;
        self.next += 1;
        Some((number, content))
    }

    /// The first row that was not handed out.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// Rows that are missing before `end`.
    pub fn missing(&self, end: u32) -> Vec<Range<u32>> {
        let mut gaps = Vec::new();
        let mut from = self.next;
        for row in self.waiting.keys().copied().take_while(|row| *row < end) {
            if row > from {
                gaps.push(from..row);
            }
            from = row + 1;
        }
        if end > from {
            gaps.push(from..end);
        }
        gaps
    }

    /// The row behind the last that came in: whatever is missing before it was lost.
    pub fn seen(&self) -> u32 {
        self.waiting
            .keys()
            .next_back()
            .map_or(self.next, |row| row + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_what_is_missing() {
        let mut buffer = ReorderBuffer {
            next: 2,
            ..ReorderBuffer::default()
        };
        for row in [1, 4, 5, 7, 4] {
            buffer.put(row, &[row as u8]);
        }
        assert_eq!(buffer.take(), None);
        assert_eq!(buffer.seen(), 8);
        assert_eq!(buffer.missing(8), [2..4, 6..7]);
        assert_eq!(buffer.missing(10), [2..4, 6..7, 8..10]);
        assert_eq!(buffer.missing(2), []);
    }

    proptest! {
        #[test]
        fn every_row_once_and_in_order(rows in prop::collection::vec(0u32..40, 0..300)) {
            let mut buffer = ReorderBuffer::default();
            let mut got = Vec::new();
            for row in rows.iter().copied().chain(0..40) {
                buffer.put(row, &row.to_le_bytes());
                while let Some((number, content)) = buffer.take() {
                    prop_assert_eq!(&content[..], number.to_le_bytes());
                    got.push(number);
                }
            }
            prop_assert_eq!(got, (0..40).collect::<Vec<_>>());
        }
    }
}
