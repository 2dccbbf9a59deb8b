//! Limits as people write them. Those with a unit are read where the unit types are.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// A share such as `0.5` or `50%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

/// A plain number, such as a Delta_5, which may be negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

/// A physical value above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive<T>(pub T);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let (number, factor) = match text.trim().strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 0.01),
            None => (text.trim(), 1.0),
        };
        let share = finite(number).ok_or("not a share: write it as 0.5 or 50%")? * factor;
        match (0.0..=1.0).contains(&share) {
            true => Ok(Share(share)),
            false => Err("a share lies between 0 and 1, or 0% and 100%".into()),
        }
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Number, String> {
        let number = finite(text.trim()).ok_or("not a number: write it as 0.15")?;
        Ok(Number(number))
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

impl<T: FromStr<Err: Display> + Default + PartialOrd> FromStr for Positive<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Positive<T>, String> {
        let value: T = text.parse().map_err(|error: T::Err| error.to_string())?;
        match value > T::default() {
            true => Ok(Positive(value)),
            false => Err("a limit must be above 0".into()),
        }
    }
}

/// A value in a TOML file, which may be a number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Text(String),
}

/// Reads a value from a file as from the command line.
pub fn written<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = match Written::deserialize(deserializer)? {
        Written::Number(number) => number.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map(Some).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_probe::Microseconds;

    #[test]
    fn numbers_with_and_without_a_percent_sign() {
        assert_eq!("0.5".parse(), Ok(Share(0.5)));
        assert_eq!("50 %".parse(), Ok(Share(0.5)));
        assert_eq!("-0.05".parse(), Ok(Number(-0.05)));
        assert_eq!("2s".parse(), Ok(Positive(Microseconds(2_000_000))));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_remedy() {
        let wrong = |result: Result<Positive<Microseconds>, String>| result.unwrap_err();
        assert!(wrong("2".parse()).starts_with("a time needs its unit: write it as 2s or 500ms"));
        assert!(wrong("soons".parse()).starts_with("not a time: write it as 2s or 500ms"));
        assert_eq!(wrong("0s".parse()), "a limit must be above 0");
        assert!("inf".parse::<Number>().is_err());
        assert!("120%".parse::<Share>().is_err());
        let odd = "half".parse::<Share>().unwrap_err();
        assert_eq!(odd, "not a share: write it as 0.5 or 50%");
    }
}
