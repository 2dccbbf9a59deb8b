//! Patterns of texts: `*` any characters and none, `?` one, `#` an ASCII digit, `[a-f]` and `[abc]` one
//! of these, `\` takes the next as it is.

use core::fmt;

/// Why a text is no pattern. The message names the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// A bracket is opened and not closed.
    OpenBracket,
    /// There is nothing in a bracket, so that nothing matches.
    EmptyBracket,
    /// A range ends before it begins.
    ReversedRange(char, char),
    /// Nothing follows the last `\`.
    TrailingBackslash,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::OpenBracket => f.write_str(
                "a [ is not closed: write ] behind the characters, or \\[ for the character [",
            ),
            PatternError::EmptyBracket => {
                f.write_str("[] is never matched: write the characters between the brackets")
            }
            PatternError::ReversedRange(first, last) => {
                write!(f, "[{first}-{last}] is reversed: write [{last}-{first}]")
            }
            PatternError::TrailingBackslash => {
                f.write_str("nothing follows the last \\: write \\\\ for the character \\")
            }
        }
    }
}

impl core::error::Error for PatternError {}

/// Whether `pattern` is one.
pub fn check_pattern(pattern: &str) -> Result<(), PatternError> {
    let mut rest = pattern;
    while !rest.is_empty() {
        (_, rest) = step(rest)?;
    }
    Ok(())
}

/// Whether `pattern` matches `text` as a whole. A faulty one matches nothing. The time is at most
/// proportional to the product of their lengths, and no stack is used: of several `*` only the last
/// needs to be tried again.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    if check_pattern(pattern).is_err() {
        return false;
    }
    let (mut pattern, mut text) = (pattern, text);
    // The pattern behind the last `*`, and the text from which it was tried.
    let mut again: Option<(&str, &str)> = None;
    loop {
        if let Some(behind) = pattern.strip_prefix('*') {
            again = Some((behind, text));
            pattern = behind;
            continue;
        }
        let mut characters = text.chars();
        let next = characters.next();
        match (step(pattern), next) {
            (Ok((Step::End, _)), None) => return true,
            (Ok((step, behind)), Some(c)) if step.takes(c) => {
                (pattern, text) = (behind, characters.as_str());
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = again else {
            return false;
        };
        let mut from = from.chars();
        if next.is_none() || from.next().is_none() {
            return false;
        }
        again = Some((behind, from.as_str()));
        (pattern, text) = (behind, from.as_str());
    }
}

/// What stands for one character of the text.
enum Step<'p> {
    /// The pattern is over.
    End,
    Many,
    One,
    Digit,
    Literal(char),
    /// What stands between brackets.
    OneOf(&'p str),
}

impl Step<'_> {
    fn takes(&self, c: char) -> bool {
        match *self {
            Step::End | Step::Many => false,
            Step::One => true,
            Step::Digit => c.is_ascii_digit(),
            Step::Literal(literal) => c == literal,
            Step::OneOf(mut members) => {
                while let Ok(Some((first, last, rest))) = range(members) {
                    if (first..=last).contains(&c) {
                        return true;
                    }
                    members = rest;
                }
                false
            }
        }
    }
}

/// The first step of `pattern` and what is behind it.
fn step(pattern: &str) -> Result<(Step<'_>, &str), PatternError> {
    let mut characters = pattern.chars();
    let step = match characters.next() {
        None => Step::End,
        Some('*') => Step::Many,
        Some('?') => Step::One,
        Some('#') => Step::Digit,
        Some('[') => return bracket(characters.as_str()),
        Some('\\') => Step::Literal(characters.next().ok_or(PatternError::TrailingBackslash)?),
        Some(literal) => Step::Literal(literal),
    };
    Ok((step, characters.as_str()))
}

fn bracket(inside: &str) -> Result<(Step<'_>, &str), PatternError> {
    let mut rest = inside;
    while let Some((first, last, behind)) = range(rest)? {
        if last < first {
            return Err(PatternError::ReversedRange(first, last));
        }
        rest = behind;
    }
    let members = inside.get(..inside.len() - rest.len()).unwrap_or("");
    let behind = rest.strip_prefix(']').ok_or(PatternError::OpenBracket)?;
    if members.is_empty() {
        return Err(PatternError::EmptyBracket);
    }
    Ok((Step::OneOf(members), behind))
}

/// The first range of the members of a bracket and what is behind it; a single character is a range of
/// one. `None` at the end. A `-` that is first or last is itself.
fn range(members: &str) -> Result<Option<(char, char, &str)>, PatternError> {
    let Some((first, rest)) = member(members)? else {
        return Ok(None);
    };
    if let Some(behind) = rest.strip_prefix('-')
        && let Some((last, behind)) = member(behind)?
    {
        return Ok(Some((first, last, behind)));
    }
    Ok(Some((first, first, rest)))
}

fn member(members: &str) -> Result<Option<(char, &str)>, PatternError> {
    let mut characters = members.chars();
    let c = match characters.next() {
        None | Some(']') => return Ok(None),
        Some('\\') => characters.next().ok_or(PatternError::TrailingBackslash)?,
        Some(c) => c,
    };
    Ok(Some((c, characters.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_of_the_whole_text() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "any\ntext"),
            ("**a", "bca"),
            ("cell-#", "cell-7"),
            ("cell-##", "cell-17"),
            ("?", "é"),
            ("[a-f]#", "c3"),
            ("[abc][-x]", "b-"),
            ("[a-]", "-"),
            ("[\\]]", "]"),
            ("\\*\\#\\\\", "*#\\"),
            ("*ab*ab*", "xabyabz"),
            ("a*b*c", "abbbcbc"),
            ("#*", "9 lives"),
            ("]", "]"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("a", "ab"),
            ("a", "ba"),
            ("A", "a"),
            ("?", ""),
            ("?", "ab"),
            ("#", "x"),
            ("#", "٣"),
            ("[a-f]", "g"),
            ("[a-f]", "-"),
            ("[abc]", ""),
            ("a*b", "abc"),
            ("*ab*ab*", "xabz"),
            ("\\*", "a"),
            ("[a", "a"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn faulty_patterns_are_told() {
        for (pattern, error) in [
            ("[a", PatternError::OpenBracket),
            ("a[", PatternError::OpenBracket),
            ("[]", PatternError::EmptyBracket),
            ("[f-a]", PatternError::ReversedRange('f', 'a')),
            ("a\\", PatternError::TrailingBackslash),
            ("[a\\", PatternError::TrailingBackslash),
        ] {
            assert_eq!(check_pattern(pattern), Err(error), "{pattern}");
            assert!(error.to_string().contains(": "), "{error}");
        }
        for pattern in ["", "*?#", "[a-f]", "[a-]", "[-a]", "\\[", "]"] {
            assert_eq!(check_pattern(pattern), Ok(()), "{pattern}");
        }
    }
}
