//! Whether the model kept to the answer format.

use serde::Serialize;

use crate::moments::Moments;
use crate::{Answer, Estimate, Evidence, Measured, Missing, Proportion, Run};

/// Parse failures in generate mode, and format mass in letter mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parsing {
    /// Share of the counted answers from which no letter could be read. Always 0 in letter
    /// mode, where the answer is forced to be a letter.
    pub failures: Measured<Estimate>,
    /// Mean probability of the four letters together at the answer position. Low mass means
    /// the model would rather have written something else.
    pub mass: Measured<Estimate>,
}

impl Parsing {
    /// Over the counted headline rows of `run`.
    pub fn of(run: &Run) -> Parsing {
        let (mut counted, mut unparsed) = (0, 0);
        let mut mass = Moments::default();
        for row in run.counted() {
            counted += 1;
            unparsed += u32::from(row.answer == Answer::Unparsed);
            if let Evidence::Letters { mass: stored, .. } = row.evidence {
                mass.push(f64::from(stored) / f64::from(u16::MAX));
            }
        }
        Parsing {
            failures: Proportion::new(unparsed, counted).map(Proportion::estimate),
            mass: match mass.estimate(0.0, 1.0) {
                Measured::Missing(_) if counted > 0 => Measured::Missing(Missing::NoEvidence),
                estimate => estimate,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Letter, Rotation, Row, Task};

    #[test]
    fn counts_failures_and_averages_mass() {
        let tasks = [Task {
            group: 1,
            pass_k: false,
        }];
        let row = |question, answer, mass| Row {
            question,
            latency_us: None,
            task: 0,
            gold: Letter::A,
            answer,
            rotation: Rotation::default(),
            evidence: Evidence::Letters {
                probabilities: [1; 4],
                mass,
            },
        };
        let rows = [
            row(0, Answer::Letter(Letter::B), 65535),
            row(1, Answer::Unparsed, 0),
            row(2, Answer::Skipped, 0),
        ];
        let parsing = Parsing::of(&Run::new(&tasks, &rows).unwrap());
        assert_eq!(parsing.failures.value().unwrap().value, 0.5);
        assert_eq!(parsing.mass.value().unwrap().value, 0.5);

        let none = Parsing::of(&Run::new(&tasks, &[]).unwrap());
        assert_eq!(none.failures, Measured::Missing(Missing::NoRows));
        assert_eq!(none.mass, Measured::Missing(Missing::NoRows));
    }
}
