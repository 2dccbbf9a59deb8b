//! Costs of four options in every future, and what is best by which measure.
//!
//! Regret of an option in a future: its cost minus the least cost of any permitted option there
//! (Savage, The theory of statistical decision, JASA 46, 1951). The answer is the permitted
//! option whose greatest regret is least.

use super::level::Shape;
use super::rng::Rng;

/// The most futures of any level.
const MOST: usize = 4;
/// Options before the four are put in order: what each is for.
pub(crate) const RIGHT: usize = 0;
pub(crate) const MYOPIC: usize = 1;
pub(crate) const AVERAGE: usize = 2;
pub(crate) const BANNED: usize = 3;

/// By how much the myopic and the average option win by their own measure: 2 units of cost, so
/// that no rounding decides.
const OWN_MARGIN: i32 = 2;

/// The parts of the four options' costs. Position 0 of the futures is the present state.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    /// Weight of each term, those with a cost in each future first.
    pub weights: Vec<i32>,
    /// Odds of each future.
    pub odds: Vec<i32>,
    /// By option and term: the cost in each future.
    pub in_future: [Vec<Vec<i32>>; 4],
    /// By option and term: the cost whatever comes.
    pub once: [Vec<i32>; 4],
}

/// In three of four questions the forbidden option would be the answer if it were permitted. In
/// the others it would not, so that the answer cannot be had as the second best without the
/// policy, and a solver that ignores the policy is at chance.
///
/// Draws costs until each of the four options is what it is for. `None` after 100,000 tries,
/// which no level comes near (about 100 are needed).
pub(crate) fn draw(shape: &Shape, rng: &mut Rng) -> Option<Costs> {
    let futures = shape.futures.min(MOST);
    let weights = match shape.future_terms + shape.once_terms {
        1 => vec![1],
        terms => (0..terms).map(|_| rng.between(1, 3)).collect(),
    };
    let odds: Vec<i32> = match shape.odds {
        true => (0..futures).map(|_| rng.between(1, 4)).collect(),
        false => vec![1; futures],
    };
    let mut costs = Costs {
        weights,
        odds,
        in_future: [const { Vec::new() }; 4],
        once: [const { Vec::new() }; 4],
    };
    let tempting = rng.below(4) > 0;
    (0..100_000).find_map(|_| {
        for option in RIGHT..=BANNED {
            costs.once[option] = (0..shape.once_terms).map(|_| rng.between(1, 30)).collect();
            // The first term is set below.
            costs.in_future[option] = vec![vec![0; futures]; shape.future_terms];
            for cost in costs.in_future[option].iter_mut().skip(1).flatten() {
                *cost = rng.between(1, 30);
            }
        }
        let worst = rng.between(shape.margin, 50);
        let bases: Vec<i32> = (0..futures)
            .map(|_| 10 + rng.between(0, shape.spread))
            .collect();
        let mut main = permitted(worst, shape.margin, futures, rng);
        costs.set_main(&bases, &main)?;
        if !costs.is_question(shape.margin) {
            return None;
        }
        let most = if tempting { worst } else { 80 };
        (0..20).find_map(|_| {
            for regret in main[BANNED].iter_mut().take(futures) {
                *regret = rng.between(-shape.spread.min(8), most);
            }
            costs.set_main(&bases, &main)?;
            let fits = match tempting {
                true => costs.tempts(shape.margin / 2),
                false => costs.is_worse(shape.margin),
            };
            fits.then(|| costs.clone())
        })
    })
}

