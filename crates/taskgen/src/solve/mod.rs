//! Solvers that see a generated question as a model does: by its words alone.

mod read;

use edgescore_taskpack::Letter;

pub use read::{ParsedQuestion, ReadError, read};

impl ParsedQuestion {
    /// The answer: the permitted option whose greatest regret is least. `None` if two are.
    pub fn right(&self) -> Option<Letter> {
        self.least(true, |at| self.worst_regret(at, true))
    }

    /// By how much the answer's greatest regret is below that of the next permitted option.
    pub fn margin(&self) -> Option<i64> {
        let mut worst: Vec<i64> = self
            .options(true)
            .map(|at| self.worst_regret(at, true))
            .collect();
        worst.sort_unstable();
        Some(worst.get(1)? - worst.first()?)
    }

    /// The permitted option that costs least if the present state goes on.
    pub fn myopic(&self) -> Option<Letter> {
        self.least(true, |at| self.cost(at, self.now))
    }

    /// The permitted option that costs least on average, by the odds where they are given.
    pub fn average_case(&self) -> Option<Letter> {
        self.least(true, |at| {
            let odds = self.odds.iter().enumerate();
            odds.map(|(future, odds)| odds * self.cost(at, future))
                .sum()
        })
    }

    /// The answer of one who does not read the policy.
    pub fn policy_blind(&self) -> Option<Letter> {
        self.least(false, |at| self.worst_regret(at, false))
    }

    /// The permitted option whose greatest *cost* is least: caution without regret.
    pub fn cautious(&self) -> Option<Letter> {
        self.least(true, |at| {
            let costs = (0..self.odds.len()).map(|future| self.cost(at, future));
            costs.max().unwrap_or_default()
        })
    }

    fn options(&self, permitted: bool) -> impl Iterator<Item = usize> {
        (0..4).filter(move |at| !permitted || self.forbidden.get(*at) == Some(&false))
    }

    fn cost(&self, at: usize, future: usize) -> i64 {
        let costs = self.costs.get(at).and_then(|costs| costs.get(future));
        costs.copied().unwrap_or(i64::MAX / 8)
    }

    fn worst_regret(&self, at: usize, permitted: bool) -> i64 {
        let regrets = (0..self.odds.len()).map(|future| {
            let least = self
                .options(permitted)
                .map(|other| self.cost(other, future))
                .min();
            self.cost(at, future) - least.unwrap_or_default()
        });
        regrets.max().unwrap_or_default()
    }

    fn least(&self, permitted: bool, value: impl Fn(usize) -> i64) -> Option<Letter> {
        let least = self.options(permitted).map(&value).min()?;
        let mut found = self.options(permitted).filter(|at| value(*at) == least);
        match (found.next(), found.next()) {
            (Some(at), None) => Letter::from_index(at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
