//! What a run that came to its end was worth.

use edgescore_probe::energy::Budget;
use edgescore_probe::{Microwatts, Reading};
use edgescore_record::{Budgets, Conditions, Keeper, Memory, PowerEnd, VerdictKind};

use crate::asking::Ending;

/// A run that ended before the watchdog saw how much it took.
pub fn over_memory(budgets: &Budgets, keeper: Keeper, memory: &Memory) -> Option<Ending> {
    let limit = budgets.memory?.limit;
    let peak = memory.rss_peak.value()?;
    (keeper == Keeper::Watchdog && peak > limit).then(|| {
        let detail = format!("the worker's resident set came to {peak} of {limit}");
        Ending::Failed(VerdictKind::OverMemory, detail)
    })
}

/// What spoils a run that came to its end.
pub fn judge(budgets: &Budgets, power: &PowerEnd, conditions: &Conditions) -> Option<Ending> {
    if let Some(limit) = budgets.power {
        let budget = Budget {
            power: limit,
            window: budgets.power_window,
        };
        let over = |mean: Reading<Microwatts>| mean.value().is_some_and(|m| m > budget.tolerated());
        let say = |mean: Reading<Microwatts>| match mean {
            Reading::Value(mean) => mean.to_string(),
            Reading::Missing(reason) => reason.to_string(),
        };
        if over(power.mean) || over(power.worst) || matches!(power.mean, Reading::Missing(_)) {
            let detail = format!(
                "a budget of {limit} was not held: mean {}, worst window {}, {:.1} s over; give \
                 a longer --power-window, fewer threads or a smaller --ubatch",
                say(power.mean),
                say(power.worst),
                power.over.0 as f64 / 1e6
            );
            return Some(Ending::Failed(VerdictKind::OverPower, detail));
        }
    }
    let flags = conditions.throttled.value()?;
    (flags.ever() || flags.now()).then(|| {
        let detail = format!("the board was held back: {flags}; cool it, or mend its supply");
        Ending::Failed(VerdictKind::Throttled, detail)
    })
}
