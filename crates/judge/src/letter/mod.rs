//! Finding the letter of an option in generated text.

mod reference;
mod strict;

use edgescore_record::{Found, Parser};
use edgescore_taskpack::{Choice, Letter, Matching, Rotation, Wording};

use crate::wording;

/// The letter in `text` of one of `options` options and how it was found; `None` is a parse failure.
pub fn read(text: &str, options: u8, parser: Parser) -> Option<(Letter, Found)> {
    match parser {
        Parser::Strict => strict::answer(text, options),
        Parser::Reference => reference::answer(text, options),
    }
}

/// The option whose text is the answer in `text`, without regard to case, white space and punctuation
/// around it: a model that is asked for a letter may say what stands behind it. `None` where two options
/// say the same.
pub fn by_text(text: &str, choice: &Choice, rotation: Rotation) -> Option<Letter> {
    let answer = wording::read(text)?;
    let is_answer = |letter: &&Letter| {
        let accepted = [choice.option(**letter, rotation)];
        let wording = Wording {
            matching: Matching::Normalised,
            accepted: accepted.into_iter().collect(),
        };
        wording::is_right(&answer, &wording)
    };
    let mut found = choice.letters().iter().filter(is_answer);
    found.next().copied().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_taskpack::Opt;

    #[test]
    fn the_text_of_an_option_is_its_letter() {
        let of = |texts: &[&'static str], text: &str, steps: u8| {
            let option = |text: &&'static str| Opt { text, fault: None };
            let choice = Choice {
                key: Letter::A,
                options: texts.iter().map(option).collect(),
            };
            let rotation = Rotation::all(choice.count()).nth(usize::from(steps));
            by_text(text, &choice, rotation.unwrap_or_default())
        };
        let cities = ["Paris", "Rome", "New York"];
        assert_eq!(of(&cities, r#"{"answer": "new york"}"#, 0), Some(Letter::C));
        assert_eq!(of(&cities, "Rome.", 0), Some(Letter::B));
        // Shown as B, C and A.
        assert_eq!(of(&cities, "Rome.", 1), cities_turned(1));
        assert_eq!(of(&cities, "Rome or Paris", 0), None);
        assert_eq!(of(&cities, "", 0), None);
        assert_eq!(of(&["yes", "Yes!"], "yes", 0), None);
    }

    /// Where Rome stands after turning.
    fn cities_turned(steps: u8) -> Option<Letter> {
        let rotation = Rotation::all(3).nth(usize::from(steps))?;
        Some(rotation.shown(Letter::B, 3))
    }
}
