//! `edgescore collect`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use edgescore_record::{Command, Control, Phase, RunId, Stop, VerdictKind};
use edgescore_summary::load;

use crate::commands::run::Progress;
use crate::commands::run::recorder::Recorder;
use crate::failure::{Failure, Outcome};
use crate::link::{Follow, Item, Line, Reach, Spec, Stops, Want, list};
use crate::output::print;
use crate::render::pages::report::print_run;

/// Fetch the result of a run that a board made alone
///
/// Takes the newest run that nobody has fetched yet, and follows one that goes on to its end;
/// Ctrl-C leaves the board running. Without -o: lists the runs that the board keeps. A capture
/// of a serial line (file:CAPTURE) is read as the line itself.
#[derive(clap::Args)]
pub struct Args {
    /// `local`, `ssh:[user@]host[:port]`, `serial:/dev/ttyUSB0[@baud]` or `file:CAPTURE`
    spec: Spec,

    /// The result to write
    #[arg(short, long = "output", value_name = "RUN.esr")]
    output: Option<PathBuf>,

    /// Fetch this run, also if it was fetched before
    #[arg(long, value_name = "ID", requires = "output")]
    run: Option<RunId>,

    /// End the run first, if it goes on
    #[arg(long, requires = "output")]
    stop: bool,

    /// Replace an existing result
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    reach: Reach,
}

/// A run that a board keeps.
struct Kept {
    run: RunId,
    rows: u32,
    phase: Phase,
    collected: bool,
    unix_time_s: u64,
    model: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let progress = Progress::new();
    let options = args.reach.options(false);
    let mut line = Line::open(&args.spec, &options, Arc::new(progress.printer()))?;
    match &args.output {
        Some(output) => fetch(args, output, &mut line, progress),
        None if line.is_file() => Err(Failure::Usage(anyhow!(
            "give -o the result to write what {} holds",
            args.spec
        ))),
        None => {
            progress.finish();
            show(&runs(&mut line)?, &args.spec)
        }
    }
}

fn fetch(
    args: &Args,
    output: &Path,
    line: &mut Line,
    mut progress: Progress,
) -> Result<Outcome, Failure> {
    let mut recorder = Recorder::new(output, args.force)?;
    let run = match args.run {
        Some(run) => run,
        // A capture is of one run.
        None if line.is_file() => RunId::default(),
        None => choose(&runs(line)?, &args.spec)?,
    };
    let stops = Stops::default();
    if args.stop {
        stops.request(Stop::Interrupted);
    }
    let mut follow = Follow::new(line, run, Want::Kept, &stops);
    let finish = follow.rows(&mut |number, content| {
        recorder.take(number, content)?;
        progress.take(content);
        Ok(ControlFlow::Continue(()))
    });
    progress.finish();
    let verdict = recorder.close(finish)?;
    follow.thank()?;
    let run = load(output).map_err(Failure::data)?;
    print_run(run, None)?;
    print(|out| writeln!(out, "\nresult: {}", output.display()))?;
    Ok(match verdict {
        Some(VerdictKind::Ok) => Outcome::AsPlanned,
        _ => Outcome::NotAsPlanned,
    })
}

/// The newest run that nobody has.
fn choose(runs: &[Kept], spec: &Spec) -> Result<RunId, Failure> {
    let newest = runs.iter().rev().find(|kept| !kept.collected);
    newest.map(|kept| kept.run).ok_or_else(|| {
        Failure::Data(match runs.is_empty() {
            true => anyhow!("{spec} keeps no run: start one with `edgescore run --board {spec} --detach`"),
            false => anyhow!("every run that {spec} keeps was fetched before: name one with --run (`edgescore collect {spec}` lists them)"),
        })
    })
}

/// The runs that the board keeps, oldest first.
fn runs(line: &mut Line) -> Result<Vec<Kept>, Failure> {
    let what = "which runs it keeps";
    list(line, &Command::List, Duration::ZERO, what, |control| {
        Ok(match *control {
            Control::Kept {
                index,
                of,
                run,
                rows,
                phase,
                collected,
                unix_time_s,
                model,
            } => Some(Item {
                index,
                of,
                item: Kept {
                    run,
                    rows,
                    phase,
                    collected,
                    unix_time_s,
                    model: model.to_owned(),
                },
            }),
            _ => None,
        })
    })
}

fn show(runs: &[Kept], spec: &Spec) -> Result<Outcome, Failure> {
    print(|out| {
        if runs.is_empty() {
            return writeln!(out, "{spec} keeps no run");
        }
        writeln!(
            out,
            "{:<16}  {:<20}  {:>5}  {:<8}  model",
            "run", "started", "rows", "state"
        )?;
        for kept in runs {
            let state = match (kept.phase, kept.collected) {
                (_, true) => "fetched",
                (Phase::Running, _) => "running",
                (Phase::Ended, _) => "ended",
                (Phase::Refused, _) => "refused",
                (Phase::CutOff, _) => "cut off",
            };
            let started = match kept.unix_time_s {
                0 => "not yet".to_owned(),
                seconds => moment(seconds),
            };
            let (run, rows, model) = (kept.run, kept.rows, &kept.model);
            writeln!(out, "{run}  {started:<20}  {rows:>5}  {state:<8}  {model}")?;
        }
        Ok(())
    })?;
    Ok(Outcome::AsPlanned)
}

/// A time in UTC. A board without a clock begins in 1970.
fn moment(unix_time_s: u64) -> String {
    let seconds = i64::try_from(unix_time_s).unwrap_or(i64::MAX);
    let moment = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    moment.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
