//! `rapl`: energy counters of x86 processor packages (Documentation/power/powercap).

use std::boxed::Box;
use std::format;
use std::fs;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use super::source::{About, Source};
use crate::energy::{Counter, Measure, Scope};
use crate::file::{self, Attribute};
use crate::{Microjoules, Microseconds, Microwatts, Reading, Reason, Unavailable};

/// Counters move every millisecond; a package that uses no energy for this long does not
/// exist.
const STALE: Microseconds = Microseconds(500_000);

/// One step is 61 µJ on Intel client parts: 0.6 mW at 10 Hz.
const RESOLUTION: Microwatts = Microwatts(610);

/// Counters are for root only since Linux 5.10 (CVE-2020-8694, PLATYPUS).
const REMEDY: &str = "let everyone read it: echo 'SUBSYSTEM==\"powercap\", ACTION==\"add\", \
    RUN+=\"/bin/chmod 444 /sys/class/powercap/%k/energy_uj\"' | \
    sudo tee /etc/udev/rules.d/99-rapl.rules, then sudo udevadm trigger -c add -s powercap";

struct Rapl {
    about: About,
    packages: Vec<Package>,
}

struct Package {
    energy: Attribute,
    counter: Counter,
}

/// Opens the packages below `root`. Their domains (core, uncore, dram) are parts of them or
/// lie beside them, and are not added.
pub fn open(root: &Path) -> Result<Box<dyn Source>, Unavailable> {
    let mut packages = Vec::new();
    for zone in file::entries(&root.join("sys/class/powercap"), "intel-rapl:") {
        let is_package = |name: String| name.starts_with("package-");
        if file::line(&zone.join("name")).is_ok_and(is_package) {
            packages.push(package(&zone)?);
        }
    }
    if packages.is_empty() {
        let (why, remedy) = absent(root);
        return Err(Unavailable::new(Reason::Unsupported, why, remedy));
    }
    let about = About {
        name: "rapl",
        scope: Scope::CpuPackage,
        measured: true,
        max_rate_hz: 100,
        resolution: Some(RESOLUTION),
        omits: "memory, storage, fans, regulators: everything but the processor",
        found: format!("{} processor package(s)", packages.len()),
    };
    Ok(Box::new(Rapl { about, packages }))
}

/// Why there is no package, and what to do.
fn absent(root: &Path) -> (&'static str, &'static str) {
    let cpuinfo = fs::read_to_string(root.join("proc/cpuinfo")).unwrap_or_default();
    // x86 alone has a line of flags; arm64 calls it Features.
    let flags = cpuinfo.lines().find_map(|line| line.strip_prefix("flags"));
    match flags.map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor")) {
        None => ("no x86 processor", ""),
        Some(true) => (
            "no package below /sys/class/powercap: a virtual machine",
            "run on the host",
        ),
        Some(false) => (
            "no package below /sys/class/powercap",
            "load the driver: sudo modprobe intel_rapl_msr (AMD as well)",
        ),
    }
}

fn package(zone: &Path) -> Result<Package, Unavailable> {
    let path = zone.join("energy_uj");
    let energy = Attribute::open(&path).map_err(|e| Unavailable::file(&path, e, REMEDY))?;
    let range = zone.join("max_energy_range_uj");
    match file::number(&range) {
        Reading::Value(range) => Ok(Package {
            energy,
            counter: Counter::new(Microjoules(range), STALE),
        }),
        Reading::Missing(reason) => {
            let why = format!("{}: {reason}", range.display());
            Err(Unavailable::new(reason, why, REMEDY))
        }
    }
}

impl Source for Rapl {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        let mut sum: u64 = 0;
        for Package { energy, counter } in &mut self.packages {
            match energy.number().and_then(|raw| counter.advance(now, raw)) {
                Reading::Value(energy) => sum = sum.saturating_add(energy.0),
                Reading::Missing(reason) => return Reading::Missing(reason),
            }
        }
        Reading::Value(Measure::Energy(Microjoules(sum)))
    }
}
