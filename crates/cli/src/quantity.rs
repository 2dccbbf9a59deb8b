//! Limits as people write them: a number with its unit.

use std::str::FromStr;

use serde::Deserialize;

/// A share such as `0.5` or `50%`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Share(pub f64);

/// A plain number, such as a Delta_5, which may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Number(pub f64);

/// A time such as `2s` or `500ms`, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Seconds(pub f64);

/// A memory size such as `2GiB`, `800MiB` or `1.5GB`, in GiB (2^30 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Gibibytes(pub f64);

/// A power such as `4W` or `900mW`, in watts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Watts(pub f64);

/// An energy such as `3J` or `500mJ`, in joules.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Joules(pub f64);

/// A value in a TOML file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Text(String),
}

const GIB: f64 = (1u64 << 30) as f64;

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let units = [("", 1.0), ("%", 0.01)];
        let share = value(text, &units, "0.5 or 50%")?;
        match (0.0..=1.0).contains(&share) {
            true => Ok(Share(share)),
            false => Err("a share lies between 0 and 1, or 0% and 100%".into()),
        }
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Number, String> {
        value(text, &[("", 1.0)], "0.15").map(Number)
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Seconds, String> {
        let units = [("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("min", 60.0)];
        positive(value(text, &units, "2s or 500ms")?).map(Seconds)
    }
}

impl FromStr for Gibibytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Gibibytes, String> {
        let units = [
            ("GiB", 1.0),
            ("MiB", 1.0 / 1024.0),
            ("KiB", 1.0 / 1024.0 / 1024.0),
            ("GB", 1e9 / GIB),
            ("MB", 1e6 / GIB),
        ];
        positive(value(text, &units, "2GiB or 800MiB")?).map(Gibibytes)
    }
}

impl FromStr for Watts {
    type Err = String;

    fn from_str(text: &str) -> Result<Watts, String> {
        positive(value(text, &[("W", 1.0), ("mW", 1e-3)], "4W or 900mW")?).map(Watts)
    }
}

impl FromStr for Joules {
    type Err = String;

    fn from_str(text: &str) -> Result<Joules, String> {
        let units = [("J", 1.0), ("mJ", 1e-3), ("kJ", 1e3)];
        positive(value(text, &units, "3J or 500mJ")?).map(Joules)
    }
}

/// The number in `text` times the factor of its unit.
fn value(text: &str, units: &[(&str, f64)], example: &str) -> Result<f64, String> {
    let text = text.trim();
    // The longest unit that fits: "ms" before "s".
    let unit = units
        .iter()
        .filter(|(unit, _)| text.ends_with(unit))
        .max_by_key(|(unit, _)| unit.len());
    let wrong = || format!("{text} is no such limit: write it as {example}");
    let (unit, factor) = unit.ok_or_else(wrong)?;
    let number = text.strip_suffix(unit).unwrap_or(text).trim_end();
    match number.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number * factor),
        _ => Err(wrong()),
    }
}

fn positive(value: f64) -> Result<f64, String> {
    match value > 0.0 {
        true => Ok(value),
        false => Err("a limit must be above 0".into()),
    }
}

macro_rules! from_written {
    ($($name:ident)*) => {$(
        impl TryFrom<Written> for $name {
            type Error = String;

            fn try_from(written: Written) -> Result<$name, String> {
                match written {
                    Written::Number(number) => number.to_string().parse(),
                    Written::Text(text) => text.parse(),
                }
            }
        }
    )*};
}

from_written!(Share Number Seconds Gibibytes Watts Joules);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        assert_eq!("0.5".parse(), Ok(Share(0.5)));
        assert_eq!("50 %".parse(), Ok(Share(0.5)));
        assert_eq!("-0.05".parse(), Ok(Number(-0.05)));
        assert_eq!("2s".parse(), Ok(Seconds(2.0)));
        assert_eq!("500ms".parse(), Ok(Seconds(0.5)));
        assert_eq!("2GiB".parse(), Ok(Gibibytes(2.0)));
        assert_eq!("512 MiB".parse(), Ok(Gibibytes(0.5)));
        assert_eq!("1.073741824GB".parse(), Ok(Gibibytes(1.0)));
        assert_eq!("4W".parse(), Ok(Watts(4.0)));
        assert_eq!("500mJ".parse(), Ok(Joules(0.5)));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_remedy() {
        let wrong = |result: Result<Seconds, String>| result.unwrap_err();
        assert_eq!(
            wrong("2".parse()),
            "2 is no such limit: write it as 2s or 500ms"
        );
        assert_eq!(
            wrong("soons".parse()),
            "soons is no such limit: write it as 2s or 500ms"
        );
        assert_eq!(wrong("0s".parse()), "a limit must be above 0");
        assert!("inf".parse::<Number>().is_err());
        assert!("120%".parse::<Share>().is_err());
    }
}
