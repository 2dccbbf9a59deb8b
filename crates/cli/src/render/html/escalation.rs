//! An escalation as one page for a browser.

use std::io::Write;

use askama::Template;
use edgescore_score::{EscalationPoint, Reading};
use edgescore_summary::Escalation;

use super::plane::{Axis, Plane};
use super::scale::step;
use crate::failure::Failure;
use crate::render::blocks::Table;
use crate::render::pages::escalation::{about_curve, curve, sentence, stated, threshold, title};

#[derive(Template)]
#[template(path = "escalation.html")]
struct Page {
    title: String,
    /// `good`, `warn` or `bad`.
    class: &'static str,
    sentence: String,
    notes: Vec<String>,
    stated: Option<Table>,
    plot: Option<Plane>,
    about_curve: String,
    curve: Table,
    version: &'static str,
}

/// Writes the page.
pub fn write_escalation(out: &mut (dyn Write + Send), found: &Escalation) -> Result<(), Failure> {
    let choice = found.choice.as_ref().ok();
    let page = Page {
        title: title(found),
        class: match choice {
            Some(choice) if !choice.kept => "bad",
            Some(choice) if !choice.large_serves_as_well() => "good",
            // Nothing was chosen, or what was chosen does not pay.
            Some(_) | None => "warn",
        },
        sentence: sentence(found),
        notes: found.warnings(),
        stated: choice.map(|choice| stated(found, choice)),
        plot: plot(found),
        about_curve: about_curve(found),
        curve: curve(found),
        version: env!("CARGO_PKG_VERSION"),
    };
    page.write_into(out).map_err(Failure::data)
}

/// Accuracy against the mean time of a question; `None` without times.
fn plot(found: &Escalation) -> Option<Plane> {
    let seconds = |point: &EscalationPoint| Some(point.seconds.value()?.value);
    let all = found.curve.iter().map(|(_, point)| point);
    let all = all.chain([&found.large_alone]).map(seconds);
    let times = all.collect::<Option<Vec<f64>>>()?;
    let highest = Reading::Value(times.into_iter().fold(0.0, f64::max));
    let highest = highest.positive().value()?;
    let top = 1.05 * highest;
    let (factor, unit) = match top {
        top if top < 1e-3 => (1e6, "us"),
        top if top < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    let step = step(top);
    let marks = (0..=(top / step) as u32).map(|n| {
        let at = f64::from(n) * step;
        // Powers of ten leave the last bits behind.
        (at, format!("{} {unit}", (1e3 * at * factor).round() / 1e3))
    });
    let axis = Axis {
        low: 0.0,
        high: top,
        title: "time a question",
    };
    let mut plane = Plane::new("Accuracy against time a question", axis, marks, 1.0);
    let places = found.curve.iter();
    let places: Vec<_> = places
        .filter_map(|(_, point)| Some((seconds(point)?, point.accuracy.value)))
        .collect();
    plane.line("curve", &places);
    let chosen = found.choice.as_ref().ok().map(|choice| choice.threshold);
    for (at, point) in &found.curve {
        let class = match chosen == Some(*at) {
            true => "point front",
            false => "dot",
        };
        let name = format!("threshold {}", threshold(*at));
        plane.dot(class, seconds(point)?, point.accuracy, &name);
    }
    let large = &found.large_alone;
    plane.dot("published", seconds(large)?, large.accuracy, "large alone");
    Some(plane)
}
