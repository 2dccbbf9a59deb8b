//! Numbers with units, read from words.

/// A fraction. Its lower part is above 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    upper: i128,
    lower: i128,
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Ratio {
    fn new(upper: i128, lower: i128) -> Ratio {
        Ratio { upper, lower }
    }

    /// Reads a decimal number.
    pub(super) fn read(text: &str) -> Option<Ratio> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{behind}");
        if digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let lower = 10i128.pow(behind.len() as u32);
        Some(Ratio::new(digits.parse().ok()?, lower))
    }

    pub(super) fn cmp(&self, other: &Ratio) -> std::cmp::Ordering {
        (self.upper * other.lower).cmp(&(other.upper * self.lower))
    }

    pub(super) fn times(self, other: Ratio) -> Ratio {
        Ratio::new(self.upper * other.upper, self.lower * other.lower)
    }

    pub(super) fn plus(self, other: Ratio) -> Ratio {
        let upper = self.upper * other.lower + other.upper * self.lower;
        Ratio::new(upper, self.lower * other.lower)
    }

    pub(super) fn minus(self, other: Ratio) -> Ratio {
        self.plus(Ratio::new(-other.upper, other.lower))
    }

    pub(super) fn percent(self) -> Ratio {
        Ratio::new(self.upper, self.lower * 100)
    }

    /// How many `unit` it is, and whether that is a whole number.
    pub(super) fn in_units(self, unit: Ratio) -> (i128, bool) {
        let (upper, lower) = (self.upper * unit.lower, self.lower * unit.upper);
        (upper.div_euclid(lower), upper % lower == 0)
    }
}

/// A number and its unit; none behind a bare share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantity<'t> {
    pub number: Ratio,
    pub unit: &'t str,
}

impl<'t> Quantity<'t> {
    /// Reads `0.05 s` or `0.85`.
    pub(super) fn read(text: &'t str) -> Option<Quantity<'t>> {
        let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
        size(unit)?;
        let number = Ratio::read(number)?;
        Some(Quantity { number, unit })
    }

    /// In seconds, bits per second, bytes, watts, cores, metres, or as a share.
    pub(super) fn value(self) -> Option<Ratio> {
        Some(self.number.times(size(self.unit)?))
    }
}

/// A unit in that which [`Quantity::value`] is in.
pub(super) fn size(unit: &str) -> Option<Ratio> {
    let (upper, lower) = match unit {
        "s" | "W" | "cores" | "m" | "" => (1, 1),
        "min" => (60, 1),
        "ms" | "mW" | "millicores" | "per mille" => (1, 1_000),
        "µs" => (1, 1_000_000),
        "%" | "cm" => (1, 100),
        "kbit/s" | "kB" | "kW" | "km" => (1_000, 1),
        "Mbit/s" | "MB" => (1_000_000, 1),
        "Gbit/s" | "GB" => (1_000_000_000, 1),
        _ => return None,
    };
    Some(Ratio::new(upper, lower))
}
