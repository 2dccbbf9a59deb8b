//! The model of a run, and the session that its prompts need.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use edgescore_engine::{KvType, LoadProblem, Model, SessionOptions};
use edgescore_record::{Ask, CacheType, Fault, FlashAttention, Mode, Origin, Plan, Stop, Weights};

use crate::prompt::Prompter;
use crate::refusal::{Refusal, data};
use crate::stop::{self, INTERRUPTED};

/// Loads the model of `plan`.
pub fn load(plan: &Plan) -> Result<Model, Refusal> {
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

/// What the session needs; `None` when interrupted.
pub fn options(
    plan: &Plan,
    model: &Model,
    prompter: &mut Prompter,
    asks: &[Ask],
) -> Result<Option<SessionOptions>, Refusal> {
    let context = match plan.context {
        0 => match longest(prompter, asks)? {
            Some(prompt) => context_for(prompt, plan, model.facts().trained_context),
            None => return Ok(None),
        },
        asked => asked,
    };
    let threads = match plan.threads {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        asked => u32::from(asked),
    };
    Ok(Some(SessionOptions {
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
    }))
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

/// Where the weights come from, by what the file says of itself.
pub fn origin(model: &Model) -> Origin {
    let says = |key| model.meta(key).as_deref() == Some("true");
    if says("edgescore.synthetic") {
        Origin::Synthetic
    } else if says("edgescore.reference") {
        Origin::Reference
    } else {
        Origin::Given
    }
}
