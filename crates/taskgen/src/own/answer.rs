//! Which option a file calls right.

use serde_json::Value;

use super::error::OwnError;
use super::options::{Options, letter, same};
use super::row::{Lines, Note, Table, quoted, text_of};

/// What options are counted from where answers are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// 0 is the first.
    Zero,
    /// 1 is the first.
    One,
    /// Numbers are texts of options.
    Text,
}

/// How an answer names its option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By what the file calls it.
    Label,
    /// By its letter.
    Letter,
    /// By its text.
    Text,
    /// By its number.
    Count,
}

/// What an answer says, before it is known what numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// This option.
    Option(usize, How),
    /// A number.
    Number {
        /// The number.
        number: u64,
        /// The option whose text it is.
        text: Option<usize>,
        /// Whether it is certainly not meant as a text: a number of JSON.
        counts: bool,
    },
}

impl Said {
    /// Reads an answer.
    pub fn read(answer: &Value, options: &Options) -> Result<Said, String> {
        let answer = match answer {
            Value::Array(list) => match list.as_slice() {
                [one] => one,
                list => return Err(format!("has {} right answers: one is needed", list.len())),
            },
            one => one,
        };
        let Some(text) = text_of(answer) else {
            return Err("the answer is an object: a letter, a number or a text is needed".into());
        };
        let position = |of: &[String]| of.iter().position(|other| alike(other, &text));
        if let Some(option) = position(&options.labels) {
            let how = match lettered(&text) == Some(option) {
                true => How::Letter,
                false => How::Label,
            };
            return Ok(Said::Option(option, how));
        }
        let by_letter = lettered(&text).filter(|index| *index < options.texts.len());
        let by_text = with_text(&options.texts, &text);
        if let Some(number) = number(answer, &text) {
            return Ok(Said::Number {
                number,
                text: by_text,
                counts: answer.is_number(),
            });
        }
        match (by_letter, by_text) {
            (Some(one), Some(other)) if one != other => Err(format!(
                "the answer {} is the letter of one option and the text of option {}: write the text \
                 as `{}`",
                quoted(&text),
                letter(other),
                letter(other)
            )),
            (Some(option), _) => Ok(Said::Option(option, How::Letter)),
            (None, Some(option)) => Ok(Said::Option(option, How::Text)),
            (None, None) => labelled(&text, options).unwrap_or_else(|| {
                Err(format!(
                    "the answer {} is none of the {} options",
                    quoted(&text),
                    options.texts.len()
                ))
            }),
        }
    }

    /// The option, where numbers are counted from `base`.
    pub fn option(self, base: Option<Base>, count: usize) -> Result<(usize, How), String> {
        let (number, text) = match self {
            Said::Option(option, how) => return Ok((option, how)),
            Said::Number { number, text, .. } => (number, text),
        };
        let (index, from) = match base {
            Some(Base::One) => (number.checked_sub(1), "1"),
            Some(Base::Text) => {
                let none = || format!("the answer `{number}` is none of the {count} options");
                return Ok((text.ok_or_else(none)?, How::Text));
            }
            Some(Base::Zero) | None => (Some(number), "0"),
        };
        let index = index.and_then(|index| usize::try_from(index).ok());
        match index.filter(|index| *index < count) {
            Some(index) => Ok((index, How::Count)),
            None => Err(format!(
                "the answer {number} is none of the {count} options, which are counted from {from}"
            )),
        }
    }
}

/// What answers are counted from, as all of them show together: each with its lines and how many options
/// its question has. `None` where no answer is a number.
pub fn base(answers: &[(Lines, Said, usize)]) -> Result<Option<Base>, OwnError> {
    let numbers = answers
        .iter()
        .filter_map(|(lines, said, count)| match said {
            Said::Number {
                number,
                text,
                counts,
            } => Some((*lines, *number, *count as u64, *text, *counts)),
            Said::Option(..) => None,
        });
    let numbers: Vec<_> = numbers.collect();
    let Some((first, ..)) = numbers.first() else {
        return Ok(None);
    };
    // Without any number that is certainly a count, all being texts of options says that they are texts,
    // unless they can be counts too.
    let in_range = |(_, number, count, ..): &(_, u64, u64, _, _)| number <= count;
    let texts = numbers
        .iter()
        .filter(|(.., text, counts)| text.is_some() && !counts);
    match texts.count() {
        0 => {}
        some if some == numbers.len() => {
            return match numbers.iter().all(in_range) {
                true => Err(OwnError::TextOrIndex(first.to_string())),
                false => Ok(Some(Base::Text)),
            };
        }
        _ if numbers.iter().all(in_range) => {}
        _ => {
            let odd = numbers.iter().find(|number| !in_range(number));
            let lines = odd.map_or(*first, |(lines, ..)| *lines);
            return Err(OwnError::TextOrIndex(lines.to_string()));
        }
    }
    let zero = numbers.iter().find(|(_, number, ..)| *number == 0);
    let last = numbers
        .iter()
        .find(|(_, number, count, ..)| number == count);
    match (zero, last) {
        (Some(_), None) => Ok(Some(Base::Zero)),
        (None, Some(_)) => Ok(Some(Base::One)),
        (Some((zero, ..)), Some((last, _, count, ..))) => Err(OwnError::BothBases(
            zero.to_string(),
            last.to_string(),
            *count,
        )),
        (None, None) => {
            let inside = numbers.iter().filter(|number| in_range(number));
            let numbers = inside.map(|(_, number, ..)| *number);
            let (least, most) = (numbers.clone().min(), numbers.max());
            match least.zip(most) {
                Some((least, most)) => Err(OwnError::IndexBase(least, most)),
                // None is an option however it is counted, which each row is told.
                None => Ok(Some(Base::One)),
            }
        }
    }
}

