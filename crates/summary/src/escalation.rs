//! A small model's run beside a large one's: what asking the large one only where the small one is not
//! sure would give.

use std::collections::HashMap;
use std::path::Path;

use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::{Labels, Mode};
use edgescore_score::{
    Answered, Choice, CostLimits, Escalable, EscalationPoint, Goal, NoChoice, PairError, Row,
    choose, curve,
};
use edgescore_taskpack::Layout;
use serde::Serialize;

use crate::asked::Asked;
use crate::decoder::Decoded;
use crate::error::Error;
use crate::figure::{EstimateView, Figure};
use crate::load::decode_file;
use crate::run::RunSummary;

/// What escalation gives.
#[derive(Debug)]
pub struct Escalation {
    /// The small model's run.
    pub small: RunSummary,
    /// The large model's run.
    pub large: RunSummary,
    /// Questions that both answered.
    pub questions: u32,
    /// Questions that only one of them answered. They are left out.
    pub unpaired: u32,
    /// Thresholds, from none escalated to all, with what they give on all of `questions`.
    pub curve: Vec<(f64, EscalationPoint)>,
    /// The large model alone on all of `questions`.
    pub large_alone: EscalationPoint,
    /// The threshold that was chosen on one half and is judged on the other.
    pub choice: Result<Choice, NoChoice>,
    /// Whether joules are a model of a board's and not a measurement.
    pub simulated: bool,
}

/// Why two runs cannot be set up as a small and a large model.
#[derive(Debug, thiserror::Error)]
pub enum EscalationError {
    /// A result cannot be read.
    #[error(transparent)]
    Result(#[from] Error),
    /// Other questions.
    #[error(
        "{small} and {large} are of different packs ({small_pack} and {large_pack}): run both models \
         with one pack"
    )]
    Packs {
        /// File of the small model's run.
        small: String,
        /// Its pack.
        small_pack: String,
        /// File of the large model's run.
        large: String,
        /// Its pack.
        large_pack: String,
    },
    /// The small run has no confidences.
    #[error(
        "{small} was made in mode {}, which records no confidence: run the small model with \
         --mode letter", mode.label()
    )]
    Mode {
        /// File of the small model's run.
        small: String,
        /// Its mode.
        mode: Mode,
    },
    /// No question has both answers.
    #[error(
        "no question was answered in both {small} and {large}: run both models with the same \
         selection of questions"
    )]
    NothingInCommon {
        /// File of the small model's run.
        small: String,
        /// File of the large model's run.
        large: String,
    },
}

/// A run with the energy of each of its rows.
struct Costed {
    run: RunSummary,
    joules: Vec<Reading<f64>>,
}

impl Costed {
    fn load(path: &Path) -> Result<Costed, Error> {
        let Decoded { id, records } = decode_file(path)?;
        // Scores keep no energies.
        let joules = records.asked.iter().map(joules).collect();
        let file = path.display().to_string();
        let run = RunSummary::of(records, file, id).map_err(|error| error.in_file(path))?;
        Ok(Costed { run, joules })
    }

    /// The counted rows, one a question, in the pack's own order of options.
    fn counted(&self) -> impl Iterator<Item = (&Row, Answered)> {
        let rows = self.run.rows.iter().zip(&self.joules);
        rows.filter(|(row, _)| row.counts()).map(|(row, joules)| {
            let seconds = row.latency_us.map(|us| f64::from(us.get()) / 1e6);
            let answered = Answered {
                correct: row.is_correct(),
                seconds: seconds.map_or(Reading::Missing(Reason::Off), Reading::Value),
                joules: *joules,
            };
            (row, answered)
        })
    }
}

fn joules(asked: &Asked) -> Reading<f64> {
    match &asked.outcome {
        Ok(question) => question.energy.map(|energy| energy.total().0 as f64 / 1e6),
        Err(_) => Reading::Missing(Reason::NoRows),
    }
}

