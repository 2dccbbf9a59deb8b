//! `jetson-ina3221`: the rails that a Jetson module measures with INA3221 monitors.
//!
//! JetPack 5 and later have the mainline hwmon driver (Documentation/hwmon/ina3221.rst):
//! `in1..3` are bus voltages, `in4..7` are shunt voltages and no rails. JetPack 4 has NVIDIA's
//! own driver under iio, with channels from 0.

use std::boxed::Box;
use std::format;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use super::source::{About, Source};
use crate::energy::{Measure, Scope};
use crate::file::{self, Attribute};
use crate::{Microseconds, Microwatts, Reading, Reason, Unavailable};

/// Rails that carry the module's whole input: the Nano's, and that of Xavier NX, Orin Nano
/// and Orin NX. Other rails of such a board are parts of it.
const TOTALS: [&str; 2] = ["VDD_IN", "POM_5V_IN"];

/// The rails of an AGX Orin, which has no total.
const AGX_ORIN: [&str; 4] = [
    "VDD_GPU_SOC",
    "VDD_CPU_CV",
    "VIN_SYS_5V0",
    "VDDQ_VDD2_1V8AO",
];

/// One step of the shunt voltage is 40 µV: 8 mA through 5 mOhm, 40 mW at 5 V.
const RESOLUTION: Microwatts = Microwatts(40_000);

struct JetsonIna3221 {
    about: About,
    rails: Vec<Rail>,
}

struct Rail {
    label: String,
    /// mV and mA.
    volts: Attribute,
    amps: Attribute,
}

impl Rail {
    fn power(&self) -> Reading<u64> {
        self.volts.number::<u64>().and_then(|millivolts| {
            self.amps.number::<i64>().and_then(|milliamps| {
                // A rail that carries nothing reads a step or two below zero.
                let milliamps = u64::try_from(milliamps).unwrap_or(0);
                Reading::parsed(millivolts.checked_mul(milliamps))
            })
        })
    }
}

/// Where a rail's label, voltage and current are.
struct Files {
    label: PathBuf,
    volts: PathBuf,
    amps: PathBuf,
}

/// Opens the rails below `root` that make the best total this board has.
pub fn open(root: &Path) -> Result<Box<dyn Source>, Unavailable> {
    let mut rails = Vec::new();
    for files in hwmon(root).into_iter().chain(iio(root)) {
        rails.extend(rail(files)?);
    }
    if rails.is_empty() {
        let why = "no INA3221 with labelled rails below /sys/bus/i2c/drivers: no Jetson module";
        return Err(Unavailable::new(Reason::Unsupported, why, ""));
    }
    if let Some(total) = rails
        .iter()
        .position(|rail| TOTALS.contains(&rail.label.as_str()))
    {
        rails = Vec::from([rails.swap_remove(total)]);
        return source(
            rails,
            Scope::Module,
            "the carrier board and what is plugged into it",
        );
    }
    let missing = AGX_ORIN.iter().find(|rail| !has(&rails, rail));
    if let Some(missing) = missing
        && has(&rails, AGX_ORIN[0])
    {
        let why = format!("rail {missing} of this AGX Orin is missing: a sum would be too small");
        let remedy = "see `ls /sys/bus/i2c/drivers/ina3221`: 1-0040 and 1-0041 must both be bound";
        return Err(Unavailable::new(Reason::Error, why, remedy));
    }
    let omits = "the carrier board and unmeasured rails; a rail that feeds another counts twice";
    source(rails, Scope::Rails, omits)
}

fn has(rails: &[Rail], label: &str) -> bool {
    rails.iter().any(|rail| rail.label == label)
}

fn source(
    rails: Vec<Rail>,
    scope: Scope,
    omits: &'static str,
) -> Result<Box<dyn Source>, Unavailable> {
    let labels: Vec<&str> = rails.iter().map(|rail| rail.label.as_str()).collect();
    let about = About {
        name: "jetson-ina3221",
        scope,
        measured: true,
        // Three channels take up to 40 ms to convert.
        max_rate_hz: 20,
        resolution: Some(RESOLUTION),
        omits,
        found: match scope {
            Scope::Module => format!("rail {}", labels.concat()),
            _ => format!("sum of {}; this board has no total", labels.join(", ")),
        },
    };
    Ok(Box::new(JetsonIna3221 { about, rails }))
}

/// Rails of the mainline driver.
fn hwmon(root: &Path) -> Vec<Files> {
    let mut found = Vec::new();
    for chip in file::entries(&root.join("sys/bus/i2c/drivers/ina3221"), "") {
        for hwmon in file::entries(&chip.join("hwmon"), "hwmon") {
            found.extend((1..=3).map(|channel| Files {
                label: hwmon.join(format!("in{channel}_label")),
                volts: hwmon.join(format!("in{channel}_input")),
                amps: hwmon.join(format!("curr{channel}_input")),
            }));
        }
    }
    found
}

/// Rails of NVIDIA's driver in JetPack 4.
fn iio(root: &Path) -> Vec<Files> {
    let mut found = Vec::new();
    for chip in file::entries(&root.join("sys/bus/i2c/drivers/ina3221x"), "") {
        for device in file::entries(&chip, "iio:device") {
            found.extend((0..=2).map(|channel| Files {
                label: device.join(format!("rail_name_{channel}")),
                volts: device.join(format!("in_voltage{channel}_input")),
                amps: device.join(format!("in_current{channel}_input")),
            }));
        }
    }
    found
}

/// Opens a rail; `None` for a channel that is not connected.
fn rail(files: Files) -> Result<Option<Rail>, Unavailable> {
    let label = match file::line(&files.label) {
        Ok(label) if label.is_empty() || label == "NC" => return Ok(None),
        Ok(label) => label,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Unavailable::file(&files.label, error, "")),
    };
    let open = |path: &Path| {
        let remedy = "give this user the right to read it, or run as root";
        Attribute::open(path).map_err(|error| Unavailable::file(path, error, remedy))
    };
    Ok(Some(Rail {
        label,
        volts: open(&files.volts)?,
        amps: open(&files.amps)?,
    }))
}

impl Source for JetsonIna3221 {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, _: Microseconds) -> Reading<Measure> {
        let mut sum: u64 = 0;
        for rail in &self.rails {
            match rail.power() {
                Reading::Value(microwatts) => sum = sum.saturating_add(microwatts),
                Reading::Missing(reason) => return Reading::Missing(reason),
            }
        }
        Reading::Value(Measure::Power(Microwatts(sum)))
    }
}
