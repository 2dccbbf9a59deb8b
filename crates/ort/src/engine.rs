//! ONNX Runtime GenAI as an engine of a run.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use edgescore_probe::Bytes;
use edgescore_record::{
    CacheType, EngineRow, FlashAttention, MemoryStart, ModelLoaded, Plan, Record, Scenario, Tuning,
    Weights,
};
use edgescore_runtime::error::{Refusal, RunError};
use edgescore_runtime::inference::answering::Answerer;
use edgescore_runtime::measure::conditions::ConditionsMonitor;
use edgescore_runtime::measure::memory::MemoryMonitor;
use edgescore_runtime::measure::meter::Meter;
use edgescore_runtime::measure::paced::PacedSession;
use edgescore_runtime::run::answer_rows::Counts;
use edgescore_runtime::run::engine::Engine;
use edgescore_runtime::run::job::Job;
use edgescore_runtime::run::memory_control::MemoryControl;
use edgescore_runtime::run::model_answers::ModelAnswers;
use edgescore_runtime::run::report::Reports;
use edgescore_runtime::run::{ask_all, loading, prepare, prompts, template};
use edgescore_runtime::wire::{TEXT, clip};
use edgescore_taskpack::Hash;

use crate::decoder::OrtDecoder;
use crate::folder::Folder;
use crate::library::{self, NAME};
use crate::vocabulary::OrtVocabulary;

/// The engine.
pub struct OrtGenAi;

impl Engine for OrtGenAi {
    fn identify<'p>(
        &self,
        plan: &Plan<'p>,
        _memory: &MemoryControl,
    ) -> Result<(&'p str, Bytes, Hash), Refusal> {
        if let Some((option, why)) = refused(plan) {
            return Err(Refusal::data(format!(
                "{option}: {NAME} {why}: leave it out"
            )));
        }
        let path = Path::new(plan.model);
        Folder::open(path)?;
        let (bytes, hash) = edgescore_record::model_hash(path).map_err(|error| {
            Refusal::data(format!(
                "cannot read the model {}: {error}; check --model",
                plan.model
            ))
        })?;
        let name = path.file_name().and_then(|name| name.to_str());
        Ok((name.unwrap_or_default(), Bytes(bytes), hash))
    }

    fn carry_out<W: Write>(
        &self,
        job: &Job,
        counts: &mut Counts,
        reports: &mut Reports<W>,
    ) -> Result<(), RunError> {
        let plan = job.plan;
        if job.prompts.constrain().is_some() {
            let why = format!("--constrain: {NAME} follows no grammar of llama.cpp: leave it out");
            return Err(Refusal::data(why).into());
        }
        let folder = Folder::open(Path::new(plan.model))?;
        let weights = folder.weights();
        let pieces = folder.pieces()?;
        let memory = MemoryMonitor::start(job.memory.has_cgroup());
        let library = library::load()?;
        let row = *job.prompts.template();
        template::rows(job, row, reports)?;
        reports.record(&Record::MemoryStart(MemoryStart {
            limiter: job.memory.limiter,
            why: clip(job.memory.why, TEXT),
            limit: plan.budgets.memory.map(|budget| budget.limit),
            estimate: None,
        }))?;
        let conditions = ConditionsMonitor::start(&plan.budgets)?;
        let mut meter = Meter::start(&plan.budgets)?;
        let load_from = meter.edge();
        let started = Instant::now();
        let threads = loading::threads(plan);
        let settings = format!(
            r#"{{"model": {{"decoder": {{"session_options": {{"intra_op_num_threads": {threads}}}}}}}}}"#
        );
        let failed = |error: String| Refusal::data(format!("{}: {NAME}: {error}", plan.model));
        let model = library
            .genai
            .model(Path::new(plan.model), &settings)
            .map_err(failed)?;
        let device = model.device().map_err(failed)?;
        let on = format!("ONNX Runtime {}, {device}", library.genai.runtime);
        reports.record(&Record::Engine(EngineRow {
            name: NAME,
            version: clip(&library.version, TEXT),
            on: clip(&on, TEXT),
        }))?;
        let tokenizer = model.tokenizer().map_err(failed)?;
        let count = folder.model.vocab_size;
        let vocabulary =
            OrtVocabulary::new(tokenizer, pieces, count, folder.bos()).map_err(failed)?;
        let mut load_time = started.elapsed();
        meter.loaded(load_from);

        let mut prompter = prompts::prompter(job, &vocabulary)?;
        let (lengths, shortest) = prompts::count(&mut prompter, job.asks, plan.reuse)?;
        reports.record(&Record::Prompts(lengths))?;
        let context = match plan.context {
            0 => loading::context_for(lengths.longest, plan, &row, folder.model.context_length),
            asked => asked,
        };
        loading::check_room(plan, &row, context, shortest)?;
        let started = Instant::now();
        let generator = model.generator(context).map_err(failed)?;
        load_time += started.elapsed();
        let decoder = OrtDecoder::new(generator, context, count);
        let after = prompter.after_trace(plan.mode)?;
        let session = PacedSession::new(decoder, meter);
        let mut answerer = Answerer::new(&vocabulary, session, plan, &row, after);
        let warm_up_started = Instant::now();
        prepare::warm_up(job, &mut answerer, &mut prompter)?;
        reports.record(&Record::ModelLoaded(ModelLoaded {
            name: clip(job.model_name, TEXT),
            architecture: clip(&folder.model.kind, TEXT),
            quantisation: weights.as_ref().map_or("", |weights| &weights.format),
            parameters: weights.as_ref().map_or(0, |weights| weights.parameters),
            tensor_bytes: Bytes(weights.as_ref().map_or(0, |weights| weights.bytes)),
            origin: folder.origin(),
            template_hash: row.hash,
            threads: threads as u16,
            context,
            batch: context,
            ubatch: context,
            // There is nothing to calibrate.
            tuning: Tuning::Given,
            weights: Weights::Mapped,
            chosen_with: None,
            reuse: plan.reuse,
            flash: plan.flash,
            cache: plan.cache,
            load: load_time.into(),
            warm_up: warm_up_started.elapsed().into(),
            flash_used: plan.flash,
        }))?;
        reports.record(&Record::PowerStart(answerer.power_row()))?;
        let answers = ModelAnswers {
            plan,
            prompter,
            answerer,
            memory,
        };
        ask_all(job, answers, conditions, counts, reports)
    }
}

/// An option of `plan` that this engine cannot do, and why.
fn refused(plan: &Plan) -> Option<(&'static str, &'static str)> {
    let floor = plan.budgets.memory.is_some_and(|budget| !budget.refuse);
    let options = [
        (
            "--power",
            plan.budgets.power.is_some(),
            "cannot pause inside a prompt",
        ),
        (
            "--find-memory-floor",
            floor,
            "maps no weights that could be read again",
        ),
        (
            "--scenario offline",
            plan.scenario == Scenario::Offline,
            "answers one question at a time here",
        ),
        (
            "--parallel",
            plan.parallel > 1,
            "writes one text at a time here",
        ),
        ("--ubatch", plan.ubatch != 0, "computes a prompt at once"),
        (
            "--weights",
            plan.weights.is_some(),
            "lays weights as it likes",
        ),
        ("--cache-type", plan.cache != CacheType::F16, BUILT_IN),
        (
            "--flash-attention",
            plan.flash != FlashAttention::Auto,
            BUILT_IN,
        ),
    ];
    let given = options.into_iter().find(|(_, is_given, _)| *is_given);
    given.map(|(option, _, why)| (option, why))
}

const BUILT_IN: &str = "has what its builder wrote into the model";
