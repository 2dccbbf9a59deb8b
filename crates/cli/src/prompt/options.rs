//! The arguments that say how prompts are made.

use anyhow::anyhow;
use chrono::{NaiveDateTime, Utc};
use edgescore_chat::{Arguments, Template, switch};
use edgescore_record::{Constrain, Labels, Think};

use super::choice::{Choice, think};
use super::source::ChatSource;
use crate::failure::Failure;

#[allow(missing_docs)]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Prompts")]
pub struct PromptOptions {
    /// The chat template: FILE.jinja, a named one of the model such as tool_use, chatml or llama3,
    /// or none for a base model, which continues plain text [default: the model's own]
    #[arg(long, value_name = "TEMPLATE")]
    pub template: Option<Choice>,

    /// A variable of the chat template, such as enable_thinking=false or reasoning_effort=low; may
    /// be given again
    ///
    /// The value is JSON, or Python's True, False or None; what is neither is text.
    #[arg(long, value_name = "NAME=VALUE")]
    pub template_arg: Vec<String>,

    /// The day that a chat template writes into a prompt, if it writes one [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = Arguments::day)]
    pub template_date: Option<NaiveDateTime>,

    /// Whether the model thinks before it answers: off, auto (as its template has it), or the
    /// tokens of a trace at most, after which the trace is closed and the answer asked for
    #[arg(long, value_name = "THINK", default_value = "auto", value_parser = think)]
    pub think: Think,

    /// Hold answers to a grammar: json to the JSON that the question asks for, tools to calls of the
    /// functions that it offers; with --mode generate
    #[arg(long, value_name = "WHAT", value_parser = constrain)]
    pub constrain: Option<Constrain>,

    /// Questions with their answers before each question, generated like those of the default
    /// pack from its train split
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub shots: u8,
}

fn constrain(text: &str) -> Result<Constrain, String> {
    Constrain::from_label(text).ok_or_else(|| "give json or tools".to_owned())
}

impl Default for PromptOptions {
    fn default() -> PromptOptions {
        PromptOptions {
            template: None,
            template_arg: Vec::new(),
            template_date: None,
            think: Think::Auto,
            constrain: None,
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
                .map_err(|error| Failure::Usage(anyhow!("--template-arg {error}")))?;
        }
        Ok(arguments)
    }

    /// Refuses what only a template can do, where there is none.
    pub fn check_without_template(&self) -> Result<(), Failure> {
        if let Think::Tokens(_) = self.think {
            return Err(Failure::Usage(anyhow!(
                "--think: with --template none no trace has marks; leave --think out"
            )));
        }
        match self.template_arg.first() {
            None => Ok(()),
            Some(given) => Err(Failure::Usage(anyhow!(
                "--template-arg {given}: --template none has no variables; leave --template-arg out"
            ))),
        }
    }

    /// Refuses variables that the template does not read: they are mistyped.
    pub fn check_arguments(&self, template: &Template) -> Result<(), Failure> {
        let read = template.variables();
        for assignment in &self.template_arg {
            let name = assignment.split('=').next().unwrap_or_default();
            // Some every template is given, whether it reads them or not.
            let given = ["bos_token", "eos_token", "tools", "documents"].contains(&name);
            if given || read.contains(name) {
                continue;
            }
            let closeness = |known: &&String| (strsim::jaro_winkler(known, name) * 1e6) as u32;
            let near = read.iter().max_by_key(closeness);
            let near = near.filter(|known| closeness(known) > 800_000);
            let advice = match near {
                Some(known) => format!("did you mean {known}?"),
                None => "leave it out; the template shows what it reads".to_owned(),
            };
            return Err(Failure::Usage(anyhow!(
                "--template-arg {assignment}: the chat template reads no variable {name}: {advice}"
            )));
        }
        Ok(())
    }

    /// Turns the template's switches of thinking as `--think` asks.
    pub fn switch(&self, template: &Template, arguments: &mut Arguments) -> Result<(), Failure> {
        let on = match self.think {
            Think::Auto => return Ok(()),
            Think::Off => false,
            Think::Tokens(_) => true,
        };
        switch(template, on, arguments).map_err(|name| {
            let think = if on { "a trace" } else { "no trace" };
            Failure::Usage(anyhow!(
                "--think asks for {think} and --template-arg {name} for the opposite: leave one of them out"
            ))
        })
    }
}
