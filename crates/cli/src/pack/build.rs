//! `edgescore pack build`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use edgescore_taskpack::Draft;

use crate::defaults;
use crate::failure::Failure;

/// Make a pack from hand-written tasks
///
/// Without --tasks, from the ninety worked questions that come with edgescore: three for each
/// of the thirty tasks.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with prompt.toml, T01.toml… and episodes/
    #[arg(long, value_name = "DIR")]
    tasks: Option<PathBuf>,

    /// The pack to write
    #[arg(short, long = "output", value_name = "OUT.pack")]
    output: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let draft = match &args.tasks {
        Some(folder) => read_folder(folder)?,
        None => defaults::draft()?,
    };
    super::write(&draft, &args.output)
}

fn read_folder(folder: &Path) -> Result<Draft, Failure> {
    let mut texts = Vec::new();
    for (below, prefix) in [
        (folder.to_owned(), ""),
        (folder.join("episodes"), "episodes/"),
    ] {
        let entries = fs::read_dir(&below)
            .with_context(|| format!("cannot read the task folder {}", below.display()))
            .map_err(Failure::Data)?;
        for entry in entries {
            let path = entry.map_err(Failure::data)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))
                    .map_err(Failure::Data)?;
                texts.push((format!("{prefix}{name}"), text));
            }
        }
    }
    edgescore_taskgen::worked::read(texts)
        .with_context(|| folder.display().to_string())
        .map_err(Failure::Data)
}
