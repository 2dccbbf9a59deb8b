//! What a race found, for programs and for the page.

use edgescore_score::race::Standing;
use edgescore_summary::{EstimateView, Figure, RunSummary};
use serde::Serialize;

use super::across::{AcrossView, across};
use super::args::Args;
use super::asking::elapsed_s;
use super::candidate::Candidate;
use super::points::{Compared, PointsView};
use super::racing::Raced;
use super::why::why;
use crate::failure::Failure;

/// What a race found.
#[derive(Serialize)]
pub struct ChoiceView {
    /// The chosen model; null if none keeps the limits.
    pub chosen: Option<String>,
    /// The operating point to run it at; null if none keeps the limits.
    pub point: Option<Point>,
    /// Models that were not told apart from it.
    pub beside: Vec<String>,
    /// Probability, at most, that another beats it by the margin, that it breaks a limit, or that
    /// something said of its operating points is wrong.
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
    /// What is chosen along with a model where engines differ; empty where one engine asked all.
    pub across_engines: Vec<AcrossView>,
    /// The operating points of the chosen model; null if there is one.
    pub points: Option<PointsView>,
}

/// An operating point. What is null is left to the board.
#[derive(Clone, Copy, Serialize)]
pub struct Point {
    /// Threads.
    pub threads: Option<u16>,
    /// The highest CPU clock in Hz.
    pub max_clock_hz: Option<u64>,
}

/// What was planned at an operating point.
#[derive(Serialize)]
pub struct PlannedView {
    /// Its name.
    pub point: String,
    /// Seconds of an answer.
    pub seconds: Option<f64>,
    /// Why it cannot keep the limits; null if it may.
    pub refused: Option<String>,
}

/// A model of the race.
#[derive(Serialize)]
pub struct ModelView {
    /// Its name in the race, with the operating point if there are several.
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
    /// The operating points at which it did not race.
    pub other_points: Vec<PlannedView>,
    /// Its results.
    pub results: Vec<String>,
}

impl ChoiceView {
    /// Of a race over `questions` questions, and of what was found of the winner's points.
    ///
    /// # Errors
    /// A result of the race is none any more.
    pub fn of(
        args: &Args,
        raced: &Raced,
        field: &[Candidate],
        compared: Option<Compared>,
        questions: u32,
    ) -> Result<ChoiceView, Failure> {
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
        let winner = raced.winner(field);
        let best = compared
            .as_ref()
            .and_then(|compared| compared.best.as_ref());
        let point = best.map(|(point, _)| *point);
        let point = point.or(winner.map(|winner| winner.point));
        let points_s = compared.as_ref().map_or(0.0, |compared| compared.board_s);
        Ok(ChoiceView {
            chosen,
            point: point.map(|point| Point {
                threads: point.threads,
                max_clock_hz: point.max_clock.map(|clock| clock.0),
            }),
            beside,
            error_rate: args.error_rate,
            margin: goal.margin,
            questions,
            board_s: runs().map(elapsed_s).fold(points_s, |sum, s| sum + s),
            board_s_of_all: runs()
                .map(|run| all_s(run, questions))
                .fold(0.0, |sum, s| sum + s),
            models: models.collect(),
            across_engines: across(field)?,
            points: compared.map(|compared| compared.view),
        })
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
            other_points: candidate
                .other_points
                .iter()
                .map(|(point, planned)| PlannedView {
                    point: point.label(),
                    seconds: planned.seconds,
                    refused: planned.refused.clone(),
                })
                .collect(),
            results: candidate
                .results
                .iter()
                .map(|leg| leg.display().to_string())
                .collect(),
        }
    }
}

/// Time of one run of all questions by the mean of those asked; the model is loaded once.
fn all_s(run: &RunSummary, questions: u32) -> f64 {
    let answer_s = run.sustained_s().value().unwrap_or(0.0);
    run.load().seconds + answer_s * f64::from(questions)
}
