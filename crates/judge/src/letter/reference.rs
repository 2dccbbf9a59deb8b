//! As 6G-Bench's reference notebook finds it (`parse_mcq_answer_from_json`): a JSON object's keys,
//! then `"answer": "X"` anywhere, then the first letter of an option that stands alone. Upper case only.

use edgescore_record::Found;
use edgescore_taskpack::Letter;

use crate::json;

/// The letter in `text` and how it was found; `None` is a parse failure.
pub fn answer(text: &str, options: u8) -> Option<(Letter, Found)> {
    from_object(text, options)
        .map(|letter| (letter, Found::Json))
        .or_else(|| from_pattern(text, options).map(|letter| (letter, Found::Pattern)))
        .or_else(|| standing_alone(text, options).map(|letter| (letter, Found::Standalone)))
}

/// The whole text is one JSON object and one of four keys, tried in this order, is a letter.
fn from_object(text: &str, options: u8) -> Option<Letter> {
    let mut letters = [None; 4];
    json::object(text, |key, value| {
        let known = ["answer", "choice", "label", "option"];
        let slot = known.iter().position(|name| key.clone().eq(name.chars()));
        if let Some(slot) = slot.and_then(|slot| letters.get_mut(slot)) {
            // A repeated key's last value counts, as in a Python dict.
            *slot = json::string(value).and_then(|text| only_letter(text, options));
        }
    })?;
    letters.into_iter().flatten().next()
}

fn only_letter(mut characters: impl Iterator<Item = char>, options: u8) -> Option<Letter> {
    let letter = Letter::named(characters.find(|c| !c.is_whitespace())?, options)?;
    characters.all(char::is_whitespace).then_some(letter)
}

/// The regular expression `"answer"\s*:\s*"([ABCD])"`, with as many letters as options.
fn from_pattern(text: &str, options: u8) -> Option<Letter> {
    text.match_indices("\"answer\"").find_map(|(at, key)| {
        let rest = text.get(at + key.len()..)?.trim_start();
        let rest = rest.strip_prefix(':')?.trim_start();
        let mut rest = rest.strip_prefix('"')?.chars();
        let letter = Letter::named(rest.next()?, options)?;
        (rest.next() == Some('"')).then_some(letter)
    })
}

/// The regular expression `\b([ABCD])\b`, where word characters are letters, digits and `_`, with
/// as many letters as options.
fn standing_alone(text: &str, options: u8) -> Option<Letter> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let after = characters.peek().copied();
        if let Some(letter) = Letter::named(c, options)
            && !before.is_some_and(is_word)
            && !after.is_some_and(is_word)
        {
            return Some(letter);
        }
        before = Some(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_reference_finds() {
        use Found::*;
        use Letter::*;
        let cases = [
            (r#"{"answer": "B"}"#, Some((B, Json))),
            (r#"  {"answer": " C "}  "#, Some((C, Json))),
            (r#"{"choice": "D", "label": "A"}"#, Some((D, Json))),
            (r#"{"option": "A", "answer": 3}"#, Some((A, Json))),
            (r#"{"answer": "A", "answer": "B"}"#, Some((B, Json))),
            (r#"{"answer": "\u0041"}"#, Some((A, Json))),
            (r#"{"answer": "A\n"}"#, Some((A, Json))),
            (
                r#"{"why": {"answer": "D"}, "answer": "C"}"#,
                Some((C, Json)),
            ),
            // No JSON object as a whole.
            (r#"The best is {"answer": "C"} because"#, Some((C, Pattern))),
            (r#"{"answer" :  "A", "reason": "B"#, Some((A, Pattern))),
            (r#"```json {"answer": "D"} ```"#, Some((D, Pattern))),
            (r#"{"answer": "BC"} or "answer":"D""#, Some((D, Pattern))),
            // Valid JSON without a letter falls through to the text.
            (
                r#"{"answer": "E", "note": "take A"}"#,
                Some((A, Standalone)),
            ),
            ("I would choose C.", Some((C, Standalone))),
            ("A good choice is B", Some((A, Standalone))),
            ("B", Some((B, Standalone))),
            ("Ax _B éC 5D D5", None),
            (r#"{"answer": "b"}"#, None),
            (r#"["answer", "b"]"#, None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(answer(text, 4), expected, "{text}");
        }
    }
}
