//! `edgescore doctor`.

mod ask;
mod json;
mod table;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_probe::survey::{Survey, survey};

use crate::failure::Failure;
use crate::link::{Reach, Spec};
use crate::output;

/// Say what a board can and cannot measure, why, and how to mend it
///
/// Looks at every power source, temperature, clock and memory account, and watches the power
/// sources for a second. Takes the same rights as a run: start it as the user who will run.
/// The exit code is 0 whatever was found. Another board than this machine is looked at by its own
/// edgescore-rt, unless a run goes on there.
#[derive(clap::Args)]
pub struct Args {
    /// The board: `local`, `ssh:[user@]host[:port]` or `serial:/dev/ttyUSB0[@baud]`
    #[arg(long, value_name = "SPEC", default_value = "local")]
    board: Spec,

    /// Print one JSON object with the keys board, best and findings
    #[arg(long)]
    json: bool,

    /// Look below DIR on the board, a captured copy of /proc, /sys and /dev, instead of at the
    /// board itself
    #[arg(
        long,
        value_name = "DIR",
        default_value = "/",
        hide_default_value = true
    )]
    sysfs_root: PathBuf,

    #[command(flatten)]
    reach: Reach,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let survey = match &args.board {
        Spec::Local => here(&args.sysfs_root)?,
        Spec::Ssh { .. } | Spec::Serial { .. } => ask::ask(args, &args.sysfs_root)?,
        Spec::File(_) => {
            return Err(Failure::Usage(anyhow!(
                "--board {}: a capture can measure nothing: name the board that it is of",
                args.board
            )));
        }
    };
    output::print(|out| match args.json {
        true => writeln!(out, "{:#}", json::of(&survey, &args.board)),
        false => table::write(out, &survey, &args.board),
    })
}

/// The survey of this machine, which needs no edgescore-rt.
fn here(root: &Path) -> Result<Survey, Failure> {
    if !root.is_dir() {
        return Err(Failure::Usage(anyhow!(
            "--sysfs-root {}: no such folder; give the folder that holds proc, sys and dev",
            root.display()
        )));
    }
    Ok(survey(root))
}
