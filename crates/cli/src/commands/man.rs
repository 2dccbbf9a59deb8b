//! `edgescore man`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Command;

use crate::failure::Failure;
use crate::output::print;

/// Write the manual pages into a folder, one for each command
#[derive(clap::Args)]
pub struct Args {
    /// The folder, such as ~/.local/share/man/man1; pages of an earlier version are replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Runs the command: writes the pages of `command`, `edgescore.1`, `edgescore-run.1` and so on.
pub fn run(args: &Args, command: Command) -> Result<(), Failure> {
    let folder = &args.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .with_context(|| {
            let folder = folder.display();
            format!("cannot write manual pages to {folder}: name a folder where you may write")
        })
        .map_err(Failure::Data)?;
    print(|out| writeln!(out, "manual pages: {}", folder.display()))
}
