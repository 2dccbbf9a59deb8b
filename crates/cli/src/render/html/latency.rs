//! Histogram of the time an answer took.

use edgescore_score::Reading;
use edgescore_summary::RunSummary;

use super::scale::places;
use crate::render::values;

/// Number of bins: enough for two humps, few enough for 30 answers.
const BINS: usize = 24;

/// The histogram in a plot 170 px high whose base is at 150.
pub struct Histogram {
    /// The bins from left to right.
    pub bins: Vec<Bin>,
    /// Median and, with enough answers, p90.
    pub marks: Vec<Mark>,
    /// Shortest time.
    pub low: String,
    /// Longest time.
    pub high: String,
    /// Whether the bins have equal ratios instead of equal widths.
    pub logarithmic: bool,
}

/// One bin.
pub struct Bin {
    /// Left edge in percent.
    pub x: f64,
    /// Width in percent.
    pub width: f64,
    /// Top in px.
    pub y: f64,
    /// Height in px.
    pub height: f64,
    /// What it holds, in words.
    pub title: String,
}

/// A vertical line.
pub struct Mark {
    /// Place in percent.
    pub x: f64,
    /// Which side of the line the text stands on: empty or `end`.
    pub anchor: &'static str,
    /// Height of the text in px.
    pub y: f64,
    /// The text.
    pub text: String,
}

/// The counted answers that were timed; `None` if there are none.
pub fn histogram(run: &RunSummary) -> Option<Histogram> {
    let times = run.rows.iter().filter(|row| row.counts());
    let times: Vec<f64> = times
        .filter_map(|row| Some(f64::from(row.latency_us?.get()) / 1e6))
        .collect();
    let low = times.iter().copied().reduce(f64::min)?;
    let high = times.iter().copied().reduce(f64::max)?;
    // A few long prompts would press all others into one bin.
    let logarithmic = high > 4.0 * low;
    let scale = |time: f64| if logarithmic { time.ln() } else { time };
    let unscale = |place: f64| if logarithmic { place.exp() } else { place };
    let span = (scale(high) - scale(low)).max(f64::MIN_POSITIVE);
    let share = |time: f64| ((scale(time) - scale(low)) / span).clamp(0.0, 1.0);

    let mut counts = [0u32; BINS];
    for time in &times {
        let bin = (share(*time) * BINS as f64) as usize;
        if let Some(count) = counts.get_mut(bin.min(BINS - 1)) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let edge = |bin: usize| unscale(scale(low) + span * bin as f64 / BINS as f64);
    let bins = counts.into_iter().enumerate().map(|(bin, count)| {
        let height = (110.0 * f64::from(count) / f64::from(most)).round();
        Bin {
            x: places(100.0 * bin as f64 / BINS as f64),
            width: places(100.0 / BINS as f64 - 0.4),
            y: 150.0 - height,
            height,
            title: format!(
                "{} to {}: {count}",
                values::seconds(edge(bin)),
                values::seconds(edge(bin + 1))
            ),
        }
    });
    let mark = |name: &str, time: f64, y: f64| {
        let x = places(100.0 * share(time));
        Mark {
            x,
            anchor: if x > 60.0 { "end" } else { "" },
            y,
            text: format!("{name} {}", values::seconds(time)),
        }
    };
    let mut marks = Vec::new();
    if let Reading::Value(median) = run.latency_s() {
        marks.push(mark("median", median, 12.0));
    }
    if let Reading::Value(p90) = run.scores.latency.p90 {
        marks.push(mark("p90", f64::from(p90.value_us) / 1e6, 26.0));
    }
    Some(Histogram {
        bins: bins.collect(),
        marks,
        low: values::seconds(low),
        high: values::seconds(high),
        logarithmic,
    })
}
