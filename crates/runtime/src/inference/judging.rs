//! What becomes of an answer that is no letter.

use edgescore_judge::{calls, number, wording};
use edgescore_record::{AnswerKind, CallAxes, Judged, Standing};
use edgescore_taskpack::Kind;

use crate::error::{Refusal, RunError};

/// Judges `text`, which is missing where the trace before it did not end, as the answer to a question
/// of `kind`; in a conversation as that of step `step`.
///
/// # Errors
/// The question asks for a letter, or its own calls cannot be read.
pub fn judge(text: Option<&str>, kind: &Kind, step: usize) -> Result<Judged, RunError> {
    match kind {
        Kind::Choice(_) => {
            Err(Refusal::data("a letter is not judged: this is a fault of edgescore-rt").into())
        }
        Kind::Number(asked) => Ok(judged(AnswerKind::Number, text, |text| {
            let value = number::read(text, asked.unit)?;
            Some(number::is_right(value, asked))
        })),
        Kind::Text(asked) => Ok(judged(AnswerKind::Text, text, |text| {
            let answer = wording::read(text)?;
            Some(wording::is_right(&answer, asked))
        })),
        Kind::Tool(tool) => call(AnswerKind::Tool, text, &tool.functions, tool.calls),
        Kind::Turns(turns) => {
            let calls = turns.steps.get(step).map_or("[]", |step| step.calls);
            let judged = call(AnswerKind::Turns, text, &turns.functions, calls)?;
            Ok(Judged {
                right_steps: u8::from(judged.standing == Standing::Right),
                steps: 1,
                ..judged
            })
        }
    }
}

fn judged(kind: AnswerKind, text: Option<&str>, is_right: impl Fn(&str) -> Option<bool>) -> Judged {
    let standing = match text.map(is_right) {
        None => Standing::Incomplete,
        Some(None) => Standing::Unparsed,
        Some(Some(true)) => Standing::Right,
        Some(Some(false)) => Standing::Wrong,
    };
    Judged {
        kind,
        standing,
        axes: CallAxes::default(),
        right_steps: 0,
        steps: 0,
    }
}

fn call(
    kind: AnswerKind,
    text: Option<&str>,
    functions: &[&str],
    calls: &str,
) -> Result<Judged, RunError> {
    // Without a text it is as if there were none.
    let judgement = calls::judge(text.unwrap_or_default(), functions, calls).ok_or_else(|| {
        Refusal::data("the functions or calls of a question are no JSON: build the pack again")
    })?;
    let made = judgement.called && judgement.well_formed;
    let function = made && judgement.expected && judgement.function;
    let axes = CallAxes::new(
        judgement.expected,
        judgement.well_formed && text.is_some(),
        judgement.called,
        function,
        function && judgement.arguments,
    );
    let is_right = |_: &str| judgement.well_formed.then(|| judgement.is_right());
    Ok(Judged {
        axes,
        ..judged(kind, text, is_right)
    })
}
