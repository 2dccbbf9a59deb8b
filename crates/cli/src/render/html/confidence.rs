//! The section of a run's confidence.

use edgescore_score::{Reading, Reliability, RiskCoverage};
use edgescore_summary::RunSummary;

use super::plane::{Axis, Plane, percents};
use crate::render::pages::confidence::facts;
use crate::render::values;

/// Its figures and plots.
pub struct Plots {
    /// Labels with figures.
    pub facts: Vec<(&'static str, String)>,
    /// Accuracy against confidence, or why there is none.
    pub reliability: Result<Plane, String>,
    /// Risk against coverage.
    pub risk: Plane,
}

/// The plots, or why there are none.
pub fn plots(run: &RunSummary) -> Result<Plots, String> {
    match &run.scores.confidence {
        Reading::Missing(reason) => Err(reason.to_string()),
        Reading::Value(confidence) => Ok(Plots {
            facts: facts(confidence),
            reliability: match &confidence.reliability {
                Reading::Value(found) => Ok(reliability(found)),
                Reading::Missing(reason) => Err(reason.to_string()),
            },
            risk: risk(&confidence.risk),
        }),
    }
}

/// Every bin at its mean confidence. The least confidence of four options is 25 %.
fn reliability(found: &Reliability) -> Plane {
    let axis = Axis {
        low: 0.2,
        high: 1.0,
        title: "confidence",
    };
    let mut plane = Plane::new("Accuracy against confidence", axis, percents(20), 1.0);
    plane.line("chance", &[(0.2, 0.2), (1.0, 1.0)]);
    for bin in &found.bins {
        let title = format!(
            "{} questions of confidence {} to {}, mean {}",
            bin.questions,
            values::confidence(bin.low),
            values::confidence(bin.high),
            values::confidence(bin.confidence)
        );
        plane.dot("dot", bin.confidence, bin.accuracy, &title);
    }
    plane
}

fn risk(found: &RiskCoverage) -> Plane {
    let highest = found.points.iter().map(|point| {
        let interval = point.risk.interval.value();
        interval.map_or(point.risk.value, |interval| interval.high)
    });
    // In steps of 10 %, and not less than 10 %.
    let top = (highest.fold(0.1, f64::max) * 10.0).ceil() / 10.0;
    let axis = Axis {
        low: 0.0,
        high: 1.0,
        title: "coverage",
    };
    let mut plane = Plane::new("Risk against coverage", axis, percents(0), top);
    if let Some(all) = found.points.last() {
        let risk = all.risk.value;
        plane.line("chance", &[(0.0, risk), (1.0, risk)]);
    }
    let places = found.points.iter();
    let places: Vec<_> = places.map(|p| (p.coverage, p.risk.value)).collect();
    plane.line("curve", &places);
    for point in &found.points {
        let title = format!(
            "{} answers, from confidence {} on",
            point.answered,
            values::confidence(point.threshold)
        );
        plane.dot("dot", point.coverage, point.risk, &title);
    }
    plane
}
