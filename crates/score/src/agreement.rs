//! Whether letter mode and generate mode give the same answers.

use serde::Serialize;

use crate::paired::{pair, same_letter};
use crate::{Estimate, Outcome, PairError, Proportion, Reading, Run};

/// Letter and generate answers to the same questions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Questions that count in both modes.
    pub questions: u32,
    /// Questions that count in one mode only. They are left out.
    pub unpaired: u32,
    /// Of `questions`, those whose generated text held no letter.
    pub unparsed: u32,
    /// Share with the same letter, an unparsed answer counting as another.
    pub same: Reading<Estimate>,
    /// Share with the same letter among those parsed.
    pub same_if_parsed: Reading<Estimate>,
}

/// Compares the answers of a letter run and a generate run of the same model.
pub fn agreement(letter: &Run, generate: &Run) -> Result<Agreement, PairError> {
    let pairs = pair(letter, generate)?;
    let questions = pairs.rows.len() as u32;
    let (mut same, mut unparsed) = (0, 0);
    for (a, b) in &pairs.rows {
        same += u32::from(same_letter(a, b));
        unparsed += u32::from(b.answer == Outcome::Unparsed);
    }
    let share = |of| Proportion::new(same, of).map(Proportion::estimate);
    Ok(Agreement {
        questions,
        unpaired: pairs.unpaired,
        unparsed,
        same: share(questions),
        same_if_parsed: share(questions - unparsed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Rotation, Row, ScoredTask};

    #[test]
    fn unparsed_agrees_with_nothing() {
        let tasks = [ScoredTask {
            group: 1,
            pass_k: false,
        }];
        let row = |question, answer| Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::D,
            answer,
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        };
        let letter = |l| Outcome::Letter(l);
        let letters = [
            row(0, letter(Letter::A)),
            row(1, letter(Letter::B)),
            row(2, letter(Letter::C)),
            row(3, letter(Letter::D)),
        ];
        let texts = [
            row(0, letter(Letter::A)),
            row(1, letter(Letter::C)),
            row(2, Outcome::Unparsed),
            row(3, Outcome::Skipped),
        ];
        let letters = Run::new(&tasks, &letters).unwrap();
        let texts = Run::new(&tasks, &texts).unwrap();
        let got = agreement(&letters, &texts).unwrap();
        assert_eq!((got.questions, got.unpaired, got.unparsed), (3, 1, 1));
        assert!((got.same.value().unwrap().value - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(got.same_if_parsed.value().unwrap().value, 0.5);
    }
}
