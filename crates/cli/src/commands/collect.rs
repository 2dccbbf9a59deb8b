//! `edgescore collect`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use edgescore_record::{Command, Control, Phase, RunId, Stop, VerdictKind};
use edgescore_summary::load;

use crate::bars;
use crate::failure::{Failure, Outcome};
use crate::link::{BoardAddress, Connection, Item, RunFollower, StopRequests, Want, list};
use crate::output::print;
use crate::render::pages::report::print_run;
use crate::session::{Progress, Reach, Recorder};

/// Fetch the result of a run from the board that made it
///
/// Takes the newest run that was not fetched yet, and follows one that is still running to its
/// end; Ctrl-C leaves the board running. Without -o: lists the runs that the board keeps. A
/// capture of a serial line (file:CAPTURE) is read like the line itself.
#[derive(clap::Args)]
pub struct Args {
    /// `local`, `ssh:[user@]host[:port]`, `serial:/dev/ttyUSB0[@baud]` or `file:CAPTURE`
    #[arg(value_name = "ADDRESS")]
    board: BoardAddress,

    /// The result to write
    #[arg(
        short,
        long = "output",
        value_name = "RUN.esr",
        help_heading = "Output"
    )]
    output: Option<PathBuf>,

    /// Fetch this run, also if it was fetched before
    #[arg(long, value_name = "ID", requires = "output")]
    run: Option<RunId>,

    /// End the run first, if it is still running
    #[arg(long, requires = "output")]
    stop: bool,

    /// Replace RUN.esr if it is there
    #[arg(long, help_heading = "Output")]
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
    let mut connection = Connection::open(&args.board, &options, Arc::new(bars::say))?;
    match &args.output {
        Some(output) => fetch(args, output, &mut connection, progress),
        None if connection.is_capture() => Err(Failure::Usage(anyhow!(
            "give -o RUN.esr to write the result that {} holds",
            args.board
        ))),
        None => {
            drop(progress);
            show(&runs(&mut connection)?, &args.board)
        }
    }
}

fn fetch(
    args: &Args,
    output: &Path,
    connection: &mut Connection,
    mut progress: Progress,
) -> Result<Outcome, Failure> {
    let mut recorder = Recorder::new(output, args.force)?;
    let run = match args.run {
        Some(run) => run,
        // A capture is of one run.
        None if connection.is_capture() => RunId::default(),
        None => choose(&runs(connection)?, &args.board)?,
    };
    let stops = StopRequests::default();
    if args.stop {
        stops.request(Stop::Interrupted);
    }
    let mut follower = RunFollower::new(connection, run, Want::Kept, &stops);
    let finish = follower.follow(&mut |row| {
        recorder.take(row)?;
        progress.take(&row.record);
        Ok(ControlFlow::Continue(()))
    });
    drop(progress);
    let verdict = recorder.close(finish)?;
    follower.acknowledge_all()?;
    let run = load(output).map_err(Failure::data)?;
    print_run(run, None)?;
    print(|out| writeln!(out, "\nresult: {}", output.display()))?;
    Ok(match verdict {
        Some(VerdictKind::Ok) => Outcome::AsPlanned,
        _ => Outcome::NotAsPlanned,
    })
}

/// The newest run that was not fetched.
fn choose(runs: &[Kept], board: &BoardAddress) -> Result<RunId, Failure> {
    let newest = runs.iter().rev().find(|kept| !kept.collected);
    newest.map(|kept| kept.run).ok_or_else(|| {
        Failure::Data(match runs.is_empty() {
            true => anyhow!("{board} keeps no run: start one with `edgescore run --board {board} --detach`"),
            false => anyhow!("every run that {board} keeps was fetched before: name one with --run (`edgescore collect {board}` lists them)"),
        })
    })
}

/// The runs that the board keeps, oldest first.
fn runs(connection: &mut Connection) -> Result<Vec<Kept>, Failure> {
    let what = "the list of its runs";
    list(
        connection,
        &Command::List,
        Duration::ZERO,
        what,
        |control| {
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
        },
    )
}

fn show(runs: &[Kept], board: &BoardAddress) -> Result<Outcome, Failure> {
    print(|out| {
        if runs.is_empty() {
            return writeln!(out, "{board} keeps no run");
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
