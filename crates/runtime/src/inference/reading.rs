//! From a text to the answer in it.

use edgescore_judge::letter;
use edgescore_record::{Answer, Ask, Found, Parser, WhySkipped};
use edgescore_taskpack::{Letter, Question};

use super::judging;
use super::no_answer::NoAnswer;

/// What was read in a text.
pub struct Read {
    /// The answer.
    pub answer: Answer,
    /// The letter that the other parser reads, or that it reads none, where that differs.
    pub other: Option<Option<Letter>>,
}

/// Reads the answer in `text`, a letter by both parsers; none where the trace before it did not end.
///
/// # Errors
/// The question's own calls cannot be read.
pub fn read(
    parser: Parser,
    ask: Ask,
    question: &Question,
    text: Option<&str>,
) -> Result<Read, NoAnswer> {
    let alone = |answer| Read {
        answer,
        other: None,
    };
    let text = text.map(str::trim);
    let Some(choice) = question.choice() else {
        let step = usize::from(ask.step());
        let judged = judging::judge(text, &question.kind, step)?;
        return Ok(alone(Answer::Judged(judged)));
    };
    let Some(text) = text else {
        let key = choice.shown_key(ask.rotation());
        return Ok(alone(Answer::incomplete(choice.count(), key)));
    };
    let read = |parser| letter::read(text, choice.count(), parser);
    let only = |read: Option<(Letter, Found)>| read.map(|(letter, _)| letter);
    let by_text = || letter::by_text(text, choice, ask.rotation());
    let counts = match (read(parser), parser) {
        (None, Parser::Strict) => by_text().map(|letter| (letter, Found::OptionText)),
        (counts, _) => counts,
    };
    let other = only(read(match parser {
        Parser::Strict => Parser::Reference,
        Parser::Reference => Parser::Strict,
    }));
    Ok(Read {
        answer: chosen(ask, question, counts)?,
        other: (other != only(counts)).then_some(other),
    })
}

/// The letter that was read, if one was, beside the answer key, with the fault that it stands for.
///
/// # Errors
/// The question asks for no letter.
pub fn chosen(
    ask: Ask,
    question: &Question,
    read: Option<(Letter, Found)>,
) -> Result<Answer, NoAnswer> {
    let skip = NoAnswer::Skip(WhySkipped::AsksForText);
    let choice = question.choice().ok_or(skip)?;
    let fault = read.and_then(|(letter, _)| choice.fault(letter, ask.rotation()));
    let key = choice.shown_key(ask.rotation());
    Ok(Answer::new(choice.count(), key, read).with_fault(fault))
}
