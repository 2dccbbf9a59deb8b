//! The default parser: what models write, read as a person would.
//!
//! A text is words, marks, and letters that may name an option ([`tokens`]). Each letter, or list of
//! letters ("A or B"), is looked at in its clause and sentence ([`clause`]): words such as "not" and
//! "too slow" take it away; "the answer is B", a text that begins with B, "B is best" and an answer
//! object state it; "choose B" takes it; the rest mention it. The strongest of these that is there
//! decides. Where it names two letters, or depends on a condition, the answer is ambiguous and so
//! none: a wrong letter is worse than none. Of several answer objects the last one counts, since
//! models correct themselves.

mod clause;
mod lexicon;
mod look_alike;
mod tokens;

use edgescore_record::Found;
use edgescore_taskpack::{Letter, MAX_OPTIONS};

use crate::json;
use clause::{Clauses, Condition, Says, only};
use tokens::{Kind, Token};

/// The letter in `text` and how it was found.
pub fn answer(text: &str, options: u8) -> Option<(Letter, Found)> {
    let text = look_alike::latin(text);
    read(text.trim(), options, Says::Mentions)
}

/// The letter that `text` names at least so clearly.
fn read(text: &str, options: u8, least: Says) -> Option<(Letter, Found)> {
    let clauses = Clauses::new(with_objects(text, options), options);
    if clauses.deny_all() {
        return None;
    }
    let mut object = None;
    let mut named = [Named::default(); 3];
    let mut at = 0;
    while let Some(list) = clauses.list_from(at) {
        at = list.last + 1;
        let Some((says, found)) = clauses.says(&list) else {
            continue;
        };
        match clauses.condition(&list) {
            Condition::None => {}
            Condition::Depends if says > Says::Mentions => return None,
            Condition::Depends | Condition::Supposed => continue,
        }
        let Some(names) = named.get_mut(says as usize) else {
            object = Some(list.only());
            continue;
        };
        names.found.get_or_insert(found);
        for (letter, named) in list.letters.iter().zip(&mut names.letters) {
            *named |= letter;
        }
    }
    if let Some(letter) = object {
        return letter.map(|letter| (letter, Found::Json));
    }
    let Named { letters, found } = named
        .into_iter()
        .skip(least as usize)
        .rev()
        .find(|named| named.found.is_some())?;
    Some((only(letters)?, found?))
}

/// Letters that are named alike.
#[derive(Clone, Copy, Default)]
struct Named {
    letters: [bool; MAX_OPTIONS],
    found: Option<Found>,
}

/// The tokens of a text with its JSON objects: one with an answer is a token, the contents of
/// others and of one that was cut off are marked as such.
fn with_objects(text: &str, options: u8) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let split = |text, in_object, tokens: &mut _| tokens::split(text, options, in_object, tokens);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, object) = rest.split_at(start);
        split(before, false, &mut tokens);
        let mut answer = Answer {
            options,
            letters: Default::default(),
        };
        match json::first_object(object, |key, value| answer.entry(key, value)) {
            Some(length) => {
                let (whole, behind) = object.split_at(length);
                match answer.letter() {
                    Some(letter) => tokens.push(Token {
                        kind: Kind::Object(letter),
                        text: whole,
                        glued: false,
                        in_object: false,
                    }),
                    None => split(whole, true, &mut tokens),
                }
                rest = behind;
            }
            None if object[1..].trim_start().starts_with('"') => {
                split(object, true, &mut tokens);
                return tokens;
            }
            None => {
                split("{", false, &mut tokens);
                rest = &object[1..];
            }
        }
    }
    split(rest, false, &mut tokens);
    tokens
}

/// Keys of a JSON object that hold an answer; the last two may be about any option.
const KEYS: [&str; 8] = [
    "answer",
    "final_answer",
    "choice",
    "response",
    "result",
    "selected_option",
    "option",
    "label",
];
/// How many of them are about the answer alone.
const SURE: usize = 6;

/// What a JSON object says under these keys: a letter, or none.
struct Answer {
    options: u8,
    letters: [Option<Option<Letter>>; KEYS.len()],
}

impl Answer {
    fn entry(&mut self, key: json::Text, value: &str) {
        let key: String = key.collect();
        let key = key.trim();
        let place = KEYS
            .iter()
            .position(|known| known.eq_ignore_ascii_case(key));
        if let Some(slot) = place.and_then(|place| self.letters.get_mut(place)) {
            *slot = Some(value_letter(value, self.options));
        }
    }

    /// The letter that its keys agree on; none where there is no such key.
    fn letter(&self) -> Option<Option<Letter>> {
        let (sure, other) = self.letters.split_at(SURE);
        let mut letters = sure.iter().flatten();
        let Some(first) = letters.next() else {
            return other.iter().flatten().next().copied();
        };
        Some(first.filter(|_| letters.all(|letter| letter == first)))
    }
}

