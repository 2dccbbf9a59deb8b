//! The text that `pmic_read_adc` answers.

use crate::decimal::decimal;
use crate::{Microwatts, Reading, Reason};

/// The rails of a Pi 5 that are measured with both current and voltage. EXT5V and BATT, which
/// have a voltage only, supply them and are not among them.
pub const RAILS: [&str; 12] = [
    "3V7_WL_SW",
    "3V3_SYS",
    "1V8_SYS",
    "DDR_VDD2",
    "DDR_VDDQ",
    "1V1_SYS",
    "0V8_SW",
    "VDD_CORE",
    "3V3_DAC",
    "3V3_ADC",
    "0V8_AON",
    "HDMI",
];

/// Current and voltage of the rails, in the order of [`RAILS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rails {
    microamperes: [u64; RAILS.len()],
    microvolts: [u64; RAILS.len()],
}

impl Rails {
    /// Reads an answer: lines such as `  VDD_CORE_A current(7)=10.87674000A`. Lines pair by
    /// name; the numbers in parentheses are ADC channels, which differ. A rail that is
    /// missing or there twice is an error: a sum without it would be too small.
    pub fn parse(answer: &str) -> Reading<Rails> {
        let mut amperes = [None; RAILS.len()];
        let mut volts = [None; RAILS.len()];
        for line in answer
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let Some((rail, is_current, value)) = value(line) else {
                return Reading::Missing(Reason::Error);
            };
            let column = if is_current { &mut amperes } else { &mut volts };
            let cell = RAILS.iter().zip(column).find(|(name, _)| **name == rail);
            if let Some((_, cell)) = cell
                && cell.replace(value).is_some()
            {
                return Reading::Missing(Reason::Error);
            }
        }
        Reading::parsed(
            all(amperes)
                .zip(all(volts))
                .map(|(microamperes, microvolts)| Rails {
                    microamperes,
                    microvolts,
                }),
        )
    }

    /// Sum of the rails' power.
    pub fn power(&self) -> Reading<Microwatts> {
        let picowatts: u128 = self
            .microamperes
            .iter()
            .zip(&self.microvolts)
            .map(|(i, u)| u128::from(*i) * u128::from(*u))
            .sum();
        Reading::parsed(u64::try_from(picowatts / 1_000_000).ok().map(Microwatts))
    }
}

/// Name of the rail, whether it is a current, and the value in 1e-6 A or V.
fn value(line: &str) -> Option<(&str, bool, u64)> {
    let (name, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (rail, channel, unit, is_current) = match name.strip_suffix("_A") {
        Some(rail) => (rail, rest.strip_prefix("current(")?, 'A', true),
        None => (
            name.strip_suffix("_V")?,
            rest.strip_prefix("volt(")?,
            'V',
            false,
        ),
    };
    let (channel, value) = channel.split_once(")=")?;
    channel.parse::<u32>().ok()?;
    Some((rail, is_current, decimal(value.strip_suffix(unit)?, 6)?))
}

/// The values, if all are there.
fn all<const N: usize>(cells: [Option<u64>; N]) -> Option<[u64; N]> {
    let mut values = [0; N];
    for (value, cell) in values.iter_mut().zip(cells) {
        *value = cell?;
    }
    Some(values)
}
