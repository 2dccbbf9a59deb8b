//! The arguments that say what is asked of a model and how.

use std::path::Path;

use edgescore_record::{
    CacheType, FlashAttention, Labels, Mode, Order, Parser, Plan, Scenario, Weights,
};
use edgescore_taskpack::Layout;

use super::budgets::BudgetOptions;
use super::choices::{self, labels};
use crate::failure::Failure;
use crate::prompt::{PromptOptions, Prompts, compose};

// The headings of the help.
const QUESTIONS: &str = "Questions";
const GENERATING: &str = "Generate mode";
pub(super) const SPEED: &str = "Speed and memory";

// What is asked of the model and how: what a host sends to a board and an image holds.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct RunOptions {
    /// How an answer is obtained
    #[arg(help_heading = QUESTIONS, long, value_parser = labels(choices::mode), default_value = Mode::Letter.label())]
    mode: Mode,

    /// Ask at most N questions: one of a task of each group, then of the groups' other tasks, then
    /// a second one of each task, and so on
    #[arg(help_heading = QUESTIONS, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,

    /// Seed of the choice of questions and of the draws
    #[arg(help_heading = QUESTIONS, long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Ask every question in all cyclic orders of its options
    #[arg(help_heading = QUESTIONS, long)]
    rotate: bool,

    /// Order of the parts of a prompt
    #[arg(help_heading = QUESTIONS, long, value_parser = labels(choices::layout), default_value = Layout::Reference.label())]
    layout: Layout,

    #[command(flatten)]
    prompts: PromptOptions,

    /// Tokens at most for one answer
    #[arg(help_heading = GENERATING, long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    max_tokens: u16,

    /// How the letter is found in a text
    ///
    /// strict reads it as a person would: fences, Markdown, lower case, "the answer is B"; a text
    /// that names two letters, or a letter that is a word, has no answer. reference does as the
    /// notebook of 6G-Bench does. The report says how many answers the other one reads otherwise.
    #[arg(help_heading = GENERATING, long, value_parser = labels(choices::parser), default_value = Parser::Strict.label())]
    parser: Parser,

    /// Keep the generated texts in the result, for `report --wrong` [default: yes
    /// below 1,000 questions]
    #[arg(help_heading = GENERATING, long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    keep_text: Option<bool>,

    /// Draws a question on the pass@k tasks
    #[arg(help_heading = GENERATING, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=100))]
    draws: u8,

    /// Draws of a question that are decoded at once, a token of each in one pass:
    /// faster, and the memory plan counts them [default: all of them, or 1 where
    /// --memory has no room]
    #[arg(help_heading = GENERATING, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    parallel: Option<u8>,

    /// Temperature of the draws
    #[arg(help_heading = GENERATING, long, value_name = "T", default_value = "0.7", value_parser = temperature)]
    temperature: u16,

    #[command(flatten)]
    budgets: BudgetOptions,

    /// Context in tokens [default: what the longest prompt needs]
    #[arg(help_heading = SPEED, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    context: Option<u32>,

    /// Tokens of a logical batch
    #[arg(help_heading = SPEED, long, short, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=65536))]
    batch: u32,

    /// Tokens of a physical batch [default: measured once for this board, model and build]
    #[arg(help_heading = SPEED, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    ubatch: Option<u32>,

    /// Measure nothing before the run: one thread for each CPU, physical batches as long as the longest
    /// prompt (512 tokens at most)
    ///
    /// Without it the first run of a model of 64 MiB or more tries which threads and batch are
    /// fastest, in generate mode also whether flash attention is, keeps that on the board for later
    /// runs, and says so in its result. Other choices round differently, so make them, or give
    /// this, to compare runs to the last bit.
    #[arg(help_heading = SPEED, long)]
    no_calibrate: bool,

    /// How weights are held: mapped as in the file, or repacked for the CPU (faster prefill,
    /// up to twice the memory) [default: repacked where memory is free for it and --memory has
    /// room]
    #[arg(help_heading = SPEED, long, value_parser = labels(choices::weights))]
    weights: Option<Weights>,

    /// Whether attention is computed in one pass: faster prefill and less memory, slower decode
    ///
    /// With auto it is measured in generate mode (see --no-calibrate); else llama.cpp decides,
    /// which is on.
    #[arg(help_heading = SPEED, long, value_parser = labels(choices::flash_attention), default_value = FlashAttention::Auto.label())]
    flash_attention: FlashAttention,

    /// Type of the KV cache's elements: q8_0 takes about half the memory of f16, needs flash
    /// attention, and is slower where the CPU has no fast 8-bit kernel
    #[arg(help_heading = SPEED, long, value_parser = labels(choices::cache_type), default_value = CacheType::F16.label())]
    cache_type: CacheType,

    /// Compute every prompt from its first token, also what the prefix cache has of it
    ///
    /// The answers are the same, to the bit; only the time differs.
    #[arg(help_heading = SPEED, long)]
    no_reuse: bool,
}

impl RunOptions {
    /// The arguments that say how prompts are made.
    pub fn prompts(&self) -> &PromptOptions {
        &self.prompts
    }

    /// How the questions of `pack` become prompts of `model`.
    pub fn compose(&self, pack: &Path, model: &Path) -> Result<Prompts, Failure> {
        let (mode, layout) = (self.mode, self.layout);
        compose(model, pack, &self.prompts, mode, layout, self.rotate)
    }

    /// The plan in the order of the pack, without the paths of its files and the operating point.
    pub fn plan(&self) -> Plan<'_> {
        Plan {
            pack: "",
            model: "",
            prompts: "",
            mode: self.mode,
            layout: self.layout,
            reuse: !self.no_reuse,
            cache: self.cache_type,
            flash: self.flash_attention,
            order: Order::Pack,
            rotate: self.rotate,
            limit: self.limit.unwrap_or(0),
            leg: None,
            repeat_for: None,
            seed: self.seed,
            draws: match self.mode {
                Mode::Letter => 0,
                Mode::Generate => self.draws,
            },
            scenario: Scenario::SingleStream,
            parallel: self.parallel.unwrap_or(0),
            temperature_milli: self.temperature,
            max_tokens: self.max_tokens,
            parser: self.parser,
            keep_text: self.keep_text,
            threads: 0,
            context: self.context.unwrap_or(0),
            batch: self.batch,
            ubatch: self.ubatch.unwrap_or(0),
            calibrate: !self.no_calibrate,
            weights: self.weights,
            budgets: self.budgets.budgets(),
        }
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("give yes or no".to_owned()),
    }
}

/// A temperature such as 0.7, in 1/1000.
fn temperature(text: &str) -> Result<u16, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=10.0).contains(&value) {
        Ok((value * 1000.0).round() as u16)
    } else {
        Err("must lie in 0.001 to 10: draws at 0 would all be the greedy answer".to_owned())
    }
}
