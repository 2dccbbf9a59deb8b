//! The rows about a run before it begins.

use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use edgescore_probe::{BoardFacts, allowed_clock};
use edgescore_record::{LegRow, Record, SessionStart, SustainedLoad, TaskRow, Turned};

use super::engine::About;
use super::job::Job;
use super::report::Reports;
use crate::error::{Refusal, RunError};
use crate::wire::{TEXT, clip};

/// Sends SessionStart and the task table.
pub fn start(job: &Job, about: &About, reports: &mut Reports<impl Write>) -> Result<(), RunError> {
    let Job {
        plan, pack, asks, ..
    } = *job;
    let board = BoardFacts::read(Path::new("/"));
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    reports.record(&Record::SessionStart(SessionStart {
        runtime: env!("CARGO_PKG_VERSION"),
        llama: clip(about.llama, TEXT),
        features: clip(about.features, 2 * TEXT),
        unused_features: clip(about.unused, TEXT),
        board: clip(&board.board, TEXT),
        cpu: clip(&board.cpu, TEXT),
        kernel: clip(&board.kernel, TEXT),
        governor: clip(&board.governor, TEXT),
        clock: allowed_clock(Path::new(plan.budgets.root)),
        unix_time_s: since_1970.map_or(0, |d| d.as_secs()),
        pack: clip(pack.name(), TEXT),
        pack_hash: pack.hash(),
        pack_questions: pack.question_count(),
        asks: u32::try_from(asks.len()).map_err(Refusal::data)?,
        model_file: clip(job.model_name, TEXT),
        model_hash: job.model_hash,
        model_bytes: job.model_bytes,
        mode: plan.mode,
        layout: plan.layout,
        order: plan.order,
        rotate: plan.rotate,
        seed: plan.seed,
        draws: plan.draws,
        temperature_milli: plan.temperature_milli,
        max_tokens: plan.max_tokens,
    }))?;
    if let Some(leg) = plan.leg {
        let all = pack.question_count();
        reports.record(&Record::Leg(LegRow {
            first: leg.first,
            of: match plan.limit {
                0 => all,
                limit => limit.min(all),
            },
        }))?;
    }
    if plan.rotate {
        let mut questions: Vec<u32> = asks.iter().map(|ask| ask.question()).collect();
        questions.dedup();
        if 4 * questions.len() != asks.len() {
            reports.record(&Record::Turned(Turned {
                questions: questions.len() as u32,
            }))?;
        }
    }
    if let Some(length) = plan.repeat_for {
        reports.record(&Record::SustainedLoad(SustainedLoad { length }))?;
    }
    let mut of_task = vec![0; pack.task_count() as usize];
    for ask in asks {
        let task = pack.task_of(ask.question())?;
        if let Some(count) = of_task.get_mut(task as usize) {
            *count += 1;
        }
    }
    for (index, asks) in (0..).zip(of_task) {
        let task = pack.task(index)?;
        reports.record(&Record::Task(TaskRow {
            index,
            id: clip(task.id, TEXT),
            name: clip(task.name, TEXT),
            group: clip(task.group, TEXT),
            pass_at_k: task.pass_at_k,
            asks,
        }))?;
    }
    Ok(())
}
