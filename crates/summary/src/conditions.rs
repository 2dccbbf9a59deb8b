//! Heat and throttling over a run, and what else the board did meanwhile.

use edgescore_probe::{Microseconds, MilliCelsius, Reading};
use edgescore_record::{Conditions, Stalls};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::Figure;

/// What tasks of a board wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// A CPU.
    Cpu,
    /// Memory to be freed or read again.
    Memory,
    /// A disk.
    Disk,
}

/// From this share of the questions' time on it matters: an idle board's own services and the
/// power sampler stay below.
const MUCH: f64 = 0.05;

/// What tasks waited for during much of the questions' time, and for which share of it.
pub fn long_waits(conditions: &Conditions) -> Vec<(Shortage, f64)> {
    let Stalls {
        over,
        cpu,
        memory,
        io,
    } = conditions.stalls;
    let shortages = [
        (Shortage::Cpu, cpu),
        (Shortage::Memory, memory),
        (Shortage::Disk, io),
    ];
    let long = shortages.into_iter().filter_map(|(what, time)| {
        let share = time.value()?.0 as f64 / over.0.max(1) as f64;
        (share >= MUCH).then_some((what, share))
    });
    long.collect()
}

/// Heat and throttling over the whole run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ConditionsView {
    /// Temperature of the hottest zone at the start, in degrees Celsius.
    pub start_c: Figure<f64>,
    /// And at the end.
    pub end_c: Figure<f64>,
    /// Time waited for the board to cool before the start.
    pub cooled_s: f64,
    /// What the firmware did to hold the clock down.
    pub throttled: Figure<String>,
    /// What tasks of the whole board waited for.
    pub waited: WaitedView,
}

/// Time in which at least one task of the whole board waited, by the kernel's pressure stall
/// information.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WaitedView {
    /// The time over which it was counted.
    pub over_s: f64,
    /// For a CPU.
    pub cpu_s: Figure<f64>,
    /// For memory.
    pub memory_s: Figure<f64>,
    /// For a disk.
    pub io_s: Figure<f64>,
}

impl From<&Conditions> for ConditionsView {
    fn from(row: &Conditions) -> ConditionsView {
        let celsius = |reading: Reading<MilliCelsius>| {
            Figure::from(reading.map(|temperature| f64::from(temperature.0) / 1e3))
        };
        let seconds =
            |reading: Reading<Microseconds>| Figure::from(reading.map(|time| time.0 as f64 / 1e6));
        ConditionsView {
            start_c: celsius(row.start),
            end_c: celsius(row.end),
            cooled_s: row.cooled.0 as f64 / 1e6,
            throttled: row.throttled.map(|flags| flags.to_string()).into(),
            waited: WaitedView {
                over_s: row.stalls.over.0 as f64 / 1e6,
                cpu_s: seconds(row.stalls.cpu),
                memory_s: seconds(row.stalls.memory),
                io_s: seconds(row.stalls.io),
            },
        }
    }
}
