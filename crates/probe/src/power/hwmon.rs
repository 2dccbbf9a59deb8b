//! `hwmon`: any sensor with a kernel hwmon driver (Documentation/hwmon/sysfs-interface.rst):
//! mV, mA, µW, µJ. The recommended meter, a POWER-Z KM003C, is one: `hwmon:powerz`.

use std::boxed::Box;
use std::format;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use super::source::{About, Source};
use crate::energy::{Counter, Measure, Scope};
use crate::file::{self, Attribute};
use crate::{Microjoules, Microseconds, Microwatts, Reading, Reason, Unavailable};

/// The driver of the POWER-Z meters, which sit between supply and board.
pub const POWERZ: &str = "powerz";

/// One step of the meter's 1 mV and 1 mA at 5 V.
const POWERZ_RESOLUTION: Microwatts = Microwatts(5_000);

/// A cumulative energy that does not move for this long is not measured.
const STALE: Microseconds = Microseconds(5_000_000);

struct Hwmon {
    about: About,
    channel: Channel,
}

enum Channel {
    /// µW.
    Power(Attribute),
    /// µJ.
    Energy(Attribute, Counter),
    /// mV and mA. The sign of the current tells the way it flows through a meter's two plugs.
    VoltsAndAmps(Attribute, Attribute),
}

/// A folder of `/sys/class/hwmon` and its driver's name.
struct Device {
    folder: PathBuf,
    name: String,
    /// Where it is on its bus, such as `1-0040`; empty where that is not known.
    address: String,
}

impl Device {
    /// Whether a person means it: by its driver, its folder or its address.
    fn is_called(&self, name: &str) -> bool {
        self.name == name || file::name(&self.folder) == name || self.address == name
    }

    /// Its names, for a person who has to choose.
    fn names(&self) -> String {
        let folder = file::name(&self.folder);
        match self.address.as_str() {
            "" => format!("{} ({folder})", self.name),
            address => format!("{} ({folder}, {address})", self.name),
        }
    }
}

/// Opens the sensor called `name` below `root`; without a name the only one that measures
/// power.
pub fn open(root: &Path, name: Option<&str>) -> Result<Box<dyn Source>, Unavailable> {
    let mut devices = devices(root);
    if let Some(name) = name {
        devices.retain(|device| device.is_called(name));
        if devices.is_empty() {
            let why = format!("no hwmon sensor is called {name}");
            let remedy = match name {
                POWERZ => "plug the meter's USB in; its driver needs Linux 6.7 or later",
                _ => "see `grep . /sys/class/hwmon/*/name` for those that are there",
            };
            return Err(Unavailable::new(Reason::Unsupported, why, remedy));
        }
    }
    let mut found = Vec::new();
    for device in &devices {
        if let Some(channel) = channel(&device.folder)? {
            found.push((device, channel));
        }
    }
    let names: Vec<String> = found.iter().map(|(device, _)| device.names()).collect();
    let names = names.join(", ");
    match (found.pop(), found.is_empty()) {
        (Some((device, channel)), true) => Ok(Box::new(Hwmon {
            about: about(device, &channel),
            channel,
        })),
        (Some(_), false) => Err(Unavailable::new(
            Reason::Off,
            format!("several hwmon sensors measure power: {names}"),
            "name one by its driver, its folder or its address: hwmon:powerz, hwmon:hwmon3, hwmon:1-0040",
        )),
        (None, _) => Err(Unavailable::new(
            Reason::Unsupported,
            "no hwmon sensor measures power",
            "plug a POWER-Z KM003C between supply and board and its USB into the board",
        )),
    }
}

/// Names of the sensors below `root` that measure power, as [`open`] takes them: that of the driver, or of the folder
/// where several have one driver.
pub fn names(root: &Path) -> Vec<String> {
    let mut devices = devices(root);
    // A sensor that may not be read is there all the same.
    devices.retain(|device| !matches!(channel(&device.folder), Ok(None)));
    let name = |device: &Device| {
        let same = devices.iter().filter(|other| other.name == device.name);
        match same.count() {
            1 => device.name.clone(),
            _ => file::name(&device.folder),
        }
    };
    devices.iter().map(name).collect()
}

fn devices(root: &Path) -> Vec<Device> {
    let device = |folder: PathBuf| {
        let name = file::line(&folder.join("name")).ok()?;
        let bus = std::fs::read_link(folder.join("device")).unwrap_or_default();
        Some(Device {
            address: file::name(&bus),
            folder,
            name,
        })
    };
    file::entries(&root.join("sys/class/hwmon"), "hwmon")
        .into_iter()
        .filter_map(device)
        .collect()
}

