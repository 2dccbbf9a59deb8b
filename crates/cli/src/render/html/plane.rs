//! A plot of shares, 0 to 100 %, against a value.

use edgescore_score::{Estimate, Reading};

use super::scale::{places, step};
use crate::render::values;

/// The plot's frame: x in percent of the width, y in px. The left holds "100 %" on a phone, the right
/// half of it.
const LEFT: f64 = 13.0;
const RIGHT: f64 = 94.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 190.0;

/// The plot.
pub struct Plane {
    /// What it shows, for those who cannot see it.
    pub label: &'static str,
    /// What the axis at the bottom is.
    pub x_title: &'static str,
    /// Marks of the axis at the bottom: percent and text.
    pub x_ticks: Vec<(f64, String)>,
    /// Lines across: px and text.
    pub y_ticks: Vec<(f64, String)>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Dots, the last on top.
    pub dots: Vec<Dot>,
    x: Axis,
    top: f64,
}

/// A line from one place to another.
pub struct Line {
    /// `curve` or `chance`.
    pub class: &'static str,
    /// Both ends: percent and px.
    pub from: (f64, f64),
    pub to: (f64, f64),
}

/// A dot with its interval.
pub struct Dot {
    /// `dot`, `point front` or `published`.
    pub class: &'static str,
    /// Place in percent.
    pub x: f64,
    /// Place in px.
    pub y: f64,
    /// Upper and lower end of the interval in px.
    pub range: Option<(f64, f64)>,
    /// What it is, in words.
    pub title: String,
}

/// The axis at the bottom.
pub struct Axis {
    /// Value at the left.
    pub low: f64,
    /// Value at the right.
    pub high: f64,
    /// Its name.
    pub title: &'static str,
}

impl Plane {
    /// An empty plot of shares up to `top`, whose axis at the bottom has marks at `marks`.
    pub fn new(
        label: &'static str,
        x: Axis,
        marks: impl Iterator<Item = (f64, String)>,
        top: f64,
    ) -> Plane {
        let mut plane = Plane {
            label,
            x_title: x.title,
            x_ticks: Vec::new(),
            y_ticks: Vec::new(),
            lines: Vec::new(),
            dots: Vec::new(),
            x,
            top,
        };
        plane.x_ticks = marks.map(|(at, text)| (plane.across(at), text)).collect();
        // 1, 2 or 5: of a hundred percent halves would be too few.
        let step = step(top).min(0.2);
        plane.y_ticks = (0..=(top / step + 1e-9) as u32)
            .map(|n| {
                let share = f64::from(n) * step;
                // A step may be a fraction of a percent.
                let text = format!("{} %", (1000.0 * share).round() / 10.0);
                (plane.up(share), text)
            })
            .collect();
        plane
    }

    fn across(&self, value: f64) -> f64 {
        let share = (value - self.x.low) / (self.x.high - self.x.low);
        places(LEFT + (RIGHT - LEFT) * share)
    }

    fn up(&self, share: f64) -> f64 {
        places(BOTTOM - (BOTTOM - TOP) * (share / self.top).min(1.0))
    }

    /// Adds a line through `places`: value and share.
    pub fn line(&mut self, class: &'static str, places: &[(f64, f64)]) {
        for pair in places.windows(2) {
            if let [from, to] = *pair {
                let end = |(value, share)| (self.across(value), self.up(share));
                self.lines.push(Line {
                    class,
                    from: end(from),
                    to: end(to),
                });
            }
        }
    }

    /// Adds a dot at `value`; its title begins with `title` and has the share.
    pub fn dot(&mut self, class: &'static str, value: f64, share: Estimate, title: &str) {
        let interval = share.interval.value();
        self.dots.push(Dot {
            class,
            x: self.across(value),
            y: self.up(share.value),
            range: interval.map(|interval| (self.up(interval.high), self.up(interval.low))),
            title: format!("{title}: {}", values::percent(Reading::Value(share))),
        });
    }
}

/// Marks at every 20 % from `low` to 100 %.
pub fn percents(low: u32) -> impl Iterator<Item = (f64, String)> {
    let marks = (low..=100).step_by(20);
    marks.map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")))
}