impl Escalation {
    /// Sets the run at `small` before the one at `large`; [`choose`] says what `limits` do.
    ///
    /// # Errors
    /// Files that are no results, results of two packs, a small run that is not of mode letter, and runs
    /// without a question in common.
    pub fn load(
        small: &Path,
        large: &Path,
        limits: Option<CostLimits>,
    ) -> Result<Escalation, EscalationError> {
        let (small, large) = (Costed::load(small)?, Costed::load(large)?);
        check(&small.run, &large.run)?;
        let mut others: HashMap<u32, (&Row, Answered)> = large
            .counted()
            .map(|(row, answered)| (row.question, (row, answered)))
            .collect();
        let (mut asked, mut alone) = (Vec::new(), 0);
        for (row, answered) in small.counted() {
            let other = others.remove(&row.question);
            let (Some(confidence), Some((other, large))) = (row.confidence(), other) else {
                alone += 1;
                continue;
            };
            let question = row.question;
            if other.key != row.key {
                return Err(Error::from(PairError::AnswerKey { question }).into());
            }
            asked.push(Escalable {
                question,
                confidence,
                small: answered,
                large,
            });
        }
        let unpaired = alone + others.len() as u32;
        let Reading::Value(large_alone) = EscalationPoint::large_alone(&asked) else {
            return Err(EscalationError::NothingInCommon {
                small: small.run.file,
                large: large.run.file,
            });
        };
        let simulated = small.run.power.is_simulated() || large.run.power.is_simulated();
        let asks_joules = limits.is_some_and(|limits| limits.joules.is_some());
        // As in a gate: a model of the energy holds no limit.
        let choice = match simulated && asks_joules {
            true => Err(NoChoice::NotMeasured(Reason::Simulated)),
            false => choose(&asked, limits),
        };
        Ok(Escalation {
            questions: asked.len() as u32,
            unpaired,
            curve: with(
                curve(&asked),
                choice.ok().map(|choice| choice.threshold),
                &asked,
            ),
            large_alone,
            choice,
            simulated,
            small: small.run,
            large: large.run,
        })
    }

    /// Peak memory of both models, which are both loaded: an upper bound, since what the runtime itself
    /// takes is counted twice.
    pub fn memory(&self) -> Reading<Bytes> {
        let both = |small: Bytes| self.large.peak_memory().map(|large| (small, large));
        let both = self.small.peak_memory().and_then(both);
        both.map(|(small, large)| Bytes(small.0.saturating_add(large.0)))
    }

    /// What a reader must know before the figures.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(habit) = self.small.scores.bias.habit() {
            warnings.push(format!(
                "warning: the small model answered {} {} of {} times: its confidence is that of a \
                 habit, and escalation by it says little",
                habit.letter, habit.count, habit.letters
            ));
        }
        if self.small.start.board != self.large.start.board {
            warnings.push(format!(
                "warning: the runs are of two boards ({} and {}): each model's cost is that of its own",
                self.small.start.board, self.large.start.board
            ));
        }
        let small = self
            .curve
            .first()
            .and_then(|(_, point)| point.seconds.value());
        let large = self.large_alone.seconds.value();
        if let (Some(small), Some(large)) = (small, large)
            && small.value >= large.value
        {
            warnings.push(
                "warning: the first model is not faster than the second: give the small one first"
                    .to_owned(),
            );
        }
        if self.large.start.layout == Layout::SharedPrefix {
            warnings.push(
                "warning: the large model's run shared prefills among the questions of an episode; \
                 with few of them escalated it will share less and take longer"
                    .to_owned(),
            );
        }
        if self.simulated {
            warnings.push("joules are simulated, not measured".to_owned());
        }
        warnings
    }
}

/// `curve` with the chosen threshold, which was found on other questions, in its place.
fn with(
    mut curve: Vec<(f64, EscalationPoint)>,
    chosen: Option<f64>,
    asked: &[Escalable],
) -> Vec<(f64, EscalationPoint)> {
    if let Some(chosen) = chosen
        && let Reading::Value(point) = EscalationPoint::at(asked, chosen)
    {
        let place = curve.partition_point(|(threshold, _)| *threshold < chosen);
        if curve
            .get(place)
            .is_none_or(|(threshold, _)| *threshold != chosen)
        {
            curve.insert(place, (chosen, point));
        }
    }
    curve
}