/// The first of powerN_input, energyN_input, and a voltage with its current. `None` when the
/// sensor has none of them.
fn channel(folder: &Path) -> Result<Option<Channel>, Unavailable> {
    let open = |path: PathBuf| {
        let remedy = "give this user the right to read it, or run as root";
        Attribute::open(&path).map_err(|error| Unavailable::file(&path, error, remedy))
    };
    if let Some(power) = input(folder, "power") {
        return open(power).map(|power| Some(Channel::Power(power)));
    }
    if let Some(energy) = input(folder, "energy") {
        // 64 bits of µJ: 584,000 years at 1 W. A fall is a reset, never a wrap.
        let counter = Counter::new(Microjoules(u64::MAX), STALE);
        return open(energy).map(|energy| Some(Channel::Energy(energy, counter)));
    }
    // Where voltages are counted from 0, in0 is the bus (powerz); else in1 is.
    let volts = input(folder, "in");
    match volts.zip(input(folder, "curr")) {
        Some((volts, amps)) => Ok(Some(Channel::VoltsAndAmps(open(volts)?, open(amps)?))),
        None => Ok(None),
    }
}

/// The lowest-numbered `<kind>N_input`.
fn input(folder: &Path, kind: &str) -> Option<PathBuf> {
    file::entries(folder, kind).into_iter().find(|path| {
        let name = file::name(path);
        let number = name
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_suffix("_input"));
        number.is_some_and(|number| number.parse::<u8>().is_ok())
    })
}

fn about(device: &Device, channel: &Channel) -> About {
    let meter = device.name == POWERZ;
    let what = match channel {
        Channel::Power(_) => "power",
        Channel::Energy(..) => "energy",
        Channel::VoltsAndAmps(..) => "volts times amps",
    };
    // ina226 and its kin say how often they convert (2 to 2253 ms).
    let interval_ms = file::number::<u32>(&device.folder.join("update_interval"));
    let rate = interval_ms.value().map_or(10, |ms| 1000 / ms.max(1));
    About {
        name: "hwmon",
        scope: if meter { Scope::BoardIn } else { Scope::Rails },
        measured: true,
        max_rate_hz: rate.clamp(1, 20),
        resolution: meter.then_some(POWERZ_RESOLUTION),
        omits: match meter {
            true => "nothing behind the meter, if the board has no second supply",
            false => "everything but what this sensor is wired to",
        },
        found: format!("{} ({}), {what}", device.name, file::name(&device.folder)),
    }
}

impl Source for Hwmon {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        match &mut self.channel {
            Channel::Power(power) => power.number().map(Microwatts).map(Measure::Power),
            Channel::Energy(energy, counter) => energy
                .number()
                .and_then(|raw| counter.advance(now, raw))
                .map(Measure::Energy),
            Channel::VoltsAndAmps(volts, amps) => volts
                .number::<u64>()
                .and_then(|millivolts| {
                    amps.number::<i64>().and_then(|milliamps| {
                        Reading::parsed(millivolts.checked_mul(milliamps.unsigned_abs()))
                    })
                })
                .map(|microwatts| Measure::Power(Microwatts(microwatts))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;
    use std::string::ToString as _;

    #[test]
    fn two_sensors_of_one_driver_are_told_apart() {
        let root = std::env::temp_dir().join(format!("edgescore-hwmon-{}", std::process::id()));
        for (folder, address, power) in [
            ("hwmon2", "1-0040", "3000000"),
            ("hwmon3", "1-0041", "700000"),
        ] {
            let folder = root.join("sys/class/hwmon").join(folder);
            let device = root.join("sys/bus/i2c/devices").join(address);
            fs::create_dir_all(&folder).unwrap();
            fs::create_dir_all(&device).unwrap();
            fs::write(folder.join("name"), "ina219\n").unwrap();
            fs::write(folder.join("power1_input"), power).unwrap();
            std::os::unix::fs::symlink(&device, folder.join("device")).unwrap();
        }
        assert_eq!(names(&root), ["hwmon2", "hwmon3"]);
        let refused = open(&root, Some("ina219")).err().unwrap().to_string();
        assert!(
            refused.contains("ina219 (hwmon2, 1-0040), ina219 (hwmon3, 1-0041)"),
            "{refused}"
        );
        for (name, power) in [("hwmon3", 700_000), ("1-0040", 3_000_000)] {
            let mut source = open(&root, Some(name)).unwrap();
            assert!(
                matches!(source.read(Microseconds(0)), Reading::Value(Measure::Power(found)) if found.0 == power)
            );
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
