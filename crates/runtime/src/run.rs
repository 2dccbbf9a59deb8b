//! One run: a plan in, the rows of a result out.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use edgescore_engine::{
    KvType, LoadProblem, Model, Session, SessionOptions, llama_version, system_info,
};
use edgescore_probe::energy::Budget;
use edgescore_probe::{BoardFacts, Bytes, MemorySample, Microwatts, Reading};
use edgescore_record::{
    Ask, Budgets, CacheType, Conditions, Fault, FlashAttention, Memory, Mode, ModelLoaded, Origin,
    Plan, PowerEnd, Record, SessionStart, Stop, Task, Verdict, VerdictKind, Weights,
};
use edgescore_taskpack::{Hash, Pack};

use crate::answering::{Answerer, microseconds};
use crate::asking::{Asking, Counts, Ending};
use crate::conditions::Watch;
use crate::cpu_level::CpuLevel;
use crate::meter::{BelowIdle, Meter};
use crate::model_file;
use crate::outbox::clip;
use crate::paced::Paced;
use crate::prompt::Prompter;
use crate::report::{Report, Reports};
use crate::select;
use crate::stop::{self, INTERRUPTED};

/// Longest text of unknown origin that goes into a row, in bytes.
const TEXT: usize = 200;

/// Why there is no result.
pub enum Refusal {
    /// The parent cannot be reached.
    Link(io::Error),
    /// For this reason.
    Because(Fault, String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Link(error)
    }
}

pub(crate) fn data(what: impl std::fmt::Display) -> Refusal {
    Refusal::Because(Fault::Data, what.to_string())
}

/// Carries out `plan`. After [`Refusal::Because`] the rows sent so far are no result.
pub fn run(plan: &Plan, reports: &mut Reports<impl Write>) -> Result<(), Refusal> {
    let level = CpuLevel::read();
    if let Some(refusal) = level.refusal() {
        return Err(Refusal::Because(Fault::Board, refusal));
    }
    let bytes = std::fs::read(plan.pack).map_err(|e| {
        data(format!(
            "cannot read the pack {}: {e}; check --pack",
            plan.pack
        ))
    })?;
    let pack = Pack::open(&bytes)
        .and_then(|pack| pack.verify().map(|()| pack))
        .map_err(|e| data(format!("{}: {e}", plan.pack)))?;
    let asks = select::asks(&pack, plan).map_err(data)?;
    let path = Path::new(plan.model);
    let identity = model_file::identify(path).map_err(|e| {
        data(format!(
            "cannot read the model {}: {e}; check --model",
            plan.model
        ))
    })?;
    let began = Instant::now();
    start(plan, &pack, &asks, identity, &level, reports)?;

    let mut counts = Counts::default();
    let ending = match ask_all(plan, &pack, &asks, began, &mut counts, reports) {
        Ok(ending) => ending,
        Err(Refusal::Because(..)) if stop::requested() == Some(Stop::Interrupted) => {
            Ending::Stopped(Stop::Interrupted)
        }
        Err(refusal) => return Err(refusal),
    };
    let (kind, detail, stop) = match ending {
        Ending::Complete => (VerdictKind::Ok, String::new(), None),
        Ending::Stopped(Stop::Decided) => (VerdictKind::Ok, String::new(), Some(Stop::Decided)),
        Ending::Stopped(Stop::Interrupted) => (
            VerdictKind::Aborted,
            format!(
                "interrupted after {} of {} questions",
                counts.answered,
                asks.len()
            ),
            Some(Stop::Interrupted),
        ),
        Ending::Failed(kind, reason) => (kind, reason, None),
    };
    reports.say(&Report::Ended {
        verdict: Verdict {
            kind,
            detail: clip(&detail, 2000),
        },
        stop,
    })?;
    Ok(())
}

