//! The arguments that say what a run may use.

use std::path::PathBuf;

use edgescore_probe::energy::Scope;
use edgescore_probe::power::Choice;
use edgescore_probe::{Bytes, Microseconds, Microwatts, MilliCelsius, NotAQuantity};
use edgescore_record::{Budgets, MemoryBudget};

use crate::quantity::Positive;
use crate::suggest::did_you_mean;

/// What a run may use, and how that is measured.
#[derive(clap::Args)]
#[command(next_help_heading = "Budgets and power")]
pub struct BudgetOptions {
    /// Keep the mean power of every window at or below P, such as 4W, by resting between
    /// pieces of work. Idle and active power are calibrated at the start
    #[arg(long, value_name = "P")]
    power: Option<Microwatts>,

    /// Length of a window
    #[arg(long, value_name = "T", default_value = "1s", value_parser = window)]
    power_window: Microseconds,

    /// What the budget is to include: board_in, module, rails, cpu_package or simulated
    /// [default: what the source sees]
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    power_scope: Option<Scope>,

    /// Where power is read: `best`, `pi5-pmic`, `jetson-ina3221`, `rapl`, `hwmon[:NAME]`,
    /// `fnb58`, `trace:FILE`, `simulated[:idle=2.7W,active=7.5W,of=process|board]` or `none`. `best` takes a
    /// meter at the board's input if there is one, else what the board has
    ///
    /// `simulated:reads=power,lag=100ms,drift=0%` is a board with a sensor that is read 10 times a second and
    /// is late, and whose power rises by so much when it is busy for long.
    #[arg(long, value_name = "NAME[:ARG]", default_value = "best", value_parser = source)]
    power_source: String,

    /// Limit the run to M of memory, such as 2GiB: a model that is expected to need more is not
    /// loaded, and a run that comes to need more is killed
    ///
    /// The verdict is over_memory, with what was answered before. A cgroup enforces the limit
    /// where one can be made, else a watchdog; the report says which. 2G is 2GiB (2^31 bytes),
    /// 2GB is 2 times 10^9 bytes.
    #[arg(long, value_name = "M", value_parser = memory)]
    memory: Option<Bytes>,

    /// Ask no more questions after T, such as 30min
    #[arg(long, value_name = "T", value_parser = time)]
    time_limit: Option<Microseconds>,

    /// Wait until the hottest part of the board is below T, such as 60C
    #[arg(long, value_name = "T", value_parser = temperature)]
    cool_below: Option<MilliCelsius>,

    /// Read the board from this folder
    #[arg(long, value_name = "DIR", default_value = "/", hide = true)]
    sysfs_root: PathBuf,
}

impl BudgetOptions {
    /// The budgets of the plan, without the operating point's clock.
    pub fn budgets(&self) -> Budgets<'_> {
        Budgets {
            power_source: &self.power_source,
            root: self.sysfs_root.to_str().unwrap_or("/"),
            power: self.power,
            power_window: self.power_window,
            power_scope: self.power_scope,
            time: self.time_limit,
            cool_below: self.cool_below,
            max_clock: None,
            memory: self.memory.map(|limit| MemoryBudget {
                limit,
                refuse: true,
            }),
        }
    }
}

/// At least what edgescore-rt takes by itself, so that it can report how a run ended.
fn memory(text: &str) -> Result<Bytes, String> {
    let bytes: Bytes = text.parse().map_err(said)?;
    match bytes.0 >= SMALLEST {
        true => Ok(bytes),
        false => Err("give at least 64MiB: less is too little for the program itself".to_owned()),
    }
}

const SMALLEST: u64 = 64 << 20;

fn time(text: &str) -> Result<Microseconds, String> {
    let Positive(time) = text.parse()?;
    Ok(time)
}

/// From 0.1 s, ten samples of the fastest sensor, to an hour.
fn window(text: &str) -> Result<Microseconds, String> {
    let window = time(text)?;
    match (100_000..=3_600_000_000).contains(&window.0) {
        true => Ok(window),
        false => Err("a window lasts 100ms to 60min".to_owned()),
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::named(text).ok_or_else(|| {
        let names = Scope::ALL.map(Scope::name);
        let meant = did_you_mean(text, names);
        format!("no such scope{meant}: use one of {}", names.join(", "))
    })
}

fn source(text: &str) -> Result<String, String> {
    match text.parse::<Choice>() {
        // Paths go to another process, so they must not depend on its working folder.
        Ok(Choice::Trace(file)) => match std::path::absolute(&file) {
            Ok(file) => Ok(format!("trace:{}", file.display())),
            Err(error) => Err(error.to_string()),
        },
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}{}", did_you_mean(text, SOURCES))),
    }
}

/// The names of power sources, without their arguments.
const SOURCES: [&str; 8] = [
    "best",
    "pi5-pmic",
    "jetson-ina3221",
    "rapl",
    "hwmon",
    "fnb58",
    "simulated",
    "none",
];

fn temperature(text: &str) -> Result<MilliCelsius, String> {
    let temperature: MilliCelsius = text.parse().map_err(said)?;
    match (0..=120_000).contains(&temperature.0) {
        true => Ok(temperature),
        false => Err("give a temperature of 0C to 120C, such as 60C".to_owned()),
    }
}

fn said(error: NotAQuantity) -> String {
    error.to_string()
}
