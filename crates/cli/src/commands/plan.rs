//! `edgescore plan`: what a run would take, before it is made.

use std::path::PathBuf;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files;
use crate::forecast;
use crate::output::print;
use crate::render::format::{self, Format};
use crate::render::{json, pages, text};
use crate::session::{Board, Inputs, OneModel, OperatingPoint, RunOptions};

/// Forecast a run: whether it fits, tokens a second, seconds and joules a question, hours for the
/// pack
///
/// Takes the arguments of `run`. The board runs a few questions on two copies of the model with few
/// layers and without weights (some ten seconds), from which the whole model's time follows; memory
/// is planned from its header. So of the model only the header is sent to the board. The exit
/// code is 1 if it would not fit its memory or power. `report --plan` compares it with the run.
///
/// It assumes that layers cost what their weights weigh, that calibration finds nothing faster, and
/// that a board takes the same power for multiplying zeros as for multiplying weights.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    model: OneModel,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    point: OperatingPoint,

    #[command(flatten)]
    board: Board,

    /// Also write it as JSON, for `report --plan`
    #[arg(
        short,
        long = "output",
        value_name = "PLAN.json",
        help_heading = "Output"
    )]
    output: Option<PathBuf>,

    /// Replace PLAN.json if it is there
    #[arg(long, requires = "output", help_heading = "Output")]
    force: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    if let Some(output) = &args.output {
        format::of_ending(output, &[Format::Json])?;
        files::check_new(output, args.force)?;
    }
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let model = args.model.path()?;
    let inputs = Inputs::new(&args.options, pack, model)?;
    let view = forecast::measure(
        &args.board,
        &args.point.put_in(args.options.plan()),
        &inputs,
    )?;
    text::show(&pages::plan::page(&view))?;
    if let Some(output) = &args.output {
        let mut written = Vec::new();
        json::write(&mut written, &view).map_err(Failure::data)?;
        files::write_whole(output, &written)?;
        print(|out| writeln!(out, "\nplan: {}", output.display()))?;
    }
    Ok(match view.can_run() {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}
