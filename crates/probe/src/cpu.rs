//! CPU clocks (Documentation/admin-guide/pm/cpufreq.rst).

use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use crate::file;
use crate::{Hertz, Reading, Reason};

/// CPUs that share a clock, and that clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockPolicy {
    /// Numbers of the CPUs.
    pub cpus: Vec<u16>,
    /// What chooses the clock, such as `ondemand` or `performance`.
    pub governor: Reading<String>,
    /// The clock now.
    pub now: Reading<Hertz>,
    /// The highest clock that is allowed now.
    pub allowed: Reading<Hertz>,
    /// The highest clock that the hardware has.
    pub highest: Reading<Hertz>,
}

/// The folders below `root` of CPUs that share a clock; none where the kernel does not set them.
pub fn policies(root: &Path) -> Vec<PathBuf> {
    file::entries(&root.join("sys/devices/system/cpu/cpufreq"), "policy")
}

/// The highest clock that is allowed below `root`, of the CPUs that may have the highest.
pub fn allowed(root: &Path) -> Reading<Hertz> {
    highest(root, "scaling_max_freq")
}

/// The clock now below `root`, of the CPUs that have the highest.
pub fn current(root: &Path) -> Reading<Hertz> {
    highest(root, "scaling_cur_freq")
}

/// The highest of all policies' values of `attribute`.
fn highest(root: &Path, attribute: &str) -> Reading<Hertz> {
    let clocks = policies(root)
        .into_iter()
        .map(|policy| kilohertz(&policy.join(attribute)));
    let highest = clocks.reduce(|one, other| one.and_then(|one| other.map(|other| one.max(other))));
    highest.unwrap_or(Reading::Missing(Reason::Unsupported))
}

/// The clocks below `root`; none where the kernel does not set them.
pub fn clocks(root: &Path) -> Vec<ClockPolicy> {
    policies(root)
        .iter()
        .map(|policy| ClockPolicy {
            cpus: file::line(&policy.join("affected_cpus"))
                .unwrap_or_default()
                .split_whitespace()
                .filter_map(|cpu| cpu.parse().ok())
                .collect(),
            governor: match file::line(&policy.join("scaling_governor")) {
                Ok(governor) => Reading::Value(governor),
                Err(error) => Reading::Missing(error.into()),
            },
            now: kilohertz(&policy.join("scaling_cur_freq")),
            allowed: kilohertz(&policy.join("scaling_max_freq")),
            highest: kilohertz(&policy.join("cpuinfo_max_freq")),
        })
        .collect()
}

fn kilohertz(path: &Path) -> Reading<Hertz> {
    file::number::<u64>(path).and_then(|khz| Reading::parsed(khz.checked_mul(1000).map(Hertz)))
}
