//! `pi5-pmic`: the rails of a Raspberry Pi 5, measured by its power management chip.

mod answer;
pub mod mailbox;

use std::boxed::Box;
use std::format;
use std::path::Path;

use answer::Rails;
use mailbox::{ANSWER_BYTES, Mailbox};

use super::source::{About, Source};
use crate::energy::{Measure, Scope};
use crate::{Microseconds, Microwatts, Reading, Reason, Unavailable};

/// Twelve currents and twelve voltages that all stay the same to the last of eight decimals
/// for this long were not measured anew.
const STALE: Microseconds = Microseconds(2_000_000);

/// A straight line from the sum of the rails to the power at the board's input, as fitted
/// against a meter on one board. For one published board it was 1.1451 and 0.5879 W, within
/// about 1 W above 8 W (jfikar/RPi5-power).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// Slope in 1e-6.
    pub gain_micro: u64,
    /// Power at the input when the rails draw nothing.
    pub offset: Microwatts,
}

impl Calibration {
    fn apply(&self, rails: Microwatts) -> Reading<Microwatts> {
        let sloped = u128::from(rails.0) * u128::from(self.gain_micro) / 1_000_000;
        let input = u64::try_from(sloped).ok();
        Reading::parsed(
            input
                .and_then(|input| input.checked_add(self.offset.0))
                .map(Microwatts),
        )
    }
}

struct Pi5Pmic {
    about: About,
    mailbox: Box<dyn Mailbox>,
    calibration: Option<Calibration>,
    answer: Box<[u8; ANSWER_BYTES]>,
    newest: Option<(Microseconds, Rails)>,
}

/// Opens the mailbox below `root` and asks it once.
pub fn open(root: &Path, calibration: Option<Calibration>) -> Result<Box<dyn Source>, Unavailable> {
    with_mailbox(mailbox::open(root)?, calibration)
}

fn with_mailbox(
    mailbox: Box<dyn Mailbox>,
    calibration: Option<Calibration>,
) -> Result<Box<dyn Source>, Unavailable> {
    let mut source = Pi5Pmic {
        about: about(calibration),
        mailbox,
        calibration,
        answer: Box::new([0; ANSWER_BYTES]),
        newest: None,
    };
    match source.rails() {
        Reading::Value(_) => Ok(Box::new(source)),
        Reading::Missing(Reason::Unsupported) => Err(Unavailable::new(
            Reason::Unsupported,
            "the firmware does not know pmic_read_adc: only a Pi 5 or CM5 measures its rails",
            "put a meter at the supply: a POWER-Z KM003C (hwmon:powerz) or an FNB58 (fnb58)",
        )),
        Reading::Missing(reason) => Err(Unavailable::new(
            reason,
            "the answer to pmic_read_adc lacks a rail or cannot be read",
            "compare it with `vcgencmd pmic_read_adc`; a newer firmware may help: sudo rpi-update",
        )),
    }
}

fn about(calibration: Option<Calibration>) -> About {
    let rails = format!("sum of {} rails", answer::RAILS.len());
    let (scope, found, omits) = match calibration {
        None => (
            Scope::Rails,
            rails,
            "USB, HAT and NVMe devices, the fan and the losses of the regulators",
        ),
        Some(line) => (
            Scope::BoardIn,
            format!(
                "{rails} times {} plus {}",
                line.gain_micro as f64 / 1e6,
                line.offset
            ),
            "the difference between this board and its calibration: estimated, not measured",
        ),
    };
    About {
        name: "pi5-pmic",
        scope,
        measured: true,
        max_rate_hz: 10,
        resolution: None,
        omits,
        found,
    }
}

impl Pi5Pmic {
    fn rails(&mut self) -> Reading<Rails> {
        self.mailbox
            .ask("pmic_read_adc", &mut self.answer)
            .and_then(Rails::parse)
    }
}

impl Source for Pi5Pmic {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        self.rails().and_then(|rails| {
            match self.newest {
                Some((since, before)) if before == rails => {
                    if now.0.saturating_sub(since.0) >= STALE.0 {
                        return Reading::Missing(Reason::Stale);
                    }
                }
                _ => self.newest = Some((now, rails)),
            }
            let power = rails.power();
            match self.calibration {
                Some(line) => power.and_then(|power| line.apply(power)),
                None => power,
            }
            .map(Measure::Power)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
