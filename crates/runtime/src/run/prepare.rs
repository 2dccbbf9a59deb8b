//! From a loaded model to a session that is ready for the first question.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use edgescore_engine::{Model, Session, SessionOptions, release_freed};
use edgescore_probe::{Bytes, CpuUse, Reading, Roofline};
use edgescore_record::{ModelLoaded, Record, Together, Tuning};

use super::job::Job;
use super::loading::{self, WeightsChoice};
use super::report::Reports;
use super::{calibration, roofline};
use crate::decoder::Decoder;
use crate::error::RunError;
use crate::inference::answering::Answerer;
use crate::inference::prompt::Prompter;
use crate::measure::memory::MemoryMonitor;
use crate::measure::meter::Meter;
use crate::measure::paced::PacedSession;
use crate::wire::{TEXT, clip};

/// A loaded model and what was measured so far.
pub struct Loaded<'m> {
    /// The model.
    pub model: &'m Model,
    /// How its weights are held.
    pub choice: WeightsChoice,
    /// What its session needs.
    pub options: SessionOptions,
    /// How long loading took.
    pub load_time: Duration,
    /// What the machine could do at best.
    pub roofline: Roofline,
    /// Measures power.
    pub meter: Meter,
    /// Watches memory.
    pub memory: MemoryMonitor,
    /// What was used of the CPUs before the model was loaded.
    pub cpus: Reading<CpuUse>,
}

/// Calibrates, makes the session and warms it up. Sends ModelLoaded, Roofline and PowerStart.
pub fn prepare<'m>(
    job: &Job,
    loaded: Loaded<'m>,
    prompter: &mut Prompter<'m>,
    reports: &mut Reports<impl Write>,
) -> Result<(Answerer<'m, Session<'m>>, MemoryMonitor), RunError> {
    let Loaded {
        model,
        choice,
        mut options,
        mut load_time,
        roofline: machine,
        meter,
        mut memory,
        cpus,
    } = loaded;
    let mut tuning = Tuning::Default;
    if let Some(ask) = job.asks.first() {
        let (_, prompt) = prompter.open(*ask)?;
        let about = (job.model_hash, choice.weights);
        let root = Path::new(job.plan.budgets.root);
        let taken = CpuUse::others_since(cpus, root);
        tuning = memory.apart(|| {
            calibration::tune(job.plan, model, about, prompt.tokens, taken, &mut options)
        })?;
    }
    let session_started = Instant::now();
    let session = Session::new(model, &options)?;
    let shape = session.shape();
    load_time += session_started.elapsed();
    // What loading and the outline left behind: 10 MiB with 151,936 tokens.
    release_freed();
    memory.loaded(model, &session);

    let after = prompter.after_trace(job.plan.mode)?;
    let session = PacedSession::new(session, meter);
    let mut answerer = Answerer::new(model, session, job.plan, prompter.template(), after);
    let warm_up_started = Instant::now();
    let token_bytes = warm_up(job, &mut answerer, prompter)?;
    let facts = model.facts();
    reports.record(&Record::ModelLoaded(ModelLoaded {
        name: clip(facts.name.as_deref().unwrap_or_default(), TEXT),
        architecture: clip(&facts.architecture, TEXT),
        quantisation: clip(&facts.quantisation, TEXT),
        parameters: facts.parameters,
        tensor_bytes: Bytes(facts.tensor_bytes),
        origin: loading::origin(model),
        template_hash: prompter.template().hash,
        threads: options.threads as u16,
        context: shape.context,
        batch: shape.batch,
        ubatch: shape.ubatch,
        tuning,
        weights: choice.weights,
        chosen_with: choice.with,
        reuse: job.plan.reuse,
        flash: job.plan.flash,
        cache: job.plan.cache,
        load: load_time.into(),
        warm_up: warm_up_started.elapsed().into(),
        flash_used: options.flash,
    }))?;
    if shape.sequences > 1 {
        // A sequence for each text, which are at most 255, and one for the prompt.
        let texts = (shape.sequences - 1) as u8;
        let scenario = job.plan.scenario;
        reports.record(&Record::Together(Together { scenario, texts }))?;
    }
    let row = roofline::row(&machine, facts, token_bytes);
    reports.record(&Record::Roofline(row))?;
    reports.record(&Record::PowerStart(answerer.power_row()))?;
    Ok((answerer, memory))
}

/// Warms up with the first prompt and calibrates the power governor. Returns what a token adds to
/// the session's memory.
pub fn warm_up<S: Decoder>(
    job: &Job,
    answerer: &mut Answerer<S>,
    prompter: &mut Prompter,
) -> Result<Bytes, RunError> {
    let Some(ask) = job.asks.first() else {
        return Ok(Bytes(0));
    };
    let (_, prompt) = prompter.open(*ask)?;
    let tokens = prompt.tokens;
    let fits = tokens.get(..answerer.context() as usize).unwrap_or(tokens);
    answerer.warm_up(fits)?;
    let token_bytes = answerer.token_bytes(fits)?;
    answerer.calibrate(fits)?;
    Ok(token_bytes)
}
