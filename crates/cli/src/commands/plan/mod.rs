//! `edgescore plan`: what a run would take, before it is made.

mod forecast;
mod hollow;
mod trial;
mod view;

use std::path::{Path, PathBuf};

use anyhow::Context;
use edgescore_record::{Plan, Weights};
use edgescore_summary::LimitKind;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files::{self, absolute};
use crate::output::print;
use crate::render::{json, pages, text};
use crate::session::{Board, Inputs, Progress, RunOptions};
use forecast::Forecast;
use hollow::Whole;
use trial::Trial;
use view::Made;

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
    /// The model
    #[arg(long, value_name = "M.gguf")]
    model: Option<PathBuf>,

    /// The task pack
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    board: Board,

    /// Also write it as JSON, for `report --plan`
    #[arg(short, long = "output", value_name = "PLAN.json")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    if let Some(output) = &args.output {
        files::check_output(output)?;
    }
    let pack = absolute(args.pack.clone().map_or_else(defaults::pack, Ok)?)?;
    let model = absolute(args.model.clone().map_or_else(defaults::model, Ok)?)?;
    let whole = Whole::read(&model)?;
    let inputs = Inputs::new(&args.options, pack, model)?;
    let plan = args.options.plan();

    let mut trials = try_copies(args, &plan, &inputs, &whole)?;
    let mut forecast = forecast::forecast(&plan, &whole, &trials);
    let budget = plan
        .budgets
        .memory
        .map(|budget| (LimitKind::Budget, budget.limit));
    let free = trials
        .first()
        .and_then(|trial| trial.free)
        .map(|free| (LimitKind::Free, free));
    let limit = budget.or(free);
    let fits =
        |forecast: &Forecast| limit.is_none_or(|(_, limit)| forecast.memory.total() <= limit);
    // What a run would do: weights stay as they are in the file where there is no room for a copy.
    if plan.weights.is_none() && forecast.weights == Weights::Repacked && !fits(&forecast) {
        let mapped = Plan {
            weights: Some(Weights::Mapped),
            ..plan
        };
        trials = try_copies(args, &mapped, &inputs, &whole)?;
        forecast = forecast::forecast(&mapped, &whole, &trials);
    }
    let fits = fits(&forecast);
    let made = Made {
        plan: &plan,
        model: &inputs.model,
        whole: &whole,
        trials: &trials,
        forecast: &forecast,
        limit,
        fits,
    };
    let view = made.view();
    print(|out| text::write(out, &pages::plan::page(&view)))?;
    if let Some(output) = &args.output {
        let mut written = Vec::new();
        json::write(&mut written, &view).map_err(Failure::data)?;
        files::write_whole(output, &written)?;
        print(|out| writeln!(out, "\nplan: {}", output.display()))?;
    }
    Ok(match fits && forecast.power.can_be_held() {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}

fn try_copies(
    args: &Args,
    plan: &Plan,
    inputs: &Inputs,
    whole: &Whole,
) -> Result<Vec<Trial>, Failure> {
    let folder = tempfile::tempdir()
        .context(
            "cannot make a folder for copies of the model: set TMPDIR to one that can be written",
        )
        .map_err(Failure::Data)?;
    let model = &inputs.model;
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let mut trials = Vec::new();
    for layers in whole.copies() {
        let progress = Progress::new();
        let s = if layers == 1 { "" } else { "s" };
        progress.print(&format!(
            "measuring {layers} layer{s} of {}",
            whole.layers()
        ));
        let copy = folder.path().join(format!("{stem}-{layers}-layer{s}.gguf"));
        whole.write(layers, &copy)?;
        let inputs = Inputs {
            model: copy,
            ..inputs.clone()
        };
        let trial = Trial::run(&args.board, plan, &inputs, layers);
        progress.finish();
        trials.push(trial.map_err(|failure| about(model, failure))?);
    }
    Ok(trials)
}

/// The error names the model, not its copy.
fn about(model: &Path, failure: Failure) -> Failure {
    match failure {
        Failure::Data(error) => {
            Failure::Data(error.context(format!("{} cannot be planned", model.display())))
        }
        other => other,
    }
}
