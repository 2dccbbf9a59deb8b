//! How much this program says beside its results: `-q` and `-v`.

use std::sync::OnceLock;

/// The arguments. What clap shows of them are their fields.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Verbosity {
    /// Show no progress, and not which defaults were taken; warnings and errors are still shown
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Show what edgescore-rt and llama.cpp log; -vv shows all of it
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

static CHOSEN: OnceLock<Verbosity> = OnceLock::new();

impl Verbosity {
    /// Makes this the verbosity of the program. The first one stays.
    pub fn set(self) {
        CHOSEN.get_or_init(|| self);
    }
}

fn chosen() -> Verbosity {
    CHOSEN.get().copied().unwrap_or_default()
}

/// Whether progress is not to be shown.
pub fn is_quiet() -> bool {
    chosen().quiet
}

/// The log level of edgescore-rt (its RUST_LOG), unless it is as the environment has it.
pub fn log_level() -> Option<&'static str> {
    match chosen().verbose {
        0 => None,
        1 => Some("debug"),
        _ => Some("trace"),
    }
}
