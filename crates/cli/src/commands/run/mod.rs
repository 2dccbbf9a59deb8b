//! `edgescore run`.

mod args;
mod detach;
mod floor;
mod once;
mod several;
mod sweep;

use std::path::PathBuf;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::anyhow;

pub use args::Args;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files;
use crate::session::{Inputs, stem};
use crate::signing;

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    args.sign.as_deref().map_or(Ok(()), signing::check)?;
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let models = match args.engine.paths(&args.models.given())? {
        Some(served) => served,
        None => args.models.paths()?,
    };
    let outputs = outputs(args, &models)?;
    if !args.detach && args.sweep.is_empty() && args.resume.is_none() {
        // Refuses what may not be replaced before anything else.
        for output in &outputs {
            files::check_new(output, args.force)?;
        }
    }
    let inputs = models
        .into_iter()
        .map(|model| Inputs::new(&args.options, pack.clone(), model));
    let runs: Vec<(Inputs, PathBuf)> = inputs
        .zip(outputs)
        .map(|(inputs, output)| Ok((inputs?, output)))
        .collect::<Result<_, Failure>>()?;
    match runs.as_slice() {
        [(inputs, _)] if args.detach => detach::start(args, inputs),
        [(inputs, output)] if args.find_memory_floor => floor::find(args, inputs, output),
        [(inputs, output)] if !args.sweep.is_empty() => sweep::sweep(args, inputs, output),
        [(inputs, output)] => once::report(args, inputs, output),
        runs => several::report(args, runs),
    }
}

/// The result of each of `models`: the one that was named, or `MODEL-TIME-PID.esr` in the current
/// folder, with the time in seconds since 1970. Two programs that start in the same second have
/// other process ids, and of two models of the same name the second one gets a number.
fn outputs(args: &Args, models: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let alone = args.detach || args.find_memory_floor || !args.sweep.is_empty();
    match (args.resume.as_ref().or(args.output.as_ref()), models) {
        (Some(output), [_]) => return Ok(vec![output.clone()]),
        (Some(_), models) => {
            return Err(Failure::Usage(anyhow!(
                "-o and --resume name one result, and there are {} models: leave it out, and each has a result MODEL-TIME-PID.esr of its own",
                models.len()
            )));
        }
        (None, [_, _, ..]) if alone => {
            return Err(Failure::Usage(anyhow!(
                "--detach, --sweep and --find-memory-floor take one model: run once for each"
            )));
        }
        (None, _) => {}
    }
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since_1970.map_or(0, |d| d.as_secs());
    let stems = models.iter().map(|model| stem(model));
    let stems: Vec<String> = stems
        .map(|stem| stem.to_string_lossy().into_owned())
        .collect();
    let name = |(index, stem)| {
        let earlier = stems.iter().take(index).filter(|other| *other == stem);
        let number = match earlier.count() {
            0 => String::new(),
            earlier => format!("-{}", earlier + 1),
        };
        PathBuf::from(format!("{stem}-{seconds}-{}{number}.esr", process::id()))
    };
    Ok(stems.iter().enumerate().map(name).collect())
}
