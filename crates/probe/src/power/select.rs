//! Choosing a source by name, or the best one a board has.

use std::boxed::Box;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::string::{String, ToString};

use super::nothing::Nothing;
use super::pi5_pmic::Calibration;
use super::simulated::{Board, Meter, Whose};
use super::source::Source;
use super::{fnb58, hwmon, jetson_ina3221, pi5_pmic, rapl, simulated, trace};
use crate::decimal::decimal;
use crate::{Microseconds, Reading, Reason, Unavailable, clock};

/// A power source by name, as written on the command line: `NAME[:ARG]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// `best`: a meter at the board's input if one is there (fnb58, then hwmon:powerz), else
    /// what the board has on itself (pi5-pmic, jetson-ina3221, rapl), else none.
    Best,
    /// `pi5-pmic[:gain=1.1451,offset=0.5879W]`.
    Pi5Pmic(Option<Calibration>),
    /// `jetson-ina3221`.
    JetsonIna3221,
    /// `rapl`.
    Rapl,
    /// `hwmon[:NAME]`.
    Hwmon(Option<String>),
    /// `fnb58`.
    Fnb58,
    /// `trace:FILE`.
    Trace(PathBuf),
    /// `simulated[:idle=2.7W,active=7.5W,of=process|board,reads=energy|power,lag=100ms,drift=0%]`.
    Simulated(Board),
    /// `none`.
    None,
}

impl Choice {
    /// What `best` tries, in this order.
    pub fn best() -> [Choice; 5] {
        [
            Choice::Fnb58,
            Choice::Hwmon(Some(hwmon::POWERZ.to_string())),
            Choice::Pi5Pmic(None),
            Choice::JetsonIna3221,
            Choice::Rapl,
        ]
    }

    /// Opens the source below `root`, which is `/` on a board.
    pub fn open(&self, root: &Path) -> Result<Box<dyn Source>, Unavailable> {
        match self {
            Choice::Best => Ok(best(root)),
            Choice::Pi5Pmic(calibration) => pi5_pmic::open(root, *calibration),
            Choice::JetsonIna3221 => jetson_ina3221::open(root),
            Choice::Rapl => rapl::open(root),
            Choice::Hwmon(name) => hwmon::open(root, name.as_deref()),
            Choice::Fnb58 => fnb58::open(root),
            Choice::Trace(file) => trace::open(file),
            Choice::Simulated(board) => Ok(simulated::open(*board)),
            Choice::None => Ok(Box::new(Nothing::new(
                Reason::Off,
                "power is not measured".into(),
            ))),
        }
    }
}

/// The first source that opens and reads a value. When none does, readings carry the reason
/// that a person can do most about: that of a source which is there.
fn best(root: &Path) -> Box<dyn Source> {
    let mut reason = Reason::Unsupported;
    let mut found = "this board has no power source".to_string();
    for choice in Choice::best() {
        let refused = match choice.open(root) {
            Ok(mut source) => match source.read(clock::now()) {
                Reading::Value(_) => return source,
                Reading::Missing(reason) => Unavailable::new(
                    reason,
                    std::format!("{}: {reason}", source.about().name),
                    "",
                ),
            },
            Err(refused) => refused,
        };
        if refused.reason != Reason::Unsupported && reason != Reason::Denied {
            reason = refused.reason;
            found = refused.to_string();
        }
    }
    Box::new(Nothing::new(reason, found))
}

/// A text that names no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadChoice(String);

impl fmt::Display for BadChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadChoice {}

impl FromStr for Choice {
    type Err = BadChoice;

    fn from_str(text: &str) -> Result<Choice, BadChoice> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        let bad = |what: &str| Err(BadChoice(std::format!("{text}: {what}")));
        match (name, argument) {
            ("best", None) => Ok(Choice::Best),
            ("pi5-pmic", None) => Ok(Choice::Pi5Pmic(None)),
            ("pi5-pmic", Some(argument)) => match calibration(argument) {
                Some(line) => Ok(Choice::Pi5Pmic(Some(line))),
                None => bad("write a calibration as pi5-pmic:gain=1.1451,offset=0.5879W"),
            },
            ("jetson-ina3221", None) => Ok(Choice::JetsonIna3221),
            ("rapl", None) => Ok(Choice::Rapl),
            ("hwmon", None) => Ok(Choice::Hwmon(None)),
            ("hwmon", Some(name)) if !name.is_empty() => Ok(Choice::Hwmon(Some(name.to_string()))),
            ("fnb58", None) => Ok(Choice::Fnb58),
            ("trace", Some(file)) if !file.is_empty() => Ok(Choice::Trace(file.into())),
            ("trace", _) => bad("name the recorded file: trace:FILE"),
            ("simulated", argument) => match board(argument.unwrap_or_default()) {
                Some(board) if board.idle <= board.active => Ok(Choice::Simulated(board)),
                Some(_) => bad("active power must not be below idle power"),
                None => bad(
                    "write it as simulated:idle=2.7W,active=7.5W,of=process (or of=board), for a sensor \
                     with reads=power,lag=100ms,drift=0%",
                ),
            },
            ("none", None) => Ok(Choice::None),
            ("best" | "jetson-ina3221" | "rapl" | "hwmon" | "fnb58" | "none", Some(_)) => {
                bad("leave out what follows the colon")
            }
            _ => bad(
                "no such power source: use best, pi5-pmic, jetson-ina3221, rapl, hwmon[:NAME], \
                 fnb58, trace:FILE, simulated[:idle=2.7W,active=7.5W,of=process|board] or none",
            ),
        }
    }
}

