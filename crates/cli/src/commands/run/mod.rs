//! `edgescore run`.

mod args;
mod detach;
mod floor;
mod once;
mod sweep;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub use args::Args;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files::absolute;
use crate::session::{Inputs, Recorder};

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let pack = absolute(args.pack.clone().map_or_else(defaults::pack, Ok)?)?;
    let model = absolute(args.model.clone().map_or_else(defaults::model, Ok)?)?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| default_output(&model));
    if !args.detach && args.sweep.is_empty() {
        // Refuses what may not be replaced before anything else.
        Recorder::new(&output, args.force)?;
    }
    let inputs = Inputs::new(&args.options, pack, model)?;
    if args.detach {
        return detach::start(args, &inputs);
    }
    if args.find_memory_floor {
        floor::find(args, &inputs, &output)
    } else if args.sweep.is_empty() {
        once::report(args, &inputs, &output)
    } else {
        sweep::sweep(args, &inputs, &output)
    }
}

/// `MODEL-SECONDS.esr` in the current folder.
fn default_output(model: &Path) -> PathBuf {
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since_1970.map_or(0, |d| d.as_secs());
    PathBuf::from(format!("{stem}-{seconds}.esr"))
}
