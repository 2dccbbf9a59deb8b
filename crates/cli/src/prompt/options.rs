//! The arguments that say how prompts are made.

use chrono::{NaiveDateTime, Utc};
use edgescore_chat::Arguments;
use edgescore_record::Think;

use super::choice::{Choice, think};
use super::source::ChatSource;
use crate::failure::Failure;

#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct PromptOptions {
    /// The chat template: FILE.jinja, a named one of the model such as tool_use, chatml or llama3,
    /// or none for a base model, which continues plain text [default: the model's own]
    #[arg(long, value_name = "TEMPLATE")]
    pub template: Option<Choice>,

    /// A variable of the chat template, such as enable_thinking=false or reasoning_effort=low; may
    /// be given again
    ///
    /// The value is JSON; what is no JSON is text.
    #[arg(long, value_name = "NAME=VALUE")]
    pub template_arg: Vec<String>,

    /// The day that a chat template writes into a prompt, if it writes one [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = Arguments::day)]
    pub template_date: Option<NaiveDateTime>,

    /// Whether the model thinks before it answers: off, auto (as its template has it), or the
    /// tokens of a trace at most, after which the trace is closed and the answer asked for
    #[arg(long, value_name = "THINK", default_value = "auto", value_parser = think)]
    pub think: Think,

    /// Questions with their answers before each question, generated like those of the default
    /// pack from its train split
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub shots: u8,
}

impl Default for PromptOptions {
    fn default() -> PromptOptions {
        PromptOptions {
            template: None,
            template_arg: Vec::new(),
            template_date: None,
            think: Think::Auto,
            shots: 0,
        }
    }
}

impl PromptOptions {
    /// The arguments of the template of `source`.
    pub fn arguments(&self, source: &ChatSource) -> Result<Arguments, Failure> {
        let mut arguments = Arguments {
            bos: source.bos.clone(),
            eos: source.eos.clone(),
            // A day, not a time, so that a run that is repeated the same day has the same prompts.
            now: self
                .template_date
                .unwrap_or_else(|| Utc::now().date_naive().into()),
            ..Arguments::default()
        };
        for assignment in &self.template_arg {
            arguments
                .set(assignment)
                .map_err(|error| Failure::Usage(anyhow::anyhow!("--template-arg {error}")))?;
        }
        Ok(arguments)
    }
}
