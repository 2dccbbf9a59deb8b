//! The memory estimate: what a run will need, before its model is loaded.

use std::io::Write;
use std::path::Path;

use edgescore_engine::{Outline, SessionOptions, repacked_bytes};
use edgescore_probe::{Bytes, MemorySample};
use edgescore_record::{
    FlashAttention, MemoryBudget, MemoryEstimate, MemoryStart, Plan, Record, Scenario, VerdictKind,
    Weights, parts,
};

use super::advice::Advice;
use super::job::Job;
use super::loading::{self, WeightsChoice};
use super::report::Reports;
use super::{calibration, prompts, template};
use crate::error::{Refusal, RunError};
use crate::wire::{TEXT, clip};

/// Pages of the program and stacks that only computing touches: measured, 2.3 MiB more than
/// planned with the smallest model on x86-64, and 2.5 MiB with a 135M one.
const COMPUTING: u64 = 2 << 20;

/// Finds the session that the prompts need and what it takes, and sends that. Returns the
/// session's options and how weights are held, unless that is more than the run's budget.
pub fn estimate(
    job: &Job,
    choice: WeightsChoice,
    reports: &mut Reports<impl Write>,
) -> Result<(SessionOptions, WeightsChoice), RunError> {
    let plan = job.plan;
    let outline = Outline::load(Path::new(plan.model), choice.weights)?;
    let model = outline.model();
    let mut prompter = prompts::prompter(job, model)?;
    template::report(job, model, &mut prompter, reports)?;
    let (prompts, shortest) = prompts::count(&mut prompter, job.asks, plan.reuse)?;
    reports.record(&Record::Prompts(prompts))?;
    let shared = match job.asks.first() {
        Some(ask) if plan.reuse => prompter.open(*ask)?.1.shared.to_vec(),
        _ => Vec::new(),
    };
    let mut outlined = Outlined {
        outline: &outline,
        shared,
        fixed: MemoryEstimate {
            file: job.model_bytes,
            repacked: repacked(plan, choice.weights)?,
            ..MemoryEstimate::default()
        },
    };
    let options = loading::options(plan, job.prompts.template(), model, prompts.longest);
    loading::check_room(plan, job.prompts.template(), options.context, shortest)?;
    let fitted = outlined.fit(job, choice, options)?;
    let budget = plan.budgets.memory;
    reports.record(&Record::MemoryStart(MemoryStart {
        limiter: job.memory.limiter,
        why: clip(job.memory.why, TEXT),
        limit: budget.map(|budget| budget.limit),
        estimate: Some(fitted.estimate),
    }))?;
    match budget {
        Some(MemoryBudget {
            limit,
            refuse: true,
        }) if fitted.estimate.total() > limit => Err(RunError::Failed(
            VerdictKind::OverMemory,
            outlined.advice(&fitted, limit),
        )),
        Some(MemoryBudget { refuse: false, .. }) if !job.memory.has_cgroup() => {
            let why = job.memory.why;
            let detail = format!("the memory floor is found in cgroups, and {why}");
            Err(Refusal::board(detail).into())
        }
        _ => Ok((fitted.options, fitted.choice)),
    }
}

/// Bytes of the model of `plan` that are copied when its weights are held so.
fn repacked(plan: &Plan, weights: Weights) -> Result<Bytes, RunError> {
    let mut repacked = 0;
    if weights == Weights::Repacked {
        for part in parts(Path::new(plan.model)) {
            repacked += repacked_bytes(&part)?;
        }
    }
    Ok(Bytes(repacked))
}

/// A model without its weights, and what they take.
struct Outlined<'a> {
    outline: &'a Outline,
    /// Where the shared parts of a prompt end.
    shared: Vec<usize>,
    fixed: MemoryEstimate,
}

/// What a run will take, with what was chosen so that it fits.
struct Fitted {
    options: SessionOptions,
    choice: WeightsChoice,
    estimate: MemoryEstimate,
}

impl Outlined<'_> {
    /// The estimate of a session with `options`. Where it is more than the budget, weights are
    /// mapped, and flash attention is not left open.
    fn fit(
        &mut self,
        job: &Job,
        mut choice: WeightsChoice,
        mut options: SessionOptions,
    ) -> Result<Fitted, RunError> {
        let mut estimate = self.estimate(&options)?;
        // A limit that refuses nothing is there to find what does not fit.
        let budget = job.plan.budgets.memory;
        let limit = budget
            .filter(|budget| budget.refuse)
            .map(|budget| budget.limit);
        let fits = |estimate: MemoryEstimate| limit.is_none_or(|limit| estimate.total() <= limit);
        let chosen = job.plan.parallel == 0 && job.plan.scenario == Scenario::SingleStream;
        if !fits(estimate) && chosen && options.sequences > 1 {
            // Draws one after another take less.
            options = options.alone();
            estimate = self.estimate(&options)?;
        }
        let mapped = MemoryEstimate {
            repacked: Bytes(0),
            ..estimate
        };
        if !fits(estimate)
            && fits(mapped)
            && let Some(within) = limit.and_then(|limit| choice.within(limit))
        {
            choice = within;
            estimate = mapped;
            self.fixed.repacked = Bytes(0);
        }
        if calibration::chooses_flash(job.plan, self.outline.model().facts()) {
            // Without it the scores take a buffer. What may be chosen is what must fit; an earlier
            // run may have chosen already.
            let stored = calibration::stored(job.plan, job.model_hash, choice.weights, &options);
            let without = self.estimate(&SessionOptions {
                flash: FlashAttention::Off,
                ..options
            })?;
            match fits(without) {
                true if stored == Some(FlashAttention::On) => {}
                true if without.total() > estimate.total() => estimate = without,
                true => {}
                false => options.flash = FlashAttention::On,
            }
        }
        Ok(Fitted {
            options,
            choice,
            estimate,
        })
    }

    /// What to do about a run that needs more than `limit`.
    fn advice(&self, fitted: &Fitted, limit: Bytes) -> String {
        let options = fitted.options;
        let advice = Advice {
            weights: fitted.choice.weights,
            cache: options.cache,
            parameters: self.outline.model().facts().parameters,
            limit,
            estimate: fitted.estimate,
        };
        advice.text(options.context, |context, cache| {
            let options = SessionOptions {
                context,
                cache,
                ..options
            };
            self.estimate(&options).ok()
        })
    }

    /// What a run with this session would take.
    fn estimate(&self, options: &SessionOptions) -> Result<MemoryEstimate, RunError> {
        let session = self.outline.session(options)?;
        let buffers = session.buffers();
        // A session that cannot be cut back keeps its state at the end of each shared part.
        let state_at = |end: &usize| {
            buffers.state + buffers.kv * *end as u64 / u64::from(options.context.max(1))
        };
        let kept: u64 = match session.rewinds() {
            true => 0,
            false => self.shared.iter().map(state_at).sum(),
        };
        // Everything is there by now except the buffers and the weights.
        let sample = MemorySample::read(Path::new("/"));
        let resident = |bytes: Option<Bytes>| bytes.map_or(0, |bytes| bytes.0);
        let now = resident(sample.rss_anon.value()) + resident(sample.rss_file.value());
        Ok(MemoryEstimate {
            kv: Bytes(buffers.kv + buffers.state + kept),
            compute: Bytes(buffers.compute),
            runtime: Bytes(COMPUTING + now.saturating_sub(buffers.state)),
            ..self.fixed
        })
    }
}
