//! When work may start under a power budget.

use super::point::{Picojoules, Point, Work};
use super::trail::Trail;
use crate::{Microseconds, Microwatts};

/// A mean power that no window of this length may exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The power.
    pub power: Microwatts,
    /// The length of a window.
    pub window: Microseconds,
}

impl Budget {
    /// What a window may have before the budget counts as exceeded: 2 % more. Meters of
    /// boards are no better (INA3221: 1 % and a step of 40 mW at 5 V).
    pub const fn tolerated(&self) -> Microwatts {
        Microwatts(self.power.0.saturating_add(self.power.0 / 50))
    }

    /// What the pace aims at for a single window: 0.4 % more. The run as a whole is held to the
    /// budget itself, so a window that is over has one beside it that is under.
    const fn aimed(&self) -> u64 {
        self.power.0.saturating_add(self.power.0 / 250)
    }

    /// How long work at `active` power may last in a window of a board that else uses `idle`.
    pub fn work_in_window(&self, idle: Microwatts, active: Microwatts) -> Microseconds {
        let window = self.window.0;
        let free = u128::from(self.power.0.saturating_sub(idle.0)) * u128::from(window);
        let used = u128::from(active.0.saturating_sub(idle.0));
        let time = free.checked_div(used).and_then(|t| u64::try_from(t).ok());
        Microseconds(time.unwrap_or(window).min(window))
    }
}

/// Shares that the energy of a window is given out in.
const SHARES: u64 = 4;

/// Follows the energy of a board and says how long it must rest before the next piece of work.
///
/// Mean power over a trailing window rises while the board works and falls while it rests, so
/// it is highest where a piece of work ends: the pace looks at these moments only. A piece may
/// start as soon as the window that ends with it, and the whole run up to it, keep the budget.
///
/// What the run may use beyond the idle board is given out four times a window, always at the
/// same places of it: pieces then follow each other in bursts, since each start after a rest costs
/// (threads wake up, caches are cold), and because the bursts of one window lie where those of
/// the window before lay, they add no more than a piece to any window.
pub struct Pace {
    budget: Budget,
    idle: Microwatts,
    trail: Trail,
    start: Option<Point>,
    now: Option<Point>,
}

impl Pace {
    /// A pace for a board that uses `idle` when it rests.
    pub fn new(budget: Budget, idle: Microwatts) -> Pace {
        Pace {
            budget,
            idle,
            trail: Trail::new(budget.window),
            start: None,
            now: None,
        }
    }

    /// From now on the board uses `idle` when it rests.
    pub fn rests_at(&mut self, idle: Microwatts) {
        self.idle = idle;
    }

    /// The last moment.
    pub fn now(&self) -> Option<Point> {
        self.now
    }

    /// The energy up to a moment, as measured.
    pub fn measured(&mut self, point: Point) {
        if self.start.is_none() {
            self.start = Some(point);
        }
        self.now = Some(point);
        self.trail.push(point);
    }

    /// A moment at which the board has done nothing since the last one, where only a model
    /// knows its energy.
    pub fn rested(&mut self, at: Microseconds) {
        let energy_pj = match self.now {
            Some(now) => {
                let rested = at.0.saturating_sub(now.at.0);
                now.energy_pj + self.idle_pj(rested)
            }
            None => 0,
        };
        self.measured(Point { at, energy_pj });
    }

    /// A moment up to which the board has worked at `power` since the last one, where only a
    /// model knows its energy.
    pub fn worked(&mut self, at: Microseconds, power: Microwatts) {
        if let Some(now) = self.now {
            let worked = at.0.saturating_sub(now.at.0);
            let energy_pj = now.energy_pj + Picojoules::from(power.0) * Picojoules::from(worked);
            self.measured(Point { at, energy_pj });
        }
    }

    /// How long to rest from the last moment on before `work` may start; a window at most,
    /// after which more rest would not help.
    pub fn rest(&self, work: Work) -> Microseconds {
        if self.fits(work, 0) {
            return Microseconds(0);
        }
        // More rest never makes the windows worse, so halving finds the shortest that helps.
        let (mut short, mut long) = (0, self.budget.window.0);
        while long - short > 100 {
            let middle = short.midpoint(long);
            match self.fits(work, middle) {
                true => long = middle,
                false => short = middle,
            }
        }
        Microseconds(long)
    }

    fn fits(&self, work: Work, rest: u64) -> bool {
        let (Some(start), Some(now)) = (self.start, self.now) else {
            return true;
        };
        let end = now.at.0.saturating_add(rest).saturating_add(work.time.0);
        let used = now.energy_pj + self.idle_pj(rest) + Picojoules::from(work.energy.0) * 1_000_000;
        let window = self.budget.window.0;
        let from = end.saturating_sub(window);
        // Before its first moment the board rested.
        let earlier = self.idle_pj(start.at.0.saturating_sub(from));
        let in_window = used.saturating_sub(self.energy_at(from)) + earlier;
        if in_window > Picojoules::from(self.budget.aimed()) * Picojoules::from(window) {
            return false;
        }
        // What uses no more than the budget needs no share of it.
        if Picojoules::from(work.energy.0) * 1_000_000
            <= Picojoules::from(self.budget.power.0) * Picojoules::from(work.time.0)
        {
            return true;
        }
        let begun = now.at.0.saturating_add(rest).saturating_sub(start.at.0);
        let share = (window / SHARES).max(1);
        let given = self.free_pj(begun / share * share);
        let rested = self.idle_pj(end.saturating_sub(start.at.0));
        used.saturating_sub(start.energy_pj) <= given + rested
    }

    /// What the budget leaves for work in a time.
    fn free_pj(&self, microseconds: u64) -> Picojoules {
        let free = self.budget.power.0.saturating_sub(self.idle.0);
        Picojoules::from(free) * Picojoules::from(microseconds)
    }

    /// Energy up to a moment of the last window.
    fn energy_at(&self, at: u64) -> Picojoules {
        match (self.trail.energy_at(at), self.now) {
            (Some(energy), _) => energy,
            // Later than the last moment: it rests until the work starts.
            (None, Some(now)) => now.energy_pj + self.idle_pj(at.saturating_sub(now.at.0)),
            (None, None) => 0,
        }
    }

    fn idle_pj(&self, microseconds: u64) -> Picojoules {
        Picojoules::from(self.idle.0) * Picojoules::from(microseconds)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
