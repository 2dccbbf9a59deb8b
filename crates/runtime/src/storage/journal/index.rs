//! Where the rows of a journal are, in memory that hardly grows with them: places of some rows, and the frames around the
//! last ones that were looked for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use edgescore_record::frame;

/// Rows between two places: 8 bytes for 64 rows. To find one of them, some 2 KB are read.
const STEP: u32 = 64;

/// Stretches that are kept: the one that is sent from, and the one up to which rows were acknowledged.
const KEPT: usize = 2;

/// Where the rows are.
#[derive(Default)]
pub struct Index {
    /// Where the rows from each multiple of [`STEP`] on begin.
    places: Vec<u64>,
    rows: u32,
    kept: RefCell<VecDeque<Stretch>>,
}

/// The rows from one place to the next.
struct Stretch {
    number: u32,
    /// How far it was read.
    end: u64,
    /// Number, beginning and end of each frame.
    frames: Vec<(u32, u64, u64)>,
}

impl Index {
    /// Rows so far, those that a damaged disk took among them.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The frame of row `number`, not before [`Index::rows`], begins at `start`. Rows before it that have none are lost.
    pub fn add(&mut self, number: u32, start: u64) {
        while self.places.len() as u64 * u64::from(STEP) <= u64::from(number) {
            self.places.push(start);
        }
        self.rows = number.saturating_add(1);
    }

    /// Where the frame of `row` begins and ends in `file`, whose whole frames end at `end`; none if it is lost.
    pub fn find(&self, file: &File, row: u32, end: u64) -> io::Result<Option<(u64, u64)>> {
        self.look(file, row, end, |frames| {
            let found = frames.iter().find(|(number, _, _)| *number == row);
            found.map(|(_, start, end)| (*start, *end))
        })
    }

    /// Where the first frame from `row` on begins.
    pub fn start(&self, file: &File, row: u32, end: u64) -> io::Result<u64> {
        if row >= self.rows {
            return Ok(end);
        }
        let behind = self.end_of(row / STEP, end);
        self.look(file, row, end, |frames| {
            let found = frames.iter().find(|(number, _, _)| *number >= row);
            found.map_or(behind, |(_, start, _)| *start)
        })
    }

    fn end_of(&self, stretch: u32, end: u64) -> u64 {
        self.places
            .get(stretch as usize + 1)
            .copied()
            .unwrap_or(end)
    }

    /// What `of` finds in the stretch of `row`.
    fn look<T>(
        &self,
        file: &File,
        row: u32,
        end: u64,
        of: impl FnOnce(&[(u32, u64, u64)]) -> T,
    ) -> io::Result<T> {
        let number = row / STEP;
        let end = self.end_of(number, end);
        let mut kept = self.kept.borrow_mut();
        let place = kept.iter().position(|known| known.number == number);
        let known = place.and_then(|place| kept.remove(place));
        let mut stretch = known.unwrap_or_else(|| Stretch {
            number,
            end: self.places.get(number as usize).copied().unwrap_or(end),
            frames: Vec::with_capacity(STEP as usize),
        });
        stretch.read(file, end)?;
        kept.truncate(KEPT - 1);
        kept.push_front(stretch);
        Ok(of(kept.front().map_or(&[], |stretch| &stretch.frames)))
    }
}

impl Stretch {
    /// Reads what there is of it up to `end` and was not read yet.
    fn read(&mut self, file: &File, end: u64) -> io::Result<()> {
        if self.end >= end {
            return Ok(());
        }
        let mut bytes = vec![0; (end - self.end) as usize];
        file.read_exact_at(&mut bytes, self.end)?;
        for frame in bytes.split_inclusive(|byte| *byte == 0) {
            let start = self.end;
            self.end += frame.len() as u64;
            let mut frame = frame.to_vec();
            frame.pop();
            if let Some((number, _)) = frame::decode(&mut frame) {
                self.frames.push((number, start, self.end));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use edgescore_record::frame::Encoder;

    use super::*;

    #[test]
    fn every_row_is_found_and_memory_hardly_grows() {
        let mut file = tempfile::tempfile().unwrap();
        let (mut index, mut encoder) = (Index::default(), Encoder::default());
        let (mut end, mut places) = (0, Vec::new());
        for row in 0..10_000_u32 {
            // Rows that a disk took, two stretches of them at one place.
            if row % 97 == 5 || (3000..3140).contains(&row) {
                continue;
            }
            let text = "x".repeat(row as usize % 300);
            let frame = encoder.encode(row, &text).unwrap().frame.to_vec();
            file.write_all(&frame).unwrap();
            index.add(row, end);
            places.push((row, end, end + frame.len() as u64));
            end += frame.len() as u64;
            // As it is sent while it grows.
            let found = index.find(&file, row, end).unwrap();
            assert_eq!(found, places.last().map(|(_, start, end)| (*start, *end)));
        }
        assert_eq!((index.rows(), index.places.len()), (10_000, 157));
        for row in 0..10_000 {
            let known = places.iter().find(|(number, _, _)| *number == row);
            let found = index.find(&file, row, end).unwrap();
            assert_eq!(
                found,
                known.map(|(_, start, end)| (*start, *end)),
                "row {row}"
            );
            let first = places.iter().find(|(number, _, _)| *number >= row);
            let start = index.start(&file, row, end).unwrap();
            assert_eq!(
                start,
                first.map_or(end, |(_, start, _)| *start),
                "row {row}"
            );
        }
        assert_eq!(index.start(&file, 10_000, end).unwrap(), end);
        assert_eq!(index.kept.borrow().len(), KEPT);
    }
}
