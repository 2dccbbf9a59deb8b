//! `strftime_now`: a time as Python's `datetime.now().strftime` writes it.

use std::fmt::Write;

use chrono::NaiveDateTime;
use minijinja::{Error, ErrorKind};

/// Specifiers that chrono writes as Python does in the C locale.
const KNOWN: &str = "aAwdbBmyYHIpMSjUWcxXGuVehklntrRTDFCgPs%";

/// `now` as `format` says. Python's `datetime.now()` has no time zone, so `%z` and `%Z` are empty.
///
/// # Errors
/// A specifier that is unknown.
pub fn strftime(now: NaiveDateTime, format: &str) -> Result<String, Error> {
    let mut known = String::new();
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '%' {
            known.push(c);
            continue;
        }
        // No padding, as in %-d, or other padding.
        let padding = characters.next_if(|c| "-_0".contains(*c));
        match characters.next() {
            Some('z' | 'Z') => {}
            Some('f') => known.push_str("%6f"),
            Some(specifier) if KNOWN.contains(specifier) => {
                known.push('%');
                known.extend(padding);
                known.push(specifier);
            }
            other => {
                let padding = padding.map(String::from).unwrap_or_default();
                let other = other.map(String::from).unwrap_or_default();
                let message = format!(
                    "strftime_now does not know the format \"%{padding}{other}\" of {format:?}"
                );
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
        }
    }
    let mut out = String::new();
    write!(out, "{}", now.format(&known)).map_err(|_| {
        let message = format!("strftime_now cannot write {format:?}");
        Error::new(ErrorKind::InvalidOperation, message)
    })?;
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Arguments;

    /// The expected texts are Python 3.12's.
    #[test]
    fn a_time_is_as_python_writes_it() {
        let now = Arguments::day("2026-11-07").unwrap();
        for (format, expected) in [
            ("%d %b %Y", "07 Nov 2026"),
            ("%-d|%e|%B|%A", "7| 7|November|Saturday"),
            ("[%z][%Z]", "[][]"),
            ("%H:%M:%S.%f", "00:00:00.000000"),
            ("%Y-%m-%dT%H:%M:%S%z", "2026-11-07T00:00:00"),
            ("%j %U %W %u %w %V %G %y %%", "311 44 44 6 6 45 2026 26 %"),
            (
                "%c|%x|%X|%p|%I",
                "Sat Nov  7 00:00:00 2026|11/07/26|00:00:00|AM|12",
            ),
            ("%D %F %T %R", "11/07/26 2026-11-07 00:00:00 00:00"),
        ] {
            assert_eq!(strftime(now, format).unwrap(), expected, "{format}");
        }
    }

    #[test]
    fn an_unknown_format_is_named() {
        let now = Arguments::day("2026-11-07").unwrap();
        for (format, named) in [
            ("%+", "%+"),
            ("a%:z", "%:"),
            ("%!", "%!"),
            ("%", "%"),
            ("%-", "%-"),
            ("%3f", "%3"),
        ] {
            let error = strftime(now, format).unwrap_err().to_string();
            assert!(error.contains(&format!("{named:?}")), "{error}");
        }
    }
}
