//! The steps of a conversation as one answer.

use edgescore_probe::{Microjoules, Microseconds};
use edgescore_record::{Answer, Generated, Judged, Question, QuestionEnergy, Sample, Standing};

/// What a step adds to those before it. It is right when all steps are; what is right of a call is
/// said of the first step that is not.
fn judged(before: Answer, step: Answer) -> Answer {
    let (Answer::Judged(before), Answer::Judged(step)) = (before, step) else {
        return step;
    };
    let said = match before.standing {
        Standing::Right => step,
        _ => before,
    };
    Answer::Judged(Judged {
        right_steps: before.right_steps + step.right_steps,
        steps: before.steps + step.steps,
        ..said
    })
}

fn generated(before: Generated, step: Generated) -> Generated {
    Generated {
        tokens: before.tokens.saturating_add(step.tokens),
        decode: Microseconds(before.decode.0.saturating_add(step.decode.0)),
    }
}

/// The answers to the steps so far, and that to the next one, as one.
pub fn with_step(before: Option<Question>, step: Question) -> Question {
    let Some(before) = before else {
        return step;
    };
    let sum = |a: Microjoules, b: Microjoules| Microjoules(a.0.saturating_add(b.0));
    Question {
        answer: judged(before.answer, step.answer),
        generated: match (before.generated, step.generated) {
            (Some(before), Some(step)) => Some(generated(before, step)),
            (before, step) => before.or(step),
        },
        prompt_tokens: before.prompt_tokens.saturating_add(step.prompt_tokens),
        cached_tokens: before.cached_tokens.saturating_add(step.cached_tokens),
        prefill: Microseconds(before.prefill.0.saturating_add(step.prefill.0)),
        energy: before.energy.and_then(|before| {
            step.energy.map(|step| QuestionEnergy {
                prefill: sum(before.prefill, step.prefill),
                decode: sum(before.decode, step.decode),
            })
        }),
        ..before
    }
}

/// The same of a draw.
pub fn with_drawn_step(before: Sample, step: Sample) -> Sample {
    Sample {
        answer: judged(before.answer, step.answer),
        generated: generated(before.generated, step.generated),
        energy: before.energy.and_then(|before| {
            let sum = |step: Microjoules| Microjoules(before.0.saturating_add(step.0));
            step.energy.map(sum)
        }),
        ..before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_record::{AnswerKind, CallAxes};

    #[test]
    fn a_conversation_is_right_when_all_steps_are() {
        let step = |right: bool| {
            Answer::Judged(Judged {
                kind: AnswerKind::Turns,
                standing: if right {
                    Standing::Right
                } else {
                    Standing::Wrong
                },
                axes: CallAxes::new(true, true, true, right, right),
                right_steps: u8::from(right),
                steps: 1,
            })
        };
        let all = |steps: &[bool]| {
            let steps = steps.iter().map(|right| step(*right));
            steps.reduce(judged)
        };
        assert!(all(&[true, true, true]).is_some_and(Answer::is_correct));
        for steps in [
            [false, true, true],
            [true, false, true],
            [true, true, false],
        ] {
            let Some(Answer::Judged(judged)) = all(&steps) else {
                panic!("{steps:?}");
            };
            assert_eq!(judged.standing, Standing::Wrong);
            assert_eq!((judged.right_steps, judged.steps), (2, 3));
            assert!(!judged.axes.function());
        }
    }
}
