//! Energy of the phases of a run, and the pace that keeps a power budget.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

use edgescore_engine::{Pacing, Session};
use edgescore_probe::energy::{Budget, Edge, Pace, Work};
use edgescore_probe::power::Choice;
use edgescore_probe::{
    Microjoules, Microseconds, Microwatts, Rate, Reading, Reason, Sampler, clock,
};
use edgescore_record::{Budgets, Fault, Power, PowerBudget, PowerEnd, PowerStart};

use crate::outbox::clip;
use crate::refusal::Refusal;
use crate::stop::INTERRUPTED;

/// How long idle power is measured, before and after.
const BASELINE: Duration = Duration::from_secs(2);
/// Rows of the trace before their distance doubles.
const TRACE_ROWS: u32 = 128;
/// Pieces that a window's work is cut into, at least: the more, the closer a window can be
/// filled, and the worse each uses the weights that it reads. With four of equal length a
/// window is filled to 98 % or more.
const PIECES: u64 = 4;
/// Sizes of pieces that are told apart: 1, 2 to 3, 4 to 7 tokens and so on.
const SIZES: usize = 16;

/// Measures a run.
pub struct Meter {
    sampler: Sampler,
    /// Idle power before the model was loaded.
    idle: Reading<Microwatts>,
    load: Reading<Microjoules>,
    budget: Option<Budget>,
    governor: Option<Governor>,
    /// The first question's start; the end of the last row of the trace.
    origin: Option<Edge>,
    traced: Option<Edge>,
    trace_rows: u32,
}

/// Why a budget cannot be held.
pub struct BelowIdle(pub String);

impl Meter {
    /// Opens the source of `budgets` and starts to sample it.
    pub fn start(budgets: &Budgets) -> Result<Meter, Refusal> {
        let refuse = |why: String| Refusal::Because(Fault::Board, why);
        let choice: Choice = budgets
            .power_source
            .parse()
            .map_err(|e| refuse(format!("--power-source {e}")))?;
        let source = choice
            .open(Path::new(budgets.root))
            .map_err(|e| refuse(format!("--power-source {}: {e}", budgets.power_source)))?;
        let about = source.about();
        if budgets.power.is_some() {
            if about.max_rate_hz == 0 {
                return Err(refuse(format!(
                    "--power cannot be held without a power source: {}; name one with \
                     --power-source, and see `edgescore doctor`",
                    about.found
                )));
            }
            if let Some(scope) = budgets.power_scope.filter(|scope| *scope != about.scope) {
                return Err(refuse(format!(
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
            .map_err(|e| refuse(format!("cannot start the power sampler: {e}")))?;
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
            governor: None,
            origin: None,
            traced: None,
            trace_rows: 0,
        })
    }

    /// Refuses a budget that leaves nothing for work.
    pub fn check(&self) -> Result<(), BelowIdle> {
        match (self.budget, self.idle) {
            (Some(budget), Reading::Value(idle)) if budget.power <= idle => {
                Err(BelowIdle(format!(
                    "the board uses {idle} when it does nothing, so a budget of {} leaves nothing \
                 for work: give --power more than {idle}",
                    budget.power
                )))
            }
            _ => Ok(()),
        }
    }

    /// The edge of a phase.
    pub fn edge(&mut self) -> Edge {
        self.sampler.mark()
    }

    /// Gross energy since `from`.
    pub fn since(&mut self, from: Edge) -> Reading<Microjoules> {
        from.until(self.sampler.mark()).gross()
    }

    /// Loading began at `from` and has ended.
    pub fn loaded(&mut self, from: Edge) {
        self.load = self.since(from);
    }

    /// Whether there is a budget, which needs [`Meter::calibrate`].
    pub fn is_budgeted(&self) -> bool {
        self.budget.is_some()
    }

    /// Takes what `tokens` of continuous prefill used since `from`, and starts to pace.
    pub fn calibrate(&mut self, from: Edge, tokens: u32, ubatch: u32) -> Result<(), Refusal> {
        let Some(budget) = self.budget else {
            return Ok(());
        };
        let to = self.sampler.mark();
        let window = from.until(to);
        let (active, idle) = match (window.mean(), self.idle) {
            (Reading::Value(active), Reading::Value(idle)) => (active, idle),
            (Reading::Missing(reason), _) | (_, Reading::Missing(reason)) => {
                return Err(Refusal::Because(
                    Fault::Board,
                    format!(
                        "--power cannot be held: {} gives no power ({reason}); see `edgescore \
                         doctor`",
                        self.sampler.about().name
                    ),
                ));
            }
        };
        let token_us = window.length().0 as f64 / f64::from(tokens.max(1));
        let longest = (budget.work_in_window(idle, active).0 / PIECES) as f64;
        // All at once or a power of two, so that a run made again most likely has the same
        // pieces, which round the same. Also where active power is below the budget: it may not
        // stay there.
        let piece = (1..=ubatch)
            .rev()
            .filter(|n| *n == ubatch || n.is_power_of_two())
            .find(|n| f64::from(*n) * token_us <= longest)
            .unwrap_or(1);
        self.governor = Some(Governor {
            pace: Pace::new(budget, idle),
            active,
            piece,
            is_counted: to.is_counted(),
            calibrated: Guess {
                token_us,
                watts: active.0 as f64 / 1e6,
            },
            guesses: [None; SIZES],
            rested: Microseconds(0),
        });
        Ok(())
    }

    /// The row that says how it is measured.
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
            omits: clip(about.omits, 200),
            found: clip(&about.found, 400),
            idle: self.idle,
            load: self.load,
            budget: self.governor.as_ref().map(|governor| PowerBudget {
                power: governor.pace.budget().power,
                window: governor.pace.budget().window,
                active: governor.active,
                piece: governor.piece,
            }),
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
        let distance = 1_000_000u64 << (self.trace_rows / TRACE_ROWS).min(40);
        if self.sampler.about().max_rate_hz == 0 || clock::now().0 - traced.at.0 < distance {
            return None;
        }
        let edge = self.sampler.mark();
        self.traced = Some(edge);
        self.trace_rows += 1;
        Some(Power {
            at: Microseconds(edge.at.0.saturating_sub(origin.at.0)),
            mean: traced.until(edge).mean(),
        })
    }

    /// The last question has ended. Measures idle power once more.
    pub fn finish(mut self) -> PowerEnd {
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
            rested: self.governor.map_or(Microseconds(0), |g| g.rested),
            idle,
            samples: summary.samples,
            failed: summary.failed,
            lost: summary.lost,
            latest: summary.regularity.latest,
        }
    }

    /// Tokens that may be computed at once.
    pub fn piece(&self) -> usize {
        let governor = self.governor.as_ref();
        governor.map_or(usize::MAX, |governor| governor.piece as usize)
    }
}

/// Keeps a power budget by resting between pieces of work.
struct Governor {
    pace: Pace,
    active: Microwatts,
    piece: u32,
    /// Whether the source counts energy. What counts is asked at the ends of each piece; a
    /// source that reads power would always see the same phase of the work there, so its
    /// pieces are taken at the power of the calibration.
    is_counted: bool,
    calibrated: Guess,
    /// By size of the piece: a small one uses more for a token, since it reads all weights too.
    guesses: [Option<Guess>; SIZES],
    rested: Microseconds,
}

/// What the next token will take, from those before it.
#[derive(Clone, Copy)]
struct Guess {
    token_us: f64,
    watts: f64,
}

impl Guess {
    fn work(self, tokens: usize) -> Work {
        let time = self.token_us * tokens as f64;
        Work {
            time: Microseconds(time as u64),
            energy: Microjoules((time * self.watts) as u64),
        }
    }

