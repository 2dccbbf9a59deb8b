//! What a board uses at rest and at work, from readings of its power.

use heapless::Deque;

use super::point::{Picojoules, Point};
use super::trail::Trail;
use crate::{Microseconds, Microwatts};

/// How late a reading may be: an INA3221 gives the mean of some tens of milliseconds, what lies between it
/// and a program more. Which it is shows in the readings.
const DELAYS: [u64; 4] = [0, 100_000, 200_000, 400_000];

/// Part of its weight that a reading has left when the next one comes: of 10 a second, those of the last 5 s
/// count. Boards warm up in minutes.
const KEPT: f64 = 0.98;

/// Readings that the first guess counts for. It never loses weight, so that readings at one level alone leave
/// the other where it was.
const FIRST: f64 = 0.5;

/// Readings whose time is not over yet, by what was said of it.
const WAITING: usize = 32;

/// How far back it is known when the board worked.
const KNOWN: Microseconds = Microseconds(2_000_000);

/// The two levels of a board's power, followed by least squares: a reading is the mean of its time, of
/// which the share that was work is known.
pub struct Levels {
    fits: [Fit; DELAYS.len()],
    last: Option<Microseconds>,
    waiting: Deque<Reading, WAITING>,
    /// The time that was work, as the energy of a board that uses 1 W for it, and nothing else.
    work: Trail,
    now: Point,
}

/// A reading, the mean power from one moment to another.
#[derive(Clone, Copy)]
struct Reading {
    from: Microseconds,
    to: Microseconds,
    watts: f64,
}

impl Levels {
    /// Begins with a guess of both.
    pub fn new(idle: Microwatts, active: Microwatts) -> Levels {
        Levels {
            fits: DELAYS.map(|delay| Fit::new(delay, watts(idle), watts(active))),
            last: None,
            waiting: Deque::new(),
            work: Trail::new(KNOWN),
            now: Point {
                at: Microseconds(0),
                energy_pj: 0,
            },
        }
    }

    /// The board has rested since the last moment.
    pub fn rested(&mut self, at: Microseconds) {
        self.passed(at, 0);
    }

    /// The board has worked since the last moment.
    pub fn worked(&mut self, at: Microseconds) {
        self.passed(at, 1);
    }

    fn passed(&mut self, at: Microseconds, watts: Picojoules) {
        let time = match self.now.at.0 {
            0 => 0,
            now => at.0.saturating_sub(now),
        };
        let energy_pj = self.now.energy_pj + watts * Picojoules::from(time);
        self.now = Point { at, energy_pj };
        self.work.push(self.now);
        self.learn();
    }

    /// The board used `power` from the reading before until `at`.
    pub fn read(&mut self, at: Microseconds, power: Microwatts) {
        let from = self.last.replace(at);
        if let Some(from) = from.filter(|from| *from < at) {
            if self.waiting.is_full() {
                self.waiting.pop_front();
            }
            // There is room.
            let _ = self.waiting.push_back(Reading {
                from,
                to: at,
                watts: watts(power),
            });
        }
    }

    /// Learns from the readings whose time is over.
    fn learn(&mut self) {
        while let Some(reading) = self.waiting.front().copied()
            && reading.to <= self.now.at
        {
            self.waiting.pop_front();
            for fit in &mut self.fits {
                let share = share(&self.work, reading, fit.delay);
                if let Some(share) = share {
                    fit.learn(share, reading.watts);
                }
            }
        }
    }

    /// Power at rest.
    pub fn idle(&self) -> Microwatts {
        microwatts(self.best().levels().0)
    }

    /// Power at work.
    pub fn active(&self) -> Microwatts {
        microwatts(self.best().levels().1)
    }

    /// The one whose delay explains the readings best.
    fn best(&self) -> &Fit {
        let [first, rest @ ..] = &self.fits;
        rest.iter()
            .fold(first, |best, fit| match fit.error < best.error {
                true => fit,
                false => best,
            })
    }
}

/// The share of a reading's time that was work, if that is known.
fn share(work: &Trail, reading: Reading, delay: u64) -> Option<f64> {
    let known = work.since()?;
    let at = |moment: Microseconds| {
        let moment = moment.0.checked_sub(delay)?;
        work.energy_at(moment).filter(|_| moment >= known.0)
    };
    let worked = at(reading.to)?.checked_sub(at(reading.from)?)?;
    Some(worked as f64 / (reading.to.0 - reading.from.0) as f64)
}

/// The levels that explain readings with a delay, by least squares: the sums of the normal equations of
/// watts = idle * (1 - share) + active * share.
struct Fit {
    delay: u64,
    first: (f64, f64),
    /// Of (1 - share) squared, of share * (1 - share), of share squared.
    shares: [f64; 3],
    /// Of watts * (1 - share), of watts * share.
    watts: [f64; 2],
    /// Squares of what the next reading was off.
    error: f64,
}