/// The letter of a value such as `"C"`, `" c "`, `"Option C"`, `"C: move the slice"`, `["C"]`,
/// `{"choice": "C"}`. A letter that is only mentioned in it is none.
fn value_letter(value: &str, options: u8) -> Option<Letter> {
    let text = match json::string(value) {
        Some(text) => text.collect(),
        None => value.to_owned(),
    };
    read(text.trim(), options, Says::Takes).map(|(letter, _)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Found::*;
    use Letter::*;

    #[test]
    fn finds_what_a_person_would() {
        let cases = [
            (r#"{"answer": "B"}"#, Some((B, Json))),
            (r#"{"answer": "c"}"#, Some((C, Json))),
            ("```json\n{\"answer\": \"D\"}\n```", Some((D, Json))),
            (
                r#"{"answer": "B"} because {"answer": "A"} is worse"#,
                Some((B, Json)),
            ),
            (r#"{"Answer": "Option C"}"#, Some((C, Json))),
            (r#"{"answer": "C: move the slice"}"#, Some((C, Json))),
            (r#"{"answer": "(d)"}"#, Some((D, Json))),
            (r#"{"choice": "D", "reason": "A"}"#, Some((D, Json))),
            (r#"{"thought": "A?", "answer": "C"}"#, Some((C, Json))),
            (r#"{"answer" :  "A", "reason": "B"#, Some((A, Pattern))),
            ("**B**", Some((B, Standalone))),
            ("(C)", Some((C, Standalone))),
            ("c", Some((C, Standalone))),
            ("B) Move the slice to edge 2.", Some((B, Standalone))),
            ("D. It keeps the latency.", Some((D, Standalone))),
            ("B\n\nThe slice has room.", Some((B, Standalone))),
            ("Answer: (C)", Some((C, Pattern))),
            ("answer: c", Some((C, Pattern))),
            ("**Answer:** B", Some((B, Pattern))),
            ("The correct answer is **D**.", Some((D, Pattern))),
            ("The answer is A because B is slow.", Some((A, Pattern))),
            (r"Thus $\boxed{D}$.", Some((D, Pattern))),
            (r"\boxed{\text{B}}", Some((B, Pattern))),
            (
                "A careful reading shows that option C is right.",
                Some((C, Pattern)),
            ),
            ("It is not option A but option B.", Some((B, Pattern))),
            ("I would choose C.", Some((C, Pattern))),
            ("I choose C over the others.", Some((C, Pattern))),
            ("A good choice is B", Some((B, Pattern))),
            ("Ответ: \u{0412}", Some((B, Standalone))),
            ("\u{ff22}", Some((B, Standalone))),
            ("Slice B waits.", Some((B, Standalone))),
            ("A is right.", Some((A, Standalone))),
        ];
        for (text, expected) in cases {
            assert_eq!(answer(text, 4), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_letter_or_several_has_none() {
        let cases = [
            "Both B and C hold.",
            "A or B",
            "The answer is A or B.",
            "Option A/B",
            "As an AI, I cannot say. A human should.",
            "A slice with room is best.",
            "Choose a slice with room.",
            "The answer is a slice with room.",
            "A) move\nB) wait\nC) stop\nD) ask",
            r#"{"answer": "E"}"#,
            r#"{"answer": "A slice with room"}"#,
            r#"{"id": "12", "name": "A", "description": "A", "na"#,
            r#"{"answer": "BC"} or D"#,
            "The answer is not A.",
            "C++ and D-Bus, e.g. A's",
            "Ax _B éC 5D D5",
            "",
        ];
        for text in cases {
            assert_eq!(answer(text, 4), None, "{text}");
        }
    }

    /// Texts that were read as another letter, or as none.
    #[test]
    fn a_wrong_letter_is_worse_than_none() {
        let cases = [
            (
                "B is the correct answer because option A is too slow.",
                Some(B),
            ),
            ("B. Option A is too slow.", Some(B)),
            ("**B**\n\nOption A is too slow.", Some(B)),
            ("B rather than option A.", Some(B)),
            ("B is the best choice. A would overload.", Some(B)),
            ("Option A is wrong, so B.", Some(B)),
            ("Avoid option A. B is safe.", Some(B)),
            ("Answer A is wrong. It must be B.", Some(B)),
            (
                "None of the options is correct. Option A is too slow.",
                None,
            ),
            ("None of the options is correct. Option A is fast.", None),
            ("Answer: E. Option A is wrong.", None),
            ("Answer: E. Option A is fast.", None),
            ("The wrong answer is A.", None),
            ("Never choose A.", None),
            ("I cannot choose A.", None),
            ("The answer is not option A.", None),
            ("The answer is not (A).", None),
            (
                r#"Reply with JSON only, such as {"answer": "A"}. {"answer": "B"}"#,
                Some(B),
            ),
            (
                r#"{"answer": "A"} Wait, that is wrong. {"answer": "B"}"#,
                Some(B),
            ),
            (r#"{"answer":"A"} or {"answer":"B"}"#, None),
            (r#"{"answer": "A", "final_answer": "B"}"#, None),
            (r#"{"answer": "A, B"}"#, None),
            (r#"{"answer": "A. or B."}"#, None),
            (r#"{"options": [{"label": "A"}], "answer": "B"#, Some(B)),
            (r#"{"options":[{"label":"A"},{"label":"B"}]}"#, None),
            ("Answer: A. or B.", None),
            ("Answer: A; B", None),
            ("Answer: A + B", None),
            ("Answer: a) or b)", None),
            ("Answer: A as well as B", None),
            ("Answer: A (or B)", None),
            ("Answer: A-D", None),
            ("Answer: A|B|C|D", None),
            ("The answer is A if latency is low, otherwise B.", None),
            ("If latency is low, choose A. Otherwise choose B.", None),
            ("If you choose A the cell overflows. B is best.", Some(B)),
            ("B is best even if A is fast.", Some(B)),
            ("Choose A then B", None),
            ("В сети нет места, лучше ждать.", None),
            ("С учётом задержки лучше ждать.", None),
            ("The temperature is 45 °C.", None),
            ("It is 45 C.", None),
            ("The C/N ratio is low.", None),
            ("That is N/A.", None),
            ("A.I. systems cannot decide this.", None),
            ("The answer is a\ncell", None),
            ("The answer is a (temporary) handover.", None),
            ("The answer is d'accord.", None),
            ("Answer: D-Bus", None),
            ("The answer is C++.", None),
            (r#"{"analysis": "The correct answer is a"#, None),
            (
                "Option A: move. Option B: wait. So the best is option D.",
                Some(D),
            ),
            (
                "Let me think… Option A overloads… Option C violates… best is option D.",
                Some(D),
            ),
            ("A and B are wrong. C is correct.", Some(C)),
            ("B because A is slow", Some(B)),
            ("B is better than A.", Some(B)),
            ("Unlike option A, B keeps the latency.", Some(B)),
            ("The correct option is B. Option A is wrong.", Some(B)),
            ("The answer is B and A is wrong.", Some(B)),
            (
                "B) Wait.\n\nExplanation:\nA) moves it. C) stops it. D) asks.",
                Some(B),
            ),
            ("Answer (A, B, C or D): B", Some(B)),
            (r#"{"answer": "B because A is slow"}"#, Some(B)),
            (r#"{"answer": "B - wait"}"#, Some(B)),
            (r#"{"answer": "The answer is B"}"#, Some(B)),
            (r#"{"answer": ["B"]}"#, Some(B)),
            (r#"{"answer": ["B", "C"]}"#, None),
            (r#"{"answer": {"choice":"B"}}"#, Some(B)),
            (r#"{"answer": "Move it to cell B"}"#, None),
            (r#"{"response":"B"}"#, Some(B)),
            (r#"{"result":"B"}"#, Some(B)),
            (r#"{"selected_option":"B"}"#, Some(B)),
            ("选择B。", Some(B)),
            ("答案是B", Some(B)),
            ("不是A。", None),
            ("__B__", Some(B)),
            ("Answer: __B__", Some(B)),
            ("I'd go with b.", Some(B)),
            ("B) Do not move the slice.", Some(B)),
            ("B. The cell must never overflow.", Some(B)),
            ("B: move the slice from A to C.", Some(B)),
            ("The answer is B, not A.", Some(B)),
            ("Choose B to avoid A, which is too slow.", Some(B)),
            ("A is tempting, but the answer is B.", Some(B)),
            ("A is best. No, wait: the answer is B.", None),
            ("Is option A the best? The answer is B.", Some(B)),
            ("Option A: move slice B.\nOption B: wait.", None),
            ("The answer is A/Option B.", None),
            ("(A) is wrong. (B) is right.", Some(B)),
            ("### Answer\nB", Some(B)),
            (r#"{"reasoning": "so the answer is B"#, Some(B)),
            (r#"{"data": {"answer": "B"}}"#, Some(B)),
            ("{'answer': 'B'}", Some(B)),
        ];
        for (text, expected) in cases {
            assert_eq!(
                answer(text, 4).map(|(letter, _)| letter),
                expected,
                "{text}"
            );
        }
    }
}
