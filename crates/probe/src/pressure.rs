//! Stall times (Documentation/accounting/psi.rst).

use std::fs;
use std::path::Path;

use crate::{Microseconds, Reading, Reason};

/// Time that tasks lost to a shortage since the board or the cgroup started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Microseconds,
    /// All tasks that could run waited.
    pub full: Microseconds,
}

impl Pressure {
    /// Memory pressure of the whole board.
    pub fn memory(root: &Path) -> Reading<Pressure> {
        Pressure::read(&root.join("proc/pressure/memory"))
    }

    /// Reads a pressure file: that of `/proc/pressure` or a cgroup's `memory.pressure`.
    pub fn read(path: &Path) -> Reading<Pressure> {
        match fs::read_to_string(path) {
            Ok(text) => Reading::parsed(parse(&text)),
            Err(error) => Reading::Missing(error.into()),
        }
    }

    /// Why there may be none, and what to do.
    pub fn remedy(reason: Reason) -> &'static str {
        match reason {
            Reason::Unsupported => {
                "boot Linux 4.20 or later with psi=1 (Raspberry Pi OS: add it to the line in \
                 /boot/firmware/cmdline.txt)"
            }
            _ => "",
        }
    }
}

/// `some avg10=0.00 avg60=0.00 avg300=0.00 total=1234` and the same with `full`.
fn parse(text: &str) -> Option<Pressure> {
    let total = |kind: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(kind))?;
        let total = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("total="))?;
        total.parse().ok().map(Microseconds)
    };
    Some(Pressure {
        some: total("some ")?,
        full: total("full ")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read() {
        let text = "some avg10=0.00 avg60=0.30 avg300=0.81 total=46201184\n\
                    full avg10=0.00 avg60=0.00 avg300=0.06 total=28066664\n";
        let pressure = Pressure {
            some: Microseconds(46_201_184),
            full: Microseconds(28_066_664),
        };
        assert_eq!(parse(text), Some(pressure));
        for odd in [
            "",
            "some total=1\n",
            "some total=x\nfull total=1\n",
            "some\nfull\n",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
