//! What a run will need in memory, before its model is loaded.

use std::io::Write;
use std::path::Path;

use edgescore_engine::{FlashAttention, Outline, SessionOptions, repacked_bytes};
use edgescore_probe::{Bytes, MemorySample};
use edgescore_record::{
    Ask, Fault, MemoryBudget, MemoryEstimate, MemoryStart, Plan, Record, Stop, VerdictKind,
    Weights, parts,
};
use edgescore_taskpack::{Hash, Pack};

use super::advice::Advice;
use super::loading::{self, Choice};
use super::{TEXT, calibration, prompts};
use crate::asking::Ending;
use crate::holding::Holding;
use crate::outbox::clip;
use crate::prompt::Prompter;
use crate::refusal::{Refusal, data};
use crate::report::Reports;

/// Pages of the program and stacks that only computing touches: measured, 2.3 MiB more than
/// planned with the smallest model on x86-64, and 2.5 MiB with a 135M one.
const COMPUTING: u64 = 2 << 20;

/// Finds the session that the prompts need and what it takes, and says so. The session's
/// options and how weights are held, or how the run ends if that is more than its budget.
pub fn weigh(
    plan: &Plan,
    pack: &Pack,
    asks: &[Ask],
    ((file, hash), mut choice): ((Bytes, Hash), Choice),
    holding: &Holding,
    reports: &mut Reports<impl Write>,
) -> Result<Result<(SessionOptions, Choice), Ending>, Refusal> {
    let path = Path::new(plan.model);
    let outline = Outline::load(path, loading::held(choice.weights)).map_err(loading::refused)?;
    let words = outline.words();
    let template = words
        .template(plan.template)
        .map_err(|e| data(format!("{}: {e}; pass it as --template NAME", plan.model)))?;
    let mut prompter = Prompter::new(words, &template, pack, plan);
    let Some(prompts) = prompts::count(&mut prompter, asks, plan.reuse)? else {
        return Ok(Err(Ending::Stopped(Stop::Interrupted)));
    };
    reports.record(&Record::Prompts(prompts))?;
    let mut options = loading::options(plan, words, prompts.longest);
    let shared = match asks.first() {
        Some(ask) if plan.reuse => prompter.open(*ask).map_err(data)?.1.shared.to_vec(),
        _ => Vec::new(),
    };
    let mut repacked = 0;
    if choice.weights == Weights::Repacked {
        for part in parts(path) {
            repacked += repacked_bytes(&part).map_err(loading::refused)?;
        }
    }
    let mut outlined = Outlined {
        outline: &outline,
        shared,
        fixed: MemoryEstimate {
            file,
            repacked: Bytes(repacked),
            ..MemoryEstimate::default()
        },
    };
    let mut estimate = outlined.estimate(&options)?;
    let budget = plan.budgets.memory;
    // A limit that refuses nothing is there to find what does not fit.
    let limit = budget
        .filter(|budget| budget.refuse)
        .map(|budget| budget.limit);
    let fits = |estimate: MemoryEstimate| limit.is_none_or(|limit| estimate.total() <= limit);
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
        outlined.fixed.repacked = Bytes(0);
    }
    if calibration::chooses_flash(plan, words.facts()) {
        // Without it the scores take a buffer. What may be chosen is what must fit; an earlier run
        // may have chosen already.
        let kept = calibration::kept(plan, hash, choice.weights, &options);
        let without = outlined.estimate(&SessionOptions {
            flash: FlashAttention::Off,
            ..options
        })?;
        match fits(without) {
            true if kept == Some(FlashAttention::On) => {}
            true if without.total() > estimate.total() => estimate = without,
            true => {}
            false => options.flash = FlashAttention::On,
        }
    }
    reports.record(&Record::MemoryStart(MemoryStart {
        keeper: holding.keeper,
        why: clip(holding.why, TEXT),
        limit: budget.map(|budget| budget.limit),
        estimate: Some(estimate),
    }))?;
    match budget {
        Some(MemoryBudget {
            limit,
            refuse: true,
        }) if estimate.total() > limit => {
            let advice = Advice {
                weights: choice.weights,
                kv: options.kv,
                parameters: words.facts().parameters,
                limit,
                estimate,
            };
            let context = options.context;
            let detail = advice.text(context, |context, kv| {
                let options = SessionOptions {
                    context,
                    kv,
                    ..options
                };
                outlined.estimate(&options).ok()
            });
            Ok(Err(Ending::Failed(VerdictKind::OverMemory, detail)))
        }
        Some(MemoryBudget { refuse: false, .. }) if !holding.has_cgroup() => {
            let why = holding.why;
            let detail = format!("the memory floor is found in cgroups, and {why}");
            Err(Refusal::Because(Fault::Board, detail))
        }
        _ => Ok(Ok((options, choice))),
    }
}

/// A model without its weights, and what they take.
struct Outlined<'a> {
    outline: &'a Outline,
    /// Where the shared parts of a prompt end.
    shared: Vec<usize>,
    fixed: MemoryEstimate,
}

impl Outlined<'_> {
    /// What a run with this session would take.
    fn estimate(&self, options: &SessionOptions) -> Result<MemoryEstimate, Refusal> {
        let session = self.outline.session(options).map_err(data)?;
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
