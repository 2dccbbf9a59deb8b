//! `run --find-memory-floor`.

use std::fs;
use std::path::Path;

use edgescore_probe::{Bytes, Reading};
use edgescore_record::{Labels, Memory, MemoryBudget, Plan, VerdictKind};
use edgescore_summary::load;

use super::args::Args;
use crate::failure::{Failure, Outcome};
use crate::files::unwritable;
use crate::output::print;
use crate::render::blocks::{Block, Table};
use crate::render::{text, values};
use crate::session::{BoardSession, Inputs, Recorder};

/// Limits closer than this share of the larger one are the same: a page cache of some hundred
/// MiB is not reproducible to a percent.
const CLOSE: u64 = 100;

/// More than any board has: the first run shows what the model takes when nothing is short.
const PLENTY: Bytes = Bytes(1 << 40);

/// One run under a limit.
struct Trial {
    limit: Bytes,
    verdict: VerdictKind,
    memory: Option<Memory>,
    latency: String,
}

impl Trial {
    fn fits(&self) -> bool {
        let refaults = self.memory.map(|memory| memory.refaults);
        self.verdict == VerdictKind::Ok && refaults == Some(Reading::Value(0))
    }
}

/// Finds the floor by halving, prints what was tried, and keeps the run at the floor.
pub fn find(args: &Args, inputs: &Inputs, output: &Path) -> Result<Outcome, Failure> {
    let mut session = BoardSession::open(&args.board, false, inputs)?;
    let plan = args.plan()?;
    let mut try_with = |limit| trial(&mut session, plan, limit, output);

    let first = try_with(PLENTY)?;
    let mut trials = Vec::new();
    let bounds = first.memory.filter(|_| first.fits()).and_then(|memory| {
        // What it takes when it is given all, and what no kernel can take from it.
        Some((memory.rss_anon.value()?, memory.cgroup_peak.value()?))
    });
    let mut floor = None;
    if let Some((mut low, mut high)) = bounds {
        while high.0.saturating_sub(low.0) > high.0 / CLOSE {
            let limit = if floor.is_none() {
                high
            } else {
                Bytes(low.0.midpoint(high.0))
            };
            let trial = try_with(limit)?;
            if !matches!(trial.verdict, VerdictKind::Ok | VerdictKind::OverMemory) {
                trials.push(trial);
                floor = None;
                break;
            }
            match (trial.fits(), floor) {
                (true, _) => {
                    floor = Some(limit);
                    high = limit;
                }
                (false, Some(_)) => low = limit,
                // The peak leaves out a little that the kernel counts later.
                (false, None) => {
                    low = limit;
                    high = Bytes(high.0 + high.0 / 8);
                }
            }
            trials.push(trial);
        }
    }
    trials.insert(0, first);
    show(&trials, floor)?;
    match floor {
        Some(_) => {
            print(|out| writeln!(out, "\nresult: {}", output.display()))?;
            Ok(Outcome::AsPlanned)
        }
        None => Ok(Outcome::NotAsPlanned),
    }
}

/// One run; its result takes the place of the last one's if it fits.
fn trial(
    session: &mut BoardSession,
    mut plan: Plan,
    limit: Bytes,
    output: &Path,
) -> Result<Trial, Failure> {
    let path = output.with_extension("trial.esr");
    plan.budgets.memory = Some(MemoryBudget {
        limit,
        refuse: false,
    });
    let recorder = Recorder::new(&path, true)?;
    let verdict = session.record(plan, recorder, None)?;
    let run = load(&path).map_err(Failure::data)?;
    let trial = Trial {
        limit,
        verdict: verdict.unwrap_or(VerdictKind::EngineFailed),
        memory: run.memory.end,
        latency: values::or_reason(run.latency_s(), values::seconds),
    };
    let kept = match trial.fits() {
        true => fs::rename(&path, output),
        false => fs::remove_file(&path),
    };
    kept.map_err(|error| unwritable(&path, error))?;
    Ok(trial)
}

fn show(trials: &[Trial], floor: Option<Bytes>) -> Result<(), Failure> {
    let rows = trials.iter().map(|trial| {
        let reading = |reading: Option<String>| reading.unwrap_or_else(|| "-".to_owned());
        let memory = trial.memory;
        vec![
            match trial.limit {
                PLENTY => "none".to_owned(),
                limit => limit.to_string(),
            },
            trial.verdict.label().to_owned(),
            reading(memory.and_then(|m| Some(m.cgroup_peak.value()?.to_string()))),
            reading(memory.and_then(|m| Some(m.refaults.value()?.to_string()))),
            trial.latency.clone(),
            if trial.fits() { "yes" } else { "no" }.to_owned(),
        ]
    });
    let blocks = [
        Block::Table(Table {
            head: vec![
                "limit",
                "verdict",
                "peak",
                "refaults",
                "median latency",
                "fits",
            ],
            rows: rows.collect(),
        }),
        Block::Line(match floor {
            Some(floor) => format!(
                "memory floor: {floor} ({} bytes), to 1 %: with less, pages of the model are read again \
                 while it answers, or the run is killed",
                floor.0
            ),
            None => "no memory floor was found: see the verdict of the last run".to_owned(),
        }),
    ];
    text::show(&blocks)
}