    /// What a piece took, if it took any time.
    fn of(tokens: usize, work: Work) -> Option<Guess> {
        let (time, energy) = (work.time.0 as f64, work.energy.0 as f64);
        (time > 0.0).then(|| Guess {
            token_us: time / tokens.max(1) as f64,
            watts: energy / time,
        })
    }

    /// One in four: the attention of a token grows with its position, slowly.
    fn learn(&mut self, next: Guess) {
        self.token_us += (next.token_us - self.token_us) / 4.0;
        self.watts += (next.watts - self.watts) / 4.0;
    }
}

impl Governor {
    /// The board has rested until now.
    fn rest(&mut self, sampler: &mut Sampler) -> Microseconds {
        if !self.is_counted {
            self.pace.rested(clock::now());
        } else if let Reading::Value(point) = sampler.mark().point() {
            self.pace.measured(point);
        }
        clock::now()
    }

    /// What was learned from pieces of about as many tokens.
    fn guess(&mut self, tokens: usize) -> Option<&mut Option<Guess>> {
        let size = tokens.max(1).ilog2() as usize;
        self.guesses.get_mut(size.min(SIZES - 1))
    }

    fn expect(&mut self, tokens: usize) -> Work {
        let calibrated = self.calibrated;
        let learned = self.guess(tokens).and_then(|guess| *guess);
        learned.unwrap_or(calibrated).work(tokens)
    }

    fn learn(&mut self, tokens: usize, work: Work) {
        if let Some((guess, next)) = self.guess(tokens).zip(Guess::of(tokens, work)) {
            guess.get_or_insert(next).learn(next);
        }
    }
}

impl Pacing for Meter {
    fn before(&mut self, session: &Session, tokens: usize) {
        let Some(governor) = &mut self.governor else {
            return;
        };
        let now = governor.rest(&mut self.sampler);
        let work = governor.expect(tokens);
        let rest = governor.pace.rest(work);
        if rest.0 == 0 {
            return;
        }
        session.rest();
        nap(rest);
        let end = governor.rest(&mut self.sampler);
        governor.rested.0 += end.0.saturating_sub(now.0);
    }

    fn after(&mut self, tokens: usize) {
        let Some(governor) = &mut self.governor else {
            return;
        };
        let began = governor.pace.now();
        if governor.is_counted {
            if let Reading::Value(point) = self.sampler.mark().point() {
                governor.pace.measured(point);
            }
        } else {
            governor.pace.worked(clock::now(), governor.active);
        }
        if let Some((from, to)) = began.zip(governor.pace.now()) {
            governor.learn(tokens, from.until(to));
        }
    }
}

/// Sleeps, unless the run is interrupted.
fn nap(length: Microseconds) {
    let end = clock::now().0.saturating_add(length.0);
    while let Some(left) = end.checked_sub(clock::now().0).filter(|left| *left > 0)
        && !INTERRUPTED.load(Ordering::Relaxed)
    {
        sleep(Duration::from_micros(left.min(50_000)));
    }
}
