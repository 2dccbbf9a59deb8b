//! The model of a run, and the session that its prompts need.

use std::ops::ControlFlow;
use std::path::Path;

use edgescore_engine::{LoadError, Model, Others, SessionOptions};
use edgescore_probe::{Bytes, Reading};
use edgescore_record::{Mode, Origin, Plan, Scenario, TemplateRow, Think, Weights};

use super::defaults;
use crate::error::Refusal;
use crate::stop::{self, INTERRUPTED};

/// Beside weights and their copy: KV cache, compute buffers and the rest of the board.
const REST: u64 = 256 << 20;

/// How weights are to lie in memory, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightsChoice {
    /// How.
    pub weights: Weights,
    /// The memory that decided; none where it was asked for.
    pub with: Option<Reading<Bytes>>,
}

impl WeightsChoice {
    /// What `plan` asks for, or repacked if `free` memory has room twice for the weights of a
    /// model file of `file` bytes, since the pages of the file are still read where a tensor has
    /// no other layout.
    pub fn new(plan: &Plan, file: Bytes, free: Reading<Bytes>) -> WeightsChoice {
        match plan.weights {
            Some(weights) => WeightsChoice {
                weights,
                with: None,
            },
            None => WeightsChoice {
                weights: weights(file, free),
                with: Some(free),
            },
        }
    }

    /// Mapped, because the budget `limit` has no room for a copy. `None` where that changes
    /// nothing, or something else was asked for.
    pub fn within(self, limit: Bytes) -> Option<WeightsChoice> {
        let free = self.with.is_some() && self.weights == Weights::Repacked;
        free.then_some(WeightsChoice {
            weights: Weights::Mapped,
            with: Some(Reading::Value(limit)),
        })
    }
}

fn weights(file: Bytes, free: Reading<Bytes>) -> Weights {
    let needed = file.0.saturating_mul(2).saturating_add(REST);
    match free {
        Reading::Value(free) if free.0 < needed => Weights::Mapped,
        _ => Weights::Repacked,
    }
}

/// Loads the model of `plan`.
pub fn load(plan: &Plan, weights: Weights) -> Result<Model, LoadError> {
    let mut progress = |_| match stop::is_interrupted() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    Model::load(Path::new(plan.model), weights, &mut progress)
}

/// What the session needs for prompts of `template` of at most `longest` tokens.
pub fn options(plan: &Plan, template: &TemplateRow, model: &Model, longest: u32) -> SessionOptions {
    let context = match plan.context {
        0 => context_for(longest, plan, template, model.facts().trained_context),
        asked => asked,
    };
    let threads = threads(plan);
    let (texts, others) = together(plan, room(plan, template));
    SessionOptions {
        sequences: match texts {
            0 => 1,
            // The prompt's own, and one for each text.
            texts => texts + 1,
        },
        others,
        batch: plan.batch,
        ubatch: match plan.ubatch {
            0 => defaults::ubatch(longest),
            asked => asked,
        },
        flash: plan.flash,
        cache: plan.cache,
        stops: plan.budgets.power.is_some(),
        abort: Some(&INTERRUPTED),
        ..SessionOptions::new(context, threads)
    }
}

/// Texts of at most `room` tokens that are decoded together, 0 where none are, and where they lie.
fn together(plan: &Plan, room: u32) -> (u32, Others) {
    match plan.scenario {
        Scenario::SingleStream => {
            let draws = match plan.parallel {
                0 => plan.draws,
                asked => asked.min(plan.draws),
            };
            match u32::from(draws) {
                0 | 1 => (0, Others::Shared(0)),
                // They share their prompt.
                draws => (draws, Others::Shared((draws - 1) * room)),
            }
        }
        Scenario::Offline => (u32::from(plan.parallel.max(1)), Others::Apart),
    }
}

/// Threads of `plan`, or one for each CPU.
pub fn threads(plan: &Plan) -> u32 {
    match plan.threads {
        0 => defaults::cpus(),
        asked => u32::from(asked),
    }
}

/// Tokens that the longest prompt and its answer need, at most those that the model was `trained` for,
/// where these are known (not 0).
pub fn context_for(prompt: u32, plan: &Plan, template: &TemplateRow, trained: u32) -> u32 {
    let needed = prompt.saturating_add(room(plan, template));
    if trained == 0 {
        needed
    } else {
        needed.min(trained)
    }
}

/// Tokens that an answer and the trace before it may have.
fn room(plan: &Plan, template: &TemplateRow) -> u32 {
    let answer = match plan.mode {
        // The forced start of an answer has 12 bytes, so at most as many tokens.
        Mode::Letter => 12,
        Mode::Generate => u32::from(plan.max_tokens),
    };
    let trace = match (template.think, template.markers) {
        // What closes it has at most as many tokens as bytes.
        (Think::Tokens(tokens), Some(markers)) => u32::from(tokens) + markers.closing.len() as u32,
        _ => 0,
    };
    answer.saturating_add(trace)
}

/// Refuses a run in which no question can be asked: not even the shortest prompt leaves room for a
/// trace and an answer.
///
/// # Errors
/// It is one.
pub fn check_room(
    plan: &Plan,
    template: &TemplateRow,
    context: u32,
    shortest: u32,
) -> Result<(), Refusal> {
    let trace = match template.think {
        Think::Tokens(tokens) => u32::from(tokens),
        Think::Auto | Think::Off => 0,
    };
    // The last token of an answer is picked, not computed.
    let answer = match plan.mode {
        Mode::Letter => 0,
        Mode::Generate => u32::from(plan.max_tokens).saturating_sub(1),
    };
    if shortest.saturating_add(trace).saturating_add(answer) <= context {
        return Ok(());
    }
    Err(Refusal::data(format!(
        "no question fits a context of {context} tokens: the shortest prompt has {shortest}, its trace up to {trace} \
         (--think) and its answer up to {answer} (--max-tokens); give less of these, or a larger --context"
    )))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use edgescore_probe::Reason;

    #[test]
    fn weights_are_repacked_where_there_is_room_for_them_twice() {
        let (file, needed) = (Bytes(1 << 30), (2 << 30) + REST);
        assert_eq!(
            weights(file, Reading::Value(Bytes(needed))),
            Weights::Repacked
        );
        assert_eq!(
            weights(file, Reading::Value(Bytes(needed - 1))),
            Weights::Mapped
        );
        // llama.cpp's own default where nothing is known.
        assert_eq!(
            weights(file, Reading::Missing(Reason::Denied)),
            Weights::Repacked
        );
        assert_eq!(
            weights(Bytes(u64::MAX), Reading::Value(Bytes(needed))),
            Weights::Mapped
        );
    }

    #[test]
    fn a_budget_takes_back_only_what_was_chosen() {
        let limit = Bytes(1 << 30);
        let chosen = WeightsChoice {
            weights: Weights::Repacked,
            with: Some(Reading::Missing(Reason::Denied)),
        };
        let mapped = chosen.within(limit).unwrap();
        assert_eq!(mapped.weights, Weights::Mapped);
        assert_eq!(mapped.with, Some(Reading::Value(limit)));
        assert_eq!(mapped.within(limit), None);
        let asked = WeightsChoice {
            with: None,
            ..chosen
        };
        assert_eq!(asked.within(limit), None);
    }
}
