//! The rounds of a race.

use std::path::Path;

use edgescore_record::{Labels, Leg, Plan, VerdictKind};
use edgescore_score::race::{Attempt, Race, Round, Standing};
use edgescore_score::{Rotation, Row};
use edgescore_summary::{RunSummary, decode_file, load_all};

use super::args::Args;
use super::candidate::Candidate;
use super::folder::Folder;
use super::say::say;
use super::why::why;
use crate::failure::Failure;
use crate::render::pages::notes;
use crate::session::{BoardSession, Recorder};

/// A race that came to its end.
pub struct Raced {
    /// The race.
    pub race: Race,
    /// How it ended.
    pub standing: Standing,
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
) -> Result<Option<Raced>, Failure> {
    let mut race = Race::new(field.len(), questions, args.goal()).map_err(Failure::data)?;
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
            let leg = folder.leg(&candidate.label, number);
            if !ask(args, candidate, &leg, round)? {
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

/// Asks a model the questions of a round, unless it has answered them already. False when the run
/// was stopped.
fn ask(args: &Args, candidate: &mut Candidate, leg: &Path, round: Round) -> Result<bool, Failure> {
    let Some(inputs) = &candidate.inputs else {
        return Ok(true);
    };
    let plan = Plan {
        leg: Some(Leg {
            first: round.first,
            questions: round.questions,
        }),
        ..args.plan()
    };
    let mut verdict = answered(leg);
    // A board that failed once, such as one whose plug was pulled, is asked once more.
    for _ in 0..2 {
        if matches!(
            verdict,
            None | Some(VerdictKind::EngineFailed | VerdictKind::Aborted)
        ) {
            let recorder = Recorder::new(leg, true)?;
            verdict =
                BoardSession::open(&args.board, false, inputs)?.record(plan, recorder, None)?;
        }
        if verdict == Some(VerdictKind::Aborted) {
            return Ok(false);
        }
    }
    candidate.legs.push(leg.to_owned());
    let mut runs = load_all(&candidate.legs).map_err(Failure::data)?;
    candidate.run = runs.pop();
    match verdict {
        // A throttled board's answers are right, and their times are those of this board.
        Some(VerdictKind::Ok | VerdictKind::Throttled) => {}
        other => {
            let ending = candidate.run.as_ref().and_then(|run| run.verdict.clone());
            let detail = ending.map_or(String::new(), |ending| format!(": {}", ending.detail));
            let verdict = other.map_or("cut off", Labels::label);
            candidate.withdraw(format!("{verdict}{detail}"));
        }
    }
    if let Some(why) = candidate.run.as_ref().and_then(notes::did_not_decide) {
        candidate.withdraw(why);
    }
    Ok(true)
}

/// The verdict of a result that is there already.
fn answered(leg: &Path) -> Option<VerdictKind> {
    let records = decode_file(leg).ok()?.records;
    records.end.as_ref()?;
    Some(records.verdict?.kind)
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
