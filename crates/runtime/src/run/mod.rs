//! One run: a plan in, the rows of a result out.

mod advice;
pub mod answer_rows;
pub mod asking;
mod calibration;
pub mod conversation;
pub mod cpu_level;
mod defaults;
pub mod engine;
pub mod job;
mod judge;
pub mod llama;
pub mod loading;
pub mod memory_control;
mod memory_estimate;
pub mod model_answers;
pub mod prepare;
pub mod prompts;
pub mod report;
mod roofline;
mod select;
pub mod show;
mod start;
pub mod template;

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use edgescore_probe::energy::Scope;
use edgescore_probe::{CpuUse, Microwatts, Reading};
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Plan, PowerStart, Record, Stop, Verdict, VerdictKind};
use edgescore_taskpack::Pack;

use crate::error::{Refusal, RunError};
use crate::measure::conditions::ConditionsMonitor;
use crate::stop;
use crate::wire::{DETAIL, clip};
use answer_rows::{AnswerRows, Counts, keeps_text};
use asking::Asking;
use engine::{Answers, Engine};
use job::Job;
use judge::Others;
use memory_control::MemoryControl;
use report::{Report, Reports};

/// Carries out `plan` and reports how it ended.
///
/// # Errors
/// There is no result: the rows sent so far count for nothing.
pub fn run(
    engine: &impl Engine,
    plan: &Plan,
    memory: &MemoryControl,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    engine.check()?;
    let bytes = std::fs::read(plan.pack).map_err(|e| {
        Refusal::data(format!(
            "cannot read the pack {}: {e}; check --pack",
            plan.pack
        ))
    })?;
    let pack = Pack::open(&bytes)
        .and_then(|pack| pack.verify().map(|()| pack))
        .map_err(|e| Refusal::data(format!("{}: {e}", plan.pack)))?;
    let prompts = std::fs::read(plan.prompts).map_err(|e| {
        Refusal::data(format!(
            "cannot read the prompts {}: {e}; run it again",
            plan.prompts
        ))
    })?;
    let prompts = PromptFile::parse(&prompts).map_err(Refusal::data)?;
    let asks = select::asks(&pack, plan)?;
    let (model_name, model_bytes, model_hash) = engine.identify(plan, memory)?;
    let job = Job {
        plan,
        pack: &pack,
        prompts: &prompts,
        asks: &asks,
        model_name,
        model_bytes,
        model_hash,
        memory,
        began: Instant::now(),
    };
    start::start(&job, &engine.about(), reports)?;
    let mut counts = Counts::default();
    let ended = match engine.carry_out(&job, &mut counts, reports) {
        Err(RunError::Refused(_)) if stop::is_interrupted() => {
            Err(RunError::Stopped(Stop::Interrupted))
        }
        ended => ended,
    };
    let (kind, detail, stop) = match ended {
        Ok(()) => (VerdictKind::Ok, String::new(), None),
        Err(RunError::Stopped(Stop::Decided)) => {
            (VerdictKind::Ok, String::new(), Some(Stop::Decided))
        }
        Err(RunError::Stopped(Stop::Interrupted)) => {
            let detail = format!("interrupted after {}", counts.of(asks.len()));
            (VerdictKind::Aborted, detail, Some(Stop::Interrupted))
        }
        Err(RunError::Failed(kind, detail)) => (kind, detail, None),
        Err(error) => return Err(error),
    };
    reports.send(&Report::Ended {
        verdict: Verdict {
            kind,
            detail: clip(&detail, DETAIL),
        },
        stop,
    })?;
    Ok(())
}

/// What `cpus` of others take, where the power source of `start` sees it and active power is known.
fn others(start: &PowerStart, cpus: Reading<f64>) -> Option<Others> {
    let busy = start.budget?.active.0.checked_sub(start.idle.value()?.0)?;
    let cpus = cpus.value().filter(|_| start.scope != Scope::Simulated)?;
    let power = busy as f64 * cpus / f64::from(defaults::cpus());
    Some(Others {
        cpus,
        power: Microwatts(power as u64),
    })
}

/// Asks `answers` all questions and judges the run. Sends all rows from the first question on.
///
/// # Errors
/// Why the run ended before its last question, or without an Ok.
pub fn ask_all<W: Write>(
    job: &Job,
    mut answers: impl Answers,
    mut conditions: ConditionsMonitor,
    counts: &mut Counts,
    reports: &mut Reports<W>,
) -> Result<(), RunError> {
    let budgets = &job.plan.budgets;
    answers.first_question();
    conditions.first_question();
    answers.meter().first_question();
    let root = Path::new(budgets.root);
    let cpus = CpuUse::read(root);
    let mut asking = Asking {
        pack: job.pack,
        deadline: budgets
            .time
            .and_then(|limit| job.began.checked_add(limit.into())),
        answers: &mut answers,
        rows: AnswerRows {
            repeat_for: job.plan.repeat_for,
            conditions: &mut conditions,
            keeps_text: keeps_text(job.plan, job.asks.len()),
            counts,
            reports,
        },
    };
    let ended = asking.all(job.asks);
    if ended.as_ref().is_err_and(|error| !error.leaves_result()) {
        return ended;
    }
    let others = others(&answers.power_row(), CpuUse::others_since(cpus, root));
    let (memory, power) = answers.finish(reports)?;
    reports.record(&Record::PowerEnd(power))?;
    let conditions = conditions.finish();
    reports.record(&Record::Conditions(conditions))?;
    reports.record(&Record::Memory(memory))?;
    if matches!(ended, Ok(()) | Err(RunError::Stopped(Stop::Decided))) {
        judge::memory(budgets, job.memory.limiter, &memory)?;
        judge::power(budgets, &power, others)?;
        judge::throttling(&conditions)?;
        judge::answers(counts)?;
    }
    ended
}
