//! The default parser: what models write, read as a person would.
//!
//! Forms of an answer are looked for one after the other, the most explicit first: a JSON object
//! with an answer, `\boxed{D}` and "the answer is D", "option D", a letter that the text begins
//! with, a letter that stands alone. The first form that is there decides; where it names two
//! letters, the answer is ambiguous and so none. A letter that is a word ("A slice …") is no
//! letter. Look-alike letters count as what they look like, and lower case counts where a form
//! says that a letter follows.

use edgescore_record::Found;
use edgescore_taskpack::Letter;

use crate::inference::json;

/// Keys of a JSON object that hold an answer, the first one that is there counts.
const KEYS: [&str; 5] = ["answer", "final_answer", "choice", "option", "label"];

/// A form of an answer: the letters that a text names in it.
type Form = fn(&str) -> Named;

/// Whether each letter is named.
type Named = [bool; 4];

/// The letter in `text` and how it was found.
pub fn answer(text: &str) -> Option<(Letter, Found)> {
    let text: String = text.chars().map(looks_like).collect();
    let text = text.trim();
    if let Some(letter) = from_json(text) {
        return letter.map(|letter| (letter, Found::Json));
    }
    // An object that was cut off may still state an answer; its other letters are values of
    // something else.
    let object = text
        .trim_start_matches('`')
        .trim_start_matches("json")
        .trim_start()
        .starts_with('{');
    let forms: [(Form, Found); 4] = [
        (|text| stated(text, &["answer", "boxed"]), Found::Pattern),
        (
            |text| stated(text, &["option", "choice", "choose", "select", "pick"]),
            Found::Pattern,
        ),
        (first_of_line, Found::Standalone),
        (alone, Found::Standalone),
    ];
    let (letters, found) = forms
        .into_iter()
        .take(if object { 1 } else { 4 })
        .map(|(form, found)| (form(text), found))
        .find(|(letters, _)| letters.contains(&true))?;
    let mut letters = Letter::ALL
        .into_iter()
        .zip(letters)
        .filter_map(|(letter, named)| named.then_some(letter));
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Some((letter, found)),
        _ => None,
    }
}

/// The answer of the first JSON object that has one of the keys: `Some(None)` where that is no
/// letter.
fn from_json(text: &str) -> Option<Option<Letter>> {
    text.match_indices('{').find_map(|(at, _)| {
        let mut values = [const { None }; KEYS.len()];
        json::first_object(text.get(at..)?, |key, value| {
            let key: String = key.flat_map(char::to_lowercase).collect();
            let place = KEYS.iter().position(|known| *known == key.trim());
            if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
                *slot = Some(value.and_then(|value| value_letter(&value.collect::<String>())));
            }
        })?;
        values.into_iter().flatten().next()
    })
}

/// A value such as `C`, ` c `, `(C)`, `Option C` or `C: move the slice`.
fn value_letter(value: &str) -> Option<Letter> {
    let mut rest = undecorated(value);
    for word in ["option", "choice", "answer"] {
        if let Some(behind) = strip_word(rest, word) {
            rest = undecorated(behind);
        }
    }
    let (letter, behind) = letter(rest)?;
    let ends = behind.trim_start_matches(is_decoration);
    (ends.is_empty() || behind.starts_with([')', ':', '.', ',', ']'])).then_some(letter)
}

/// Letters that are said to be the answer: behind one of `words` and what may stand between.
fn stated(text: &str, words: &[&str]) -> Named {
    let lower = text.to_ascii_lowercase();
    let mut letters = Named::default();
    for word in words {
        for (at, _) in lower.match_indices(word) {
            let (before, behind) = text.split_at(at);
            let behind = behind.get(word.len()..).unwrap_or_default();
            let inside = |c: char| c.is_alphanumeric();
            if before.ends_with(inside) || behind.starts_with(inside) || is_negated(before) {
                continue;
            }
            for letter in after_fillers(behind) {
                name(&mut letters, letter);
            }
        }
    }
    letters
}

fn name(letters: &mut Named, letter: Letter) {
    if let Some(named) = letters.get_mut(letter.index()) {
        *named = true;
    }
}

/// "not option A", "isn't option A".
fn is_negated(before: &str) -> bool {
    let last = before.trim_end().rsplit(char::is_whitespace).next();
    last.is_some_and(|word| word.eq_ignore_ascii_case("not") || word.ends_with("n't"))
}

/// The letter behind "is", "is: **", "would be option", and one that is joined to it.
fn after_fillers(text: &str) -> Vec<Letter> {
    const FILLERS: [&str; 13] = [
        "is", "be", "would", "should", "must", "will", "the", "letter", "option", "choice",
        "correct", "text", "answer",
    ];
    let mut rest = undecorated(text);
    for _ in 0..4 {
        match FILLERS.iter().find_map(|word| strip_word(rest, word)) {
            Some(behind) => rest = undecorated(behind),
            None => break,
        }
    }
    let Some((first, behind)) = letter(rest).filter(|(_, behind)| !is_article(rest, behind)) else {
        return Vec::new();
    };
    let mut letters = vec![first];
    letters.extend(joined(behind));
    letters
}

