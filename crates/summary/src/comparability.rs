//! Whether runs may be compared, and what else is not the same.

use crate::ranking::RankedRun;
use crate::run::RunSummary;
use edgescore_record::Labels;

/// A difference that makes a comparison say something else than "the models differ".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The packs: other questions, which are not paired then.
    Pack,
    /// The chat template or the order of the prompt's parts.
    Template,
    /// Letter against generate mode, or one parser against the other.
    Mode,
}

edgescore_record::labels! {
    Difference {
        Pack = "pack",
        Template = "template",
        Mode = "mode",
    }
}

/// Two runs differ in what a comparison needs to be the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{first} and {other} have {why}. To compare them all the same, add \
     --allow-different={}", difference.label()
)]
pub struct Different {
    first: String,
    other: String,
    difference: Difference,
    why: String,
}

/// Refuses what is different and not allowed.
///
/// # Errors
/// The first such difference.
pub fn check_comparable(
    first: &RunSummary,
    other: &RunSummary,
    allowed: &[Difference],
) -> Result<(), Different> {
    let found = [
        (
            Difference::Pack,
            first.pack_hash() != other.pack_hash(),
            format!(
                "different packs ({} and {}): a difference in accuracy could come from the questions",
                first.start.pack, other.start.pack
            ),
        ),
        (
            Difference::Template,
            first.template_hash() != other.template_hash()
                || prompt_making_differs(first, other)
                || first.start.layout != other.start.layout,
            "different prompt templates: a difference in accuracy could come from the prompt. \
             Models of two families have templates of their own, so between them this is what \
             you want to allow"
                .to_owned(),
        ),
        (
            Difference::Mode,
            first.start.mode != other.start.mode,
            format!(
                "different modes ({} and {}): a difference in accuracy could come from how answers \
                 are read",
                first.start.mode.label(),
                other.start.mode.label()
            ),
        ),
        (
            Difference::Mode,
            parsers_differ(first, other),
            "different parsers (--parser strict and reference): a difference in accuracy could \
             come from how answers are read"
                .to_owned(),
        ),
    ];
    for (difference, differs, why) in found {
        if differs && !allowed.contains(&difference) {
            return Err(Different {
                first: first.file.clone(),
                other: other.file.clone(),
                difference,
                why,
            });
        }
    }
    Ok(())
}

/// Whether one template was rendered in two ways. Results of version 1 do not say.
fn prompt_making_differs(first: &RunSummary, other: &RunSummary) -> bool {
    let both = first.prompt_making().zip(other.prompt_making());
    both.is_some_and(|(first, other)| first != other)
}

/// Whether the texts of both were read by other rules. In letter mode there are none.
fn parsers_differ(first: &RunSummary, other: &RunSummary) -> bool {
    let parser = |run: &RunSummary| run.answers.rules.map(|rules| rules.parser);
    let both = parser(first).zip(parser(other));
    both.is_some_and(|(first, other)| first != other)
}

/// Whether two runs were asked in ways that models need not differ in: other shots or traces, or one
/// model with other templates.
fn asked_differently(first: &RunSummary, other: &RunSummary) -> bool {
    let both = first.prompt_making().zip(other.prompt_making());
    let think_and_shots =
        both.is_some_and(|((a, shots), (b, others))| (a[3], shots) != (b[3], others));
    think_and_shots
        || first.name() == other.name()
            && (first.template_hash() != other.template_hash()
                || prompt_making_differs(first, other))
}

/// What ranked runs should have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The pack.
    Pack,
    /// The mode.
    Mode,
    /// The layout.
    Layout,
    /// The template of one model, shots, or traces.
    Prompts,
    /// How letters are found in texts.
    Parser,
    /// The engine.
    Engine,
    /// The board.
    Board,
    /// The number of threads.
    Threads,
}

/// What `runs` do not have in common.
pub fn unequal_settings(runs: &[RankedRun]) -> Vec<Setting> {
    let runs = || runs.iter().map(|ranked| &ranked.run);
    let alike = |differ: fn(&RunSummary, &RunSummary) -> bool| {
        runs()
            .enumerate()
            .all(|(at, run)| !runs().skip(at + 1).any(|other| differ(run, other)))
    };
    let same = [
        (Setting::Pack, all_same(runs().map(RunSummary::pack_hash))),
        (Setting::Mode, all_same(runs().map(|run| run.start.mode))),
        (
            Setting::Layout,
            all_same(runs().map(|run| run.start.layout)),
        ),
        (Setting::Prompts, alike(asked_differently)),
        (Setting::Parser, alike(parsers_differ)),
        (
            Setting::Engine,
            all_same(runs().map(|run| run.provenance.engine.engine.as_str())),
        ),
        (
            Setting::Board,
            all_same(runs().map(|run| run.start.board.as_str())),
        ),
        (Setting::Threads, all_same(runs().map(RunSummary::threads))),
    ];
    let unequal = same.into_iter().filter(|(_, same)| !same);
    unequal.map(|(setting, _)| setting).collect()
}

fn all_same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> bool {
    match values.next() {
        Some(first) => values.all(|value| value == first),
        None => true,
    }
}
