//! Legs of one run, joined: a race asks each model in rounds, and each round is a result of its own.

use edgescore_probe::{Microseconds, Microwatts, Reading, Throttled};
use edgescore_record::{Conditions, Memory, Power, PowerEnd, Stalls, VerdictKind};

use crate::decoder::{Decoded, Decoder};
use crate::error::Error;

/// A result and the file that it was read from.
pub(crate) type InFile = (String, Decoded);

/// Joins the legs among `results`, in the order in which the first of each run stands. A run is then
/// called by the file of its first leg.
///
/// # Errors
/// A leg that does not begin where the one before it ended.
pub(crate) fn join(results: Vec<InFile>) -> Result<Vec<InFile>, Error> {
    let mut runs: Vec<Vec<InFile>> = Vec::with_capacity(results.len());
    for result in results {
        let known = runs.iter_mut().find(|run| {
            let first = run.first();
            first.is_some_and(|(_, first)| are_of_one_run(&first.records, &result.1.records))
        });
        match known {
            Some(run) => run.push(result),
            None => runs.push(vec![result]),
        }
    }
    runs.into_iter().map(join_one).collect()
}

fn join_one(mut legs: Vec<InFile>) -> Result<InFile, Error> {
    legs.sort_by_key(|(_, decoded)| decoded.records.leg.map_or(0, |leg| leg.first));
    let mut legs = legs.into_iter();
    let (file, mut joined) = legs.next().ok_or(Error::NoStart)?;
    for (_, next) in legs {
        joined.records.append(next.records)?;
    }
    Ok((file, joined))
}

/// Whether both are legs of one run: they differ in the questions alone.
fn are_of_one_run(one: &Decoder, other: &Decoder) -> bool {
    let both = one.leg.zip(other.leg);
    let starts = one.start.as_ref().zip(other.start.as_ref());
    let (Some((leg, other_leg)), Some((start, other_start))) = (both, starts) else {
        return false;
    };
    let settings = |decoder: &Decoder| {
        let model = decoder.model.as_ref()?;
        let cache = (model.facts.cache_type, model.facts.flash_attention);
        Some((model.threads, cache, model.facts.weights))
    };
    leg.of == other_leg.of
        && (start.facts.model_sha256, start.facts.pack_sha256)
            == (
                other_start.facts.model_sha256,
                other_start.facts.pack_sha256,
            )
        && (start.facts.seed, start.mode, start.layout)
            == (other_start.facts.seed, other_start.mode, other_start.layout)
        && (&start.board, start.max_clock) == (&other_start.board, other_start.max_clock)
        && one.template == other.template
        && settings(one) == settings(other)
}

impl Decoder {
    /// Adds the next leg.
    ///
    /// # Errors
    /// One that does not begin where this one ended.
    pub(crate) fn append(&mut self, next: Decoder) -> Result<(), Error> {
        let (Some(start), Some(leg), Some(next_start), Some(next_leg)) =
            (self.start.as_mut(), self.leg, next.start, next.leg)
        else {
            return Err(Error::NoStart);
        };
        let ends = leg.first + start.questions;
        if next_leg.first != ends || self.asked.len() != start.asks as usize {
            return Err(Error::MissingLeg {
                first: leg.first + self.asked.len() as u32,
                next: next_leg.first,
            });
        }
        start.questions += next_start.questions;
        start.asks += next_start.asks;
        for (task, next) in self.tasks.iter_mut().zip(&next.tasks) {
            task.asks += next.asks;
        }
        self.asked.extend(next.asked);
        self.damage.append(next.damage);
        self.memory.end = join_ends(self.memory.end, next.memory.end, memory);
        let before = self.power.end.map_or(Microseconds(0), |end| end.length);
        self.power.points.extend(shifted(next.power.points, before));
        self.power.end = join_ends(self.power.end, next.power.end, power);
        self.conditions = join_ends(self.conditions, next.conditions, conditions);
        if self
            .verdict
            .as_ref()
            .is_some_and(|ending| ending.kind == VerdictKind::Ok)
        {
            self.verdict = next.verdict;
        }
        let elapsed_s = self.end.as_ref().map_or(0.0, |end| end.elapsed_s);
        self.end = next.end;
        if let Some(end) = &mut self.end {
            end.elapsed_s += elapsed_s;
        }
        Ok(())
    }
}

/// Points of a trace that began when so much had passed.
pub(crate) fn shifted(points: Vec<Power>, before: Microseconds) -> impl Iterator<Item = Power> {
    points.into_iter().map(move |point| Power {
        at: sum(before, point.at),
        ..point
    })
}

/// What both legs say together; nothing where one was cut off.
pub(crate) fn join_ends<T>(
    first: Option<T>,
    next: Option<T>,
    join: impl Fn(T, T) -> T,
) -> Option<T> {
    first.zip(next).map(|(first, next)| join(first, next))
}

/// A value of both, if both have one.
fn of_both<T>(first: Reading<T>, next: Reading<T>, of: impl FnOnce(T, T) -> T) -> Reading<T> {
    first.and_then(|first| next.map(|next| of(first, next)))
}

fn sum(one: Microseconds, other: Microseconds) -> Microseconds {
    Microseconds(one.0.saturating_add(other.0))
}

/// Peaks are the higher ones, counts the sums.
pub(crate) fn memory(first: Memory, next: Memory) -> Memory {
    Memory {
        rss_peak: of_both(first.rss_peak, next.rss_peak, Ord::max),
        rss_anon: of_both(first.rss_anon, next.rss_anon, Ord::max),
        rss_file: of_both(first.rss_file, next.rss_file, Ord::max),
        major_faults: of_both(first.major_faults, next.major_faults, u64::saturating_add),
        cgroup_peak: of_both(first.cgroup_peak, next.cgroup_peak, Ord::max),
        refaults: of_both(first.refaults, next.refaults, u64::saturating_add),
        repacked: first.repacked.max(next.repacked),
        kv: first.kv.max(next.kv),
        compute: first.compute.max(next.compute),
    }
}

pub(crate) fn power(first: PowerEnd, next: PowerEnd) -> PowerEnd {
    let length = sum(first.length, next.length);
    let by_time = |a: Microwatts, b: Microwatts| {
        let energy = u128::from(a.0) * u128::from(first.length.0)
            + u128::from(b.0) * u128::from(next.length.0);
        Microwatts((energy / u128::from(length.0.max(1))) as u64)
    };
    PowerEnd {
        length,
        mean: of_both(first.mean, next.mean, by_time),
        worst: of_both(first.worst, next.worst, Ord::max),
        over: sum(first.over, next.over),
        rested: sum(first.rested, next.rested),
        idle: of_both(first.idle, next.idle, |a, b| {
            Microwatts(u64::midpoint(a.0, b.0))
        }),
        samples: first.samples + next.samples,
        failed: first.failed + next.failed,
        lost: sum(first.lost, next.lost),
        latest: first.latest.max(next.latest),
    }
}

pub(crate) fn conditions(first: Conditions, next: Conditions) -> Conditions {
    Conditions {
        start: first.start,
        end: next.end,
        cooled: sum(first.cooled, next.cooled),
        throttled: of_both(first.throttled, next.throttled, |a, b| Throttled(a.0 | b.0)),
        stalls: Stalls {
            over: sum(first.stalls.over, next.stalls.over),
            cpu: of_both(first.stalls.cpu, next.stalls.cpu, sum),
            memory: of_both(first.stalls.memory, next.stalls.memory, sum),
            io: of_both(first.stalls.io, next.stalls.io, sum),
        },
    }
}
