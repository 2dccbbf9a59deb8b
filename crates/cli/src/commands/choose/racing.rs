//! The rounds of a race.

use std::path::PathBuf;

use edgescore_record::Leg;
use edgescore_score::race::{Attempt, Goal, Race, Round, Standing};
use edgescore_score::{Rotation, Row};
use edgescore_summary::RunSummary;

use super::args::Args;
use super::asking::{Answered, ask, failed};
use super::candidate::Candidate;
use super::folder::Folder;
use super::say::say;
use super::why::why;
use crate::failure::Failure;
use crate::render::pages::notes;

/// A race that came to its end.
pub struct Raced {
    /// The race.
    pub race: Race,
    /// How it ended.
    pub standing: Standing,
}

impl Raced {
    /// The chosen one of `field`.
    pub fn winner<'f>(&self, field: &'f [Candidate]) -> Option<&'f Candidate> {
        match self.standing {
            Standing::Chosen { winner, .. } => field.get(winner),
            Standing::Open | Standing::NoneLeft => None,
        }
    }
}

/// Races `field` over `questions` questions. None when it was stopped.
///
/// # Errors
/// What is wrong with the board, the link or the folder.
pub fn race(
    args: &Args,
    folder: &Folder,
    field: &mut [Candidate],
    questions: u32,
    goal: Goal,
) -> Result<Option<Raced>, Failure> {
    let mut race = Race::new(field.len(), questions, goal).map_err(Failure::data)?;
    for (place, candidate) in field.iter().enumerate() {
        if candidate.withdrawn.is_some() {
            race.withdraw(place);
        }
    }
    let mut standing = race.judge();
    for number in 1.. {
        let (Standing::Open, Some(round)) = (&standing, race.next_round()) else {
            break;
        };
        let mut places: Vec<usize> = race.left_over().collect();
        // What changes with time, such as heat, does not meet the same model in each round.
        let turn = number as usize % places.len().max(1);
        places.rotate_left(turn);
        say(&format!(
            "round {number}: questions {} to {} of {questions}, {} models",
            round.first + 1,
            round.first + round.questions,
            places.len()
        ));
        for place in places {
            let Some(candidate) = field.get_mut(place) else {
                continue;
            };
            let file = folder.leg(&candidate.name, number);
            if !take_leg(args, candidate, file, round)? {
                return Ok(None);
            }
            if candidate.withdrawn.is_some() {
                race.withdraw(place);
            }
        }
        take(&mut race, field, round)?;
        let before: Vec<usize> = race.left_over().collect();
        standing = race.judge();
        for place in before {
            announce(&race, field, place);
        }
    }
    Ok(Some(Raced { race, standing }))
}

fn announce(race: &Race, field: &[Candidate], place: usize) {
    if let (Some(left), Some(candidate)) = (race.left(place), field.get(place)) {
        say(&format!("{} leaves: {}", candidate.label, why(left, field)));
    }
}

/// Asks a model the questions of a round. False when the run was stopped.
fn take_leg(
    args: &Args,
    candidate: &mut Candidate,
    file: PathBuf,
    round: Round,
) -> Result<bool, Failure> {
    let Some(inputs) = &candidate.inputs else {
        return Ok(true);
    };
    let leg = Leg {
        first: round.first,
        questions: round.questions,
    };
    let Answered::With(verdict) = ask(args, inputs, candidate.point, leg, &file)? else {
        return Ok(false);
    };
    candidate.run = Some(candidate.legs.add(&file).map_err(Failure::data)?);
    candidate.results.push(file);
    if let Some(why) = failed(verdict, candidate.run.as_ref()) {
        candidate.withdraw(why);
    }
    if let Some(why) = candidate.run.as_ref().and_then(notes::did_not_decide) {
        candidate.withdraw(why);
    }
    Ok(true)
}

/// Hands the race the answers of a round.
fn take(race: &mut Race, field: &[Candidate], round: Round) -> Result<(), Failure> {
    let in_race: Vec<usize> = race.left_over().collect();
    let answers: Vec<Vec<Attempt>> = field
        .iter()
        .enumerate()
        .map(|(place, candidate)| match &candidate.run {
            Some(run) if in_race.contains(&place) => attempts(run, round),
            _ => Vec::new(),
        })
        .collect();
    for at in 0..round.questions as usize {
        let attempts: Vec<Option<Attempt>> = answers
            .iter()
            .map(|answers| answers.get(at).copied())
            .collect();
        race.take(&attempts).map_err(Failure::data)?;
    }
    Ok(())
}

/// The answers of a round, in the order of asking.
fn attempts(run: &RunSummary, round: Round) -> Vec<Attempt> {
    let stretch = run.power.stretch();
    let headline = run
        .rows
        .iter()
        .filter(|row| row.rotation == Rotation::default());
    let attempt = |row: &Row| Attempt {
        correct: row.counts() && row.is_correct(),
        seconds: row.latency_us.map(|us| f64::from(us.get()) / 1e6 * stretch),
    };
    headline.skip(round.first as usize).map(attempt).collect()
}