impl Fit {
    fn new(delay: u64, idle: f64, active: f64) -> Fit {
        Fit {
            delay,
            first: (idle, active),
            shares: [0.0; 3],
            watts: [0.0; 2],
            error: 0.0,
        }
    }

    fn learn(&mut self, share: f64, watts: f64) {
        let share = share.clamp(0.0, 1.0);
        let rest = 1.0 - share;
        let (idle, active) = self.levels();
        let off = watts - idle * rest - active * share;
        self.error = KEPT * self.error + off * off;
        for (sum, next) in (self.shares.iter_mut()).zip([rest * rest, rest * share, share * share])
        {
            *sum = KEPT * *sum + next;
        }
        for (sum, next) in self.watts.iter_mut().zip([watts * rest, watts * share]) {
            *sum = KEPT * *sum + next;
        }
    }

    /// Power at rest and at work.
    fn levels(&self) -> (f64, f64) {
        let ([rest, both, work], [at_rest, at_work]) = (self.shares, self.watts);
        let (rest, work) = (rest + FIRST, work + FIRST);
        let at_rest = at_rest + FIRST * self.first.0;
        let at_work = at_work + FIRST * self.first.1;
        // At least FIRST squared, by Cauchy and Schwarz.
        let determinant = rest * work - both * both;
        let idle = (at_rest * work - at_work * both) / determinant;
        let active = (at_work * rest - at_rest * both) / determinant;
        (idle, active)
    }
}

fn watts(power: Microwatts) -> f64 {
    power.0 as f64 / 1e6
}

fn microwatts(watts: f64) -> Microwatts {
    Microwatts((watts * 1e6).max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    /// Milliseconds of work up to a moment, of a board that works for `burst` of every 250.
    fn work(at: u64, burst: u64) -> u64 {
        at / 250 * burst + (at % 250).min(burst)
    }

    fn busy(burst: u64, from: u64, to: u64) -> f64 {
        (work(to, burst) - work(from, burst)) as f64 / (to - from) as f64
    }

    const IDLE: Microwatts = Microwatts(2_700_000);
    const ACTIVE: Microwatts = Microwatts(7_500_000);

    /// After a minute in which both levels rose by a fifth, behind a sensor that is `delay` late.
    fn after_a_minute(delay: u64, burst: u64) -> Levels {
        let mut levels = Levels::new(IDLE, ACTIVE);
        for at in 1000..60_000 {
            let moment = Microseconds(at * 1000);
            if at % 100 == 0 {
                let hot = 1.0 + 0.2 * at as f64 / 60_000.0;
                let worked = busy(burst, at - delay - 100, at - delay);
                levels.read(moment, microwatts(hot * (2.7 + 4.8 * worked)));
            }
            match work(at, burst) > work(at - 1, burst) {
                true => levels.worked(moment),
                false => levels.rested(moment),
            }
        }
        levels
    }

    /// How far a power is from so many watts, of these.
    fn off(power: Microwatts, watts: f64) -> f64 {
        (power.0 as f64 / 1e6 / watts - 1.0).abs()
    }

    #[test]
    fn levels_that_rise_are_followed_behind_a_late_sensor() {
        for delay in [0, 100, 200, 400] {
            for burst in [70, 130, 200] {
                let levels = after_a_minute(delay, burst);
                let (idle, active) = (levels.idle(), levels.active());
                // A level is the better known the longer the board is there; their mean is what a budget
                // is about.
                let far = off(idle, 2.7 * 1.2).max(off(active, 7.5 * 1.2));
                let share = burst as f64 / 250.0;
                let mean = idle.0 as f64 * (1.0 - share) + active.0 as f64 * share;
                let mean = off(Microwatts(mean as u64), 1.2 * (2.7 + 4.8 * share));
                let what =
                    format!("{delay} ms, {burst} of 250 ms: {idle}, {active}, mean {mean:.3} off");
                assert!(far < 0.15 && mean < 0.025, "{what}");
            }
        }
    }

    /// Without rest nothing is learned of it.
    #[test]
    fn a_level_that_is_not_seen_stays_where_it_was() {
        let levels = after_a_minute(0, 250);
        assert!(off(levels.active(), 9.0) < 0.025, "{}", levels.active());
        assert!(off(levels.idle(), 2.7) < 0.025, "{}", levels.idle());
    }

    #[test]
    fn readings_that_cannot_be_explained_change_nothing() {
        let mut levels = Levels::new(IDLE, ACTIVE);
        for at in 0..100 {
            levels.read(Microseconds(at * 100_000), Microwatts(20_000_000));
            // A moment twice.
            levels.read(Microseconds(at * 100_000), Microwatts(0));
        }
        // Ten seconds of which nothing was said.
        levels.rested(Microseconds(10_000_000));
        assert_eq!((levels.idle(), levels.active()), (IDLE, ACTIVE));
    }
}