/// The letter of " or B", "/B", ", B" and the like.
fn joined(text: &str) -> Option<Letter> {
    let rest = text.trim_start_matches(|c: char| c.is_whitespace() || "*_`\"')".contains(c));
    let rest = ["or", "and", "/", ",", "&"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))?;
    let rest = undecorated(rest);
    let (letter, behind) = letter(rest)?;
    (rest.starts_with(char::is_uppercase) && !is_article(rest, behind)).then_some(letter)
}

/// Letters that lines begin with, alone or before a bracket, colon or full stop: `**B**`, `(C)`,
/// `B. Move the slice`. Several are a list of options, and no answer.
fn first_of_line(text: &str) -> Named {
    let mut letters = Named::default();
    for line in text.lines() {
        let line = undecorated(line);
        let Some((letter, behind)) = letter(line) else {
            continue;
        };
        let alone = behind.trim_start_matches(is_decoration).is_empty();
        if alone || behind.starts_with([')', ':', '.', ']']) {
            name(&mut letters, letter);
        }
    }
    // Only what the text begins with is an answer; what comes later may be a list.
    match letter(undecorated(text)) {
        Some((first, _)) if letters.get(first.index()) == Some(&true) => letters,
        _ => Named::default(),
    }
}

/// Capital letters that stand alone and are no words.
fn alone(text: &str) -> Named {
    let mut letters = Named::default();
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let starts = !before.is_some_and(|c: char| is_word(c) || c == '\'' || c == '-');
        before = Some(c);
        if !starts || !c.is_ascii_uppercase() {
            continue;
        }
        if let Some((letter, behind)) = letter(rest)
            && !behind.starts_with(['\'', '-', '+', '#'])
            && !is_article(rest, behind)
            && !is_negated(text.get(..at).unwrap_or_default())
        {
            name(&mut letters, letter);
        }
    }
    letters
}

/// Whether the letter that `text` begins with is the article: an A before a word that does not
/// go on about an option.
fn is_article(text: &str, behind: &str) -> bool {
    const ABOUT_AN_OPTION: [&str; 14] = [
        "or", "and", "nor", "is", "was", "because", "since", "as", "seems", "looks", "over",
        "rather", "but", "would",
    ];
    if !text.starts_with(['A', 'a']) || !behind.starts_with(' ') {
        return false;
    }
    let word = behind.trim_start();
    let word = word
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    !word.is_empty() && !ABOUT_AN_OPTION.contains(&word) && letter(word).is_none()
}

/// The letter that `text` begins with, of either case, and what is behind it.
fn letter(text: &str) -> Option<(Letter, &str)> {
    let first = text.chars().next()?;
    let letter = Letter::from_char(first.to_ascii_uppercase())?;
    let behind = text.get(first.len_utf8()..)?;
    (!behind.starts_with(is_word)).then_some((letter, behind))
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (start, behind) = text.split_at_checked(word.len())?;
    (start.eq_ignore_ascii_case(word) && !behind.starts_with(is_word)).then_some(behind)
}

fn undecorated(text: &str) -> &str {
    text.trim_start_matches(is_decoration)
}

/// White space, quotes, brackets and marks of Markdown and LaTeX.
fn is_decoration(c: char) -> bool {
    c.is_whitespace() || "*_`\"'“”‘’«»()[]{}<>:=#$~.,;!>|\\-–—".contains(c)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The Latin letter that a character looks like: full-width, Cyrillic, Greek, circled, squared and
/// mathematical letters (Unicode confusables and compatibility forms).
fn looks_like(c: char) -> char {
    let nth = |base: u32, first: char| {
        let offset = (c as u32).checked_sub(base).filter(|offset| *offset < 4)?;
        char::from_u32(first as u32 + offset)
    };
    match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        _ if (c as u32) < 0x2000 => c,
        _ => {
            const CAPITALS: [u32; 9] = [
                0xff21, 0x24b6, 0x1f130, 0x1f150, 0x1f170, 0x1d400, 0x1d468, 0x1d5d4, 0x1d670,
            ];
            const SMALL: [u32; 4] = [0xff41, 0x24d0, 0x1d41a, 0x1d5ee];
            let capital = CAPITALS.iter().find_map(|base| nth(*base, 'A'));
            capital
                .or_else(|| SMALL.iter().find_map(|base| nth(*base, 'a')))
                .unwrap_or(c)
        }
    }
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
            assert_eq!(answer(text), expected, "{text}");
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
            r#"{"answer": ["B"]}"#,
            r#"{"id": "12", "name": "A", "description": "A", "na"#,
            r#"{"answer": "BC"} or D"#,
            "The answer is not A.",
            "C++ and D-Bus, e.g. A's",
            "Ax _B éC 5D D5",
            "",
        ];
        for text in cases {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
