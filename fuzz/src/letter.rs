//! Letters in answers: no text makes a parser panic, and a letter that it finds is one of the question.

use edgescore_judge::{letter, wording};
use edgescore_record::Parser;
use edgescore_taskpack::{Choice, Letter, Matching, Opt, Rotation, Wording};

/// Takes an input.
pub fn run(text: &str) {
    for options in 2..=10 {
        for parser in [Parser::Strict, Parser::Reference] {
            if let Some((found, _)) = letter::read(text, options, parser) {
                assert!(found.index() < usize::from(options));
            }
        }
    }
    // The text of an option, some of them from the answer.
    let words = text.split_whitespace().chain(["yes", "no"]).take(10);
    let option = |text| Opt { text, fault: None };
    let choice = Choice {
        key: Letter::A,
        options: words.map(option).collect(),
    };
    for rotation in Rotation::all(choice.count()) {
        if let Some(found) = letter::by_text(text, &choice, rotation) {
            assert!(found.index() < choice.options.len());
        }
    }
    // The rest of the text as the answer to its first line.
    let (accepted, answer) = crate::first_line(text);
    for matching in [Matching::Exact, Matching::Normalised, Matching::Pattern] {
        let wording = Wording {
            matching,
            accepted: [accepted].into_iter().collect(),
        };
        if let Some(answer) = wording::read(answer) {
            let _ = wording::is_right(&answer, &wording);
        }
        let _ = wording::is_right(answer, &wording);
    }
}
