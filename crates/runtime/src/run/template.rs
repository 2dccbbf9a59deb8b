//! The rows that say how prompts are made.

use std::io::Write;

use edgescore_engine::Model;
use edgescore_record::{AnswerRules, Mode, Record, TemplateOrigin, TemplateRow};

use super::answer_rows::keeps_text;
use super::job::Job;
use super::report::Reports;
use crate::error::RunError;
use crate::inference::prompt::Prompter;
use crate::wire::{TEXT, clip};

/// Characters that are shown of two prompts where they part.
const SHOWN: usize = 40;

/// Sends Template and the parts that all prompts have in common.
pub fn report(
    job: &Job,
    model: &Model,
    prompter: &mut Prompter,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    let template = *job.prompts.template();
    let mut matched = String::new();
    if template.origin == TemplateOrigin::Model
        && job.prompts.tools().is_none()
        && let Some(ask) = job.asks.first()
    {
        let (ours, messages) = prompter.text(*ask)?;
        let messages: Vec<(&str, &str)> = messages
            .iter()
            .map(|(role, content)| (*role, content.as_str()))
            .collect();
        matched = difference(model, &ours, &messages);
    }
    let template = TemplateRow {
        llama_cpp: clip(&matched, 2 * TEXT),
        ..template
    };
    rows(job, template, reports)
}

/// Sends `template`, the parts that all prompts have in common, and how texts are read.
///
/// # Errors
/// The supervisor cannot be reached.
pub fn rows(
    job: &Job,
    template: TemplateRow,
    reports: &mut Reports<impl Write>,
) -> Result<(), RunError> {
    reports.record(&Record::Template(template))?;
    if let Some(place) = job.prompts.tools() {
        reports.record(&Record::Tools(place))?;
    }
    if let Some(constrain) = job.prompts.constrain() {
        reports.record(&Record::Constrained(constrain))?;
    }
    for part in job.prompts.common().unwrap_or_default() {
        reports.record(&Record::PromptPart(*part))?;
    }
    if job.plan.mode == Mode::Generate {
        reports.record(&Record::AnswerRules(AnswerRules {
            parser: job.plan.parser,
            text_kept: keeps_text(job.plan, job.asks.len()),
        }))?;
    }
    Ok(())
}

/// What llama.cpp's matcher of phrases makes of these messages, in one line; empty where it is
/// the same prompt. A beginning-of-sequence token, which it leaves to the tokenizer, does not
/// count.
fn difference(model: &Model, ours: &str, messages: &[(&str, &str)]) -> String {
    let Some(theirs) = model.matched_prompt(messages) else {
        return "does not recognise the template".to_owned();
    };
    let mut bos = Vec::new();
    if let Some((token, _)) = model.bos() {
        // The token is of this model's vocabulary.
        let _ = model.piece(token, true, &mut bos);
    }
    let bos = String::from_utf8_lossy(&bos);
    // It may be a mark of the template, so that both begin with it.
    let behind = |text| str::strip_prefix(text, bos.as_ref()).unwrap_or(text);
    let (ours, theirs) = (behind(ours), behind(&theirs));
    let parts = ours.chars().zip(theirs.chars());
    let same = parts.take_while(|(a, b)| a == b).count();
    if same == ours.chars().count() && same == theirs.chars().count() {
        return String::new();
    }
    let shown = |text: &str| -> String { text.chars().skip(same).take(SHOWN).collect() };
    format!(
        "would write {:?} where the template writes {:?}, {same} characters in",
        shown(theirs),
        shown(ours)
    )
}
