//! One run: a plan in, the rows of a result out.

mod advice;
mod answer_rows;
mod asking;
mod calibration;
mod conversation;
pub mod cpu_level;
mod defaults;
mod job;
mod judge;
mod loading;
pub mod memory_control;
mod memory_estimate;
mod prepare;
mod prompts;
pub mod report;
mod roofline;
mod select;
pub mod show;
mod start;
mod template;

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use edgescore_probe::energy::Scope;
use edgescore_probe::{CpuUse, Microwatts, Reading, free_memory};
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Plan, PowerStart, Record, Stop, Verdict, VerdictKind};
use edgescore_taskpack::Pack;

use crate::error::{Refusal, RunError};
use crate::measure::conditions::ConditionsMonitor;
use crate::measure::memory::MemoryMonitor;
use crate::measure::meter::Meter;
use crate::stop;
use crate::storage::model_file;
use crate::wire::{DETAIL, clip};
use answer_rows::{AnswerRows, Counts, keeps_text};
use asking::Asking;
use cpu_level::CpuLevel;
use job::Job;
use judge::Others;
use loading::WeightsChoice;
use memory_control::MemoryControl;
use prepare::Loaded;
use report::{Report, Reports};

/// Carries out `plan` and reports how it ended.
///
/// # Errors
/// There is no result: the rows sent so far count for nothing.
pub fn run(
    plan: &Plan,
    memory: &MemoryControl,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    let level = CpuLevel::read();
    if let Some(why) = level.refusal() {
        return Err(Refusal::board(why).into());
    }
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
    let path = Path::new(plan.model);
    let (model_bytes, model_hash) =
        model_file::identify(path, memory.has_cgroup()).map_err(|e| {
            Refusal::data(format!(
                "cannot read the model {}: {e}; check --model",
                plan.model
            ))
        })?;
    let job = Job {
        plan,
        pack: &pack,
        prompts: &prompts,
        asks: &asks,
        model_bytes,
        model_hash,
        memory,
        began: Instant::now(),
    };
    start::start(&job, &level, reports)?;
    let mut counts = Counts::default();
    let ended = match carry_out(&job, &mut counts, reports) {
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

/// Finds what the run will need, loads the model and asks it.
fn carry_out(
    job: &Job,
    counts: &mut Counts,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    let budgets = &job.plan.budgets;
    let cpus = CpuUse::read(Path::new(budgets.root));
    let roofline = roofline::measure(job.model_bytes);
    let memory = MemoryMonitor::start(job.memory.has_cgroup());
    let choice = WeightsChoice::new(job.plan, job.model_bytes, free_memory(Path::new("/")));
    let (options, choice) = memory_estimate::estimate(job, choice, reports)?;
    let conditions = ConditionsMonitor::start(budgets)?;
    let mut meter = Meter::start(budgets)?;
    meter.check()?;
    let load_from = meter.edge();
    let started = Instant::now();
    let model = loading::load(job.plan, choice.weights)?;
    let load_time = started.elapsed();
    meter.loaded(load_from);
    let loaded = Loaded {
        model: &model,
        choice,
        options,
        load_time,
        roofline,
        meter,
        memory,
        cpus,
    };
    ask_all(job, loaded, conditions, counts, reports)
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

/// Asks the loaded model all questions and judges the run. Sends all rows from ModelLoaded on.
fn ask_all(
    job: &Job,
    loaded: Loaded,
    mut conditions: ConditionsMonitor,
    counts: &mut Counts,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    let budgets = &job.plan.budgets;
    let mut prompter = job.prompter(loaded.model)?;
    let (mut answerer, mut memory) = prepare::prepare(job, loaded, &mut prompter, reports)?;
    memory.first_question();
    conditions.first_question();
    answerer.meter().first_question();
    let root = Path::new(budgets.root);
    let cpus = CpuUse::read(root);
    let mut asking = Asking {
        plan: job.plan,
        deadline: budgets
            .time
            .and_then(|limit| job.began.checked_add(limit.into())),
        prompter: &mut prompter,
        answerer: &mut answerer,
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
    let memory = memory.finish();
    let others = others(&answerer.power_row(), CpuUse::others_since(cpus, root));
    let power = answerer.finish();
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
