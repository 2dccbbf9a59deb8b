//! Sustained load, in both pages of a run that has one.

use edgescore_score::{Change, Drift, NoDrift, Reading, Throttling, ToldBy};
use edgescore_summary::{RunSummary, SustainedSummary};

use crate::render::blocks::Block;
use crate::render::values;

/// What is said of it, if the run has one.
pub fn block(run: &RunSummary) -> Option<Block> {
    let facts = facts(run);
    (!facts.is_empty()).then_some(Block::Facts(facts))
}

/// The same as labels with what belongs to them; none of a run without.
pub fn facts(run: &RunSummary) -> Vec<(&'static str, String)> {
    let Some(load) = &run.sustained else {
        return Vec::new();
    };
    let rate = load
        .seconds
        .ok()
        .filter(|drift| !drift.is_none())
        .map_or(String::new(), |drift| rate(&drift));
    vec![
        ("sustained load", length(run, load)),
        ("  time of an answer", {
            drift(load.seconds, values::seconds) + &rate
        }),
        ("  energy of an answer", {
            drift(load.joules, |joules| format!("{} J", values::score(joules)))
        }),
        ("  CPU clock", {
            change(load.clock_hz, |hz| format!("{:.0} MHz", hz / 1e6))
        }),
        ("  temperature", {
            change(load.temperature_c, |celsius| format!("{celsius:.1} °C"))
        }),
        ("  throttled", throttled(load)),
    ]
}

/// How long it was, and how far it came.
fn length(run: &RunSummary, load: &SustainedSummary) -> String {
    let (minutes, answers) = (load.length_s / 60.0, load.answers);
    let asked = run.rows.len() as u32;
    let passes = match asked < run.start.asks {
        true => format!(
            "{asked} of {} questions, less than one pass: the accuracy is over these",
            run.start.asks
        ),
        false => format!("{answers} answers in {} passes", load.passes),
    };
    let steady = load.steady_from_s.map_or(String::new(), |from| {
        format!(
            "; steady state: the last {:.1} min",
            (load.length_s - from) / 60.0
        )
    });
    format!("{minutes:.1} min, {passes}{steady}")
}

/// `500 ms in the first minute, 720 ms in the steady state: +44.0 % (+43.2 to +44.8)`.
fn drift(drift: Result<Drift, NoDrift>, show: impl Fn(f64) -> String) -> String {
    let drift = match drift {
        Ok(drift) => drift,
        Err(why) => return why.to_string(),
    };
    let percent = |share: f64| format!("{:+.1}", (1000.0 * share).round() / 10.0 + 0.0);
    let value = drift.change.value;
    let interval = match drift.change.interval {
        Reading::Value(interval) => {
            format!(" ({} to {})", percent(interval.low), percent(interval.high))
        }
        Reading::Missing(reason) => format!(" (no interval: {reason})"),
    };
    let none = if drift.is_none() { ": no drift" } else { "" };
    format!(
        "{}, {} %{interval}{none}",
        both(drift.means, show),
        percent(value)
    )
}

/// What that is in answers a second.
fn rate(drift: &Drift) -> String {
    let rate = 1.0 / (1.0 + drift.change.value) - 1.0;
    let more = if rate > 0.0 { "more" } else { "fewer" };
    format!("; {:.1} % {more} answers a second", 100.0 * rate.abs())
}

fn change(change: Result<Change, NoDrift>, show: impl Fn(f64) -> String) -> String {
    match change {
        Ok(change) => both(change, show),
        Err(why) => why.to_string(),
    }
}

fn both(means: Change, show: impl Fn(f64) -> String) -> String {
    format!(
        "{} in the first minute, {} in the steady state",
        show(means.first),
        show(means.steady)
    )
}

fn throttled(load: &SustainedSummary) -> String {
    values::or_reason(load.throttling, |throttling| match throttling {
        None => format!("not in {:.1} min", load.length_s / 60.0),
        Some(Throttling { after_s, told_by }) => {
            let by = match told_by {
                ToldBy::Flags => "by the firmware's flags",
                ToldBy::Clock => "the CPU clock fell by 5 % or more and stayed down",
            };
            match after_s {
                after_s if after_s < 100.0 => format!("after {after_s:.1} s, {by}"),
                after_s => format!("after {:.1} min, {by}", after_s / 60.0),
            }
        }
    })
}
