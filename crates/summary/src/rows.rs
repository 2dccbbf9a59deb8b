//! What was asked as the scores take it.

use std::num::NonZeroU32;

use edgescore_record::{Answer, AnswerKind, Found, Question, Standing};
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
            options: 0,
            key: Letter::A,
            answer: Outcome::Skipped,
            call: None,
            rotation,
            evidence: Evidence::None,
        });
    };
    let (options, key, outcome, call) = match answered.answer {
        Answer::Choice(chosen) => {
            let outcome = match (chosen.choice, chosen.found) {
                (Some(letter), _) => Outcome::Letter(letter),
                (None, Found::Incomplete) => Outcome::Incomplete,
                (None, _) => Outcome::Unparsed,
            };
            (chosen.options, chosen.key, outcome, None)
        }
        Answer::Judged(judged) => {
            let outcome = match judged.standing {
                Standing::Right => Outcome::Other { right: true },
                Standing::Wrong => Outcome::Other { right: false },
                Standing::Unparsed => Outcome::Unparsed,
                Standing::Incomplete => Outcome::Incomplete,
            };
            let call = match judged.kind {
                AnswerKind::Tool | AnswerKind::Turns => Some(judged.axes),
                AnswerKind::Number | AnswerKind::Text => None,
            };
            (0, Letter::A, outcome, call)
        }
    };
    let time = u32::try_from(answer_time(answered).0).unwrap_or(u32::MAX);
    Ok(Row {
        question,
        latency_us: NonZeroU32::new(time),
        task,
        options,
        key,
        answer: outcome,
        call,
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
