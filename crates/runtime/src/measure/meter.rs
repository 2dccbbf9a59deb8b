//! Energy of the phases of a run.

use std::path::Path;
use std::time::Duration;

use edgescore_probe::energy::{Budget, Edge};
use edgescore_probe::power::Choice;
use edgescore_probe::{
    Microjoules, Microseconds, Microwatts, Rate, Reading, Reason, Sampler, clock,
};
use edgescore_record::{Budgets, Power, PowerEnd, PowerStart, VerdictKind};

use super::spacing::Spacing;
use crate::error::{Refusal, RunError};
use crate::stop::INTERRUPTED;
use crate::wire::{TEXT, clip};

/// How long idle power is measured, before and after.
const BASELINE: Duration = Duration::from_secs(2);

/// Measures a run.
pub struct Meter {
    sampler: Sampler,
    /// Idle power before the model was loaded.
    idle: Reading<Microwatts>,
    load: Reading<Microjoules>,
    budget: Option<Budget>,
    /// The first question's start; the end of the last row of the trace.
    origin: Option<Edge>,
    traced: Option<Edge>,
    spacing: Spacing,
}

impl Meter {
    /// Opens the source of `budgets` and starts to sample it.
    pub fn start(budgets: &Budgets) -> Result<Meter, Refusal> {
        let choice: Choice = budgets
            .power_source
            .parse()
            .map_err(|e| Refusal::board(format!("--power-source {e}")))?;
        let source = choice
            .open(Path::new(budgets.root))
            .map_err(|e| Refusal::board(format!("--power-source {}: {e}", budgets.power_source)))?;
        let about = source.about();
        if budgets.power.is_some() {
            if about.max_rate_hz == 0 {
                return Err(Refusal::board(format!(
                    "--power cannot be held without a power source: {}; name one with \
                     --power-source, and see `edgescore doctor`",
                    about.found
                )));
            }
            if let Some(scope) = budgets.power_scope.filter(|scope| *scope != about.scope) {
                return Err(Refusal::board(format!(
                    "--power-scope {scope}: {} sees {}; leave --power-scope out, or name a \
                     meter with --power-source",
                    about.name, about.scope
                )));
            }
        }
        let rate = Rate {
            window: budgets.power_window,
            ..Rate::default()
        };
        let mut sampler = Sampler::start(source, rate)
            .map_err(|e| Refusal::board(format!("cannot start the power sampler: {e}")))?;
        let idle = match sampler.about().max_rate_hz {
            0 => sampler.mark().until(sampler.mark()).mean(),
            _ => sampler.idle(BASELINE, &INTERRUPTED),
        };
        Ok(Meter {
            sampler,
            idle,
            load: Reading::Missing(Reason::Off),
            budget: budgets.power.map(|power| Budget {
                power,
                window: budgets.power_window,
            }),
            origin: None,
            traced: None,
            spacing: Spacing::default(),
        })
    }

    /// Ends a run whose budget leaves nothing for work.
    pub fn check(&self) -> Result<(), RunError> {
        match (self.budget, self.idle) {
            (Some(budget), Reading::Value(idle)) if budget.power <= idle => Err(RunError::Failed(
                VerdictKind::OverPower,
                format!(
                    "the board uses {idle} when it does nothing, so a budget of {} leaves nothing \
                     for work: give --power more than {idle}",
                    budget.power
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The edge of a phase.
    pub fn edge(&mut self) -> Edge {
        self.sampler.mark()
    }

    /// The next power that the source read at its own times; a counter has none.
    pub fn next_power(&mut self) -> Option<(Microseconds, Microwatts)> {
        self.sampler.next_power()
    }

    /// Gross energy since `from`.
    pub fn since(&mut self, from: Edge) -> Reading<Microjoules> {
        from.until(self.sampler.mark()).gross()
    }

    /// Loading began at `from` and has ended.
    pub fn loaded(&mut self, from: Edge) {
        self.load = self.since(from);
    }

    /// The power budget.
    pub fn budget(&self) -> Option<Budget> {
        self.budget
    }

    /// Idle power before the model was loaded.
    pub fn idle(&self) -> Reading<Microwatts> {
        self.idle
    }

    /// Name of the power source.
    pub fn source(&self) -> &'static str {
        self.sampler.about().name
    }

    /// The row that says how it is measured, without the budget.
    pub fn row(&self) -> PowerStart<'_> {
        let about = self.sampler.about();
        PowerStart {
            source: about.name,
            scope: about.scope,
            measured: about.measured,
            rate_hz: match about.max_rate_hz {
                0 => 0,
                _ => self.sampler.rate_hz(),
            },
            resolution: about.resolution,
            omits: clip(about.omits, TEXT),
            found: clip(&about.found, 2 * TEXT),
            idle: self.idle,
            load: self.load,
            budget: None,
        }
    }

    /// The first question comes now.
    pub fn first_question(&mut self) {
        let origin = self
            .sampler
            .watch(self.budget.map(|budget| budget.tolerated()));
        self.origin = Some(origin);
        self.traced = Some(origin);
    }

    /// A question has ended: the next point of the trace, if it is time for one.
    pub fn trace(&mut self) -> Option<Power> {
        let (origin, traced) = self.origin.zip(self.traced)?;
        let elapsed = clock::now().0 - traced.at.0;
        if self.sampler.about().max_rate_hz == 0 || !self.spacing.is_due(elapsed) {
            return None;
        }
        let edge = self.sampler.mark();
        self.traced = Some(edge);
        self.spacing.count();
        Some(Power {
            at: Microseconds(edge.at.0.saturating_sub(origin.at.0)),
            mean: traced.until(edge).mean(),
        })
    }

    /// The last question has ended. Measures idle power once more; `rested` is the time that the
    /// budget made the run rest.
    pub fn finish(mut self, rested: Microseconds) -> PowerEnd {
        let end = self.sampler.mark();
        let window = self.origin.unwrap_or(end).until(end);
        let watched = self.sampler.watched();
        let idle = match self.sampler.about().max_rate_hz {
            0 => self.idle,
            _ => self.sampler.idle(BASELINE, &INTERRUPTED),
        };
        let summary = self.sampler.finish();
        PowerEnd {
            length: window.length(),
            mean: window.mean(),
            worst: watched.worst,
            over: watched.over,
            rested,
            idle,
            samples: summary.samples,
            failed: summary.failed,
            lost: summary.lost,
            latest: summary.regularity.latest,
        }
    }
}
