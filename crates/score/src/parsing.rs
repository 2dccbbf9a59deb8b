//! Whether the model kept to the answer format.

use serde::Serialize;

use crate::moments::Moments;
use crate::{Estimate, Evidence, Outcome, Proportion, Reading, Reason, Run};

/// Parse failures in generate mode, and format mass in letter mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parsing {
    /// Share of the counted answers from which no answer could be read. Always 0 in letter
    /// mode, where the answer is forced to be a letter.
    pub failures: Reading<Estimate>,
    /// Mean probability of the letters together at the answer position. Low mass means
    /// the model would rather have written something else.
    pub mass: Reading<Estimate>,
}

impl Parsing {
    /// Over the counted headline rows of `run`.
    pub fn of(run: &Run) -> Parsing {
        let (mut counted, mut unparsed) = (0, 0);
        let mut mass = Moments::default();
        for row in run.counted() {
            counted += 1;
            unparsed += u32::from(row.answer == Outcome::Unparsed);
            if let Evidence::Letters(probabilities) = row.evidence {
                mass.push(probabilities.inside());
            }
        }
        Parsing {
            failures: Proportion::new(unparsed, counted).map(Proportion::estimate),
            mass: match mass.estimate(0.0, 1.0) {
                Reading::Missing(_) if counted > 0 => Reading::Missing(Reason::NoEvidence),
                estimate => estimate,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Letter, Probabilities, Rotation, Row, ScoredTask};

    #[test]
    fn counts_failures_and_averages_mass() {
        let tasks = [ScoredTask {
            group: 1,
            pass_k: false,
        }];
        let row = |question, answer, outside| Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::A,
            answer,
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::Letters(Probabilities::new(&[1.0; 4], outside).unwrap()),
        };
        let rows = [
            row(0, Outcome::Letter(Letter::B), 0.0),
            row(1, Outcome::Unparsed, 1.0),
            row(2, Outcome::Skipped, 1.0),
        ];
        let parsing = Parsing::of(&Run::new(&tasks, &rows).unwrap());
        assert_eq!(parsing.failures.value().unwrap().value, 0.5);
        assert_eq!(parsing.mass.value().unwrap().value, 0.5);

        let none = Parsing::of(&Run::new(&tasks, &[]).unwrap());
        assert_eq!(none.failures, Reading::Missing(Reason::NoRows));
        assert_eq!(none.mass, Reading::Missing(Reason::NoRows));
    }
}
