//! The arguments that name operating points: threads and the highest CPU clock.

use std::fmt::Write;

use anyhow::anyhow;
use edgescore_probe::Hertz;
use edgescore_record::{Budgets, Plan};

use super::run_options::SPEED;
use crate::failure::Failure;

const POWER: &str = "Budgets and power";

/// An operating point. What is `None` is left to the board.
// What clap shows of it are its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct OperatingPoint {
    /// Threads [default: measured once for this board, model and build]
    #[arg(help_heading = SPEED, long, short, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,

    /// Allow no CPU clock above F while the run goes on, such as 1500MHz; the kernel takes the
    /// next one that the CPU has
    #[arg(help_heading = POWER, long, value_name = "F", value_parser = clock)]
    pub max_clock: Option<Hertz>,
}

/// Several operating points: every thread count with every clock.
// What clap shows of it are its fields.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct OperatingPoints {
    /// Threads, such as 1,2,4: each with each --max-clock is an operating point [default: measured
    /// once for this board, model and build]
    #[arg(help_heading = SPEED, long, short, value_name = "N,...", value_delimiter = ',', value_parser = threads())]
    threads: Vec<u16>,

    /// Allow no CPU clock above F, such as 1500MHz,2400MHz: each with each of --threads is an
    /// operating point
    #[arg(help_heading = POWER, long, value_name = "F,...", value_delimiter = ',', value_parser = clock)]
    max_clock: Vec<Hertz>,
}

impl OperatingPoint {
    /// `plan` at this point.
    pub fn put_in<'p>(self, plan: Plan<'p>) -> Plan<'p> {
        Plan {
            threads: self.threads.unwrap_or(0),
            budgets: Budgets {
                max_clock: self.max_clock,
                ..plan.budgets
            },
            ..plan
        }
    }

    /// For people: `2 threads, 1500 MHz`; empty if all is left to the board.
    pub fn label(self) -> String {
        let threads = self.threads.map(|count| match count {
            1 => "1 thread".to_owned(),
            count => format!("{count} threads"),
        });
        let clock = self.max_clock.map(|clock| spelled(clock, " "));
        let parts: Vec<String> = threads.into_iter().chain(clock).collect();
        parts.join(", ")
    }

    /// For the names of files: `-2t-1500MHz`.
    pub fn suffix(self) -> String {
        let mut suffix = String::new();
        // Writing to a String cannot fail.
        if let Some(threads) = self.threads {
            let _ = write!(suffix, "-{threads}t");
        }
        if let Some(clock) = self.max_clock {
            let _ = write!(suffix, "-{}", spelled(clock, ""));
        }
        suffix
    }

    /// The arguments of `edgescore run` that give it, each with a space before it.
    pub fn arguments(self) -> String {
        let mut arguments = String::new();
        if let Some(threads) = self.threads {
            let _ = write!(arguments, " --threads {threads}");
        }
        if let Some(clock) = self.max_clock {
            let _ = write!(arguments, " --max-clock {}", spelled(clock, ""));
        }
        arguments
    }
}

impl OperatingPoints {
    /// All of them, the one that leaves all to the board if none was named.
    ///
    /// # Errors
    /// One that is named twice.
    pub fn all(&self) -> Result<Vec<OperatingPoint>, Failure> {
        let threads = options(&self.threads, |count| format!("--threads {count}"))?;
        let clocks = options(&self.max_clock, |clock| {
            format!("--max-clock {}", spelled(clock, ""))
        })?;
        let points = threads.iter().flat_map(|&threads| {
            let point = move |&max_clock: &Option<Hertz>| OperatingPoint { threads, max_clock };
            clocks.iter().map(point)
        });
        Ok(points.collect())
    }
}

/// What can be taken of `values`: nothing, where there are none.
fn options<T: Copy + PartialEq>(
    values: &[T],
    shown: impl Fn(T) -> String,
) -> Result<Vec<Option<T>>, Failure> {
    for (at, value) in values.iter().enumerate() {
        if values.iter().take(at).any(|earlier| earlier == value) {
            return Err(Failure::Usage(anyhow!(
                "{} is given twice: name each operating point once",
                shown(*value)
            )));
        }
    }
    Ok(match values {
        [] => vec![None],
        values => values.iter().copied().map(Some).collect(),
    })
}

/// A clock to its last digit, which `--max-clock` reads as the same one.
fn spelled(Hertz(hertz): Hertz, space: &str) -> String {
    let units = [("MHz", 1_000_000), ("kHz", 1_000)];
    let whole = units.iter().find(|(_, size)| hertz.is_multiple_of(*size));
    let (unit, size) = whole.unwrap_or(&("Hz", 1));
    format!("{}{space}{unit}", hertz / size)
}

fn threads() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=512)
}

fn clock(text: &str) -> Result<Hertz, String> {
    let clock: Hertz = text
        .parse()
        .map_err(|error: edgescore_probe::NotAQuantity| error.to_string())?;
    match (1_000_000..=100_000_000_000).contains(&clock.0) {
        true => Ok(clock),
        false => Err("give a clock of 1MHz to 100GHz, such as 1500MHz or 1.5GHz".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(threads: &[u16], clocks: &[u64]) -> Result<Vec<OperatingPoint>, Failure> {
        let points = OperatingPoints {
            threads: threads.to_vec(),
            max_clock: clocks.iter().copied().map(Hertz).collect(),
        };
        points.all()
    }

    #[test]
    fn every_thread_count_meets_every_clock() {
        let all = points(&[1, 2], &[1_500_000_000, 2_400_000_000]).unwrap();
        let labels: Vec<String> = all.iter().map(|point| point.label()).collect();
        assert_eq!(
            labels,
            [
                "1 thread, 1500 MHz",
                "1 thread, 2400 MHz",
                "2 threads, 1500 MHz",
                "2 threads, 2400 MHz"
            ]
        );
        assert_eq!(all[3].suffix(), "-2t-2400MHz");
        assert_eq!(all[3].arguments(), " --threads 2 --max-clock 2400MHz");
        assert_eq!(points(&[], &[]).unwrap(), [OperatingPoint::default()]);
        assert_eq!(OperatingPoint::default().label(), "");
    }

    #[test]
    fn a_point_that_is_named_twice_is_refused() {
        let twice = |threads: &[u16], clocks: &[u64]| points(threads, clocks).unwrap_err();
        let said = twice(&[1, 2, 1], &[]).to_string();
        assert!(said.contains("--threads 1 is given twice"), "{said}");
        let said = twice(&[], &[1_500_500_000, 1_500_500_000]).to_string();
        assert!(said.contains("--max-clock 1500500kHz"), "{said}");
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for hertz in [1_500_000_000, 1_234_567_000, 1_234_567_891] {
            assert_eq!(clock(&spelled(Hertz(hertz), "")), Ok(Hertz(hertz)));
        }
    }
}
