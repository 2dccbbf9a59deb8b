//! How far a run's confidence can be trusted.

use edgescore_score::{Confidence, Estimate, GUESSER_BRIER, Interval, Reading, Reason, RiskPoint};
use edgescore_summary::RunSummary;

use crate::render::blocks::Block;
use crate::render::values;

/// Coverages whose risk a page states, in percent.
const COVERAGES: [u32; 3] = [100, 80, 50];

/// The section of a run's page.
pub fn blocks(run: &RunSummary) -> Vec<Block> {
    let section = match &run.scores.confidence {
        Reading::Value(confidence) => Block::Facts(facts(confidence)),
        Reading::Missing(reason) => Block::Line(reason.to_string()),
    };
    vec![Block::Title("Confidence".to_owned()), section]
}

/// Its figures.
pub fn facts(confidence: &Confidence) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("confidence", mean(confidence)),
        ("ECE", ece(confidence)),
        (
            "Brier score",
            format!(
                "{}, a uniform guess has {GUESSER_BRIER}",
                values::number(Reading::Value(confidence.brier))
            ),
        ),
    ];
    let mut last = None;
    for percent in COVERAGES {
        let point = confidence.risk.at(percent);
        // A large group of equal confidences fills several coverages.
        if let Some(point) = point
            && last != Some(point.answered)
        {
            last = Some(point.answered);
            facts.push(("risk", risk(point)));
        }
    }
    facts.push((
        "order",
        values::or_reason(confidence.auroc, |auroc| {
            format!(
                "a right answer is surer than a wrong one in {} (AUROC)",
                values::percent(Reading::Value(auroc))
            )
        }),
    ));
    facts.push((
        "AURC",
        format!(
            "{}; all wrong answers last would have {}, an order that says nothing {}",
            values::thousandths(confidence.risk.aurc),
            values::thousandths(confidence.risk.aurc_if_perfect),
            values::or_reason(all(confidence), |risk| values::thousandths(risk.value))
        ),
    ));
    facts
}

/// The risk of answering every question.
fn all(confidence: &Confidence) -> Reading<Estimate> {
    let last = confidence.risk.points.last().map(|point| point.risk);
    last.map_or(Reading::Missing(Reason::NoRows), Reading::Value)
}

fn mean(confidence: &Confidence) -> String {
    let over = confidence.overconfidence;
    let finding = match over.interval {
        Reading::Value(Interval { low, .. }) if low > 0.0 => "overconfident",
        Reading::Value(Interval { high, .. }) if high < 0.0 => "underconfident",
        Reading::Value(_) => "no difference shown",
        Reading::Missing(_) => "too few questions for an interval",
    };
    format!(
        "mean confidence less accuracy {} points: {finding}",
        values::points(Reading::Value(over))
    )
}

fn ece(confidence: &Confidence) -> String {
    match &confidence.reliability {
        Reading::Missing(reason) => reason.to_string(),
        Reading::Value(found) => format!(
            "{} over {} questions in {} bins; exact confidences would have {}, and more than {} in \
             5 of 100 runs{}",
            values::thousandths(found.ece),
            confidence.questions,
            found.bins.len(),
            values::thousandths(found.ece_if_exact),
            values::thousandths(found.ece_if_exact_at_most),
            match found.is_shown() {
                true => "",
                false => ": no more than noise",
            }
        ),
    }
}

fn risk(point: &RiskPoint) -> String {
    let risk = values::percent(Reading::Value(point.risk));
    match point.coverage {
        1.0 => format!("{risk} wrong when all are answered"),
        coverage => format!(
            "{risk} wrong in the surest {:.0} %, from confidence {} on",
            100.0 * coverage,
            values::confidence(point.threshold)
        ),
    }
}
