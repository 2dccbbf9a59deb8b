//! One section of a pack: a table of offsets and the entries they bound.

use crate::PackError;
use crate::format::SectionShape;

/// A checked view of a section. Offsets are known to rise and to stay inside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section<'a> {
    place: &'static str,
    offsets: &'a [[u8; 4]],
    entries: &'a [u8],
}

impl<'a> Section<'a> {
    /// Takes a section of `shape` off the front of `rest`. O(count): every offset is checked
    /// here, once, so that [`Section::get`] need not distrust the table again.
    pub fn take(
        place: &'static str,
        shape: SectionShape,
        rest: &'a [u8],
    ) -> Result<(Section<'a>, &'a [u8]), PackError> {
        let table_bytes = (shape.count as usize)
            .checked_add(1)
            .and_then(|n| n.checked_mul(4))
            .ok_or(PackError::Corrupt(place))?;
        let (table, rest) = rest
            .split_at_checked(table_bytes)
            .ok_or(PackError::Truncated)?;
        let (entries, rest) = rest
            .split_at_checked(shape.bytes as usize)
            .ok_or(PackError::Truncated)?;
        let (offsets, _) = table.as_chunks::<4>();
        let mut last = 0;
        for offset in offsets {
            let offset = u32::from_le_bytes(*offset);
            if offset < last || offset > shape.bytes {
                return Err(PackError::Corrupt(place));
            }
            last = offset;
        }
        if last != shape.bytes {
            return Err(PackError::Corrupt(place));
        }
        let section = Section {
            place,
            offsets,
            entries,
        };
        Ok((section, rest))
    }

    /// Number of entries.
    pub fn count(&self) -> u32 {
        // The table's length came from a u32 count plus one.
        (self.offsets.len() - 1) as u32
    }

    /// The bytes of entry `index`.
    pub fn get(&self, index: u32) -> Result<&'a [u8], PackError> {
        let index = index as usize;
        let bounds = self.offsets.get(index).zip(self.offsets.get(index + 1));
        let (start, end) = bounds.ok_or(PackError::Corrupt(self.place))?;
        self.entries
            .get(u32::from_le_bytes(*start) as usize..u32::from_le_bytes(*end) as usize)
            .ok_or(PackError::Corrupt(self.place))
    }

    /// Entry `index` as text.
    pub fn text(&self, index: u32) -> Result<&'a str, PackError> {
        core::str::from_utf8(self.get(index)?).map_err(|_| PackError::Corrupt(self.place))
    }

    /// Entry `index` as a postcard value that fills it exactly.
    pub fn value<T: serde::Deserialize<'a>>(&self, index: u32) -> Result<T, PackError> {
        match postcard::take_from_bytes(self.get(index)?) {
            Ok((value, [])) => Ok(value),
            _ => Err(PackError::Corrupt(self.place)),
        }
    }
}
