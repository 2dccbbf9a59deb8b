//! Quantities as texts and parameters state them. All are whole numbers of a dimension's smallest
//! unit, so that a conversion is exact or refused.

use std::fmt;

use serde::Deserialize;

use crate::generate::rng::Rng;

/// A unit, as it is written behind a number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub name: &'static str,
    /// How the name of a parameter in this unit ends; empty where parameters are not in it.
    pub suffix: &'static str,
    dimension: Dimension,
    /// In the dimension's smallest unit.
    factor: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Time,
    Rate,
    Share,
    Data,
    Power,
    Compute,
    Length,
}

const fn unit(name: &'static str, suffix: &'static str, dimension: Dimension, factor: i64) -> Unit {
    Unit {
        name,
        suffix,
        dimension,
        factor,
    }
}

/// From small to large in each dimension.
static UNITS: [Unit; 21] = [
    unit("µs", "us", Dimension::Time, 1),
    unit("ms", "ms", Dimension::Time, 1_000),
    unit("s", "s", Dimension::Time, 1_000_000),
    unit("min", "", Dimension::Time, 60_000_000),
    unit("kbit/s", "kbps", Dimension::Rate, 1),
    unit("Mbit/s", "mbps", Dimension::Rate, 1_000),
    unit("Gbit/s", "", Dimension::Rate, 1_000_000),
    unit("per mille", "permille", Dimension::Share, 1),
    unit("%", "percent", Dimension::Share, 10),
    unit("", "", Dimension::Share, 1_000),
    unit("kB", "kb", Dimension::Data, 1),
    unit("MB", "mb", Dimension::Data, 1_000),
    unit("GB", "", Dimension::Data, 1_000_000),
    unit("mW", "mw", Dimension::Power, 1),
    unit("W", "w", Dimension::Power, 1_000),
    unit("kW", "", Dimension::Power, 1_000_000),
    unit("millicores", "millicores", Dimension::Compute, 1),
    unit("cores", "cores", Dimension::Compute, 1_000),
    unit("cm", "cm", Dimension::Length, 1),
    unit("m", "m", Dimension::Length, 100),
    unit("km", "", Dimension::Length, 100_000),
];

/// Decimals that a text states at most, as a power of ten.
const DECIMALS: i64 = 1_000;

impl Unit {
    fn named(name: &str) -> Option<&'static Unit> {
        UNITS.iter().find(|unit| unit.name == name)
    }

    /// The next smaller unit of its dimension; itself if it is the smallest.
    pub(super) fn finer(&'static self) -> &'static Unit {
        let same = UNITS
            .iter()
            .filter(|other| other.dimension == self.dimension && other.factor < self.factor);
        same.max_by_key(|other| other.factor).unwrap_or(self)
    }

    pub(super) fn is_comparable(&self, other: &Unit) -> bool {
        self.dimension == other.dimension
    }

    /// Whether it is one of shares, of which "5 % more" can be read in two ways.
    pub(super) fn is_share(&self) -> bool {
        self.dimension == Dimension::Share
    }

    /// `count` of this unit, in the smallest.
    pub(super) fn of(&self, count: i64) -> i64 {
        self.factor * count
    }

    /// How many of this unit `base` is, if it is a whole number.
    pub(super) fn whole(&self, base: i64) -> Option<i64> {
        (base % self.factor == 0).then_some(base / self.factor)
    }

    /// Whether a text can state `base` in it: three decimals, not below 0.005, at most six digits.
    fn can_state(&self, base: i64) -> bool {
        (base * DECIMALS) % self.factor == 0
            && base * 200 >= self.factor
            && base / self.factor < 1_000_000
    }
}

/// A quantity as a text states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// In the dimension's smallest unit.
    pub base: i64,
    pub unit: &'static Unit,
}

impl Amount {
    /// `base` in some unit comparable to `like`, but not in `avoided`. `None` if none can state it.
    pub(super) fn draw(
        base: i64,
        like: &Unit,
        avoided: Option<&Unit>,
        rng: &mut Rng,
    ) -> Option<Amount> {
        let fit = UNITS.iter().filter(|unit| {
            unit.is_comparable(like) && unit.can_state(base) && Some(*unit) != avoided
        });
        let fit: Vec<&'static Unit> = fit.collect();
        let unit = *rng.pick(&fit)?;
        Some(Amount { base, unit })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = self.base * DECIMALS / self.unit.factor;
        f.write_str(&decimal(thousandths))?;
        match self.unit.name {
            "" => Ok(()),
            name => write!(f, " {name}"),
        }
    }
}

/// Thousandths as a decimal number without idle zeros.
pub(super) fn decimal(thousandths: i64) -> String {
    let (whole, rest) = (thousandths / DECIMALS, thousandths % DECIMALS);
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:03}")
            .trim_end_matches('0')
            .to_owned(),
    }
}

/// From how much to how much, written like `5 to 80 ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span {
    pub low: i64,
    pub high: i64,
    pub unit: &'static Unit,
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Span, String> {
        let wrong = || format!("{text:?} is no span: write it like \"5 to 80 ms\"");
        let (low, rest) = text.split_once(" to ").ok_or_else(wrong)?;
        let (high, unit) = rest.split_once(' ').ok_or_else(wrong)?;
        let span = Span {
            low: low.parse().map_err(|_| wrong())?,
            high: high.parse().map_err(|_| wrong())?,
            unit: Unit::named(unit).ok_or_else(wrong)?,
        };
        let fits = span.low >= 0 && span.low < span.high && !span.unit.suffix.is_empty();
        fits.then_some(span).ok_or_else(wrong)
    }
}

impl Span {
    /// A quantity between `low` and `high` hundredths of the span, a whole number of its unit.
    pub(super) fn between(&self, low: i64, high: i64, rng: &mut Rng) -> i64 {
        let at = |hundredths: i64| self.low + (self.high - self.low) * hundredths / 100;
        self.unit.of(between(at(low), at(high), rng))
    }

    /// Whether it holds `base`.
    pub(super) fn holds(&self, base: i64) -> bool {
        (self.unit.of(self.low)..=self.unit.of(self.high)).contains(&base)
    }
}

/// A whole number from `low` to `high`, both included; `low` if `high` is below it.
pub(super) fn between(low: i64, high: i64, rng: &mut Rng) -> i64 {
    low + rng.below((high - low + 1).max(1) as usize) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_stated_exactly() {
        let stated = |base, unit| {
            let unit = Unit::named(unit).unwrap();
            (unit.can_state(base), Amount { base, unit }.to_string())
        };
        assert_eq!(stated(50_000, "s"), (true, "0.05 s".to_owned()));
        assert_eq!(stated(90_000_000, "min"), (true, "1.5 min".to_owned()));
        assert_eq!(stated(20_000, "Mbit/s"), (true, "20 Mbit/s".to_owned()));
        assert_eq!(stated(850, ""), (true, "0.85".to_owned()));
        assert!(!stated(100_000_000, "min").0, "1.666... min");
        assert!(!stated(1_000, "s").0, "0.001 s");
    }

    #[test]
    fn spans_are_read_or_refused() {
        let read = |text: &str| Span::try_from(text.to_owned());
        let span = read("5 to 80 ms").unwrap();
        assert!(span.holds(5_000) && span.holds(80_000) && !span.holds(81_000));
        assert_eq!(span.unit.finer().name, "µs");
        for wrong in [
            "5 ms",
            "5 to 80",
            "9 to 5 ms",
            "1 to 5 Gbit/s",
            "1 to 5 knots",
        ] {
            assert!(
                read(wrong).unwrap_err().contains("write it like"),
                "{wrong}"
            );
        }
    }
}