/// Regrets in the first term of the three permitted options: guesses that often make a question.
fn permitted(worst: i32, margin: i32, futures: usize, rng: &mut Rng) -> [[i32; MOST]; 4] {
    let mut main = [[0; MOST]; 4];
    let most = [worst, worst + margin, worst / 2];
    for (option, most) in main.iter_mut().zip(most) {
        for regret in option.iter_mut().take(futures) {
            *regret = rng.between(0, most);
        }
    }
    main[MYOPIC][0] = rng.between(0, worst / 2);
    main[MYOPIC][1 + rng.below(futures - 1)] = worst + margin + rng.between(0, 40);
    main[AVERAGE][rng.below(futures)] = worst + margin + rng.between(0, worst);
    for future in 0..futures {
        let least = (RIGHT..=AVERAGE)
            .map(|option| main[option][future])
            .min()
            .unwrap_or(0);
        for option in &mut main[RIGHT..=AVERAGE] {
            option[future] -= least;
        }
    }
    main
}

impl Costs {
    /// Number of futures.
    pub(crate) fn futures(&self) -> usize {
        self.odds.len()
    }

    /// The weighted sum of the terms.
    pub(crate) fn total(&self, option: usize, future: usize) -> i32 {
        let in_future = self.in_future[option].iter().map(|costs| costs[future]);
        let parts = in_future.chain(self.once[option].iter().copied());
        parts
            .zip(&self.weights)
            .map(|(cost, weight)| cost * weight)
            .sum()
    }

    /// The greatest regret of each option, measured against the `permitted` first options.
    fn worst_regrets(&self, totals: &[[i32; MOST]; 4], permitted: usize) -> [i32; 4] {
        let mut worst = [0; 4];
        for future in 0..self.futures() {
            let least = (0..permitted)
                .map(|option| totals[option][future])
                .min()
                .unwrap_or(0);
            for (worst, totals) in worst.iter_mut().zip(totals) {
                *worst = (*worst).max(totals[future] - least);
            }
        }
        worst
    }

    /// The total cost of each option in each future.
    fn totals(&self) -> [[i32; MOST]; 4] {
        let mut totals = [[0; MOST]; 4];
        for (option, totals) in totals.iter_mut().enumerate() {
            for (future, total) in totals.iter_mut().enumerate().take(self.futures()) {
                *total = self.total(option, future);
            }
        }
        totals
    }

    /// Sets the first term. `None` if a cost has not two digits.
    fn set_main(&mut self, bases: &[i32], regrets: &[[i32; MOST]; 4]) -> Option<()> {
        for (terms, regrets) in self.in_future.iter_mut().zip(regrets) {
            let main = terms.first_mut()?;
            for ((cost, base), regret) in main.iter_mut().zip(bases).zip(regrets) {
                *cost = base + regret;
                if !(10..=99).contains(cost) {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Whether three permitted options are each best by their own measure and by no other.
    fn is_question(&self, margin: i32) -> bool {
        let totals = self.totals();
        let regret = self.worst_regrets(&totals, BANNED);
        let average = |option: usize| -> i32 {
            let weighted = totals[option].iter().zip(&self.odds);
            weighted.map(|(total, odds)| total * odds).sum()
        };
        let all: i32 = self.odds.iter().sum();
        let least_by = |winner: usize, margin: i32, value: &dyn Fn(usize) -> i32| {
            (RIGHT..=AVERAGE).all(|other| other == winner || value(winner) + margin <= value(other))
        };
        least_by(RIGHT, margin, &|option| regret[option])
            && least_by(MYOPIC, OWN_MARGIN, &|option| totals[option][0])
            && least_by(AVERAGE, OWN_MARGIN * all, &average)
    }

    /// Whether the forbidden option would be the answer by `margin` if it were permitted.
    fn tempts(&self, margin: i32) -> bool {
        let regret = self.worst_regrets(&self.totals(), 4);
        (RIGHT..=AVERAGE).all(|other| regret[BANNED] + margin <= regret[other])
    }

    /// Whether the forbidden option would not be the answer, by `margin`, if it were permitted.
    fn is_worse(&self, margin: i32) -> bool {
        let regret = self.worst_regrets(&self.totals(), 4);
        regret[RIGHT] + margin <= regret[BANNED]
    }

    /// Worst regret of a permitted option.
    pub(crate) fn worst_regret(&self, option: usize) -> i32 {
        self.worst_regrets(&self.totals(), BANNED)[option]
    }
}
