//! A cap on the CPU clocks for the time of a run (Documentation/admin-guide/pm/cpufreq.rst).

use std::fs;
use std::path::{Path, PathBuf};

use edgescore_probe::{Hertz, clock_policies};

use crate::error::Refusal;

/// Caps what the kernel may choose. Dropped, it puts back what was there; a board that loses
/// power forgets the cap by itself.
pub struct ClockCap {
    /// Files and what they held.
    before: Vec<(PathBuf, String)>,
}

impl ClockCap {
    /// Allows no clock above `highest`, and none above what is allowed already. The kernel takes
    /// the next clock that the hardware has.
    pub fn set(root: &Path, highest: Hertz) -> Result<ClockCap, Refusal> {
        let policies = clock_policies(root);
        if policies.is_empty() {
            return Err(Refusal::board(
                "--max-clock: no policy below /sys/devices/system/cpu/cpufreq, so the kernel \
                 sets no clocks here: leave it out, and freq out of --sweep",
            ));
        }
        let mut cap = ClockCap { before: Vec::new() };
        for policy in policies {
            let file = policy.join("scaling_max_freq");
            let refuse = |error: &dyn std::fmt::Display| {
                Refusal::board(format!(
                    "--max-clock: {}: {error}; run edgescore-rt as root, or give this user the \
                     file: sudo chown \"$USER\" {0}",
                    file.display()
                ))
            };
            let text = fs::read_to_string(&file).map_err(|error| refuse(&error))?;
            let allowed: u64 = text
                .trim()
                .parse()
                .map_err(|_| refuse(&"it holds no clock"))?;
            let wanted = allowed.min(highest.0 / 1000);
            fs::write(&file, format!("{wanted}\n")).map_err(|error| refuse(&error))?;
            cap.before.push((file, text));
        }
        Ok(cap)
    }

    /// The files and what they held, `PATH VALUE` a line.
    pub fn before(&self) -> String {
        let line =
            |(file, text): &(PathBuf, String)| format!("{} {}\n", file.display(), text.trim());
        self.before.iter().map(line).collect()
    }
}

/// Puts back what [`ClockCap::before`] said, in the place of a process that was killed.
pub fn put_back(before: &str) {
    for line in before.lines() {
        if let Some((file, value)) = line.rsplit_once(' ') {
            let _ = fs::write(file, format!("{value}\n"));
        }
    }
}

impl Drop for ClockCap {
    fn drop(&mut self) {
        for (file, text) in &self.before {
            if let Err(error) = fs::write(file, text) {
                log::error!(
                    "{} was not put back to {}: {error}",
                    file.display(),
                    text.trim()
                );
            }
        }
    }
}
