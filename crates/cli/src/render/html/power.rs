//! Power over a run.

use edgescore_summary::RunSummary;

/// As wide as the plots of letters and latency.
const WIDTH: f64 = 480.0;
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
    /// Height and label of the budget.
    pub budget: Option<(f64, String)>,
    pub left: f64,
    pub right: f64,
    /// Height and label of the lines across.
    pub marks: Vec<(f64, String)>,
    /// Height of the line at 0 W.
    pub zero: f64,
    /// What the time axis says at its end.
    pub time: String,
    pub note: String,
}

/// `None` with fewer than two points.
pub fn trace(run: &RunSummary) -> Option<Trace> {
    let power = &run.power;
    let points = power.trace();
    let end = points.last()?.0;
    if points.len() < 2 {
        return None;
    }
    let highest = points.iter().map(|point| point.1);
    let top = highest.chain(power.budget_w()).fold(0.0, f64::max) * 1.15;
    if !(top > 0.0 && end > 0.0) {
        return None;
    }
    let x = |at: f64| LEFT + at / end * (WIDTH - LEFT - EDGE);
    let y = |watts: f64| HEIGHT - BOTTOM - watts / top * (HEIGHT - BOTTOM - EDGE);
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    // A point is the mean from the one before it; the first, from the first question.
    let mut from = 0.0;
    let steps = points.iter().map(|&(at, watts)| {
        let before = std::mem::replace(&mut from, at);
        let (left, right, y) = (tenth(x(before)), tenth(x(at)), tenth(y(watts)));
        format!("{left},{y} {right},{y}")
    });
    let step = step(top);
    let marks = (0..=(top / step) as u32).map(|n| {
        let watts = f64::from(n) * step;
        // Adding 0.1 to itself leaves the last bits behind.
        (
            tenth(y(watts)),
            format!("{} W", (watts * 1e3).round() / 1e3),
        )
    });
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
    Some(Trace {
        width: WIDTH,
        height: HEIGHT,
        line: steps.collect::<Vec<_>>().join(" "),
        budget: power
            .budget_w()
            .map(|watts| (tenth(y(watts)), format!("budget {watts} W"))),
        left: LEFT,
        right: WIDTH - EDGE,
        marks: marks.collect(),
        zero: tenth(y(0.0)),
        time: format!("{end:.0} s"),
        note: format!(
            "{of_points}Each step is a mean; time counts from the first question.{of_budget}"
        ),
    })
}

/// Distance of the lines across: 1, 2 or 5 times a power of ten, so that there are three to seven
/// of them.
fn step(top: f64) -> f64 {
    let decade = 10f64.powf((top / 2.0).log10().floor());
    let fits = |factor: &&f64| top / (**factor * decade) >= 2.0;
    let factor = [5.0, 2.0].iter().find(fits).unwrap_or(&1.0);
    factor * decade
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn lines_across_are_at_round_numbers() {
        for (top, expected) in [
            (4.4, 2.0),
            (3.9, 1.0),
            (8.25, 2.0),
            (10.0, 5.0),
            (0.4, 0.2),
            (25.0, 10.0),
        ] {
            let found = step(top);
            assert!((found - expected).abs() < 1e-9, "{top}: {found}");
            assert!((2.0..=6.0).contains(&(top / found)), "{top}: {found}");
        }
    }
}
