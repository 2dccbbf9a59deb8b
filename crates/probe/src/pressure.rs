//! Stall times (Documentation/accounting/psi.rst).

use std::fs;
use std::path::Path;

use crate::{Microseconds, Reading, Reason};

/// Time that tasks lost to a shortage since the board or the cgroup started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Microseconds,
    /// All tasks that could run waited. Before Linux 5.13 it is not said of the CPU; since then it
    /// is 0 for the whole board.
    pub full: Option<Microseconds>,
}

/// What tasks wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// A CPU.
    Cpu,
    /// Memory to be freed or read again.
    Memory,
    /// A disk.
    Io,
}

impl Pressure {
    /// Pressure on the whole board.
    pub fn of_board(root: &Path, shortage: Shortage) -> Reading<Pressure> {
        let name = match shortage {
            Shortage::Cpu => "cpu",
            Shortage::Memory => "memory",
            Shortage::Io => "io",
        };
        Pressure::read(&root.join("proc/pressure").join(name))
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
    let line = |kind: &str| text.lines().find_map(|line| line.strip_prefix(kind));
    let total = |line: &str| {
        let mut words = line.split_whitespace();
        let total = words.find_map(|word| word.strip_prefix("total="))?;
        total.parse().ok().map(Microseconds)
    };
    Some(Pressure {
        some: total(line("some ")?)?,
        full: match line("full ") {
            Some(full) => Some(total(full)?),
            None => None,
        },
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
            full: Some(Microseconds(28_066_664)),
        };
        assert_eq!(parse(text), Some(pressure));
        let of_old_cpu = parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
        let pressure = Pressure {
            some: Microseconds(7),
            full: None,
        };
        assert_eq!(of_old_cpu, Some(pressure));
        for odd in [
            "",
            "full total=1\n",
            "some total=x\nfull total=1\n",
            "some total=1\nfull total=x\n",
            "some\nfull\n",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
