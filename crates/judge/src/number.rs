//! The number that a text gives, and whether it is the right one.

use edgescore_taskpack::{Number, Tolerance};

use crate::unit::Asked;
use crate::{answer, json, numeral};

/// Bytes behind the word "answer" that are looked at.
const STATEMENT: usize = 240;

/// The number in `text`, in `unit`: that of the last JSON object with an `answer`, else the one that
/// the text states as its answer, else the only one in it. A unit behind the number is converted; none
/// means `unit`. `None` where there is no number, another or unknown unit, or several numbers and
/// nothing to decide between them.
pub fn read(text: &str, unit: &str) -> Option<f64> {
    let Some(object) = answer::find(text) else {
        return in_text(text, unit);
    };
    let value = object.value?;
    let mut written: String = match json::string(value) {
        Some(string) => string.collect(),
        None if value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => value.into(),
        None => return None,
    };
    if let Some(given) = object.unit.and_then(json::string) {
        written.push(' ');
        written.extend(given);
    }
    in_text(&written, unit)
}

/// Whether `value` is within the tolerance of `number`, its ends included. What the rounding of both to
/// f64 and a conversion of the unit can make of that is allowed for.
pub fn is_right(value: f64, number: &Number) -> bool {
    let allowed = match number.tolerance {
        Tolerance::Absolute(by) => by,
        Tolerance::Relative(share) => share * number.value.abs(),
    };
    let rounding = 2.0 * f64::EPSILON * (value.abs() + number.value.abs());
    value.is_finite() && (value - number.value).abs() <= allowed + rounding
}

/// A number in a text.
struct Found {
    from: usize,
    to: usize,
    /// In the unit asked for; `None` where its unit is another or not known.
    value: Option<f64>,
}

fn in_text(text: &str, unit: &str) -> Option<f64> {
    let found = numbers(text, &Asked::new(unit));
    match stated(text, &found) {
        Some(stated) => only(stated),
        None => only(&found),
    }
}

/// The value that all of `found` agree on, those aside that are no answer because of their unit.
fn only(found: &[Found]) -> Option<f64> {
    let mut values = found.iter().filter_map(|found| found.value);
    let first = values.next()?;
    let same = |other: f64| (other - first).abs() <= 1e-9 * first.abs();
    (first.is_finite() && values.all(same)).then_some(first)
}

/// Every number in `text`, from left to right. Digits in names (`n78`, `cell-3`) and those that count
/// the lines of a list are none.
fn numbers(text: &str, unit: &Asked) -> Vec<Found> {
    let mut found = Vec::new();
    let mut next_item = 1.0;
    let mut before = '\n';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let here = text.len() - rest.len();
        let mut length = c.len_utf8();
        if c.is_alphabetic() || c == '_' {
            length = name(rest);
        } else if let Some((value, digits)) =
            numeral::read(rest).filter(|_| !before.is_alphanumeric())
        {
            length = digits;
            let behind = rest.get(length..).unwrap_or("");
            if value == next_item && starts_line(text, here) && is_item(behind) {
                next_item += 1.0;
            } else {
                found.push(Found {
                    from: here,
                    to: here + length,
                    value: unit
                        .behind(behind)
                        .map(|(times, over)| value * times / over),
                });
            }
        }
        let (read, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        before = read.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
    found
}

/// The bytes of a name: letters and digits, and a mark between them and a digit.
fn name(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters
            .peek()
            .is_some_and(|(_, next)| next.is_alphanumeric());
        let goes_on = c.is_alphanumeric() || c == '_' || ("-.".contains(c) && next);
        if !goes_on {
            return at;
        }
    }
    text.len()
}

fn starts_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    before.trim_end_matches([' ', '*', '#']).ends_with('\n') || before.is_empty()
}

/// Whether a number before `behind` counts the item of a list.
fn is_item(behind: &str) -> bool {
    let item = behind
        .strip_prefix(['.', ')'])
        .filter(|item| item.starts_with(' '));
    item.is_some_and(|item| !item.lines().next().unwrap_or("").trim().is_empty())
}

