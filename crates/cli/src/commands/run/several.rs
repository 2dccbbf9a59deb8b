//! Several models, one after another.

use std::path::PathBuf;

use edgescore_record::VerdictKind;
use edgescore_summary::{Ranking, judge, load_all, rank};

use super::args::Args;
use super::once::{limits, record};
use crate::failure::{Failure, Outcome};
use crate::output::print;
use crate::render::blocks::Block;
use crate::render::pages::gate;
use crate::render::pages::report;
use crate::render::pages::subject::Subject;
use crate::render::text;
use crate::session::{Inputs, interrupted};
use crate::{screen, verbosity};

/// Runs each of `runs`, and reports over all. One whose model or result is at fault does not keep
/// the others from running; Ctrl-C and a board that fails do.
pub fn report(args: &Args, runs: &[(Inputs, PathBuf)]) -> Result<Outcome, Failure> {
    let plan = args.plan()?;
    let mut results = Vec::with_capacity(runs.len());
    let (mut outcome, mut failed) = (Outcome::AsPlanned, None);
    for (number, (inputs, output)) in (1..).zip(runs) {
        if interrupted() {
            outcome = Outcome::NotAsPlanned;
            break;
        }
        let model = inputs.model.display();
        if !verbosity::is_quiet() {
            crate::screen::say(&format!("model {number} of {}: {model}", runs.len()));
        }
        match record(args, plan, inputs, output) {
            Ok(verdict) => {
                results.push(output.clone());
                if verdict != Some(VerdictKind::Ok) {
                    outcome = Outcome::NotAsPlanned;
                }
                if verdict == Some(VerdictKind::Aborted) {
                    break;
                }
            }
            Err(failure @ Failure::Data(_)) => {
                screen::error(&format!("{model}: {failure}"));
                failed = Some(failure);
            }
            Err(failure) => {
                failed = Some(failure);
                break;
            }
        }
    }
    if !results.is_empty() && show(args, &results)? == Outcome::NotAsPlanned {
        outcome = Outcome::NotAsPlanned;
    }
    match failed {
        Some(failure) => Err(failure),
        None => Ok(outcome),
    }
}

/// Prints the report, and what comes of the gate for each.
fn show(args: &Args, results: &[PathBuf]) -> Result<Outcome, Failure> {
    let limits = limits(args)?;
    let how = Ranking {
        limits,
        ..Ranking::default()
    };
    let runs = load_all(results).map_err(Failure::data)?;
    let ranked = rank(runs, &how).map_err(Failure::data)?;
    let mut blocks = report::page(&Subject::of(&ranked, how)?, false);
    let mut outcome = Outcome::AsPlanned;
    if let Some(limits) = limits {
        for ranked in &ranked {
            let judged = judge(&ranked.run, &limits).map_err(Failure::data)?;
            if !judged.pass() {
                outcome = Outcome::NotAsPlanned;
            }
            blocks.push(Block::Line(String::new()));
            blocks.extend(gate::page(&ranked.run, &judged));
        }
    }
    text::show(&blocks)?;
    print(|out| {
        writeln!(out)?;
        results
            .iter()
            .try_for_each(|path| writeln!(out, "result: {}", path.display()))
    })?;
    Ok(outcome)
}
