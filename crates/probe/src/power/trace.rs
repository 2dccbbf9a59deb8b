//! `trace:FILE`: power that was recorded before, played again in its own time.
//!
//! The file is text, a line for each sample: seconds, a comma, watts. `#` begins a comment.
//! A line `scope,NAME` says what was measured; without it, `board_in`. Time starts at the
//! first sample, which is played when the source is first read; between samples power is a
//! straight line. So the energy up to any moment is known, and the source counts that: a reading
//! that comes late on a busy machine loses nothing.
//!
//! ```text
//! # KM003C on a Pi 5, 10 Hz
//! scope,board_in
//! 0.000,2.713
//! 0.100,2.705
//! ```

use std::boxed::Box;
use std::format;
use std::fs;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use super::source::{About, Source};
use crate::decimal::decimal;
use crate::energy::{Measure, Scope};
use crate::{Microjoules, Microseconds, Reading, Reason, Unavailable};

struct Trace {
    about: About,
    corners: Vec<Corner>,
    started: Option<Microseconds>,
    /// Index of the corner behind the newest reading.
    next: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Corner {
    at_us: u64,
    microwatts: u64,
    /// Energy from the first corner to this one, in 1e-12 J.
    picojoules: u128,
}

/// Opens a recorded file.
pub fn open(file: &Path) -> Result<Box<dyn Source>, Unavailable> {
    let remedy = "give a file with a line `seconds,watts` for each sample";
    let text = fs::read_to_string(file).map_err(|e| Unavailable::file(file, e, remedy))?;
    let (scope, corners) = parse(&text).map_err(|what| {
        let why = format!("{}: {what}", file.display());
        Unavailable::new(Reason::Error, why, remedy)
    })?;
    let length_us = match (corners.first(), corners.last()) {
        (Some(first), Some(last)) => last.at_us - first.at_us,
        _ => 0,
    };
    let about = About {
        name: "trace",
        scope,
        measured: false,
        max_rate_hz: 100,
        resolution: None,
        omits: "this run: the figures were recorded before",
        found: format!("{} samples, {:.1} s", corners.len(), length_us as f64 / 1e6),
    };
    Ok(Box::new(Trace {
        about,
        corners,
        started: None,
        next: 0,
    }))
}

fn parse(text: &str) -> Result<(Scope, Vec<Corner>), String> {
    let mut scope = Scope::BoardIn;
    let mut corners: Vec<Corner> = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((first, second)) = line.split_once(',') else {
            return Err(format!("line {number} has no comma"));
        };
        let (first, second) = (first.trim(), second.trim());
        if first == "scope" {
            let named = Scope::named(second);
            scope = named.ok_or_else(|| format!("line {number}: there is no scope {second}"))?;
            continue;
        }
        let (Some(at_us), Some(microwatts)) = (decimal(first, 6), decimal(second, 6)) else {
            return Err(format!("line {number} is not two numbers"));
        };
        let picojoules = match corners.last() {
            None => 0,
            Some(last) if last.at_us >= at_us => {
                return Err(format!("line {number} is not later than the one before it"));
            }
            Some(last) => last.picojoules + last.energy_until(at_us, microwatts),
        };
        corners.push(Corner {
            at_us,
            microwatts,
            picojoules,
        });
    }
    match corners.len() {
        0 | 1 => Err("fewer than two samples".into()),
        _ => Ok((scope, corners)),
    }
}

impl Source for Trace {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        let started = *self.started.get_or_insert(now);
        let first_us = self.corners.first().map_or(0, |corner| corner.at_us);
        let at_us = now.0.saturating_sub(started.0).saturating_add(first_us);
        while self
            .corners
            .get(self.next)
            .is_some_and(|corner| corner.at_us < at_us)
        {
            self.next += 1;
        }
        let Some(after) = self.corners.get(self.next) else {
            // The recording is over; its last value is old.
            return Reading::Missing(Reason::Stale);
        };
        let before = self.next.checked_sub(1).and_then(|i| self.corners.get(i));
        let picojoules = match before {
            Some(before) => {
                let microwatts = between(*before, *after, at_us);
                before.picojoules + before.energy_until(at_us, microwatts)
            }
            None => after.picojoules,
        };
        let energy = u64::try_from(picojoules / 1_000_000).ok().map(Microjoules);
        Reading::parsed(energy).map(Measure::Energy)
    }
}

impl Corner {
    /// Energy from here to a later moment, with a straight line to the power there.
    fn energy_until(self, at_us: u64, microwatts: u64) -> u128 {
        let elapsed = u128::from(at_us.saturating_sub(self.at_us));
        // Halved before they are added: the sum of two full products has 129 bits.
        let half = |power: u64| u128::from(power) * elapsed / 2;
        half(self.microwatts) + half(microwatts)
    }
}

/// The straight line from `before` to `after` at `at_us` between them.
fn between(before: Corner, after: Corner, at_us: u64) -> u64 {
    let whole = i128::from(after.at_us - before.at_us);
    let part = i128::from(at_us.saturating_sub(before.at_us));
    let rise = i128::from(after.microwatts) - i128::from(before.microwatts);
    let microwatts = i128::from(before.microwatts) + rise * part / whole.max(1);
    u64::try_from(microwatts).unwrap_or(after.microwatts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn trace(text: &str) -> Result<Box<dyn Source>, Unavailable> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        open(file.path())
    }

    #[test]
    fn a_recording_is_played_in_its_own_time() {
        let text = "# test\nscope, module\n10.0, 2\n10.5,4.0\n\n11,4\n";
        let mut source = trace(text).ok().unwrap();
        assert_eq!(source.about().scope, Scope::Module);
        let mut at = |us: u64| source.read(Microseconds(7_000_000 + us));
        let joules = |j: f64| Reading::Value(Measure::Energy(Microjoules((j * 1e6) as u64)));
        assert_eq!(at(0), joules(0.0));
        // At 2.5 W by then, 2.25 W in the middle.
        assert_eq!(at(125_000), joules(0.28125));
        assert_eq!(at(500_000), joules(1.5));
        assert_eq!(at(1_000_000), joules(3.5));
        assert_eq!(at(1_000_001), Reading::Missing(Reason::Stale));
    }

    #[test]
    fn bad_recordings_are_refused_by_line() {
        for (text, says) in [
            ("0,1\n", "fewer than two"),
            ("0,1\n1;2\n", "line 2 has no comma"),
            ("0,1\n1,-2\n", "line 2 is not two numbers"),
            ("0,1\n1,nan\n", "line 2 is not two numbers"),
            ("1,1\n1,2\n", "line 2 is not later"),
            ("scope,room\n", "line 1: there is no scope room"),
        ] {
            let refused = trace(text).err().unwrap();
            assert!(refused.why.contains(says), "{}", refused.why);
            assert_eq!(refused.reason, Reason::Error);
            assert!(refused.remedy.contains("seconds,watts"));
        }
        let absent = open(Path::new("/nonexistent")).err().unwrap();
        assert_eq!(absent.reason, Reason::Unsupported);
    }
}
