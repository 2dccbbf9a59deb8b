//! The content of a Python string literal.

use super::error::PythonProblem;

/// Resolves Python's backslash escapes; an unknown one stays as it is.
pub fn unescape(body: &str) -> Result<String, PythonProblem> {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest[at..];
        let Some(letter) = escape[1..].chars().next() else {
            rest = escape;
            break;
        };
        let simple = match letter {
            '\n' => Some(""),
            '\\' => Some("\\"),
            '\'' => Some("'"),
            '"' => Some("\""),
            'a' => Some("\u{7}"),
            'b' => Some("\u{8}"),
            'f' => Some("\u{c}"),
            'n' => Some("\n"),
            'r' => Some("\r"),
            't' => Some("\t"),
            'v' => Some("\u{b}"),
            _ => None,
        };
        if let Some(replacement) = simple {
            text.push_str(replacement);
            rest = &escape[2..];
            continue;
        }
        let (digits_at, radix, count) = match letter {
            'x' => (2, 16, 2),
            'u' => (2, 16, 4),
            'U' => (2, 16, 8),
            '0'..='7' => (1, 8, 3),
            'N' => return Err(PythonProblem::Escape("\\N".to_string())),
            _ => {
                text.push('\\');
                text.push(letter);
                rest = &escape[1 + letter.len_utf8()..];
                continue;
            }
        };
        let digits: String = escape[digits_at..]
            .chars()
            .take(count)
            .take_while(|c| c.is_digit(radix))
            .collect();
        let end = digits_at + digits.len();
        let character = u32::from_str_radix(&digits, radix)
            .ok()
            .filter(|_| radix == 8 || digits.len() == count)
            .and_then(char::from_u32);
        match character {
            Some(character) => text.push(character),
            None => return Err(PythonProblem::Escape(escape[..end].to_string())),
        }
        rest = &escape[end..];
    }
    text.push_str(rest);
    Ok(text)
}
