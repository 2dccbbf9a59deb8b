//! Several models on the same questions: who may leave, and who is chosen.

mod duel;
mod mean_sequence;
mod points;

use duel::Duel;
use mean_sequence::MeanSequence;
pub use points::{PointAnswers, PointFound, PointGoal, judge_points};

use crate::{ConfidenceSequence, Decision, Regime, SequenceError};

/// Questions of the first round: fewer take longer to load the model for than to ask.
const FIRST_ROUND: u32 = 24;

/// What a race is to find, and how sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Probability, at most, that a model is chosen that another beats by `margin` or that
    /// breaks a limit.
    pub error_rate: f64,
    /// A difference in accuracy that is not worth more questions.
    pub margin: f64,
    /// Accuracy, at least.
    pub min_accuracy: Option<f64>,
    /// Mean seconds an answer, rests included, at most.
    pub max_latency_s: Option<f64>,
}

/// An answer as a race takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    /// Whether it is right; a question that could not be asked is not.
    pub correct: bool,
    /// Seconds that it took, rests included.
    pub seconds: Option<f64>,
}

/// Why a model left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It certainly answers fewer questions than the one at this place.
    Worse {
        /// Place of the better one.
        than: usize,
    },
    /// Its accuracy is certainly below the limit.
    TooInaccurate,
    /// Its mean time is certainly over the limit.
    TooSlow,
    /// It was taken out, for a reason of the caller's.
    Withdrawn,
}

/// The questions that come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Place of the first in the order of asking.
    pub first: u32,
    /// How many.
    pub questions: u32,
}

/// How a race stands or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    Open,
    /// The model at this place is chosen, since no other beats it by the margin; those at
    /// `beside` were not told apart from it.
    Chosen {
        /// Its place.
        winner: usize,
        /// Places of the others that are left.
        beside: Vec<usize>,
    },
    /// All have left.
    NoneLeft,
}

/// Several models that are asked the questions of a pack in one uniformly random order, a round at a
/// time. One leaves as soon as it is certain that it is worse than another that keeps the limits, or
/// breaks a limit itself; the rest go on.
///
/// The best model is lost only if one of its tests errs: against each of the others that it is
/// worse, or worse by the margin, and one for each limit. They share the error rate equally
/// (Bonferroni), and hold at every look.
#[derive(Clone, Debug)]
pub struct Race {
    goal: Goal,
    /// Error rate of each test.
    of_each: f64,
    questions: u32,
    asked: u32,
    racers: Vec<Racer>,
    /// Pairs of places and their tests.
    duels: Vec<Pair>,
}

/// A model in the race.
#[derive(Clone, Debug)]
struct Racer {
    accuracy: ConfidenceSequence,
    times: MeanSequence,
    left: Option<Left>,
}

/// The tests of one model against another.
#[derive(Clone, Debug)]
struct Pair {
    one: usize,
    other: usize,
    /// Of "the one is at least as good as the other".
    as_good: Duel,
    /// Of "the one is better by the margin".
    better: Duel,
}

/// Whether a limit is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Certainly,
    Open,
    /// Why the model leaves.
    Not(Left),
}

impl Race {
    /// Of `models` models over `questions` questions.
    ///
    /// # Errors
    /// An error rate that is not between 0 and 1.
    pub fn new(models: usize, questions: u32, goal: Goal) -> Result<Race, SequenceError> {
        let limits = [goal.min_accuracy, goal.max_latency_s];
        let limits = limits.iter().flatten().count();
        // Of the best model and of the chosen one: two tests against each other, and the limits.
        let tests = 2 * models.saturating_sub(1) + models * limits;
        let of_each = goal.error_rate / tests.max(1) as f64;
        let accuracy = ConfidenceSequence::new(Regime::Pack { questions }, of_each)?;
        let racer = || Racer {
            accuracy: accuracy.clone(),
            times: MeanSequence::default(),
            left: None,
        };
        let places = (0..models).flat_map(|one| (0..models).map(move |other| (one, other)));
        let margin = goal.margin * f64::from(questions);
        let pair = |(one, other)| Pair {
            one,
            other,
            as_good: Duel::new(questions, 0.0),
            better: Duel::new(questions, margin),
        };
        Ok(Race {
            goal,
            of_each,
            questions,
            asked: 0,
            racers: (0..models).map(|_| racer()).collect(),
            duels: places
                .filter(|(one, other)| one != other)
                .map(pair)
                .collect(),
        })
    }

    /// The questions that come next, all those left being asked them; none when all were asked.
    pub fn next_round(&self) -> Option<Round> {
        let left = self.questions - self.asked;
        // Half of what was asked: 14 rounds for 3,722 questions.
        let questions = FIRST_ROUND.max(self.asked / 2).min(left);
        (questions > 0).then_some(Round {
            first: self.asked,
            questions,
        })
    }

    /// Takes the next question as all models answered it, by their places; of those that have left
    /// nothing is read.
    ///
    /// # Errors
    /// More questions than there are.
    pub fn take(&mut self, attempts: &[Option<Attempt>]) -> Result<(), SequenceError> {
        let attempt = |place: usize| attempts.get(place).copied().flatten();
        for (place, racer) in self.racers.iter_mut().enumerate() {
            if let (None, Some(attempt)) = (racer.left, attempt(place)) {
                racer.accuracy.update(attempt.correct)?;
                if let Some(seconds) = attempt.seconds {
                    racer.times.update(seconds);
                }
            }
        }
        for pair in &mut self.duels {
            if let (Some(one), Some(other)) = (attempt(pair.one), attempt(pair.other)) {
                pair.as_good.update(one.correct, other.correct);
                pair.better.update(one.correct, other.correct);
            }
        }
        self.asked += 1;
        Ok(())
    }

