//! An operating point of the chosen model that is asked, and what its answers take.

use std::path::PathBuf;

use edgescore_probe::Reading;
use edgescore_record::{Answer, Question};
use edgescore_score::race::PointFound;
use edgescore_summary::{
    Asked, Decoder, EstimateView, Figure, Legs, RunSummary, decode_file, rules,
};
use edgescore_taskpack::Rotation;
use serde::Serialize;

use super::candidate::Candidate;
use crate::failure::Failure;
use crate::session::OperatingPoint;

/// An operating point that is asked.
pub struct Contender {
    /// The point.
    pub point: OperatingPoint,
    /// The beginning of its files' names.
    pub name: String,
    /// What its results say together.
    pub run: Option<RunSummary>,
    /// Why it is out.
    pub left: Option<String>,
    files: Vec<PathBuf>,
    legs: Legs,
    took: Vec<Took>,
}

/// What an answer took.
#[derive(Clone, Copy)]
struct Took {
    question: u32,
    answer: Answer,
    seconds: f64,
    joules: Reading<f64>,
}

/// An operating point, for the page and for programs.
#[derive(Serialize)]
pub struct PointView {
    /// Its name.
    pub point: String,
    /// Whether its model raced at it.
    pub raced: bool,
    /// Whether it takes the least of those that keep the limits.
    pub best: bool,
    /// Why it is out; null if it keeps the limits.
    pub left: Option<String>,
    /// Mean seconds an answer, rests included.
    pub seconds: Figure<f64>,
    /// Mean joules an answer.
    pub joules: Figure<f64>,
    /// Whether the joules are simulated.
    pub joules_simulated: bool,
    /// How many times as much as the best it takes.
    pub ratio: Figure<EstimateView>,
    /// Whether it is certain that the best takes less.
    pub settled: bool,
    /// Questions with another answer than at the point that raced.
    pub other_answers: u32,
    /// Its results.
    pub results: Vec<String>,
}

impl Contender {
    /// `candidate` at `point`, before it is asked.
    pub fn new(point: OperatingPoint, candidate: &Candidate) -> Contender {
        Contender {
            point,
            name: format!("{}{}", candidate.name, point.suffix()),
            run: None,
            left: None,
            files: Vec::new(),
            legs: Legs::default(),
            took: Vec::new(),
        }
    }

    /// Takes the answers in `file`.
    ///
    /// # Errors
    /// A file that is no result.
    pub fn take(&mut self, file: PathBuf) -> Result<(), Failure> {
        let records = decode_file(&file).map_err(Failure::data)?.records;
        self.took.extend(took(&records));
        self.run = Some(self.legs.add(&file).map_err(Failure::data)?);
        self.files.push(file);
        Ok(())
    }

    /// The questions that it answered.
    pub fn answered(&self) -> impl Iterator<Item = u32> + '_ {
        self.took.iter().map(|took| took.question)
    }

    /// Whether a meter saw the energy of each answer.
    pub fn energy_is_measured(&self) -> bool {
        let metered = self.run.as_ref().and_then(|run| run.power.metered());
        let has = |took: &Took| took.joules.value().is_some_and(|joules| joules > 0.0);
        metered == Some(true) && self.took.iter().all(has)
    }

    /// Joules or seconds of the answers to `questions`.
    pub fn costs(&self, questions: &[u32], joules: bool) -> Vec<f64> {
        let cost = |question: &u32| {
            let took = self.took.iter().find(|took| took.question == *question)?;
            match joules {
                true => took.joules.value(),
                false => Some(took.seconds),
            }
        };
        questions.iter().filter_map(cost).collect()
    }

    /// As it was `found` to be, beside the point that `raced`.
    pub fn view(&self, found: Option<PointFound>, raced: &Contender) -> PointView {
        let run = self.run.as_ref();
        let is_other = |took: &&Took| {
            let mut there = raced.took.iter();
            let there = there.find(|there| there.question == took.question);
            there.is_some_and(|there| there.answer != took.answer)
        };
        PointView {
            point: self.point.label(),
            raced: std::ptr::eq(self, raced),
            best: found == Some(PointFound::Best),
            left: match found {
                Some(PointFound::TooSlow) => {
                    Some("it is not certain that its answers keep the limit".to_owned())
                }
                _ => self.left.clone(),
            },
            seconds: match run {
                Some(run) => run.sustained_s().into(),
                None => Figure::missing("not asked"),
            },
            joules: match run {
                Some(run) => run.energy().map(|energy| energy.joules).into(),
                None => Figure::missing("not asked"),
            },
            joules_simulated: run.is_some_and(|run| run.power.is_simulated()),
            ratio: match found {
                Some(PointFound::Costs(ratio)) => Figure::Value(ratio.into()),
                Some(PointFound::Best) => Figure::missing("it is the best"),
                Some(PointFound::TooSlow) | None => Figure::missing("it left"),
            },
            settled: found.is_none_or(|found| found.is_settled()),
            other_answers: self.took.iter().filter(is_other).count() as u32,
            results: self
                .files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
        }
    }
}

/// What the answers of a leg took, in the questions' own order of options.
fn took(records: &Decoder) -> Vec<Took> {
    let stretch = records.power.stretch();
    let took = |question: &Question| Took {
        question: question.ask.question(),
        answer: question.answer,
        seconds: rules::answer_time(question).0 as f64 / 1e6 * stretch,
        joules: question.energy.map(|energy| energy.total().0 as f64 / 1e6),
    };
    let headline = |asked: &&Asked| asked.ask.rotation() == Rotation::default();
    let asked = records.asked.iter().filter(headline);
    let answers = asked.filter_map(|asked| asked.outcome.as_ref().ok());
    answers.map(took).collect()
}