/// How answers name their options, for people.
pub fn note(column: &str, ways: &[How], base: Option<Base>, said: bool) -> Note {
    let named = [
        (How::Label, "names of options"),
        (How::Letter, "letters"),
        (How::Text, "texts of options"),
        (
            How::Count,
            match (base, said) {
                (Some(Base::One), false) => {
                    "numbers from 1, as none is 0 and one is the last option"
                }
                (_, false) => "numbers from 0, as one is 0 and none is the number of options",
                (Some(Base::One), true) => "numbers from 1",
                (_, true) => "numbers from 0",
            },
        ),
    ];
    let named = named.into_iter().filter(|(how, _)| ways.contains(how));
    let named: Vec<&str> = named.map(|(_, name)| name).collect();
    Note::new(
        "answer",
        format!("column `{column}`, {}", named.join(" and ")),
    )
}

/// Makes answers of the solutions in `column`, and says of how many: what stands at the end of one behind
/// its last `####`, as GSM8K has it.
pub fn take_marked(table: &mut Table, column: &str) -> Option<Note> {
    let mut taken = 0;
    for row in &mut table.rows {
        if let Some(value) = row.get_mut(column)
            && let Some(answer) = value.as_str().and_then(marked)
        {
            *value = answer.into();
            taken += 1;
        }
    }
    let text = format!(
        "{taken} of {} answers are solutions: what stands behind the last `####` counts",
        table.rows.len()
    );
    (taken > 0).then(|| Note::new("solutions", text))
}

fn marked(text: &str) -> Option<&str> {
    let (solution, answer) = text.rsplit_once("####")?;
    let answer = answer.trim();
    let is_mark = solution.is_empty() || solution.ends_with(char::is_whitespace);
    (is_mark && !answer.is_empty() && !answer.contains('\n')).then_some(answer)
}

/// The letter that `text` is: `B`, `b`, `(B)`, `B.`, `B)`.
fn lettered(text: &str) -> Option<usize> {
    let text = text.strip_prefix('(').unwrap_or(text);
    let text = text.strip_suffix([')', '.', ':']).unwrap_or(text);
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => {
            Some(usize::from(letter.to_ascii_uppercase() - b'A'))
        }
        _ => None,
    }
}

/// The option with this text: the same but for white space, or the only one that is the same in lower
/// case.
fn with_text(texts: &[String], text: &str) -> Option<usize> {
    let exact = texts.iter().position(|other| same(other, text));
    exact.or_else(|| {
        let mut alike_ones = texts
            .iter()
            .enumerate()
            .filter(|(_, other)| alike(other, text));
        match (alike_ones.next(), alike_ones.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        }
    })
}

fn alike(one: &str, other: &str) -> bool {
    same(&one.to_lowercase(), &other.to_lowercase())
}

/// The number that an answer is, if it counts: `2`, or `2.0` as tables with gaps write it.
fn number(answer: &Value, text: &str) -> Option<u64> {
    if let Value::Bool(_) = answer {
        return None;
    }
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok()
}

/// `option 3: its text`, `C. its text`: the name and the text must be of one option.
fn labelled(text: &str, options: &Options) -> Option<Result<Said, String>> {
    let (name, rest) = text.split_once([':', ')', '.'])?;
    let labels = options.labels.iter();
    let by_label = labels.clone().position(|label| alike(label, name));
    let option = by_label
        .or_else(|| lettered(name))
        .filter(|at| *at < options.texts.len())?;
    let named = options.texts.get(option)?;
    Some(match alike(named, rest) {
        true => Ok(Said::Option(option, How::Label)),
        false => Err(format!(
            "the answer {} names option {}, which is {}",
            quoted(text),
            letter(option),
            quoted(named)
        )),
    })
}
