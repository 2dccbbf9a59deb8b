//! What a race found, for programs and for the page.

use edgescore_score::race::Standing;
use edgescore_summary::{EstimateView, Figure, RunSummary};
use serde::Serialize;

use super::candidate::Candidate;
use super::racing::Raced;
use super::why::why;

/// What a race found.
#[derive(Serialize)]
pub struct ChoiceView {
    /// The chosen model; null if none keeps the limits.
    pub chosen: Option<String>,
    /// Models that were not told apart from it.
    pub beside: Vec<String>,
    /// Probability, at most, that another beats it by the margin, or that it breaks a limit.
    pub error_rate: f64,
    /// A difference in accuracy that was not worth more questions.
    pub margin: f64,
    /// Questions that could be asked.
    pub questions: u32,
    /// Time of all runs on the board, in seconds.
    pub board_s: f64,
    /// The same if all models that were asked had been asked everything, by their own means.
    pub board_s_of_all: f64,
    /// All models, in the order given.
    pub models: Vec<ModelView>,
}

/// A model of the race.
#[derive(Serialize)]
pub struct ModelView {
    /// Its name in the race.
    pub model: String,
    /// Its file.
    pub file: String,
    /// Why it left; null if it did not.
    pub left: Option<String>,
    /// Questions that it was asked.
    pub asked: u32,
    /// pass@1 on all questions, with the 95 % interval that holds whenever the race ends.
    pub accuracy: Figure<EstimateView>,
    /// Mean seconds an answer, rests included; of a model that was not asked, as planned.
    pub seconds: Figure<f64>,
    /// Whether that was planned and not measured.
    pub seconds_planned: bool,
    /// Mean joules an answer.
    pub joules: Figure<f64>,
    /// Whether the joules are simulated.
    pub joules_simulated: bool,
    /// Peak resident memory in bytes.
    pub memory_bytes: Figure<u64>,
    /// Its results.
    pub results: Vec<String>,
}

impl ChoiceView {
    /// Of a race over `questions` questions.
    pub fn of(raced: &Raced, field: &[Candidate], questions: u32) -> ChoiceView {
        let label = |place: usize| field.get(place).map(|candidate| candidate.label.clone());
        let (chosen, beside) = match &raced.standing {
            Standing::Chosen { winner, beside } => (
                label(*winner),
                beside.iter().copied().filter_map(label).collect(),
            ),
            Standing::Open | Standing::NoneLeft => (None, Vec::new()),
        };
        let goal = raced.race.goal();
        let models = field.iter().enumerate();
        let models = models.map(|(place, candidate)| {
            ModelView::of(
                candidate,
                raced.race.left(place).map(|left| why(left, field)),
            )
        });
        let runs = || field.iter().filter_map(|candidate| candidate.run.as_ref());
        ChoiceView {
            chosen,
            beside,
            error_rate: goal.error_rate,
            margin: goal.margin,
            questions,
            board_s: runs().map(elapsed_s).fold(0.0, |sum, s| sum + s),
            board_s_of_all: runs()
                .map(|run| all_s(run, questions))
                .fold(0.0, |sum, s| sum + s),
            models: models.collect(),
        }
    }
}

impl ModelView {
    fn of(candidate: &Candidate, left: Option<String>) -> ModelView {
        let run = candidate.run.as_ref();
        let planned = candidate.planned.seconds;
        let unknown = || "not asked".to_owned();
        ModelView {
            model: candidate.label.clone(),
            file: candidate.given.display().to_string(),
            left: candidate.withdrawn.clone().or(left),
            asked: run.map_or(0, |run| run.start.questions),
            accuracy: match run {
                Some(run) => run.pass_at_1.map(EstimateView::from).into(),
                None => Figure::missing(unknown()),
            },
            seconds: match (run, planned) {
                (Some(run), _) => run.sustained_s().into(),
                (None, Some(seconds)) => Figure::Value(seconds),
                (None, None) => Figure::missing(unknown()),
            },
            seconds_planned: run.is_none() && planned.is_some(),
            joules: match run {
                Some(run) => run.energy().map(|energy| energy.joules).into(),
                None => Figure::missing(unknown()),
            },
            joules_simulated: run
                .and_then(|run| run.energy().value())
                .is_some_and(|energy| energy.simulated),
            memory_bytes: match run {
                Some(run) => run.peak_memory().map(|peak| peak.0).into(),
                None => Figure::missing(unknown()),
            },
            results: candidate
                .legs
                .iter()
                .map(|leg| leg.display().to_string())
                .collect(),
        }
    }
}

fn elapsed_s(run: &RunSummary) -> f64 {
    run.provenance.end.as_ref().map_or(0.0, |end| end.elapsed_s)
}

/// Time of one run of all questions by the mean of those asked; the model is loaded once.
fn all_s(run: &RunSummary, questions: u32) -> f64 {
    let answer_s = run.sustained_s().value().unwrap_or(0.0);
    run.load().seconds + answer_s * f64::from(questions)
}