/// Those of `found` that the last statement of an answer in `text` names: "the answer is 12", "Answer:
/// 12", "\boxed{12}". `None` where there is no such statement.
fn stated<'f>(text: &str, found: &'f [Found]) -> Option<&'f [Found]> {
    let text = &text.to_ascii_lowercase();
    let boxed = text
        .rmatch_indices("\\boxed{")
        .find_map(|(at, cue)| in_box(text, at + cue.len(), found).map(|found| (at, found)));
    let told = text
        .rmatch_indices("answer")
        .find_map(|(at, cue)| told(text, at + cue.len(), found).map(|found| (at, found)));
    let last = boxed.into_iter().chain(told).max_by_key(|(at, _)| *at)?;
    Some(last.1)
}

/// The numbers that are between `from` and `to`.
fn between(found: &[Found], from: usize, to: usize) -> &[Found] {
    let first = found.partition_point(|found| found.from < from);
    let last = found.partition_point(|found| found.from < to);
    found.get(first..last).unwrap_or(&[])
}

/// At most [`STATEMENT`] bytes of `text` from `at`.
fn ahead(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    let end = (0..=STATEMENT.min(rest.len()))
        .rev()
        .find(|end| rest.is_char_boundary(*end));
    rest.get(..end.unwrap_or(0)).unwrap_or("")
}

fn in_box<'f>(text: &str, at: usize, found: &'f [Found]) -> Option<&'f [Found]> {
    let mut open = 1;
    let inside = ahead(text, at).find(|c| {
        open += i32::from(c == '{') - i32::from(c == '}');
        open == 0
    })?;
    Some(between(found, at, at + inside)).filter(|found| !found.is_empty())
}

/// The numbers of the statement behind the word "answer" that ends at `at`.
fn told<'f>(text: &str, at: usize, found: &'f [Found]) -> Option<&'f [Found]> {
    let rest = ahead(text, at);
    let first = found.get(found.partition_point(|found| found.from < at))?;
    let lead = rest.get(..first.from - at)?;
    let says = [" is", " be ", " was", " equals", ":", "=", "≈"];
    let states =
        says.iter().any(|says| lead.contains(says)) || !lead.contains(char::is_alphanumeric);
    let denies = [" not ", "n't ", "cannot"]
        .iter()
        .any(|word| lead.contains(word));
    if !states || sentence_end(lead).is_some() {
        return None;
    }
    if denies {
        return Some(&[]);
    }
    let number = first.to - at;
    let end = rest.get(number..).and_then(sentence_end);
    let sentence = rest.get(..end.map_or(rest.len(), |end| number + end))?;
    let (clause, others) = sentence.split_at_checked(clause(sentence, number))?;
    // Of "500 / 40 = 12.5" it is what stands last; "x = 3, y = 4" are two answers.
    let from = clause.rfind('=');
    if from.is_some() && others.contains('=') {
        return Some(&[]);
    }
    Some(between(found, at + from.unwrap_or(0), at + clause.len()))
}

/// Where a sentence ends in `text`: behind a full stop, or at the end of a line that is not one with a
/// colon or nothing.
fn sentence_end(text: &str) -> Option<usize> {
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '.' | '!' | '?' if text.get(at + 1..)?.starts_with([' ', '\n']) => return Some(at),
            '\n' => {
                let line = text
                    .get(start..at)?
                    .trim_matches([' ', '*', '_', '`', '$', '\r', '[', '\\']);
                if !line.is_empty() && !line.ends_with(':') {
                    return Some(at);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Where the clause of the number that ends at `from` ends in `sentence`: before a comma, bracket or word
/// that begins another one. A comma before digits is between two answers.
fn clause(sentence: &str, from: usize) -> usize {
    let rest = sentence.get(from..).unwrap_or("");
    let comma = rest.match_indices(", ").find(|(at, comma)| {
        let next = rest.get(at + comma.len()..).unwrap_or("");
        !next.starts_with(|c: char| c.is_ascii_digit() || "-\u{2212}+".contains(c))
    });
    let words = [" (", ";", " because", " since", " which", " given", " as "];
    let words = words.iter().filter_map(|word| rest.find(word));
    let end = words.chain(comma.map(|(at, _)| at)).min();
    from + end.unwrap_or(rest.len())
}
