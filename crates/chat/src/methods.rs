//! Methods of Python's strings that minijinja and its `pycompat` do not have.

use minijinja::value::{Tuple, Value};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat;

/// Digits of a width at most: a longer one would be gigabytes of spaces.
const WIDTH_DIGITS: usize = 4;

/// Calls a method of a value.
pub fn call(
    state: &mut State,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let text = value.as_str();
    let argument = match arguments {
        [argument] => argument.as_str(),
        _ => None,
    };
    match (method, text, argument) {
        ("partition", Some(text), Some(separator)) if !separator.is_empty() => Ok(three(
            text.split_once(separator)
                .map_or([text, "", ""], |(before, behind)| {
                    [before, separator, behind]
                }),
        )),
        ("rpartition", Some(text), Some(separator)) if !separator.is_empty() => Ok(three(
            text.rsplit_once(separator)
                .map_or(["", "", text], |(before, behind)| {
                    [before, separator, behind]
                }),
        )),
        ("index", Some(text), Some(wanted)) => match text.find(wanted) {
            Some(at) => Ok(Value::from(
                text.get(..at).unwrap_or_default().chars().count(),
            )),
            None => Err(Error::new(
                ErrorKind::InvalidOperation,
                "substring not found",
            )),
        },
        ("format", Some(text), _) if has_wide(text) => {
            let message = format!("format: a width of more than {WIDTH_DIGITS} digits");
            Err(Error::new(ErrorKind::InvalidOperation, message))
        }
        _ => pycompat::unknown_method_callback(state, value, method, arguments),
    }
}

fn three(parts: [&str; 3]) -> Value {
    Value::from_object(Tuple::from(parts.map(Value::from)))
}

fn has_wide(format: &str) -> bool {
    let mut digits = 0;
    format.chars().any(|c| {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        digits > WIDTH_DIGITS
    })
}
