//! Whether a prompt with its trace and its answer fits the context of a run.

use std::path::Path;

use edgescore_record::{Mode, Plan};
use serde::Serialize;

use crate::gguf;
use crate::prompt::Prompts;

/// The tokens that an answer takes, and those that there are.
#[derive(Serialize)]
pub struct Room {
    prompt_tokens: u32,
    trace_tokens: u32,
    answer_tokens: u32,
    /// The context of a run: what was asked for, else what the model was trained for; null if that is
    /// unknown.
    context: Option<u32>,
    /// Whether `--context` asked for it.
    #[serde(skip)]
    given: bool,
    /// Whether a run asks the question.
    fits: bool,
}

impl Room {
    /// For a prompt of `prompt_tokens` tokens to the model at `model`. As edgescore-rt counts: the last
    /// token of an answer is picked and not computed, and in letter mode the prompt's end is all of it.
    pub fn of(plan: &Plan, prompts: &Prompts, model: &Path, prompt_tokens: u32) -> Room {
        let trace_tokens = prompts.trace_tokens();
        let answer_tokens = match plan.mode {
            Mode::Letter => 0,
            Mode::Generate => u32::from(plan.max_tokens).saturating_sub(1),
        };
        let given = plan.context != 0;
        let context = match given {
            true => Some(plan.context),
            false => trained_context(model),
        };
        let needed = prompt_tokens
            .saturating_add(trace_tokens)
            .saturating_add(answer_tokens);
        Room {
            prompt_tokens,
            trace_tokens,
            answer_tokens,
            context,
            given,
            fits: context.is_none_or(|context| needed <= context),
        }
    }

    /// Why a run leaves the question out, if it does.
    pub fn too_little(&self) -> Option<String> {
        let context = self.context.filter(|_| !self.fits)?;
        let (whose, remedy) = match self.given {
            true => ("of --context", ", or a larger --context"),
            false => ("that the model was trained for", ""),
        };
        Some(format!(
            "a run skips this question: the prompt has {} tokens, its trace up to {} (--think) and its \
             answer up to {} (--max-tokens), more than the {context} {whose}; give less of these{remedy}",
            self.prompt_tokens, self.trace_tokens, self.answer_tokens
        ))
    }
}

/// The context that the model at `path` was trained for, by its header.
fn trained_context(path: &Path) -> Option<u32> {
    let keep = |key: &str| key.ends_with(".context_length");
    let entries = gguf::metadata(path, keep).ok()?;
    let context = entries.first()?.1.number()?;
    u32::try_from(context).ok().filter(|context| *context > 0)
}
