//! One run: a plan in, the rows of a result out.

mod advice;
mod calibration;
mod judge;
mod loading;
mod memory;
mod prompts;
mod roofline;
mod start;
mod weigh;

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use edgescore_engine::{Session, SessionOptions, release_freed};
use edgescore_probe::{Bytes, Roofline, free_memory};
use edgescore_record::{
    Ask, Fault, Keeper, ModelLoaded, Plan, Record, Stop, Tuning, Verdict, VerdictKind,
};
use edgescore_taskpack::{Hash, Pack};

use crate::answering::{Answerer, microseconds};
use crate::asking::{Asking, Counts, Ending};
use crate::conditions::Watch;
use crate::cpu_level::CpuLevel;
use crate::holding::Holding;
use crate::meter::{BelowIdle, Meter};
use crate::model_file;
use crate::outbox::clip;
use crate::paced::Paced;
use crate::prompt::Prompter;
use crate::refusal::{Refusal, data};
use crate::report::{Report, Reports};
use crate::select;
use crate::stop;

/// Longest text of unknown origin that goes into a row, in bytes.
const TEXT: usize = 200;

/// Carries out `plan`. After [`Refusal::Because`] the rows sent so far are no result.
pub fn run(
    plan: &Plan,
    holding: &Holding,
    reports: &mut Reports<impl Write>,
) -> Result<(), Refusal> {
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
    let identity = model_file::identify(path, holding.has_cgroup()).map_err(|e| {
        data(format!(
            "cannot read the model {}: {e}; check --model",
            plan.model
        ))
    })?;
    let began = Instant::now();
    start::start(plan, &pack, &asks, identity, &level, reports)?;
    let roofline = roofline::measure(identity.0);
    let memory = memory::Watch::start(holding);
    let (model_bytes, model_hash) = identity;
    let free = free_memory(Path::new("/"));
    let choice = loading::Choice::new(plan, model_bytes, free);

    let mut counts = Counts::default();
    let about = (identity, choice);
    let weighed = weigh::weigh(plan, &pack, &asks, about, holding, reports);
    let ending = weighed.and_then(|weighed| match weighed {
        Ok((options, choice)) => {
            let begun = Begun {
                at: began,
                options,
                memory,
                roofline,
                keeper: holding.keeper,
                model_hash,
                choice,
            };
            ask_all(plan, &pack, &asks, begun, &mut counts, reports)
        }
        Err(ending) => Ok(ending),
    });
    let ending = match ending {
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

/// What is known before the model is loaded.
struct Begun {
    at: Instant,
    options: SessionOptions,
    memory: memory::Watch,
    roofline: Roofline,
    keeper: Keeper,
    model_hash: Hash,
    choice: loading::Choice,
}

/// Loads the model and asks it. Sends ModelLoaded, the questions' rows and Memory.
fn ask_all(
    plan: &Plan,
    pack: &Pack,
    asks: &[Ask],
    begun: Begun,
    counts: &mut Counts,
    reports: &mut Reports<impl Write>,
) -> Result<Ending, Refusal> {
    let Begun {
        at: began,
        mut options,
        mut memory,
        roofline: machine,
        keeper,
        model_hash,
        choice,
    } = begun;
    let Some(mut conditions) = Watch::start(&plan.budgets) else {
        return Ok(Ending::Stopped(Stop::Interrupted));
    };
    let mut meter = Meter::start(&plan.budgets)?;
    if let Err(BelowIdle(detail)) = meter.check() {
        return Ok(Ending::Failed(VerdictKind::OverPower, detail));
    }
    let load_from = meter.edge();
    let started = Instant::now();
    let model = loading::load(plan, choice.weights)?;
    let mut load_time = started.elapsed();
    meter.loaded(load_from);
    let template = model
        .template(plan.template)
        .map_err(|e| data(format!("{}: {e}; pass it as --template NAME", plan.model)))?;
    let mut prompter = Prompter::new(&model, &template, pack, plan);
    let mut tuning = Tuning::Default;
    if let Some(ask) = asks.first() {
        let (_, prompt) = prompter.open(*ask).map_err(data)?;
        let about = (model_hash, choice.weights);
        let tuned =
            memory.apart(|| calibration::tune(plan, &model, about, prompt.tokens, &mut options));
        match tuned {
            Ok(tuned) => tuning = tuned,
            Err(error) => return Ok(error.into()),
        }
    }
    let threads = options.threads;
    let session_started = Instant::now();
    let session = Session::new(&model, &options).map_err(data)?;
    let shape = session.shape();
    load_time += session_started.elapsed();
    // What loading and the outline left behind: 10 MiB with 151,936 tokens.
    release_freed();
    memory.loaded(&model, &session);

    let mut answerer = Answerer::new(&model, Paced::new(session, meter), plan);
    let warm_up_started = Instant::now();
    let mut token_bytes = Bytes(0);
    if let Some(ask) = asks.first() {
        let (_, prompt) = prompter.open(*ask).map_err(data)?;
        let tokens = prompt.tokens;
        let fits = tokens.get(..answerer.context() as usize).unwrap_or(tokens);
        if let Err(error) = answerer.warm_up(fits) {
            return Ok(error.into());
        }
        match answerer.token_bytes(fits) {
            Ok(bytes) => token_bytes = bytes,
            Err(error) => return Ok(error.into()),
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
        origin: loading::origin(&model),
        template_hash: Hash::of(template.text().to_bytes()),
        threads: threads as u16,
        context: shape.context,
        batch: shape.batch,
        ubatch: shape.ubatch,
        tuning,
        weights: choice.weights,
        chosen_with: choice.with,
        reuse: plan.reuse,
        flash: plan.flash,
        cache: plan.cache,
        load: microseconds(load_time),
        warm_up: microseconds(warm_up_started.elapsed()),
        flash_used: loading::flash_of(&options),
    }))?;

    reports.record(&Record::Roofline(roofline::row(
        &machine,
        facts,
        token_bytes,
    )))?;
    reports.record(&Record::PowerStart(answerer.meter().row()))?;

    memory.first_question();
    conditions.first_question();
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
    let memory = memory.finish();
    let power = answerer.finish().finish();
    reports.record(&Record::PowerEnd(power))?;
    let conditions = conditions.finish();
    reports.record(&Record::Conditions(conditions))?;
    reports.record(&Record::Memory(memory))?;
    Ok(match ending {
        Ending::Complete | Ending::Stopped(Stop::Decided) => {
            judge::over_memory(&plan.budgets, keeper, &memory)
                .or_else(|| judge::judge(&plan.budgets, &power, &conditions))
                .unwrap_or(ending)
        }
        other => other,
    })
}
