//! What was asked as the scores take it.

use std::num::NonZeroU32;

use edgescore_record::{Found, Question};
use edgescore_score::{Evidence, Letter, Outcome, Row};

use crate::asked::{Asked, Draws, Notes};
use crate::error::Error;
use crate::rules::answer_time;

/// An answer without its draws as the scores take it.
///
/// # Errors
/// The question's task is not one of the first 256.
pub fn row_of(question: &Question) -> Result<Row, Error> {
    score_row(&Asked {
        ask: question.ask,
        task: question.task,
        outcome: Ok(*question),
        notes: Notes::default(),
        draws: Draws::default(),
    })
}

/// What was asked as the scores take it.
pub(crate) fn score_row(asked: &Asked) -> Result<Row, Error> {
    let task = u8::try_from(asked.task).map_err(|_| Error::TooMany("tasks"))?;
    let (question, rotation) = (asked.ask.question(), asked.ask.rotation());
    let Ok(answered) = &asked.outcome else {
        return Ok(Row {
            question,
            latency_us: None,
            task,
            // A skipped row is counted and otherwise left out, so its letter is not read.
            key: Letter::A,
            answer: Outcome::Skipped,
            rotation,
            evidence: Evidence::None,
        });
    };
    let time = u32::try_from(answer_time(answered).0).unwrap_or(u32::MAX);
    Ok(Row {
        question,
        latency_us: NonZeroU32::new(time),
        task,
        key: answered.answer.key(),
        answer: match answered.answer.choice() {
            Some(letter) => Outcome::Letter(letter),
            None if answered.answer.found() == Found::Incomplete => Outcome::Incomplete,
            None => Outcome::Unparsed,
        },
        rotation,
        evidence: match (answered.probabilities, asked.draws.drawn) {
            (Some(probabilities), _) => Evidence::Letters(probabilities),
            (None, 0) => Evidence::None,
            (None, drawn) => Evidence::Draws {
                drawn,
                correct: asked.draws.correct,
            },
        },
    })
}