    /// Takes a model out.
    pub fn withdraw(&mut self, place: usize) {
        if let Some(racer) = self.racers.get_mut(place) {
            racer.left.get_or_insert(Left::Withdrawn);
        }
    }

    /// Lets those leave that may, and says how the race stands.
    pub fn judge(&mut self) -> Standing {
        let over = self.asked >= self.questions;
        let kept: Vec<Kept> = self
            .racers
            .iter()
            .map(|racer| self.kept(racer, over))
            .collect();
        for (racer, kept) in self.racers.iter_mut().zip(&kept) {
            if let Kept::Not(why) = kept {
                racer.left.get_or_insert(*why);
            }
        }
        let sure = |place: usize| kept.get(place) == Some(&Kept::Certainly);
        let mut worse: Vec<(usize, usize)> = Vec::new();
        for place in self.left_over() {
            let better = self.duels.iter().filter(|pair| {
                pair.one == place
                    && self.is_in(pair.other)
                    && sure(pair.other)
                    && pair.as_good.is_refuted(self.of_each)
            });
            let best = better
                .map(|pair| pair.other)
                .max_by_key(|&at| self.correct(at));
            worse.extend(best.map(|than| (place, than)));
        }
        for (place, than) in worse {
            if let Some(racer) = self.racers.get_mut(place) {
                racer.left = Some(Left::Worse { than });
            }
        }
        self.standing(&sure, over)
    }

    fn standing(&self, sure: &impl Fn(usize) -> bool, over: bool) -> Standing {
        let places: Vec<usize> = self.left_over().collect();
        if places.is_empty() {
            return Standing::NoneLeft;
        }
        // Of equally accurate ones the quickest.
        let leader = places
            .iter()
            .copied()
            .filter(|&place| sure(place) || over)
            .max_by(|&a, &b| {
                let by_time = self.seconds(b).total_cmp(&self.seconds(a));
                self.correct(a).cmp(&self.correct(b)).then(by_time)
            });
        let Some(winner) = leader else {
            return Standing::Open;
        };
        let beaten = |place: usize| {
            self.duels.iter().any(|pair| {
                pair.one == place && pair.other == winner && pair.better.is_refuted(self.of_each)
            })
        };
        let beside: Vec<usize> = places.into_iter().filter(|&at| at != winner).collect();
        // Of a model that was asked nothing only a plan says that it keeps its limits.
        match over || (self.asked > 0 && beside.iter().all(|&place| beaten(place))) {
            true => Standing::Chosen { winner, beside },
            false => Standing::Open,
        }
    }

    /// Places of the models that have not left.
    pub fn left_over(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.racers.len()).filter(|&place| self.is_in(place))
    }

    /// Why the model at `place` left, if it did.
    pub fn left(&self, place: usize) -> Option<Left> {
        self.racers.get(place)?.left
    }

    /// What it is to find.
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// Questions that all who are left have answered.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    fn is_in(&self, place: usize) -> bool {
        let racer = self.racers.get(place);
        racer.is_some_and(|racer| racer.left.is_none())
    }

    fn correct(&self, place: usize) -> u32 {
        let racer = self.racers.get(place);
        racer.map_or(0, |racer| racer.accuracy.correct())
    }

    fn seconds(&self, place: usize) -> f64 {
        let racer = self.racers.get(place);
        let mean = racer.and_then(|racer| racer.times.mean());
        mean.unwrap_or(f64::INFINITY)
    }

    /// Whether `racer` keeps all limits; `over`: no question is left.
    fn kept(&self, racer: &Racer, over: bool) -> Kept {
        let accuracy = racer.is_accurate(self.goal.min_accuracy);
        let latency = racer.is_quick(self.goal.max_latency_s, self.of_each, over);
        match (accuracy, latency) {
            (Kept::Not(why), _) | (_, Kept::Not(why)) => Kept::Not(why),
            (Kept::Open, _) | (_, Kept::Open) => Kept::Open,
            (Kept::Certainly, Kept::Certainly) => Kept::Certainly,
        }
    }
}

impl Racer {
    fn is_accurate(&self, limit: Option<f64>) -> Kept {
        match limit.map(|limit| self.accuracy.decided(limit)) {
            None | Some(Decision::AtLeast) => Kept::Certainly,
            Some(Decision::Open) => Kept::Open,
            Some(Decision::Below) => Kept::Not(Left::TooInaccurate),
        }
    }

    /// `over`: no question is left, so the mean decides.
    fn is_quick(&self, limit: Option<f64>, error_rate: f64, over: bool) -> Kept {
        let Some(limit) = limit else {
            return Kept::Certainly;
        };
        let interval = self.times.interval(error_rate);
        match (interval, self.times.mean()) {
            (_, Some(mean)) if over => match mean <= limit {
                true => Kept::Certainly,
                false => Kept::Not(Left::TooSlow),
            },
            (Some(interval), _) if interval.low > limit => Kept::Not(Left::TooSlow),
            (Some(interval), _) if interval.high <= limit => Kept::Certainly,
            _ => Kept::Open,
        }
    }
}

#[cfg(test)]
mod tests;
