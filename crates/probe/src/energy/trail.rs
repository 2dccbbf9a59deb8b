//! Mean power of the newest second, and the worst second so far.

use heapless::Deque;

use super::point::{Picojoules, Point};
use crate::{Microseconds, Microwatts};

/// Points kept; see [`Trail::make_room`] for why they suffice.
const POINTS: usize = 512;

/// Mean power over a window that ends at the newest sample, its maximum, and the time it was
/// over a limit. Windows are looked at whenever a sample or an edge comes.
pub struct Trail {
    window: Microseconds,
    limit: Option<Microwatts>,
    points: Deque<Point, POINTS>,
    worst: Option<Microwatts>,
    over: Microseconds,
}

impl Trail {
    /// A trail over windows of this length.
    pub fn new(window: Microseconds) -> Trail {
        Trail {
            window,
            limit: None,
            points: Deque::new(),
            worst: None,
            over: Microseconds(0),
        }
    }

    /// Forgets everything and counts the time over `limit` from now on.
    pub fn restart(&mut self, limit: Option<Microwatts>) {
        self.points.clear();
        self.limit = limit;
        self.worst = None;
        self.over = Microseconds(0);
    }

    /// The length of a window.
    pub fn window(&self) -> Microseconds {
        self.window
    }

    /// Highest mean of a window. Until a whole one has passed, the mean so far: a shorter time
    /// is judged as the one window that it is.
    pub fn worst(&self) -> Option<Microwatts> {
        self.worst.or_else(|| self.mean().map(|(mean, _)| mean))
    }

    /// Time during which the window before was over the limit.
    pub fn over(&self) -> Microseconds {
        match (self.worst, self.mean(), self.limit) {
            (None, Some((mean, span)), Some(limit)) if mean > limit => span,
            _ => self.over,
        }
    }

    /// Mean power of the window that ends at the newest point, and how much of the window has
    /// passed since the start or restart.
    pub fn mean(&self) -> Option<(Microwatts, Microseconds)> {
        let newest = self.points.back()?;
        let oldest = self.points.front()?;
        let start = newest.at.0.saturating_sub(self.window.0).max(oldest.at.0);
        let span = newest.at.0.checked_sub(start).filter(|span| *span > 0)?;
        let energy = newest.energy_pj.checked_sub(self.energy_at(start)?)?;
        let mean = u64::try_from(energy / Picojoules::from(span)).ok()?;
        Some((Microwatts(mean), Microseconds(span)))
    }

    /// Takes the next point.
    pub fn push(&mut self, point: Point) {
        let before = self.points.back().copied();
        if before.is_some_and(|before| point.at <= before.at) {
            return;
        }
        self.make_room(point);
        // There is always room.
        let _ = self.points.push_back(point);
        self.forget(point.at.0.saturating_sub(self.window.0));

        if let (Some((mean, span)), Some(before)) = (self.mean(), before)
            && span == self.window
        {
            self.worst = self.worst.max(Some(mean));
            if self.limit.is_some_and(|limit| mean > limit) {
                self.over.0 = self.over.0.saturating_add(point.at.0 - before.at.0);
            }
        }
    }

    /// Edges can come thousands a second. A point that lies within 1/128 of a window behind
    /// the last but one takes the last one's place, so a window holds 257 points at most. Its
    /// energy stays exact at its end; its start is interpolated over 1/128 of it.
    fn make_room(&mut self, point: Point) {
        let spacing = self.window.0 / 128;
        let mut newest = self.points.iter().rev();
        if let (Some(_), Some(anchor)) = (newest.next(), newest.next())
            && point.at.0 - anchor.at.0 <= spacing
        {
            self.points.pop_back();
        }
    }

    /// Drops points before `start`, but keeps one at or before it to interpolate from.
    fn forget(&mut self, start: u64) {
        while self
            .points
            .iter()
            .nth(1)
            .is_some_and(|second| second.at.0 <= start)
        {
            self.points.pop_front();
        }
    }

    /// The oldest moment whose energy is known.
    pub(super) fn since(&self) -> Option<Microseconds> {
        self.points.front().map(|point| point.at)
    }

    /// Energy up to a moment between the oldest and the newest point.
    pub(super) fn energy_at(&self, at: u64) -> Option<Picojoules> {
        let mut before = self.points.front()?;
        for after in &self.points {
            if after.at.0 >= at {
                let whole = Picojoules::from(after.at.0 - before.at.0);
                if whole == 0 {
                    return Some(after.energy_pj);
                }
                let part = Picojoules::from(at.checked_sub(before.at.0)?);
                let step = after.energy_pj.checked_sub(before.energy_pj)?;
                return Some(before.energy_pj + step * part / whole);
            }
            before = after;
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
