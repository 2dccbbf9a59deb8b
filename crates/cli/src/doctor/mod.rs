//! `edgescore doctor`.

mod json;
mod table;

use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_probe::survey::survey;

use crate::failure::Failure;
use crate::output;

/// Say what this board can and cannot measure, why, and how to mend it
///
/// Looks at every power source, temperature, clock and memory account, and watches the power
/// sources for a second. Takes the same rights as a run: start it as the user who will run.
/// The exit code is 0 whatever was found.
#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON object with the keys best and findings
    #[arg(long)]
    json: bool,

    /// Look below DIR, a captured copy of a board's /proc, /sys and /dev, instead of at this
    /// machine
    #[arg(
        long,
        value_name = "DIR",
        default_value = "/",
        hide_default_value = true
    )]
    sysfs_root: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    if !args.sysfs_root.is_dir() {
        return Err(Failure::Usage(anyhow!(
            "--sysfs-root {}: no such folder; give the folder that holds proc, sys and dev",
            args.sysfs_root.display()
        )));
    }
    let survey = survey(&args.sysfs_root);
    output::print(|out| match args.json {
        true => writeln!(out, "{:#}", json::of(&survey)),
        false => table::write(out, &survey),
    })
}
