//! Whether two results may be compared, and what else is not the same.

use anyhow::anyhow;
use clap::ValueEnum;
use serde_json::Value;

use crate::commands::report::{OF_ONE_RUN, RunSummary};
use crate::failure::Failure;
use crate::render::words;

/// A difference that makes a comparison say something else than "the models differ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Difference {
    /// The packs: other questions, which are not paired then
    Pack,
    /// The chat template or the order of the prompt's parts
    Template,
    /// Letter against generate mode
    Mode,
}

/// Refuses what is different and not allowed.
pub fn check(
    first: &RunSummary,
    other: &RunSummary,
    allowed: &[Difference],
) -> Result<(), Failure> {
    let files = || format!("{} and {}", first.file, other.file);
    let found = [
        (
            Difference::Pack,
            first.pack_hash != other.pack_hash,
            format!(
                "different packs ({} and {}): a difference in accuracy could come from the questions",
                first.pack, other.pack
            ),
        ),
        (
            Difference::Template,
            first.template_hash != other.template_hash || first.layout != other.layout,
            "different prompt templates: a difference in accuracy could come from the prompt. \
             Models of two families have templates of their own, so between them this is what \
             you want to allow"
                .to_owned(),
        ),
        (
            Difference::Mode,
            first.mode != other.mode,
            format!(
                "different modes ({} and {}): a difference in accuracy could come from how answers \
                 are read",
                words::label(first.mode),
                words::label(other.mode)
            ),
        ),
    ];
    for (difference, differs, why) in found {
        if differs && !allowed.contains(&difference) {
            let name = difference.to_possible_value();
            let name = name.as_ref().map_or("", |value| value.get_name());
            return Err(Failure::Data(anyhow!(
                "{} have {why}. To compare them all the same, add --allow-different={name}",
                files()
            )));
        }
    }
    Ok(())
}

/// What is not the same in the provenance of two runs: name, first, other.
pub fn differences<'a>(
    first: &'a RunSummary,
    other: &'a RunSummary,
) -> Vec<(&'a str, &'a Value, &'a Value)> {
    let both = first.facts.iter().filter_map(|(name, value)| {
        let others = other.facts.get(name)?;
        let counts = value != others && !OF_ONE_RUN.contains(&name.as_str());
        counts.then_some((name.as_str(), value, others))
    });
    both.collect()
}
