//! Physical values as people type them: a number and its unit, such as `4W`, `4 w`, `512M` or
//! `1.5 GHz`.
//!
//! Case and spaces do not matter, with one exception: `m` is milli and `M` is mega, so `mW`,
//! `mJ` and `ms` need their small `m`. A size in `G`, `M` or `K` is one in `GiB`, `MiB` or
//! `KiB`, as memory is sold and limits are set; `GB`, `MB` and `KB` are powers of 1000, as in
//! the SI.

use core::fmt;
use core::str::FromStr;

use super::types::{Bytes, Hertz, Microjoules, Microseconds, Microwatts, MilliCelsius};
use crate::decimal::times;

/// What a text may say in one unit type.
struct Quantity {
    name: &'static str,
    example: &'static str,
    /// Each unit, and how many of the unit type it is.
    units: &'static [(&'static str, u64)],
}

const POWER: Quantity = Quantity {
    name: "power",
    example: "4W or 900mW",
    units: &[("W", 1_000_000), ("mW", 1_000)],
};

const ENERGY: Quantity = Quantity {
    name: "energy",
    example: "3J or 500mJ",
    units: &[("J", 1_000_000), ("mJ", 1_000), ("kJ", 1_000_000_000)],
};

const TIME: Quantity = Quantity {
    name: "time",
    example: "2s or 500ms",
    units: &[
        ("s", 1_000_000),
        ("ms", 1_000),
        ("us", 1),
        ("µs", 1),
        ("min", 60_000_000),
        ("h", 3_600_000_000),
    ],
};

const SIZE: Quantity = Quantity {
    name: "size",
    example: "2GiB, 512MiB or 1.5GB",
    units: &[
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("G", 1 << 30),
        ("M", 1 << 20),
        ("K", 1 << 10),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1_000),
    ],
};

const TEMPERATURE: Quantity = Quantity {
    name: "temperature",
    example: "60C",
    // No board says Fahrenheit, so a number alone is clear.
    units: &[("C", 1_000), ("°C", 1_000), ("", 1_000)],
};

const CLOCK: Quantity = Quantity {
    name: "clock",
    example: "1500MHz or 1.5GHz",
    units: &[
        ("Hz", 1),
        ("kHz", 1_000),
        ("MHz", 1_000_000),
        ("GHz", 1_000_000_000),
    ],
};

/// A text that is no physical value of its kind. What it says names the remedy.
#[derive(Clone, Copy)]
pub struct NotAQuantity {
    quantity: &'static Quantity,
    why: Why,
}

#[derive(Clone, Copy)]
enum Why {
    /// A number alone.
    NoUnit,
    /// `MW`, `MJ` or `Ms`.
    Mega,
    /// No number, or a unit of something else.
    Other,
    /// More than 64 bits hold.
    TooMuch,
}

