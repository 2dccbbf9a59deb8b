//! The arguments of `edgescore doctor`.

use std::path::PathBuf;

use crate::link::BoardAddress;
use crate::session::Reach;

/// Report what a board can and cannot measure, why, and how to fix it
///
/// Looks at every power source, temperature, clock and memory account, and watches the power
/// sources for a second. Takes the same rights as a run: start it as the user who will run.
/// The exit code is 0 whatever was found. Another board than this machine is surveyed by its own
/// edgescore-rt, unless a run is in progress there.
#[derive(clap::Args)]
pub struct Args {
    /// The board: `local`, `ssh:[user@]host[:port]` or `serial:/dev/ttyUSB0[@baud]`
    #[arg(long, value_name = "ADDRESS", default_value = "local")]
    pub board: BoardAddress,

    /// Also say what was found of this model's chat template: where it comes from, its switches and
    /// the marks of a trace (see `edgescore prompt`)
    #[arg(short, long, value_name = "MODEL.gguf")]
    pub model: Option<PathBuf>,

    /// Print one JSON object with the keys board, best and findings, and template with --model
    #[arg(long)]
    pub json: bool,

    /// Look below DIR on the board, a captured copy of /proc, /sys and /dev, instead of at the
    /// board itself
    #[arg(
        long,
        value_name = "DIR",
        default_value = "/",
        hide_default_value = true
    )]
    pub sysfs_root: PathBuf,

    #[command(flatten)]
    pub reach: Reach,
}