/// Sends SessionStart and the task table.
fn start(
    plan: &Plan,
    pack: &Pack,
    asks: &[Ask],
    (model_bytes, model_hash): (Bytes, Hash),
    level: &CpuLevel,
    reports: &mut Reports<impl Write>,
) -> Result<(), Refusal> {
    let board = BoardFacts::read(Path::new("/"));
    let features = system_info();
    let unused = level.unused();
    let file = Path::new(plan.model).file_name().unwrap_or_default();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    reports.record(&Record::SessionStart(SessionStart {
        runtime: env!("CARGO_PKG_VERSION"),
        llama: clip(llama_version(), TEXT),
        features: clip(features.trim(), 2 * TEXT),
        unused_features: clip(&unused, TEXT),
        board: clip(&board.board, TEXT),
        cpu: clip(&board.cpu, TEXT),
        kernel: clip(&board.kernel, TEXT),
        governor: clip(&board.governor, TEXT),
        unix_time_s: since_1970.map_or(0, |d| d.as_secs()),
        pack: clip(pack.name(), TEXT),
        pack_hash: pack.hash(),
        pack_questions: pack.question_count(),
        asks: u32::try_from(asks.len()).map_err(data)?,
        model_file: clip(&file.to_string_lossy(), TEXT),
        model_hash,
        model_bytes,
        mode: plan.mode,
        layout: plan.layout,
        order: plan.order,
        rotate: plan.rotate,
        seed: plan.seed,
        draws: plan.draws,
        temperature_milli: plan.temperature_milli,
        max_tokens: plan.max_tokens,
    }))?;
    let mut of_task = vec![0; pack.task_count() as usize];
    for ask in asks {
        let task = pack.task_of(ask.question()).map_err(data)?;
        if let Some(count) = of_task.get_mut(task as usize) {
            *count += 1;
        }
    }
    for (index, asks) in (0..).zip(of_task) {
        let task = pack.task(index).map_err(data)?;
        reports.record(&Record::Task(Task {
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

/// Loads the model and asks it. Sends ModelLoaded, the questions' rows and Memory.
fn ask_all(
    plan: &Plan,
    pack: &Pack,
    asks: &[Ask],
    began: Instant,
    counts: &mut Counts,
    reports: &mut Reports<impl Write>,
) -> Result<Ending, Refusal> {
    let Some(conditions) = Watch::start(&plan.budgets) else {
        return Ok(Ending::Stopped(Stop::Interrupted));
    };
    let mut meter = Meter::start(&plan.budgets)?;
    if let Err(BelowIdle(detail)) = meter.check() {
        return Ok(Ending::Failed(VerdictKind::OverPower, detail));
    }
    let load_from = meter.edge();
    let started = Instant::now();
    let model = load(plan)?;
    let mut load_time = started.elapsed();
    meter.loaded(load_from);
    let template = model
        .template(plan.template)
        .map_err(|e| data(format!("{}: {e}; pass it as --template NAME", plan.model)))?;
    let mut prompter = Prompter::new(&model, &template, pack, plan);
    let context = match plan.context {
        0 => match longest(&mut prompter, asks)? {
            Some(prompt) => context_for(prompt, plan, model.facts().trained_context),
            None => return Ok(Ending::Stopped(Stop::Interrupted)),
        },
        asked => asked,
    };
    let threads = match plan.threads {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        asked => u32::from(asked),
    };
    let session_started = Instant::now();
    let options = SessionOptions {
        batch: plan.batch,
        ubatch: plan.ubatch,
        flash: match plan.flash {
            FlashAttention::Auto => edgescore_engine::FlashAttention::Auto,
            FlashAttention::On => edgescore_engine::FlashAttention::On,
            FlashAttention::Off => edgescore_engine::FlashAttention::Off,
        },
        kv: match plan.cache {
            CacheType::F16 => KvType::F16,
            CacheType::Q8_0 => KvType::Q8_0,
        },
        abort: Some(&INTERRUPTED),
        ..SessionOptions::new(context, threads)
    };
    let session = Session::new(&model, &options).map_err(data)?;
    let shape = session.shape();
    load_time += session_started.elapsed();

    let mut answerer = Answerer::new(&model, Paced::new(session, meter), plan);
    let warm_up_started = Instant::now();
    if let Some(ask) = asks.first() {
        let (_, prompt) = prompter.open(*ask).map_err(data)?;
        let tokens = prompt.tokens;
        let fits = tokens.get(..answerer.context() as usize).unwrap_or(tokens);
        if let Err(error) = answerer.warm_up(fits) {
            return Ok(error.into());
        }
        match answerer.calibrate(fits) {
            Ok(calibrated) => calibrated?,
            Err(error) => return Ok(error.into()),
        }
    }
    let facts = model.facts();
    reports.record(&Record::ModelLoaded(ModelLoaded {
        name: clip(facts.name.as_deref().unwrap_or_default(), TEXT),
        architecture: clip(&facts.architecture, TEXT),
        quantisation: clip(&facts.quantisation, TEXT),
        parameters: facts.parameters,
        tensor_bytes: Bytes(facts.tensor_bytes),
        origin: origin(&model),
        template_hash: Hash::of(template.text().to_bytes()),
        threads: threads as u16,
        context: shape.context,
        batch: shape.batch,
        ubatch: shape.ubatch,
        weights: plan.weights,
        reuse: plan.reuse,
        flash: plan.flash,
        cache: plan.cache,
        load: microseconds(load_time),
        warm_up: microseconds(warm_up_started.elapsed()),
    }))?;

    reports.record(&Record::PowerStart(answerer.meter().row()))?;

    let root = Path::new("/");
    let faults_before = MemorySample::read(root).major_faults;
    answerer.meter().first_question();
    let mut asking = Asking {
        plan,
        deadline: plan
            .budgets
            .time
            .and_then(|limit| began.checked_add(limit.into())),
        prompter: &mut prompter,
        answerer: &mut answerer,
        counts,
        reports,
    };
    let ending = asking.all(asks)?;
    let memory = MemorySample::read(root);
    let power = answerer.finish().finish();
    reports.record(&Record::PowerEnd(power))?;
    let conditions = conditions.finish();
    reports.record(&Record::Conditions(conditions))?;
    reports.record(&Record::Memory(Memory {
        rss_peak: memory.rss_peak,
        rss_anon: memory.rss_anon,
        rss_file: memory.rss_file,
        major_faults: match (faults_before, memory.major_faults) {
            (Reading::Value(before), Reading::Value(after)) => {
                Reading::Value(after.saturating_sub(before))
            }
            (missing @ Reading::Missing(_), _) | (_, missing) => missing,
        },
    }))?;
    Ok(match ending {
        Ending::Complete | Ending::Stopped(Stop::Decided) => {
            judge(&plan.budgets, &power, &conditions).unwrap_or(ending)
        }
        other => other,
    })
}

/// What spoils a run that came to its end.
fn judge(budgets: &Budgets, power: &PowerEnd, conditions: &Conditions) -> Option<Ending> {
    if let Some(limit) = budgets.power {
        let budget = Budget {
            power: limit,
            window: budgets.power_window,
        };
        let over = |mean: Reading<Microwatts>| mean.value().is_some_and(|m| m > budget.tolerated());
        let say = |mean: Reading<Microwatts>| match mean {
            Reading::Value(mean) => mean.to_string(),
            Reading::Missing(reason) => reason.to_string(),
        };
        if over(power.mean) || over(power.worst) || matches!(power.mean, Reading::Missing(_)) {
            let detail = format!(
                "a budget of {limit} was not held: mean {}, worst window {}, {:.1} s over; give \
                 a longer --power-window, fewer threads or a smaller --ubatch",
                say(power.mean),
                say(power.worst),
                power.over.0 as f64 / 1e6
            );
            return Some(Ending::Failed(VerdictKind::OverPower, detail));
        }
    }
    let flags = conditions.throttled.value()?;
    (flags.ever() || flags.now()).then(|| {
        let detail = format!("the board was held back: {flags}; cool it, or mend its supply");
        Ending::Failed(VerdictKind::Throttled, detail)
    })
}

fn load(plan: &Plan) -> Result<Model, Refusal> {
    let weights = match plan.weights {
        Weights::Mapped => edgescore_engine::Weights::Mapped,
        Weights::Repacked => edgescore_engine::Weights::Repacked,
    };
    let mut progress = |_| match INTERRUPTED.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    Model::load(Path::new(plan.model), weights, &mut progress).map_err(|error| {
        let fault = match error.problem {
            LoadProblem::GivenUp => Fault::Board,
            _ => Fault::Data,
        };
        Refusal::Because(fault, error.to_string())
    })
}

/// Tokens of the longest prompt; `None` when interrupted.
fn longest(prompter: &mut Prompter, asks: &[Ask]) -> Result<Option<usize>, Refusal> {
    let mut longest = 0;
    for ask in asks {
        if stop::requested() == Some(Stop::Interrupted) {
            return Ok(None);
        }
        longest = longest.max(prompter.length(*ask).map_err(data)?);
    }
    Ok(Some(longest))
}

/// Where the weights come from, by what the file says of itself.
fn origin(model: &Model) -> Origin {
    let says = |key| model.meta(key).as_deref() == Some("true");
    if says("edgescore.synthetic") {
        Origin::Synthetic
    } else if says("edgescore.reference") {
        Origin::Reference
    } else {
        Origin::Given
    }
}

/// What the longest prompt and its answer need, at most what the model was trained for.
fn context_for(prompt: usize, plan: &Plan, trained: u32) -> u32 {
    let answer = match plan.mode {
        // The forced start of an answer has 12 bytes, so at most as many tokens.
        Mode::Letter => 12,
        Mode::Generate => u32::from(plan.max_tokens),
    };
    let needed = u32::try_from(prompt)
        .unwrap_or(u32::MAX)
        .saturating_add(answer);
    if trained == 0 {
        needed
    } else {
        needed.min(trained)
    }
}
