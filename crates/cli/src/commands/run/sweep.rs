//! `run --sweep`: the operating point with the most correct answers per joule.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_probe::Hertz;
use edgescore_record::{Labels, VerdictKind};
use edgescore_score::Reading;
use edgescore_summary::{RunSummary, SweepPointView, SweepView, correct_per_joule, load};

use super::args::{Args, Axis};
use super::once::record;
use crate::failure::{Failure, Outcome};
use crate::files;
use crate::output::print;
use crate::render::blocks::{Block, Table};
use crate::render::{json, text, values};
use crate::session::{Inputs, OperatingPoint, interrupted};

/// A point and the run at it.
struct Done {
    file: PathBuf,
    verdict: Option<VerdictKind>,
    run: RunSummary,
}

/// Runs at every point, one after the other, and compares them. Results lie beside `output`.
pub fn sweep(args: &Args, inputs: &Inputs, output: &Path) -> Result<Outcome, Failure> {
    let varies = |axis| args.sweep.contains(&axis);
    if varies(Axis::Threads) && args.point.threads.is_some() {
        return Err(Failure::Usage(anyhow!(
            "--sweep threads chooses the threads: leave --threads out"
        )));
    }
    if varies(Axis::Freq) && args.point.max_clock.is_some() {
        return Err(Failure::Usage(anyhow!(
            "--sweep freq chooses the clock: leave --max-clock out"
        )));
    }
    let comparison = beside(output, "sweep.json");
    files::check_new(&comparison, args.force)?;
    // All threads and the highest clock: the other points follow from what this run had. A board
    // whose clocks cannot be set refuses this run already.
    let first = OperatingPoint {
        threads: args.point.threads,
        max_clock: match varies(Axis::Freq) {
            true => Some(Hertz(u64::MAX)),
            false => args.point.max_clock,
        },
    };
    let mut done = vec![at(args, first, inputs, beside(output, "1.esr"))?];
    let points = match done.first().map(|done| &done.run) {
        Some(run) => points(args.point, run, &varies)?,
        None => Vec::new(),
    };
    for (number, point) in (2..).zip(points) {
        let last = done.last().and_then(|done| done.verdict);
        if last == Some(VerdictKind::Aborted) || interrupted() {
            break;
        }
        let file = beside(output, &format!("{number}.esr"));
        done.push(at(args, point, inputs, file)?);
    }
    let best = best(&done);
    let mut written = Vec::new();
    json::write(&mut written, &view(&done, best)).map_err(Failure::data)?;
    files::write_whole(&comparison, &written)?;
    text::show(&blocks(&done, best))?;
    print(|out| writeln!(out, "\ncomparison: {}", comparison.display()))?;
    Ok(match best {
        Some(_) => Outcome::AsPlanned,
        None => Outcome::NotAsPlanned,
    })
}

/// `RUN-what` in the folder of `RUN.esr`.
fn beside(output: &Path, what: &str) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!("{stem}-{what}"))
}

fn at(args: &Args, point: OperatingPoint, inputs: &Inputs, file: PathBuf) -> Result<Done, Failure> {
    let verdict = record(args, point.put_in(args.plan()?), inputs, &file)?;
    let run = load(&file).map_err(Failure::data)?;
    Ok(Done { file, verdict, run })
}

/// The points after the first, whose run is `run`. What does not vary is as `given`.
fn points(
    given: OperatingPoint,
    run: &RunSummary,
    varies: &impl Fn(Axis) -> bool,
) -> Result<Vec<OperatingPoint>, Failure> {
    let threads = match (varies(Axis::Threads), run.threads()) {
        (true, Some(most)) => thread_counts(most).into_iter().map(Some).collect(),
        _ => vec![given.threads],
    };
    let clocks = match (varies(Axis::Freq), run.start.max_clock) {
        (false, _) => vec![given.max_clock],
        (true, Reading::Value(Hertz(most))) => {
            let shares = [most, most / 4 * 3, most / 2];
            shares.map(|clock| Some(Hertz(clock))).to_vec()
        }
        (true, Reading::Missing(reason)) => {
            return Err(Failure::Board(anyhow!(
                "--sweep freq: the board's clock is unknown ({reason}): leave freq out"
            )));
        }
    };
    let all = threads.iter().flat_map(|&threads| {
        let point = move |&max_clock: &Option<Hertz>| OperatingPoint { threads, max_clock };
        clocks.iter().map(point)
    });
    Ok(all.skip(1).collect())
}

/// `most` and what is worth trying below it.
fn thread_counts(most: u16) -> Vec<u16> {
    match most {
        0..=4 => (1..=most).rev().collect(),
        _ => std::iter::successors(Some(most), |n| Some(n / 2).filter(|n| *n > 0)).collect(),
    }
}

/// Position of the point that answers most per joule, of those whose verdict is Ok.
fn best(done: &[Done]) -> Option<usize> {
    let kept = done.iter().enumerate().filter_map(|(index, done)| {
        let score = correct_per_joule(&done.run).value()?;
        (done.verdict == Some(VerdictKind::Ok)).then_some((index, score))
    });
    kept.max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(index, _)| index)
}

fn blocks(done: &[Done], best: Option<usize>) -> Vec<Block> {
    let watts = |value| values::or_reason(value, |watts: f64| format!("{watts:.3} W"));
    let rows = done.iter().enumerate().map(|(index, done)| {
        let run = &done.run;
        vec![
            match best == Some(index) {
                true => "best".to_owned(),
                false => String::new(),
            },
            run.threads()
                .map_or(String::new(), |threads| threads.to_string()),
            values::or_reason(run.start.max_clock, |clock| clock.to_string()),
            done.verdict.map_or("cut off", Labels::label).to_owned(),
            values::percent(run.pass_at_1),
            values::or_reason(run.latency_s(), values::seconds),
            watts(run.power.mean_w()),
            watts(run.power.worst_window_w()),
            values::or_reason(correct_per_joule(run), values::score),
            done.file.display().to_string(),
        ]
    });
    let head = vec![
        "",
        "threads",
        "clock",
        "verdict",
        "pass@1",
        "p50",
        "mean",
        "worst window",
        "correct/J",
        "result",
    ];
    let mut blocks = vec![
        Block::Title("Sweep".to_owned()),
        Block::Table(Table {
            head,
            rows: rows.collect(),
        }),
    ];
    if best.is_none() {
        let why = "No point kept its budgets with energy measured: see the verdicts, and \
                   --power-source.";
        blocks.push(Block::Line(why.to_owned()));
    }
    if done.iter().any(|done| done.run.power.is_simulated()) {
        blocks.push(Block::Line("Energy is simulated by CPU time.".to_owned()));
    }
    blocks
}

fn view(done: &[Done], best: Option<usize>) -> SweepView {
    let points = done.iter();
    let best = best.and_then(|best| done.get(best));
    SweepView {
        points: points
            .map(|done| SweepPointView::of(&done.run, done.verdict))
            .collect(),
        best: best.map(|best| best.run.file.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::thread_counts;

    #[test]
    fn threads_are_halved_unless_they_are_few() {
        assert_eq!(thread_counts(4), [4, 3, 2, 1]);
        assert_eq!(thread_counts(12), [12, 6, 3, 1]);
        assert_eq!(thread_counts(1), [1]);
    }
}
