//! Everything about one run in one value.

use serde::Serialize;

use crate::{
    Accuracy, Calls, Confidence, Debiased, Delta5, Indecision, Latency, LetterBias, Parsing,
    PassAtK, Reading, Reason, Rotation, RotationReport, Run, Temperature,
};

/// The scores of one run that need its rows only. Memory, energy and the Edge Score need
/// more: see [`crate::edge_score`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// pass@1.
    pub accuracy: Accuracy,
    /// pass@3 on the flagged tasks.
    pub pass_3: PassAtK,
    /// pass@5 on the flagged tasks.
    pub pass_5: PassAtK,
    /// pass^5 on the flagged tasks: all of five right.
    pub all_of_5: PassAtK,
    /// Calls of functions, where they are asked for.
    pub calls: Option<Calls>,
    /// pass@5 minus pass@1.
    pub delta_5: Delta5,
    /// Parse failures and format mass.
    pub parsing: Parsing,
    /// Time an answer.
    pub latency: Latency,
    /// Letters asked for and given.
    pub bias: LetterBias,
    /// Accuracy without the model's liking for letters.
    pub debiased: Reading<Debiased>,
    /// What speaks against a decision, if anything does.
    pub indecision: Option<Indecision>,
    /// How far its confidence can be trusted.
    pub confidence: Reading<Confidence>,
    /// All four option orders; [`Reason::Off`] when only the pack's own was asked.
    pub rotation: Reading<RotationReport>,
}

impl Summary {
    /// Scores `run`; `temperature` is that of pass@k in letter mode.
    pub fn of(run: &Run, temperature: Temperature) -> Summary {
        let (bias, rotation) = (LetterBias::of(run), RotationReport::of(run));
        Summary {
            accuracy: Accuracy::of(run),
            pass_3: PassAtK::of(run, temperature, 3),
            pass_5: PassAtK::of(run, temperature, 5),
            all_of_5: PassAtK::all_right(run, temperature, 5),
            calls: Calls::of(run),
            delta_5: Delta5::of(run, temperature),
            parsing: Parsing::of(run),
            latency: Latency::of(run),
            debiased: Debiased::of(run),
            indecision: Indecision::of(run, &bias, &rotation),
            bias,
            confidence: Confidence::of(run),
            rotation: if run
                .rows()
                .iter()
                .any(|row| row.rotation != Rotation::default())
            {
                Reading::Value(rotation)
            } else {
                Reading::Missing(Reason::Off)
            },
        }
    }
}
