//! How generated answers were read, and the traces before them.

use edgescore_probe::Reading;
use edgescore_record::{Answer, AnswerRules, Parser, TraceEnd};
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::Asked;
use crate::figure::Figure;
use crate::labels::Labelled;

/// How the greedy answers of a run were read, in all orders of options.
#[derive(Clone, Copy, Debug)]
pub struct AnswersSummary {
    /// The parser, and whether texts were kept; none in letter mode and in results of version 1.
    pub rules: Option<AnswerRules>,
    /// Answers that the other parser reads otherwise.
    pub read_otherwise: u32,
    /// Answers that have all tokens that they may have, and are neither right nor a letter.
    pub cut_off: u32,
    /// The traces before answers.
    pub traces: TraceSums,
}

/// Sums over traces.
#[derive(Clone, Copy, Debug)]
pub struct TraceSums {
    /// Answers with a trace.
    pub traces: u32,
    /// Traces that the model ended.
    pub by_model: u32,
    /// Traces that were closed at their limit.
    pub at_limit: u32,
    /// Traces that did not end.
    pub never: u32,
    /// Tokens of all.
    pub tokens: u64,
    /// Time of all, in microseconds.
    pub time_us: u64,
    /// Gross energy of all, in microjoules.
    pub energy_uj: Reading<u64>,
}

impl AnswersSummary {
    /// Of all that was asked.
    pub(crate) fn of(
        rules: Option<AnswerRules>,
        asked: &[Asked],
        max_tokens: u64,
    ) -> AnswersSummary {
        let is_cut = |asked: &&Asked| is_cut_off(asked, max_tokens);
        let mut summary = AnswersSummary {
            rules,
            read_otherwise: 0,
            // Letter mode writes traces alone.
            cut_off: match rules {
                Some(_) => asked.iter().filter(is_cut).count() as u32,
                None => 0,
            },
            traces: TraceSums {
                traces: 0,
                by_model: 0,
                at_limit: 0,
                never: 0,
                tokens: 0,
                time_us: 0,
                energy_uj: Reading::Value(0),
            },
        };
        for notes in asked.iter().map(|asked| &asked.notes) {
            summary.read_otherwise += u32::from(notes.other.is_some());
            let Some(trace) = &notes.trace else {
                continue;
            };
            let sums = &mut summary.traces;
            sums.traces += 1;
            match trace.end {
                TraceEnd::Model => sums.by_model += 1,
                TraceEnd::Limit => sums.at_limit += 1,
                TraceEnd::Never => sums.never += 1,
            }
            sums.tokens += u64::from(trace.tokens);
            sums.time_us = sums.time_us.saturating_add(trace.time.0);
            sums.energy_uj = sums
                .energy_uj
                .and_then(|sum| trace.energy.map(|energy| sum.saturating_add(energy.0)));
        }
        summary
    }
}

/// How generated answers were read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AnswersView {
    /// The parser that counts; null in letter mode.
    pub parser: Option<Labelled<Parser>>,
    /// Greedy answers that the other parser reads otherwise, all orders of options counted.
    pub read_otherwise: u32,
    /// Whether the texts are in the result.
    pub text_kept: bool,
    /// The traces before answers; null where there were none.
    pub traces: Option<TracesView>,
}

/// Traces before greedy answers. Their tokens, time and energy are part of the answers'.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TracesView {
    /// Answers with a trace.
    pub count: u32,
    /// Ended by the model.
    pub by_model: u32,
    /// Closed at their limit of tokens.
    pub at_limit: u32,
    /// Not ended: these answers are incomplete.
    pub never: u32,
    /// Mean tokens.
    pub tokens: f64,
    /// Mean time in seconds.
    pub seconds: f64,
    /// Mean gross energy in joules.
    pub joules: Figure<f64>,
}

/// Whether an answer that is neither right nor a letter has all of its `max_tokens`.
fn is_cut_off(asked: &Asked, max_tokens: u64) -> bool {
    let Ok(row) = &asked.outcome else {
        return false;
    };
    let trace = asked.notes.trace.map_or(0, |trace| trace.tokens);
    let written = row
        .generated
        .map_or(0, |generated| generated.tokens.saturating_sub(trace));
    let is_read = match row.answer {
        Answer::Choice(chosen) => chosen.choice.is_some(),
        Answer::Judged(_) => row.answer.is_correct(),
    };
    u64::from(written) >= max_tokens && !is_read && !row.answer.is_incomplete()
}

impl AnswersSummary {
    /// As a view; none where no text was generated.
    pub fn view(&self) -> Option<AnswersView> {
        let sums = &self.traces;
        let count = f64::from(sums.traces);
        let traces = (sums.traces > 0).then(|| TracesView {
            count: sums.traces,
            by_model: sums.by_model,
            at_limit: sums.at_limit,
            never: sums.never,
            tokens: sums.tokens as f64 / count,
            seconds: sums.time_us as f64 / 1e6 / count,
            joules: sums
                .energy_uj
                .map(|energy| energy as f64 / 1e6 / count)
                .into(),
        });
        (self.rules.is_some() || traces.is_some()).then(|| AnswersView {
            parser: self.rules.map(|rules| Labelled(rules.parser)),
            read_otherwise: self.read_otherwise,
            text_kept: self.rules.is_some_and(|rules| rules.text_kept),
            traces,
        })
    }
}
