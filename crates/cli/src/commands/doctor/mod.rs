//! `edgescore doctor`.

mod args;
mod ask;
mod json;
mod table;

use std::path::Path;

use anyhow::anyhow;
use edgescore_probe::survey::{Survey, survey};

pub use args::Args;

use crate::failure::Failure;
use crate::link::BoardAddress;
use crate::output;

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let survey = match &args.board {
        BoardAddress::Local => here(&args.sysfs_root)?,
        BoardAddress::Ssh { .. } | BoardAddress::Serial { .. } => ask::ask(args, &args.sysfs_root)?,
        BoardAddress::Capture(_) => {
            return Err(Failure::Usage(anyhow!(
                "--board {}: a capture cannot be surveyed: name the board that it is from",
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
