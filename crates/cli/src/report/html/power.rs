//! Power over a run.

use super::super::load::RunSummary;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
/// Room for the labels at the left, the bottom and the other sides.
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 26.0;
const EDGE: f64 = 10.0;

/// The trace of a run as a line.
pub struct Trace {
    pub width: f64,
    pub height: f64,
    /// `x,y` pairs of an SVG polyline.
    pub line: String,
    /// Height of the budget.
    pub budget: Option<f64>,
    pub left: f64,
    pub right: f64,
    /// Height and label of the lines across.
    pub marks: Vec<(f64, String)>,
    /// What the time axis says.
    pub time: String,
    pub note: String,
}

/// `None` with fewer than two points.
pub fn trace(run: &RunSummary) -> Option<Trace> {
    let power = &run.power;
    let (first, last) = (power.trace.first()?, power.trace.last()?);
    if power.trace.len() < 2 {
        return None;
    }
    let highest = power.trace.iter().map(|point| point.1);
    let top = highest.chain(power.budget_w).fold(0.0, f64::max) * 1.1;
    let span = last.0 - first.0;
    if !(top > 0.0 && span > 0.0) {
        return None;
    }
    let x = |at: f64| LEFT + (at - first.0) / span * (WIDTH - LEFT - EDGE);
    let y = |watts: f64| HEIGHT - BOTTOM - watts / top * (HEIGHT - BOTTOM - EDGE);
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let points = power.trace.iter().map(|&(at, watts)| {
        let (x, y) = (tenth(x(at)), tenth(y(watts)));
        format!("{x},{y}")
    });
    let marks = [0.0, top / 2.2, top / 1.1].map(|watts| (tenth(y(watts)), format!("{watts:.1} W")));
    Some(Trace {
        width: WIDTH,
        height: HEIGHT,
        line: points.collect::<Vec<_>>().join(" "),
        budget: power.budget_w.map(|watts| tenth(y(watts))),
        left: LEFT,
        right: WIDTH - EDGE,
        marks: marks.to_vec(),
        time: format!("{span:.0} s"),
        note: match power.metered {
            Some(false) => "Simulated by CPU time: nothing was measured.".to_owned(),
            _ => "Mean power between the points.".to_owned(),
        },
    })
}
