//! Temperatures (Documentation/driver-api/thermal/sysfs-api.rst).

use std::io;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use crate::file::{self, Attribute};
use crate::{MilliCelsius, Reading, Reason};

/// What a Jetson's zones say while the part they are in has no power, in m°C or °C.
const OFFLINE: [i32; 2] = [-256_000, -256];

/// What silicon that runs Linux can have. Outside of it a value is no temperature.
const POSSIBLE: std::ops::RangeInclusive<i32> = -50_000..=150_000;

/// The thermal zones of a board. They stay open; reading them allocates nothing.
pub struct Thermometer {
    zones: Vec<Zone>,
}

struct Zone {
    name: String,
    temperature: io::Result<Attribute>,
}

impl Zone {
    fn read(&self) -> Reading<MilliCelsius> {
        match &self.temperature {
            Ok(attribute) => attribute.number().and_then(|value| match value {
                value if OFFLINE.contains(&value) => Reading::Missing(Reason::Off),
                value if POSSIBLE.contains(&value) => Reading::Value(MilliCelsius(value)),
                _ => Reading::Missing(Reason::Error),
            }),
            Err(error) => Reading::Missing(io::Error::from(error.kind()).into()),
        }
    }
}

impl Thermometer {
    /// Opens the zones below `root`.
    pub fn open(root: &Path) -> Thermometer {
        let zones = file::entries(&root.join("sys/class/thermal"), "thermal_zone")
            .into_iter()
            .map(|zone| Zone {
                name: file::line(&zone.join("type")).unwrap_or_else(|_| file::name(&zone)),
                temperature: Attribute::open(&zone.join("temp")),
            })
            .collect();
        Thermometer { zones }
    }

    /// Name and temperature of each zone.
    pub fn zones(&self) -> impl Iterator<Item = (&str, Reading<MilliCelsius>)> {
        self.zones
            .iter()
            .map(|zone| (zone.name.as_str(), zone.read()))
    }

    /// The highest temperature of those zones that have one; the first zone's reason when
    /// none has.
    pub fn hottest(&self) -> Reading<MilliCelsius> {
        let hottest = self
            .zones
            .iter()
            .filter_map(|zone| zone.read().value())
            .max();
        match (hottest, self.zones.first()) {
            (Some(hottest), _) => Reading::Value(hottest),
            (None, Some(first)) => first.read(),
            (None, None) => Reading::Missing(Reason::Unsupported),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn offline_and_odd_zones_are_reasons() {
        let root = tempfile::tempdir().unwrap();
        let put = |zone: usize, name: &str, temp: &str| {
            let zone = root
                .path()
                .join(std::format!("sys/class/thermal/thermal_zone{zone}"));
            fs::create_dir_all(&zone).unwrap();
            fs::write(zone.join("type"), name).unwrap();
            fs::write(zone.join("temp"), temp).unwrap();
        };
        let none = Thermometer::open(root.path());
        assert_eq!(none.hottest(), Reading::Missing(Reason::Unsupported));
        put(0, "gpu-thermal\n", "-256000\n");
        let offline = Thermometer::open(root.path());
        assert_eq!(offline.hottest(), Reading::Missing(Reason::Off));
        put(1, "cpu-thermal\n", "48312\n");
        put(2, "cv0-thermal\n", "-256\n");
        put(3, "broken\n", "9999999\n");
        put(10, "tj-thermal\n", "49 000\n");
        let all = Thermometer::open(root.path());
        let zones: Vec<_> = all.zones().collect();
        let error = Reading::Missing(Reason::Error);
        assert_eq!(
            zones,
            [
                ("gpu-thermal", Reading::Missing(Reason::Off)),
                ("cpu-thermal", Reading::Value(MilliCelsius(48_312))),
                ("cv0-thermal", Reading::Missing(Reason::Off)),
                ("broken", error),
                ("tj-thermal", error),
            ]
        );
        assert_eq!(all.hottest(), Reading::Value(MilliCelsius(48_312)));
    }
}
