//! What values mean, in the words of a page.

use edgescore_score::{AgainstChance, Estimate, Place};
use edgescore_summary::Warning;

/// A warning in a narrow column.
pub fn warning(warning: &Warning) -> String {
    match warning {
        Warning::Waited(_, share) => {
            format!(
                "{} {:.0} %",
                warning.label().replace('_', " "),
                100.0 * share
            )
        }
        other => other.label().replace('_', " "),
    }
}

/// Where an accuracy over `questions` lies against that of guessing.
pub fn against_chance(accuracy: &Estimate, questions: u32) -> String {
    match accuracy.against_chance() {
        AgainstChance::Above => "better than guessing (25 %)".to_owned(),
        AgainstChance::AtChance => {
            format!("no better than guessing, as far as {questions} questions show")
        }
        AgainstChance::Below => "worse than guessing (25 %)".to_owned(),
    }
}

/// A place against the Pareto front; `name` tells the model of an index.
pub fn place(place: Place, name: impl Fn(usize) -> String) -> String {
    match place {
        Place::Front => "front".to_owned(),
        Place::Dominated { by } => format!("beaten by {}", name(by)),
        Place::Excluded(_) => "left out".to_owned(),
    }
}
