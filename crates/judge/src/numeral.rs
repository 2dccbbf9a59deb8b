//! A number as it is written in a text.

/// White space that may stand between groups of three digits: that of Unicode's and ISO 80000-1's
/// numbers, and the plain one.
const GAPS: [char; 4] = [' ', '\u{a0}', '\u{2009}', '\u{202f}'];
/// Marks between two numbers that make them something else: a range, a date, a time, a version, a
/// fraction, a decimal comma.
const JOINS: &str = ".,:/-\u{2013}\u{2212}\u{b1}~'\u{2019}^";

/// The number that `text` begins with and the bytes that it takes; `None` where it begins with none.
/// What has digits and is no one number (`1,25`, `10-20`, `2025-05-01`, `1.2.3`) is NaN.
pub fn read(text: &str) -> Option<(f64, usize)> {
    let mut rest = text;
    let mut plain = String::new();
    sign(&mut rest, &mut plain);
    let whole = grouped(rest);
    plain.extend(rest.get(..whole)?.chars().filter(char::is_ascii_digit));
    rest = rest.get(whole..)?;
    if let Some(behind) = rest.strip_prefix('.') {
        let fraction = digits(behind);
        if fraction > 0 {
            plain.push('.');
            plain.push_str(behind.get(..fraction)?);
            rest = behind.get(fraction..)?;
        }
    }
    if !plain.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let _ = exponent(&mut rest, &mut plain);
    let mut value = plain.parse().unwrap_or(f64::NAN);
    while let Some(behind) = joined(rest) {
        value = f64::NAN;
        rest = behind;
    }
    Some((value, text.len() - rest.len()))
}

/// What is behind a mark and digits with which a number goes on.
fn joined(rest: &str) -> Option<&str> {
    let behind = rest.trim_start_matches(|c| JOINS.contains(c));
    let length = digits(behind);
    if behind.len() == rest.len() || length == 0 {
        return None;
    }
    behind.get(length..)
}

fn digits(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len()
}

fn sign(rest: &mut &str, plain: &mut String) {
    for (mark, meaning) in [("-", "-"), ("\u{2212}", "-"), ("+", "")] {
        if let Some(behind) = rest.strip_prefix(mark) {
            plain.push_str(meaning);
            *rest = behind;
            return;
        }
    }
}

/// The bytes of the digits before the decimal point, with a separator between groups of three where
/// every group is whole and all separators are the same.
fn grouped(text: &str) -> usize {
    let first = digits(text);
    let Some(separator) = text.get(first..).and_then(|rest| rest.chars().next()) else {
        return first;
    };
    let separates = GAPS.contains(&separator) || ",'\u{2019}".contains(separator);
    if !(1..=3).contains(&first) || text.starts_with('0') || !separates {
        return first;
    }
    let mut length = first;
    while let Some(group) = text
        .get(length..)
        .and_then(|rest| rest.strip_prefix(separator))
        .filter(|group| digits(group) == 3)
    {
        length = text.len() - group.len() + 3;
    }
    length
}

/// `e-3`, `×10^-3`, `x 10^{-3}`, `·10⁻³`.
fn exponent(rest: &mut &str, plain: &mut String) -> Option<()> {
    let mut written = String::from("e");
    let mut behind = *rest;
    if let Some(e) = behind.strip_prefix(['e', 'E']) {
        behind = e;
        sign(&mut behind, &mut written);
    } else {
        let base = behind
            .trim_start_matches(' ')
            .strip_prefix(['×', 'x', '*', '·'])?;
        behind = base.trim_start_matches(' ').strip_prefix("10")?;
        if let Some(raised) = behind.strip_prefix('^') {
            behind = raised.strip_prefix('{').unwrap_or(raised);
            sign(&mut behind, &mut written);
        } else {
            for c in behind.chars() {
                written.push(match c {
                    '⁻' => '-',
                    '¹' => '1',
                    '²' => '2',
                    '³' => '3',
                    '⁰' => '0',
                    '⁴'..='⁹' => char::from_digit(c as u32 - '⁰' as u32, 10)?,
                    _ => break,
                });
                behind = behind.get(c.len_utf8()..)?;
            }
        }
    }
    let length = digits(behind);
    written.push_str(behind.get(..length)?);
    if !written.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    behind = behind.get(length..)?;
    plain.push_str(&written);
    *rest = behind.strip_prefix('}').unwrap_or(behind);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn one_number() {
        for (text, value, length) in [
            ("12", 12.0, 2),
            ("12.5.", 12.5, 4),
            (".5", 0.5, 2),
            ("-3 dB", -3.0, 2),
            ("\u{2212}3", -3.0, 4),
            ("+7", 7.0, 2),
            ("1,250", 1250.0, 5),
            ("1 250 000 x", 1_250_000.0, 9),
            ("1\u{202f}250", 1250.0, 7),
            ("1'250.5", 1250.5, 7),
            ("12 34", 12.0, 2),
            ("12 3456", 12.0, 2),
            ("1.2e3", 1200.0, 5),
            ("1.2E-3s", 0.0012, 6),
            ("1.2 × 10^3 m", 1200.0, 11),
            ("2x10^{-3}", 0.002, 9),
            ("2·10⁻³", 0.002, 10),
            ("2 x 4", 2.0, 1),
            ("3em", 3.0, 1),
            ("007", 7.0, 3),
        ] {
            assert_eq!(read(text), Some((value, length)), "{text}");
        }
    }

    #[test]
    fn no_number_and_more_than_one() {
        for text in ["", "-", ".", "+x", "e5", "- 5"] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in [
            "1,25",
            "12,5",
            "10-20",
            "10\u{2013}20",
            "1/2",
            "1:30",
            "2025-05-01",
            "1.2.3",
            "1.250,5",
            "1,250,5",
            "10±2",
            "192.168.0.1",
            "2^10",
        ] {
            let (value, length) = read(text).unwrap();
            assert!(value.is_nan() && length == text.len(), "{text}");
        }
        assert!(read("1e999").unwrap().0.is_infinite());
    }
}
