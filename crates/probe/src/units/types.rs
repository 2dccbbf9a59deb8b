//! Physical values whose type is the unit. On the wire each is one varint.

use core::fmt;

use serde::{Deserialize, Serialize};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($type:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub struct $name(pub $type);
    };
}

unit!(
    /// Energy in 1e-6 J.
    Microjoules(u64)
);
unit!(
    /// Power in 1e-6 W.
    Microwatts(u64)
);
unit!(
    /// Time in 1e-6 s, on the monotonic clock.
    Microseconds(u64)
);
unit!(
    /// Memory or file size in bytes.
    Bytes(u64)
);
unit!(
    /// Temperature in 1e-3 degrees Celsius.
    MilliCelsius(i32)
);
unit!(
    /// Memory bandwidth in bytes/s.
    BytesPerSecond(u64)
);
unit!(
    /// Arithmetic in operations/s; a multiplication and an addition are one each.
    OperationsPerSecond(u64)
);
unit!(
    /// Clock frequency in 1/s.
    Hertz(u64)
);

impl fmt::Display for Microwatts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliwatts = self.0.saturating_add(500) / 1000;
        write!(f, "{}.{:03} W", milliwatts / 1000, milliwatts % 1000)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = self.0 as f64 / f64::from(1 << 20);
        match self.0 >= 1 << 30 {
            true => write!(f, "{:.2} GiB", mib / 1024.0),
            false => write!(f, "{mib:.1} MiB"),
        }
    }
}

impl fmt::Display for MilliCelsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tenths = self.0.unsigned_abs().saturating_add(50) / 100;
        write!(f, "{sign}{}.{} °C", tenths / 10, tenths % 10)
    }
}

impl fmt::Display for Hertz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MHz", self.0 / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn values_are_shown_with_their_unit() {
        assert_eq!(Microwatts(2_980_499).to_string(), "2.980 W");
        assert_eq!(Microwatts(999_500).to_string(), "1.000 W");
        assert_eq!(Bytes(400_000_000).to_string(), "381.5 MiB");
        assert_eq!(Bytes(2 << 30).to_string(), "2.00 GiB");
        assert_eq!(MilliCelsius(48_312).to_string(), "48.3 °C");
        assert_eq!(MilliCelsius(-450).to_string(), "-0.5 °C");
        assert_eq!(Hertz(2_400_000_000).to_string(), "2400 MHz");
    }
}
