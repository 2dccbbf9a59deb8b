//! The text that an answer gives, and whether it is a right one.

use edgescore_taskpack::{Matching, Wording};

use crate::lower_case::lower;
use crate::{answer, json, pattern};

/// Quotation marks that may stand around an answer.
const QUOTES: [(char, char); 6] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
];
/// Marks that may stand before a text without a meaning of their own, and behind one. Signs that have
/// one (`-`, `+`, `%`, `#`, `/`, `$`) are none of them.
const OPENING: &str = "\"'`“”‘’„«»([{*_¿¡";
const CLOSING: &str = "\"'`“”‘’«»)]}*_.,;:!?…。";

/// The answer in `text`: the `answer` of its last JSON object that has one, a number, `true` and
/// `false` as they are written; else all of it, without the code fence and the quotation marks around
/// it. `None` where that is empty, and where the `answer` is no such value or was cut off.
pub fn read(text: &str) -> Option<String> {
    let answer: String = match answer::find(text) {
        Some(object) => {
            let value = object.value?;
            match json::string(value) {
                Some(string) => string.collect(),
                None if value == "null" || value.starts_with(['{', '[']) => return None,
                None => value.into(),
            }
        }
        None => unquoted(unfenced(text)).into(),
    };
    let answer = answer.trim();
    (!answer.is_empty()).then(|| answer.into())
}

/// Whether `answer` is one of those that `wording` accepts.
pub fn is_right(answer: &str, wording: &Wording) -> bool {
    let answer = answer.trim();
    match wording.matching {
        Matching::Exact => wording.accepted.iter().any(|right| right.trim() == answer),
        Matching::Normalised => {
            let answer = normalised(answer);
            !answer.is_empty()
                && wording
                    .accepted
                    .iter()
                    .any(|right| normalised(right) == answer)
        }
        Matching::Pattern => wording
            .accepted
            .iter()
            .any(|right| pattern::matches(right, answer)),
    }
}

/// `text` in lower case ([`lower`]), with one space for each run of white space and without punctuation around it.
fn normalised(text: &str) -> String {
    let space = char::is_whitespace;
    let text = text.trim_start_matches(|c| space(c) || OPENING.contains(c));
    let text = text.trim_end_matches(|c| space(c) || CLOSING.contains(c));
    let mut normalised = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !normalised.is_empty() {
            normalised.push(' ');
        }
        normalised.extend(word.chars().map(lower));
    }
    normalised
}

/// What is in the code fence if all of `text` is one.
pub(crate) fn unfenced(text: &str) -> &str {
    let text = text.trim();
    fence(text).map_or(text, |(_, inside)| inside)
}

/// The word behind the opening marks and the content, if all of `text` is one code fence.
pub(crate) fn fence(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim().strip_prefix("```")?.strip_suffix("```")?;
    let (word, inside) = inside.split_once('\n')?;
    (!inside.contains("```")).then_some((word.trim(), inside.trim()))
}

fn unquoted(text: &str) -> &str {
    let inside = QUOTES.iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inside.contains([*open, *close])).then_some(inside)
    });
    inside.unwrap_or(text)
}
