//! What a run would take, measured on copies of the model with few layers.

mod arithmetic;
mod hollow;
mod trial;
mod view;

use std::path::Path;

use anyhow::Context;
use edgescore_probe::Bytes;
use edgescore_record::{Plan, Weights};
use edgescore_summary::{LimitKind, PlanView};

use crate::failure::Failure;
use crate::files;
use crate::session::{Board, Inputs};
use crate::{bars, verbosity};
use arithmetic::{Forecast, forecast};
use hollow::Whole;
use trial::Trial;
use view::Made;

/// Measures what a run of `plan` with `inputs` would take on `board`.
///
/// # Errors
/// A model or pack that cannot be run, and what is wrong with the board or the link.
pub fn measure(board: &Board, plan: &Plan, inputs: &Inputs) -> Result<PlanView, Failure> {
    let whole = Whole::read(files::gguf(&inputs.model)?)?;
    let mut trials = try_copies(board, plan, inputs, &whole)?;
    let mut forecast = forecast(plan, &whole, &trials);
    let limit = limit(plan, &trials);
    // What a run would do: weights stay as they are in the file where there is no room for a copy.
    if plan.weights.is_none() && forecast.weights == Weights::Repacked && !fits(&forecast, limit) {
        let mapped = Plan {
            weights: Some(Weights::Mapped),
            ..*plan
        };
        trials = try_copies(board, &mapped, inputs, &whole)?;
        forecast = arithmetic::forecast(&mapped, &whole, &trials);
    }
    let made = Made {
        plan,
        model: &inputs.model,
        whole: &whole,
        trials: &trials,
        limit,
        fits: fits(&forecast, limit),
        forecast: &forecast,
    };
    Ok(made.view())
}

/// What memory is held against: the budget, or what is free.
fn limit(plan: &Plan, trials: &[Trial]) -> Option<(LimitKind, Bytes)> {
    let budget = plan.budgets.memory;
    let free = || trials.first().and_then(|trial| trial.free);
    match budget {
        Some(budget) => Some((LimitKind::Budget, budget.limit)),
        None => free().map(|free| (LimitKind::Free, free)),
    }
}

fn fits(forecast: &Forecast, limit: Option<(LimitKind, Bytes)>) -> bool {
    limit.is_none_or(|(_, limit)| forecast.memory.total() <= limit)
}

fn try_copies(
    board: &Board,
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
        let s = if layers == 1 { "" } else { "s" };
        if !verbosity::is_quiet() {
            bars::say(&format!(
                "measuring {layers} layer{s} of {}",
                whole.layers()
            ));
        }
        let copy = folder.path().join(format!("{stem}-{layers}-layer{s}.gguf"));
        whole.write(layers, &copy)?;
        let inputs = Inputs {
            model: copy,
            ..inputs.clone()
        };
        let trial = Trial::run(board, plan, &inputs, layers);
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