fn calibration(argument: &str) -> Option<Calibration> {
    let (gain, offset) = argument.split_once(',')?;
    Some(Calibration {
        gain_micro: decimal(gain.strip_prefix("gain=")?, 6)?,
        offset: offset.strip_prefix("offset=")?.parse().ok()?,
    })
}

/// What is not given stays at its default.
fn board(argument: &str) -> Option<Board> {
    let mut board = Board::default();
    let (mut reads_power, mut lag, mut drift) = (false, Microseconds(100_000), 0);
    for part in argument.split(',').filter(|part| !part.is_empty()) {
        match part.split_once('=')? {
            ("idle", power) => board.idle = power.parse().ok()?,
            ("active", power) => board.active = power.parse().ok()?,
            ("of", "process") => board.of = Whose::Process,
            ("of", "board") => board.of = Whose::Board,
            ("reads", "energy") => reads_power = false,
            ("reads", "power") => reads_power = true,
            ("lag", time) => lag = time.parse().ok()?,
            ("drift", percent) => drift = percent.strip_suffix('%')?.parse().ok()?,
            _ => return None,
        }
    }
    if reads_power {
        board.meter = Meter::Power { lag, drift };
    }
    Some(board)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Microwatts;

    #[test]
    fn names_and_arguments_are_read() {
        let simulated = |idle, active| {
            Choice::Simulated(Board {
                idle: Microwatts(idle),
                active: Microwatts(active),
                ..Board::default()
            })
        };
        let calibration = Calibration {
            gain_micro: 1_145_100,
            offset: Microwatts(587_900),
        };
        for (text, choice) in [
            ("best", Choice::Best),
            ("pi5-pmic", Choice::Pi5Pmic(None)),
            (
                "pi5-pmic:gain=1.1451,offset=0.5879W",
                Choice::Pi5Pmic(Some(calibration)),
            ),
            ("jetson-ina3221", Choice::JetsonIna3221),
            ("rapl", Choice::Rapl),
            ("hwmon", Choice::Hwmon(None)),
            ("hwmon:powerz", Choice::Hwmon(Some("powerz".into()))),
            ("fnb58", Choice::Fnb58),
            ("trace:a:b.csv", Choice::Trace("a:b.csv".into())),
            ("simulated", simulated(2_700_000, 7_500_000)),
            ("simulated:idle=1W", simulated(1_000_000, 7_500_000)),
            ("simulated:of=process", simulated(2_700_000, 7_500_000)),
            (
                "simulated:of=board",
                Choice::Simulated(Board {
                    of: Whose::Board,
                    ..Board::default()
                }),
            ),
            (
                "simulated:active=9W,idle=500mW",
                simulated(500_000, 9_000_000),
            ),
            (
                "simulated:reads=power,lag=250ms,drift=8%",
                Choice::Simulated(Board {
                    meter: Meter::Power {
                        lag: Microseconds(250_000),
                        drift: 8,
                    },
                    ..Board::default()
                }),
            ),
            ("none", Choice::None),
        ] {
            assert_eq!(text.parse(), Ok(choice), "{text}");
        }
    }

    #[test]
    fn bad_choices_name_the_remedy() {
        for (text, remedy) in [
            ("", "use best"),
            ("pi4", "pi5-pmic"),
            ("rapl:0", "leave out"),
            ("trace", "trace:FILE"),
            ("trace:", "trace:FILE"),
            ("hwmon:", "leave out"),
            ("simulated:idle=2.7", "idle=2.7W"),
            ("simulated:idle=9W", "below idle"),
            ("simulated:fan=1W", "idle=2.7W"),
            ("simulated:reads=power,lag=3", "lag=100ms"),
            ("simulated:reads=power,drift=9", "drift=0%"),
            ("pi5-pmic:1.1", "gain="),
        ] {
            let said = text.parse::<Choice>().err().unwrap().to_string();
            assert!(said.contains(remedy), "{text}: {said}");
        }
    }

    #[test]
    fn none_reads_off() {
        let mut none = Choice::None.open(Path::new("/")).ok().unwrap();
        let read = none.read(clock::now());
        assert_eq!(read, Reading::Missing(Reason::Off));
        assert_eq!(none.about().max_rate_hz, 0);
    }
}
