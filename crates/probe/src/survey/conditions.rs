//! Temperatures, clocks, and what holds clocks down.

use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{Figure, Finding, Topic};
use crate::{
    ClockPolicy, Gpu, Reading, Reason, Thermometer, ThrottleSource, Unavailable, clocks, nvpmodel,
};

pub(super) fn findings(root: &Path) -> Vec<Finding<String>> {
    let mut found = heat(root);
    found.extend(cpu_clocks(root));
    found.push(throttling(root));
    found.push(gpu(root));
    found.extend(nvpmodel::mode(root).map(|mode| {
        Finding::read(Topic::Clocks, "nvpmodel", mode.map(Figure::Text))
            .detail("a mode caps clocks and CPUs; it limits no power")
            .remedy("see the modes with `sudo nvpmodel -p --verbose`, choose with `-m NUMBER`")
    }));
    found
}

fn heat(root: &Path) -> Vec<Finding<String>> {
    let thermometer = Thermometer::open(root);
    let mut zones: Vec<Finding<String>> = thermometer
        .zones()
        .map(|(name, temperature)| {
            let state = temperature.map(Figure::Temperature);
            let finding = Finding::read(Topic::Heat, name, state);
            match temperature {
                Reading::Missing(Reason::Off) => finding.detail("this part has no power now"),
                _ => finding,
            }
        })
        .collect();
    if zones.is_empty() {
        let why = "no thermal zone below /sys/class/thermal";
        let none = Unavailable::new(Reason::Unsupported, why, "");
        zones.push(Finding::refused(Topic::Heat, "temperature", none));
    }
    zones
}

/// One finding for all clocks that are set alike: a server has dozens.
fn cpu_clocks(root: &Path) -> Vec<Finding<String>> {
    let mut left = clocks(root);
    let mut found = Vec::new();
    while let Some(first) = left.first().cloned() {
        let set = |clock: &ClockPolicy| {
            let ClockPolicy {
                governor,
                allowed,
                highest,
                ..
            } = clock;
            (governor.clone(), *allowed, *highest)
        };
        let (alike, others) = left
            .into_iter()
            .partition(|clock| set(clock) == set(&first));
        found.push(cpus(&first, alike));
        left = others;
    }
    if found.is_empty() {
        let why = "no policy below /sys/devices/system/cpu/cpufreq: the kernel sets no clocks here";
        let none = Unavailable::new(Reason::Unsupported, why, "");
        found.push(Finding::refused(Topic::Clocks, "cpu", none));
    }
    found
}

/// `alike` are set as `set` is.
fn cpus(set: &ClockPolicy, alike: Vec<ClockPolicy>) -> Finding<String> {
    let numbers: Vec<u16> = alike.iter().flat_map(|clock| clock.cpus.clone()).collect();
    let fastest = alike.iter().filter_map(|clock| clock.now.value()).max();
    let now = fastest.map_or(set.now, Reading::Value);
    let clock = Finding::read(
        Topic::Clocks,
        format!("cpu {}", ranges(numbers)),
        now.map(Figure::Clock),
    );
    let mut detail = match &set.governor {
        Reading::Value(governor) => format!("governor {governor}"),
        Reading::Missing(reason) => format!("governor: {reason}"),
    };
    if let (Some(allowed), Some(highest)) = (set.allowed.value(), set.highest.value()) {
        detail += &match allowed < highest {
            true => format!(", capped at {allowed} of {highest}"),
            false => format!(", up to {highest}"),
        };
    }
    if alike.len() > 1 {
        detail += &format!(", the fastest of {} clocks", alike.len());
    }
    match &set.governor {
        Reading::Value(governor) if governor != "performance" => clock.detail(detail).remedy(
            "for steady timings: echo performance | \
             sudo tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor",
        ),
        _ => clock.detail(detail),
    }
}

/// `0-3,6`.
fn ranges(mut numbers: Vec<u16>) -> String {
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let runs: Vec<String> = runs
        .filter_map(|run| match (run.first()?, run.last()?) {
            (first, last) if first == last => Some(first.to_string()),
            (first, last) => Some(format!("{first}-{last}")),
        })
        .collect();
    runs.join(",")
}

fn throttling(root: &Path) -> Finding<String> {
    match ThrottleSource::open(root) {
        Ok(mut source) => {
            let flags = source.read();
            let finding = Finding::read(Topic::Clocks, "throttling", flags.map(Figure::Throttled));
            match flags {
                Reading::Value(flags) if flags.ever() || flags.now() => {
                    finding.remedy("check supply, cable and cooling; flags stay until a reboot")
                }
                _ => finding,
            }
        }
        Err(refused) => Finding::refused(Topic::Clocks, "throttling", refused),
    }
}

fn gpu(root: &Path) -> Finding<String> {
    match Gpu::open(root) {
        Ok(gpu) => {
            let load = gpu.load_per_mille().map(Figure::PerMille);
            let clock = match gpu.clock() {
                Reading::Value(clock) => format!("at {clock}"),
                Reading::Missing(reason) => format!("clock: {reason}"),
            };
            Finding::read(Topic::Clocks, "gpu load", load).detail(clock)
        }
        Err(refused) => Finding::refused(Topic::Clocks, "gpu load", refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_shown_as_ranges() {
        assert_eq!(ranges(Vec::from([4, 0, 1, 2, 3, 7, 9, 8])), "0-4,7-9");
        assert_eq!(ranges(Vec::from([5])), "5");
        assert_eq!(ranges(Vec::new()), "");
    }
}
