//! What a run that asked all its questions was worth.

use edgescore_probe::energy::Budget;
use edgescore_probe::{Microwatts, Reading};
use edgescore_record::{Budgets, Conditions, Memory, MemoryLimiter, PowerEnd, VerdictKind};

use super::answer_rows::Counts;
use crate::error::RunError;

/// A run that answered nothing.
pub fn answers(counts: &Counts) -> Result<(), RunError> {
    match counts.all_skipped() {
        Some((skipped, why)) => {
            let detail = format!("all {skipped} questions were skipped: {why}");
            Err(RunError::Failed(VerdictKind::EngineFailed, detail))
        }
        None => Ok(()),
    }
}

/// A run that ended before the watchdog saw how much it took.
pub fn memory(budgets: &Budgets, limiter: MemoryLimiter, memory: &Memory) -> Result<(), RunError> {
    match (budgets.memory, memory.rss_peak.value()) {
        (Some(budget), Some(peak)) if limiter == MemoryLimiter::Watchdog && peak > budget.limit => {
            let limit = budget.limit;
            let detail = format!("the worker's resident set reached {peak} of {limit}");
            Err(RunError::Failed(VerdictKind::OverMemory, detail))
        }
        _ => Ok(()),
    }
}

/// What others than the run used meanwhile, as far as a source of the whole board sees it.
#[derive(Clone, Copy, Debug)]
pub struct Others {
    /// CPUs, as a mean.
    pub cpus: f64,
    /// The power that these take, by what the board takes with all of its CPUs busy.
    pub power: Microwatts,
}

/// CPUs of others that are worth a word.
const WORTH_A_WORD: f64 = 0.1;

/// A run that used more power than its budget.
pub fn power(budgets: &Budgets, power: &PowerEnd, others: Option<Others>) -> Result<(), RunError> {
    let Some(limit) = budgets.power else {
        return Ok(());
    };
    let budget = Budget {
        power: limit,
        window: budgets.power_window,
    };
    let over = |mean: Reading<Microwatts>| mean.value().is_some_and(|m| m > budget.tolerated());
    let text = |mean: Reading<Microwatts>| match mean {
        Reading::Value(mean) => mean.to_string(),
        Reading::Missing(reason) => reason.to_string(),
    };
    if !over(power.mean) && !over(power.worst) && power.mean.value().is_some() {
        return Ok(());
    }
    let without = |mean: Reading<Microwatts>, others: Others| {
        mean.map(|mean| Microwatts(mean.0.saturating_sub(others.power.0)))
    };
    let remedy = match others.filter(|others| others.cpus >= WORTH_A_WORD) {
        None => "give a longer --power-window, fewer threads or a smaller --ubatch".to_owned(),
        Some(others) => {
            let held = [power.mean, power.worst].map(|mean| !over(without(mean, others)));
            format!(
                "other programs used {:.2} CPUs meanwhile, some {} of it{}: end them, or give a budget that \
                 includes them",
                others.cpus,
                others.power,
                match held {
                    [true, true] => ", and without them it would have been held",
                    _ => "",
                }
            )
        }
    };
    let detail = format!(
        "a power budget of {limit} was not held: mean {}, worst window {}, {:.1} s over; {remedy}",
        text(power.mean),
        text(power.worst),
        power.over.0 as f64 / 1e6
    );
    Err(RunError::Failed(VerdictKind::OverPower, detail))
}

/// A run during which the board throttled.
pub fn throttling(conditions: &Conditions) -> Result<(), RunError> {
    match conditions.throttled.value() {
        Some(flags) if flags.ever() || flags.now() => {
            let detail = format!("the board throttled: {flags}; cool it, or mend its supply");
            Err(RunError::Failed(VerdictKind::Throttled, detail))
        }
        _ => Ok(()),
    }
}
