//! `edgescore doctor`.

mod args;
mod ask;
mod json;
mod table;

use std::path::Path;

use anyhow::anyhow;
use edgescore_probe::survey::{Survey, survey};
use edgescore_record::Mode;
use edgescore_taskpack::Layout;

pub use args::Args;

use crate::defaults;
use crate::failure::Failure;
use crate::link::BoardAddress;
use crate::output;
use crate::prompt::{PromptOptions, Prompts, compose};
use crate::render::blocks::Block;
use crate::render::text;
use crate::screen::Screen;

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
    let prompts = match &args.model {
        Some(model) => Some(prompts(model)?),
        None => None,
    };
    output::print(|out| match args.json {
        true => {
            let found = json::of(&survey, &args.board, prompts.as_ref());
            writeln!(out, "{found:#}")
        }
        false => table::write(out, &survey, &args.board, Screen::of_stdout()),
    })?;
    match prompts.filter(|_| !args.json) {
        Some(prompts) => text::show(&[
            Block::Title("Prompts".to_owned()),
            Block::Facts(prompts.describe()),
        ]),
        None => Ok(()),
    }
}

/// What was found of a model's chat template.
fn prompts(model: &Path) -> Result<Prompts, Failure> {
    let (options, pack) = (PromptOptions::default(), defaults::pack()?);
    // Generate mode takes prompts that end inside a trace, too.
    compose(
        model,
        &pack,
        &options,
        Mode::Generate,
        Layout::Reference,
        false,
    )
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
