//! The operating points of the chosen model: which of them takes the least.
//!
//! The answers at two points are nearly the same, so accuracy cannot tell them apart; what an answer
//! takes can.

use edgescore_record::Leg;
use edgescore_score::race::{PointAnswers, PointFound, PointGoal, judge_points};
use edgescore_summary::RunSummary;
use serde::Serialize;

use super::args::Args;
use super::asking::{Answered, ask, elapsed_s, failed};
use super::candidate::Candidate;
use super::contender::{Contender, PointView};
use super::folder::Folder;
use super::say::say;
use crate::failure::Failure;
use crate::session::OperatingPoint;

/// Questions that each point is asked. An interval for a mean needs 48 answers; where the ratios of
/// the questions spread by a tenth, their mean is then known to about 5 % in each direction.
const QUESTIONS: u32 = 60;

/// What was found of the operating points of the chosen model.
pub struct Compared {
    /// The one to take, and what was measured there; none if no point keeps the limits.
    pub best: Option<(OperatingPoint, RunSummary)>,
    /// Time of all runs for it, in seconds.
    pub board_s: f64,
    /// For the page and for programs.
    pub view: PointsView,
}

/// The operating points of the chosen model, told apart.
#[derive(Serialize)]
pub struct PointsView {
    /// Questions that each was asked.
    pub questions: u32,
    /// What they were told apart by: joules or seconds of an answer.
    pub by: &'static str,
    /// Probability, at most, that an interval misses its ratio, or that the best one breaks the limit
    /// on the time of an answer.
    pub error_rate: f64,
    /// The points, the one that raced first.
    pub points: Vec<PointView>,
}

impl PointsView {
    /// The one to take; none if no point keeps the limits.
    pub fn best(&self) -> Option<&PointView> {
        self.points.iter().find(|point| point.best)
    }
}

/// Asks the operating points of `winner` the same questions and judges them. None when it was
/// stopped.
///
/// # Errors
/// What is wrong with the board, the link or the folder.
pub fn compare(
    args: &Args,
    folder: &Folder,
    winner: &Candidate,
    questions: u32,
) -> Result<Option<Compared>, Failure> {
    let mut contenders: Vec<Contender> = std::iter::once(winner.point)
        .chain(winner.open_points())
        .map(|point| Contender::new(point, winner))
        .collect();
    let asked = QUESTIONS.min(questions);
    say(&format!(
        "{asked} questions at each of {} operating points of {}",
        contenders.len(),
        winner.name
    ));
    let half = asked.div_ceil(2);
    for (number, first, questions) in [(1, 0, half), (2, half, asked - half)] {
        for contender in &mut contenders {
            let (None, Some(inputs), 1..) = (&contender.left, &winner.inputs, questions) else {
                continue;
            };
            let file = folder.point_leg(&contender.name, number)?;
            let leg = Leg { first, questions };
            match ask(args, inputs, contender.point, leg, &file)? {
                Answered::Stopped => return Ok(None),
                Answered::With(verdict) => {
                    contender.take(file)?;
                    contender.left = failed(verdict, contender.run.as_ref());
                }
            }
        }
        // There and back again: what changes steadily, such as heat, adds the same to each point.
        contenders.reverse();
    }
    Ok(Some(judge(args, &contenders, asked, asked == questions)))
}

/// Judges `contenders`, the first of which raced, by what all of them answered; `over`: there are no
/// more questions than those.
fn judge(args: &Args, contenders: &[Contender], asked: u32, over: bool) -> Compared {
    let in_it = || contenders.iter().filter(|one| one.left.is_none());
    let all_answered = |question: &u32| in_it().all(|one| one.answered().any(|at| at == *question));
    let paired: Vec<u32> = match in_it().next() {
        Some(first) => first.answered().filter(all_answered).collect(),
        None => Vec::new(),
    };
    let by_energy = in_it().all(Contender::energy_is_measured);
    let (_, error_rate) = args.error_rates(contenders.len());
    let raced = contenders.first();
    let is_raced = |one: &Contender| raced.is_some_and(|raced| std::ptr::eq(one, raced));
    let answers: Vec<PointAnswers> = in_it()
        .map(|one| PointAnswers {
            costs: one.costs(&paired, by_energy),
            seconds: one.costs(&paired, false),
            raced: is_raced(one),
        })
        .collect();
    let goal = PointGoal {
        error_rate,
        max_latency_s: args.max_latency_s(),
        over,
    };
    let mut found = judge_points(&answers, goal).into_iter();
    let found: Vec<Option<PointFound>> = contenders
        .iter()
        .map(|one| one.left.is_none().then(|| found.next()).flatten())
        .collect();
    let judged = || contenders.iter().zip(&found);
    let best = judged().find(|(_, found)| **found == Some(PointFound::Best));
    Compared {
        best: best.and_then(|(one, _)| Some((one.point, one.run.clone()?))),
        board_s: contenders
            .iter()
            .filter_map(|one| one.run.as_ref())
            .map(elapsed_s)
            .fold(0.0, |sum, s| sum + s),
        view: PointsView {
            questions: asked,
            by: if by_energy { "joules" } else { "seconds" },
            error_rate,
            points: judged()
                .filter_map(|(one, found)| Some(one.view(*found, raced?)))
                .collect(),
        },
    }
}