fn check(small: &RunSummary, large: &RunSummary) -> Result<(), EscalationError> {
    if small.start.mode != Mode::Letter {
        return Err(EscalationError::Mode {
            small: small.file.clone(),
            mode: small.start.mode,
        });
    }
    if small.pack_hash() != large.pack_hash() {
        return Err(EscalationError::Packs {
            small: small.file.clone(),
            small_pack: small.start.pack.clone(),
            large: large.file.clone(),
            large_pack: large.start.pack.clone(),
        });
    }
    Ok(())
}

/// An escalation for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EscalationView {
    /// The small model.
    pub small: EscalatingRun,
    /// The large model.
    pub large: EscalatingRun,
    /// Name of the pack.
    pub pack: String,
    /// Questions that both answered.
    pub questions: u32,
    /// Questions that only one of them answered.
    pub unpaired: u32,
    /// Peak memory of both.
    pub memory_bytes: Figure<u64>,
    /// Whether joules are simulated.
    pub joules_simulated: bool,
    /// What a reader must know before the figures.
    pub warnings: Vec<String>,
    /// Thresholds with what they give on all questions.
    pub curve: Vec<ThresholdView>,
    /// The large model alone on all questions.
    pub large_alone: PointView,
    /// The threshold that was chosen on one half of the questions.
    pub choice: Figure<ChoiceView>,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EscalatingRun {
    /// The result file, as it was named.
    pub file: String,
    /// Name of the model.
    pub model: String,
}

/// A threshold and what it gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThresholdView {
    /// At or above it the small model answers; 2: every question is escalated.
    pub threshold: f64,
    /// What it gives.
    #[serde(flatten)]
    pub point: PointView,
}

/// Questions at a threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointView {
    /// Share that the large model answered.
    pub escalated: f64,
    /// Number of questions.
    pub questions: u32,
    /// Accuracy.
    pub accuracy: EstimateView,
    /// Mean seconds a question.
    pub seconds: Figure<EstimateView>,
    /// Mean joules a question.
    pub joules: Figure<EstimateView>,
}

/// A chosen threshold. All figures are those of the half that it was not chosen on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChoiceView {
    /// The threshold; 2: every question is escalated.
    pub threshold: f64,
    /// What it promises.
    pub goal: Goal,
    /// Questions that it was chosen on.
    pub chosen_on: u32,
    /// What it gives.
    pub stated: PointView,
    /// The small model alone.
    pub small_alone: PointView,
    /// The large model alone.
    pub large_alone: PointView,
    /// Its accuracy minus the large model's.
    pub difference: EstimateView,
    /// Whether the promise is kept.
    pub kept: bool,
    /// Whether the large model alone would serve as well.
    pub large_serves_as_well: bool,
}

impl From<&Escalation> for EscalationView {
    fn from(found: &Escalation) -> EscalationView {
        let run = |run: &RunSummary| EscalatingRun {
            file: run.file.clone(),
            model: run.model().to_owned(),
        };
        EscalationView {
            small: run(&found.small),
            large: run(&found.large),
            pack: found.small.start.pack.clone(),
            questions: found.questions,
            unpaired: found.unpaired,
            memory_bytes: found.memory().map(|bytes| bytes.0).into(),
            joules_simulated: found.simulated,
            warnings: found.warnings(),
            curve: found
                .curve
                .iter()
                .map(|(threshold, point)| ThresholdView {
                    threshold: *threshold,
                    point: (*point).into(),
                })
                .collect(),
            large_alone: found.large_alone.into(),
            choice: match found.choice {
                Ok(choice) => Figure::Value(choice.into()),
                Err(why) => Figure::missing(why.to_string()),
            },
        }
    }
}

impl From<Choice> for ChoiceView {
    fn from(choice: Choice) -> ChoiceView {
        ChoiceView {
            threshold: choice.threshold,
            goal: choice.goal,
            chosen_on: choice.chosen_on,
            stated: choice.stated.into(),
            small_alone: choice.small.into(),
            large_alone: choice.large.into(),
            difference: choice.difference.into(),
            kept: choice.kept,
            large_serves_as_well: choice.large_serves_as_well(),
        }
    }
}

impl From<EscalationPoint> for PointView {
    fn from(point: EscalationPoint) -> PointView {
        PointView {
            escalated: point.escalated,
            questions: point.questions,
            accuracy: point.accuracy.into(),
            seconds: point.seconds.into(),
            joules: point.joules.into(),
        }
    }
}