impl fmt::Display for NotAQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quantity {
            name,
            example,
            units,
        } = self.quantity;
        match self.why {
            Why::NoUnit => write!(f, "a {name} needs its unit")?,
            Why::Mega => write!(f, "not a {name}: M is mega, and m is milli")?,
            Why::Other => write!(f, "not a {name}")?,
            Why::TooMuch => write!(f, "too large for a {name}")?,
        }
        write!(f, ": write it as {example} (units: ")?;
        for (i, (unit, _)) in units
            .iter()
            .filter(|(unit, _)| !unit.is_empty())
            .enumerate()
        {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{unit}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for NotAQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for NotAQuantity {}

impl Quantity {
    /// The value of `text`, which has no sign.
    fn value(&'static self, text: &str) -> Result<u64, NotAQuantity> {
        let refused = |why| NotAQuantity {
            quantity: self,
            why,
        };
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let unit = unit.trim_start();
        let factor = self.factor(unit).map_err(|why| match number {
            "" => refused(Why::Other),
            _ => refused(why),
        })?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        // ".5s" is half a second, but "." is nothing.
        let whole = match whole {
            "" if number.len() > 1 => "0",
            whole => whole,
        };
        if times(whole, fraction, 0).is_none() {
            return Err(refused(Why::Other));
        }
        times(whole, fraction, factor).ok_or(refused(Why::TooMuch))
    }

    fn factor(&self, typed: &str) -> Result<u64, Why> {
        let same = |unit: &str| unit.eq_ignore_ascii_case(typed);
        match self.units.iter().find(|(unit, _)| same(unit)) {
            Some(("mW" | "mJ" | "ms", _)) if typed.starts_with('M') => Err(Why::Mega),
            Some((_, factor)) => Ok(*factor),
            None if typed.is_empty() => Err(Why::NoUnit),
            None => Err(Why::Other),
        }
    }
}

macro_rules! from_str {
    ($($unit:ident: $quantity:ident)*) => {$(
        impl FromStr for $unit {
            type Err = NotAQuantity;

            fn from_str(text: &str) -> Result<$unit, NotAQuantity> {
                $quantity.value(text).map($unit)
            }
        }
    )*};
}

from_str!(
    Microwatts: POWER
    Microjoules: ENERGY
    Microseconds: TIME
    Bytes: SIZE
    Hertz: CLOCK
);

impl FromStr for MilliCelsius {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<MilliCelsius, NotAQuantity> {
        let (sign, size) = match text.trim_start().strip_prefix('-') {
            Some(size) if size.starts_with(|c: char| c.is_ascii_digit()) => (-1, size),
            _ => (1, text),
        };
        let size = i32::try_from(TEMPERATURE.value(size)?).map_err(|_| NotAQuantity {
            quantity: &TEMPERATURE,
            why: Why::TooMuch,
        })?;
        Ok(MilliCelsius(sign * size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    #[track_caller]
    fn all<T: FromStr<Err = NotAQuantity> + PartialEq + fmt::Debug>(value: T, spellings: &[&str]) {
        for text in spellings {
            match text.parse::<T>() {
                Ok(read) => assert_eq!(read, value, "{text:?}"),
                Err(error) => panic!("{text:?}: {error}"),
            }
        }
    }

    #[track_caller]
    fn refused<T: FromStr<Err = NotAQuantity> + fmt::Debug>(text: &str) -> String {
        match text.parse::<T>() {
            Ok(read) => panic!("{text:?} was read as {read:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn powers() {
        all(
            Microwatts(4_000_000),
            &["4W", "4w", "4 W", " 4 w ", "4.0W", "4000mW"],
        );
        all(Microwatts(2_700_000), &["2.7W", "2.7 W", "2700mw"]);
        all(Microwatts(900_000), &["900mW", "900 mW", "900mw", ".9W"]);
        for odd in ["W", "-4W", "+4W", "4 kW", "1e3W", "", ".W", "4.W", "4 4W"] {
            assert!(refused::<Microwatts>(odd).starts_with("not a power: write"));
        }
    }

    #[test]
    fn mega_is_not_taken_for_milli() {
        for text in ["900MW", "900 Mw"] {
            assert_eq!(
                refused::<Microwatts>(text),
                "not a power: M is mega, and m is milli: write it as 4W or 900mW (units: W, mW)"
            );
        }
        assert!(refused::<Microjoules>("3MJ").contains("M is mega"));
        assert!(refused::<Microseconds>("3MS").contains("M is mega"));
    }

    #[test]
    fn energies() {
        all(Microjoules(3_000_000), &["3J", "3 j", "3000 mJ"]);
        all(Microjoules(500_000), &["500mJ", "0.5J"]);
        all(Microjoules(1_500_000_000), &["1.5kJ", "1.5 KJ"]);
    }

    #[test]
    fn times() {
        all(Microseconds(30_000_000), &["30s", "30 S", "0.5min"]);
        all(Microseconds(500_000), &["500ms", "500 ms", ".5s"]);
        all(Microseconds(1), &["1us", "1µs"]);
        all(Microseconds(1_800_000_000), &["30min", "30 MIN", "0.5h"]);
        all(Microseconds(7_200_000_000), &["2h", "2 H"]);
        for odd in ["soons", "30m", "2 days", "-1s"] {
            refused::<Microseconds>(odd);
        }
    }

    #[test]
    fn sizes() {
        all(Bytes(2 << 30), &["2G", "2g", "2 GiB", "2gib", "2048M"]);
        all(Bytes(2_000_000_000), &["2GB", "2 gb", "2000MB"]);
        all(Bytes(512 << 20), &["512M", "512 m", "512MiB", "0.5G"]);
        all(Bytes(64 << 20), &["64MiB", "65536K", "65536 KiB"]);
        all(Bytes(1_500_000_000), &["1.5GB", "1500000KB"]);
        all(Bytes(1_610_612_736), &["1.5G", "1.5GiB"]);
        for odd in ["G", "2TB", "2 Gbit", "-2G"] {
            refused::<Bytes>(odd);
        }
    }

    #[test]
    fn temperatures() {
        all(
            MilliCelsius(60_000),
            &["60C", "60 c", "60°C", "60 °C", "60"],
        );
        all(MilliCelsius(-5_500), &["-5.5C", " -5.5 °C"]);
        for odd in ["140F", "C", "--5C", "- 5C", "9999999C"] {
            refused::<MilliCelsius>(odd);
        }
    }

    #[test]
    fn clocks() {
        all(Hertz(1_500_000_000), &["1500MHz", "1500 mhz", "1.5GHz"]);
        all(Hertz(600_000_000), &["600000kHz", "600000000Hz"]);
        refused::<Hertz>("1500rpm");
    }

    #[test]
    fn a_number_alone_is_refused_with_the_remedy() {
        assert_eq!(
            refused::<Microwatts>("4"),
            "a power needs its unit: write it as 4W or 900mW (units: W, mW)"
        );
        assert_eq!(
            refused::<Bytes>("2"),
            "a size needs its unit: write it as 2GiB, 512MiB or 1.5GB (units: GiB, MiB, KiB, G, \
             M, K, GB, MB, KB)"
        );
        assert!(refused::<Microseconds>("2").contains("write it as 2s or 500ms"));
        assert!(refused::<Hertz>("1500").contains("1500MHz"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(refused::<Microwatts>("18446744073710W").starts_with("too large for a power"));
        assert!(refused::<Bytes>("99999999999999999999G").starts_with("not a size"));
    }
}
