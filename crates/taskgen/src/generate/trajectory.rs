//! What a network reported turn by turn. Ranges follow the public sample of 6G-Bench: URLLC 3 to
//! 10 ms and below 0.1 % loss, eMBB 12 to 25 ms, mMTC 60 to 120 ms and 1 to 8 %.

use std::fmt;

use super::rng::Rng;
use super::vocabulary::{Metric, Slice};

/// One turn's report: latency ms, jitter ms, loss in 0.1 %, throughput Mbps, load in 0.01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TurnReport {
    pub latency: i32,
    pub jitter: i32,
    pub loss: i32,
    pub throughput: i32,
    pub load: i32,
}

/// How a trace moves.
#[derive(Clone, Copy)]
enum Course {
    Level,
    Worsening,
    Improving,
    /// One bad turn, then part of the way back.
    Spike(usize),
}

/// `turns` reports on a slice.
pub(crate) fn draw(slice: Slice, turns: usize, rng: &mut Rng) -> Vec<TurnReport> {
    let start = match slice {
        Slice::URLLC => TurnReport {
            latency: rng.between(3, 10),
            jitter: rng.between(1, 3),
            loss: rng.between(0, 1),
            throughput: rng.between(20, 60),
            load: rng.between(30, 70),
        },
        Slice::eMBB => TurnReport {
            latency: rng.between(12, 25),
            jitter: rng.between(2, 6),
            loss: rng.between(1, 9),
            throughput: rng.between(60, 400),
            load: rng.between(35, 80),
        },
        Slice::mMTC => TurnReport {
            latency: rng.between(60, 120),
            jitter: rng.between(10, 28),
            loss: rng.between(10, 80),
            throughput: rng.between(2, 9),
            load: rng.between(40, 85),
        },
    };
    let course = match rng.below(4) {
        0 => Course::Level,
        1 => Course::Worsening,
        2 => Course::Improving,
        _ => Course::Spike(rng.below(turns)),
    };
    let step = rng.between(4, 12);
    (0..turns)
        .map(|turn| {
            let per_cent = match course {
                Course::Level => 0,
                Course::Worsening => step * turn as i32,
                Course::Improving => -step * turn as i32 / 2,
                Course::Spike(at) if turn == at => step * 8,
                Course::Spike(at) if turn > at => step * 2,
                Course::Spike(_) => 0,
            };
            let mut move_by = |value: i32, per_cent: i32| {
                let noise = rng.between(-4, 4);
                (value * (100 + per_cent + noise) + 50) / 100
            };
            TurnReport {
                latency: move_by(start.latency, per_cent).max(1),
                jitter: move_by(start.jitter, per_cent).max(1),
                loss: move_by(start.loss, per_cent).max(0),
                throughput: move_by(start.throughput, -per_cent / 2).max(1),
                load: move_by(start.load, per_cent / 2).clamp(5, 98),
            }
        })
        .collect()
}

impl fmt::Display for TurnReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TurnReport {
            latency,
            jitter,
            loss,
            throughput,
            load,
        } = self;
        write!(
            f,
            "{latency} {jitter} {}.{} {throughput} 0.{load:02}",
            loss / 10,
            loss % 10
        )
    }
}

/// The range that a metric reaches when it moves up or down from a report, as text.
pub(crate) fn outlook(last: &TurnReport, metric: Metric, up: bool, rng: &mut Rng) -> String {
    let (name, value, most) = match metric {
        Metric::Latency => ("latency", last.latency, 999),
        Metric::Jitter => ("jitter", last.jitter, 999),
        Metric::Loss => ("loss", last.loss, 999),
        Metric::Throughput => ("Mbps", last.throughput, 9999),
        Metric::Load => ("load", last.load, 98),
    };
    let (low, high) = match up {
        true => (rng.between(115, 150), rng.between(160, 200)),
        false => (rng.between(30, 50), rng.between(60, 85)),
    };
    let low = (value * low / 100).min(most);
    let high = (value * high / 100).min(most).max(low + 1);
    match metric {
        Metric::Load => format!("{name} 0.{low:02}-0.{high:02}"),
        Metric::Loss => format!(
            "{name} {}.{}-{}.{}",
            low / 10,
            low % 10,
            high / 10,
            high % 10
        ),
        _ => format!("{name} {low}-{high}"),
    }
}
