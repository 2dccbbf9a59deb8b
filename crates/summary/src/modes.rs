//! Letter and generate mode of the same model, side by side.

use edgescore_record::Mode;
use edgescore_score::{Agreement, agreement};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::figure::{EstimateView, Figure};
use crate::ranking::RankedRun;

/// Two runs of one model on one pack, one in each mode.
#[derive(Clone, Copy, Debug)]
pub struct ModePair {
    /// Index of the letter run.
    pub letter: usize,
    /// Index of the generate run.
    pub generate: usize,
    /// How far they agree.
    pub agreement: Agreement,
}

/// Each letter run with the first generate run of its model and pack.
///
/// # Errors
/// Runs whose answer keys contradict each other.
pub fn mode_pairs(runs: &[RankedRun]) -> Result<Vec<ModePair>, Error> {
    let of_mode = |mode| {
        let runs = runs.iter().enumerate();
        runs.filter(move |(_, ranked)| ranked.run.start.mode == mode)
    };
    let of = |ranked: &RankedRun| {
        let facts = &ranked.run.start.facts;
        (facts.model_sha256, facts.pack_sha256)
    };
    let mut pairs = Vec::new();
    for (letter, a) in of_mode(Mode::Letter) {
        let Some((generate, b)) = of_mode(Mode::Generate).find(|(_, b)| of(a) == of(b)) else {
            continue;
        };
        pairs.push(ModePair {
            letter,
            generate,
            agreement: agreement(&a.run.run()?, &b.run.run()?)?,
        });
    }
    Ok(pairs)
}

/// How far the answers of two modes agree.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AgreementView {
    /// Questions that count in both modes.
    pub questions: u32,
    /// Questions that count in one mode only. They are left out.
    pub unpaired: u32,
    /// Of `questions`, those whose generated text held no letter.
    pub unparsed: u32,
    /// Share with the same letter, an unparsed answer counting as another.
    pub same: Figure<EstimateView>,
    /// Share with the same letter among those parsed.
    pub same_if_parsed: Figure<EstimateView>,
}

impl From<&Agreement> for AgreementView {
    fn from(found: &Agreement) -> AgreementView {
        AgreementView {
            questions: found.questions,
            unpaired: found.unpaired,
            unparsed: found.unparsed,
            same: found.same.into(),
            same_if_parsed: found.same_if_parsed.into(),
        }
    }
}
