//! What changes over a run: power, and under sustained load the time of an answer and the temperature.

use edgescore_summary::RunSummary;

use super::scale::step;

/// As wide as the plots of letters and latency.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 180.0;
/// Room for the labels at the left, the bottom and the other sides.
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 26.0;
const EDGE: f64 = 10.0;
/// Steps over a sustained load.
const STEPS: f64 = 120.0;

/// The trace of a run as a line.
pub struct Trace {
    pub caption: &'static str,
    pub width: f64,
    pub height: f64,
    /// `x,y` pairs of an SVG polyline.
    pub line: String,
    /// Height and label of the budget.
    pub budget: Option<(f64, String)>,
    pub left: f64,
    pub right: f64,
    /// Height and label of the lines across.
    pub marks: Vec<(f64, String)>,
    /// Height of the line at 0.
    pub zero: f64,
    /// What the time axis says at its end.
    pub time: String,
    pub note: String,
}

/// What a trace shows.
struct Values {
    caption: &'static str,
    unit: &'static str,
    /// Means, each from the moment of the one before it; the first, from the first question.
    points: Vec<(f64, f64)>,
    budget: Option<f64>,
    note: String,
}

/// All that the run has.
pub fn traces(run: &RunSummary) -> Vec<Trace> {
    let mut traces = vec![power(run)];
    if let Some(load) = &run.sustained {
        traces.push(Values {
            caption: "Time of an answer under sustained load",
            unit: "s",
            points: means(&load.times, load.length_s),
            budget: None,
            note: "Each step is the mean of the answers that ended in it, whichever questions \
                   those were."
                .to_owned(),
        });
        traces.push(Values {
            caption: "Temperature under sustained load",
            unit: "°C",
            points: means(&load.temperatures, load.length_s),
            budget: None,
            note: "The hottest part of the board.".to_owned(),
        });
    }
    traces.into_iter().filter_map(draw).collect()
}

fn power(run: &RunSummary) -> Values {
    let power = &run.power;
    let of_points = match power.is_simulated() {
        true => "Simulated by CPU time: nothing was measured. ",
        false => "",
    };
    let of_budget = match power.window_s() {
        Some(window) => format!(
            " The budget holds for every {window} s, whose means can be higher than those of the \
             steps."
        ),
        None => String::new(),
    };
    Values {
        caption: "Power over the run",
        unit: "W",
        points: power.trace(),
        budget: power.budget_w(),
        note: format!(
            "{of_points}Each step is a mean; time counts from the first question.{of_budget}"
        ),
    }
}

/// Means of `values` over equal parts of `length_s`, those without a value left out.
fn means(values: &[(f64, f64)], length_s: f64) -> Vec<(f64, f64)> {
    let part = |at: f64| (at / length_s * STEPS) as u32;
    let parts = values.chunk_by(|one, other| part(one.0) == part(other.0));
    parts
        .filter_map(|values| {
            let sum: f64 = values.iter().map(|value| value.1).sum();
            Some((values.last()?.0, sum / values.len() as f64))
        })
        .collect()
}

/// `None` with fewer than two points.
fn draw(values: Values) -> Option<Trace> {
    let Values {
        caption,
        unit,
        points,
        budget,
        note,
    } = values;
    let end = points.last()?.0;
    if points.len() < 2 {
        return None;
    }
    let highest = points.iter().map(|point| point.1);
    let top = highest.chain(budget).fold(0.0, f64::max) * 1.15;
    if !(top > 0.0 && end > 0.0) {
        return None;
    }
    let x = |at: f64| LEFT + at / end * (WIDTH - LEFT - EDGE);
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - EDGE);
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let mut from = 0.0;
    let steps = points.iter().map(|&(at, value)| {
        let before = std::mem::replace(&mut from, at);
        let (left, right, y) = (tenth(x(before)), tenth(x(at)), tenth(y(value)));
        format!("{left},{y} {right},{y}")
    });
    let step = step(top);
    let marks = (0..=(top / step) as u32).map(|n| {
        let value = f64::from(n) * step;
        // Adding 0.1 to itself leaves the last bits behind.
        let text = format!("{} {unit}", (value * 1e6).round() / 1e6);
        (tenth(y(value)), text)
    });
    Some(Trace {
        caption,
        width: WIDTH,
        height: HEIGHT,
        line: steps.collect::<Vec<_>>().join(" "),
        budget: budget.map(|value| (tenth(y(value)), format!("budget {value} {unit}"))),
        left: LEFT,
        right: WIDTH - EDGE,
        marks: marks.collect(),
        zero: tenth(y(0.0)),
        time: format!("{end:.0} s"),
        note,
    })
}
