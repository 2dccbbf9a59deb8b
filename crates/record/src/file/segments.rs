//! The frames in a file, with single wrong bits put right.
//!
//! A CRC-32 tells which bit of a frame is wrong where it is one: of some 2,400 bits of a frame a second one
//! fits by chance once in 1.8 million damaged frames, and it would have to give a message of a known kind at the
//! right place. A wrong bit may also make a byte a zero, which cuts a frame in two, or a zero another byte, which
//! joins two.

use std::vec::Vec;

use crate::frame::{self, MAX_FRAME};

/// A frame that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its number.
    pub row: u32,
    /// Number and message.
    pub content: Vec<u8>,
    /// A bit of it was put right.
    pub mended: bool,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A frame.
    Whole(Frame),
    /// Bytes from this offset on that are none.
    Broken(usize),
    /// The end of the file, from this offset on, that no zero ends.
    Torn(usize),
}

/// Bytes that are looked at in all to mend a file: some two seconds where COBS and CRC run over all of them. A frame of
/// 300 bytes takes 0.7 MB, one of the largest size 135 MB.
const WORK: usize = 1 << 28;

/// The parts of `bytes`, which begin at `offset` of their file.
pub fn segments(bytes: &[u8], offset: usize) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut work = WORK;
    let mut rest = bytes;
    // Behind two zeros.
    let mut is_behind_none = false;
    while !rest.is_empty() {
        let at = offset + bytes.len() - rest.len();
        let end = rest.iter().position(|byte| *byte == 0);
        let (raw, behind) = match end {
            Some(end) => (rest.get(..end).unwrap_or_default(), rest.get(end + 1..)),
            None => (rest, None),
        };
        let behind = behind.unwrap_or_default();
        if end.is_some() {
            if raw.is_empty() {
                is_behind_none = true;
                rest = behind;
                continue;
            }
            // Not counted: every frame is read once.
            if let Some(frame) = whole(raw, false, &mut raw.len()) {
                found.push(Segment::Whole(frame));
                is_behind_none = false;
                rest = behind;
                continue;
            }
        }
        let is_behind_none = std::mem::take(&mut is_behind_none);
        if let Some((frames, used)) = mended(raw, rest, end.is_some(), is_behind_none, &mut work) {
            found.extend(frames.into_iter().map(Segment::Whole));
            rest = rest.get(used..).unwrap_or_default();
            continue;
        }
        // Damage may have taken the zero between two frames and left one of them whole.
        if raw.len() <= 2 * MAX_FRAME {
            let ends = 1..raw.len();
            let before = ends
                .clone()
                .find_map(|end| Some((end, whole(raw.get(..end)?, false, &mut work)?)));
            if let Some((end, frame)) = before {
                found.push(Segment::Whole(frame));
                found.push(Segment::Broken(at + end));
                rest = behind;
                continue;
            }
            let behind_damage = ends.clone().find(|start| {
                end.is_some()
                    && raw
                        .get(*start..)
                        .is_some_and(|raw| whole(raw, false, &mut work).is_some())
            });
            if let Some(start) = behind_damage {
                found.push(Segment::Broken(at));
                rest = rest.get(start..).unwrap_or_default();
                continue;
            }
        }
        found.push(match end {
            Some(_) => Segment::Broken(at),
            None => Segment::Torn(at),
        });
        rest = behind;
    }
    found
}

/// The frame `raw`, without its closing zero, unless the `work` that is left does not suffice.
fn whole(raw: &[u8], mended: bool, work: &mut usize) -> Option<Frame> {
    *work = work.checked_sub(raw.len())?;
    if raw.len() > MAX_FRAME {
        return None;
    }
    // It is taken apart in place: the content stands at its beginning.
    let mut content = raw.to_vec();
    let (row, decoded) = frame::decode(&mut content)?;
    let length = decoded.len();
    content.truncate(length);
    Some(Frame {
        row,
        content,
        mended,
    })
}

/// The frames that one wrong bit made unreadable, and how many bytes of `rest`, which begins with `raw`, they take with
/// the zeros behind them.
fn mended(
    raw: &[u8],
    rest: &[u8],
    is_closed: bool,
    is_behind_none: bool,
    work: &mut usize,
) -> Option<(Vec<Frame>, usize)> {
    // What is longer than two frames has more than one wrong bit.
    if raw.len() > 2 * MAX_FRAME {
        return None;
    }
    // The zero behind a frame has become another byte: behind the last frame of the file, or between two.
    for (at, byte) in raw.iter().enumerate() {
        if !byte.is_power_of_two() {
            continue;
        }
        let (before, behind) = (raw.get(..at)?, raw.get(at + 1..)?);
        if behind.is_empty() && !is_closed {
            if let Some(frame) = whole(before, true, work) {
                return Some((Vec::from([frame]), raw.len()));
            }
        } else if is_closed
            && !before.is_empty()
            && let (Some(one), Some(two)) = (whole(before, true, work), whole(behind, true, work))
        {
            return Some((Vec::from([one, two]), raw.len() + 1));
        }
    }
    if !is_closed || raw.len() > MAX_FRAME {
        return None;
    }
    let mut changed = raw.to_vec();
    for at in 0..raw.len() {
        let byte = *raw.get(at)?;
        for bit in 0..8 {
            let other = byte ^ (1 << bit);
            // A zero in a frame would end it.
            if other == 0 {
                continue;
            }
            *changed.get_mut(at)? = other;
            if let Some(frame) = whole(&changed, true, work) {
                return Some((Vec::from([frame]), raw.len() + 1));
            }
        }
        *changed.get_mut(at)? = byte;
    }
    // Its first byte has become a zero.
    if is_behind_none {
        for bit in 0..8 {
            let longer = [&[1 << bit], raw].concat();
            if let Some(frame) = whole(&longer, true, work) {
                return Some((Vec::from([frame]), raw.len() + 1));
            }
        }
    }
    // Another byte of it has become a zero: the next part belongs to it.
    let behind = rest.get(raw.len() + 1..)?;
    let length = behind.iter().position(|byte| *byte == 0)?;
    let mut joined = [raw, &[0], behind.get(..length)?].concat();
    for bit in 0..8 {
        *joined.get_mut(raw.len())? = 1 << bit;
        if let Some(frame) = whole(&joined, true, work) {
            return Some((Vec::from([frame]), joined.len() + 1));
        }
    }
    None
}
