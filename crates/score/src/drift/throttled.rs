//! When a board began to throttle.

use edgescore_probe::{Hertz, Throttled};

use crate::Reading;

/// A clock below this share of its first one has fallen: 100 MHz of 2 GHz.
const FALLEN: f64 = 0.95;
/// So many readings in a row: a single one may be of a moment in which a governor rested.
const IN_A_ROW: usize = 3;

/// How a board fares at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoardPoint {
    /// Seconds since the first question.
    pub at_s: f64,
    /// The highest CPU clock.
    pub clock: Reading<Hertz>,
    /// The firmware's flags.
    pub throttled: Reading<Throttled>,
}

/// What tells that a board throttles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    /// A flag of the firmware.
    Flags,
    /// A clock that fell and stayed down.
    Clock,
}

edgescore_record::labels! {
    ToldBy { Flags = "flags", Clock = "clock" }
}

/// The beginning of throttling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttling {
    /// Seconds since the first question.
    pub after_s: f64,
    /// What tells it.
    pub told_by: ToldBy,
}

/// When the board began to throttle, by the firmware's flags or by the clock, whichever comes first;
/// none if it did not. The firmware's flags count from the first point on, so that what was before
/// is not held against it.
///
/// The reason of the flags, where the board tells neither flags nor clock.
pub fn time_to_throttle(points: &[BoardPoint]) -> Reading<Option<Throttling>> {
    let flags = of_flags(points);
    let clock = of_clock(points);
    match (flags, clock) {
        (Reading::Value(flags), Reading::Value(clock)) => {
            let both = flags.into_iter().chain(clock);
            Reading::Value(both.min_by(|one, other| one.after_s.total_cmp(&other.after_s)))
        }
        (Reading::Missing(_), Reading::Value(told)) => Reading::Value(told),
        (flags, Reading::Missing(_)) => flags,
    }
}

fn of_flags(points: &[BoardPoint]) -> Reading<Option<Throttling>> {
    let Some(first) = points.first() else {
        return Reading::Missing(crate::Reason::NoRows);
    };
    first.throttled.map(|before| {
        let throttles = |point: &&BoardPoint| {
            let flags = point.throttled.value();
            flags.is_some_and(|flags| flags.now() || flags.since(before).ever())
        };
        points.iter().find(throttles).map(|point| Throttling {
            after_s: point.at_s,
            told_by: ToldBy::Flags,
        })
    })
}

fn of_clock(points: &[BoardPoint]) -> Reading<Option<Throttling>> {
    let clocks: Vec<(f64, f64)> = points
        .iter()
        .filter_map(|point| Some((point.at_s, point.clock.value()?.0 as f64)))
        .collect();
    let mut first: Vec<f64> = clocks.iter().map(|clock| clock.1).take(IN_A_ROW).collect();
    first.sort_unstable_by(f64::total_cmp);
    let Some(at_first) = first.get(first.len() / 2) else {
        let why = points.first().map(|point| point.clock.map(|_| None));
        return why.unwrap_or(Reading::Missing(crate::Reason::NoRows));
    };
    let fell = clocks
        .windows(IN_A_ROW)
        .find(|readings| readings.iter().all(|(_, clock)| *clock < FALLEN * at_first));
    Reading::Value(fell.and_then(|readings| {
        readings.first().map(|(after_s, _)| Throttling {
            after_s: *after_s,
            told_by: ToldBy::Clock,
        })
    }))
}
