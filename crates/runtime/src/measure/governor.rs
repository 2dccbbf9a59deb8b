//! The power governor: keeps a power budget by resting between pieces of work.

use std::thread::sleep;
use std::time::Duration;

use edgescore_engine::Session;
use edgescore_probe::energy::{Budget, Edge, Pace, Work};
use edgescore_probe::{Microjoules, Microseconds, Microwatts, Reading, clock};
use edgescore_record::PowerBudget;

use crate::error::Refusal;
use crate::measure::meter::Meter;
use crate::stop;

/// Pieces that a window's work is cut into, at least: the more, the closer a window can be
/// filled, and the worse each uses the weights that it reads. With four of equal length a
/// window is filled to 98 % or more.
const PIECES: u64 = 4;
/// Sizes of pieces that are told apart: 1, 2 to 3, 4 to 7 tokens and so on.
const SIZES: usize = 16;

/// Keeps a power budget.
pub struct Governor {
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

impl Governor {
    /// Keeps `budget`, as `tokens` of continuous prefill used power since `from`. A piece has at
    /// most `ubatch` tokens.
    pub fn calibrate(
        budget: Budget,
        meter: &mut Meter,
        from: Edge,
        tokens: u32,
        ubatch: u32,
    ) -> Result<Governor, Refusal> {
        let to = meter.edge();
        let window = from.until(to);
        let (active, idle) = match (window.mean(), meter.idle()) {
            (Reading::Value(active), Reading::Value(idle)) => (active, idle),
            (Reading::Missing(reason), _) | (_, Reading::Missing(reason)) => {
                return Err(Refusal::board(format!(
                    "--power cannot be held: {} gives no power ({reason}); see `edgescore doctor`",
                    meter.source()
                )));
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
        Ok(Governor {
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
        })
    }

    /// Tokens that may be computed at once.
    pub fn piece(&self) -> usize {
        self.piece as usize
    }

    /// Time that the budget made the run rest.
    pub fn rested(&self) -> Microseconds {
        self.rested
    }

    /// What the row about power says of the budget.
    pub fn row(&self) -> PowerBudget {
        PowerBudget {
            power: self.pace.budget().power,
            window: self.pace.budget().window,
            active: self.active,
            piece: self.piece,
        }
    }

    /// Rests until `session` may compute `tokens`.
    pub fn before(&mut self, session: &Session, meter: &mut Meter, tokens: usize) {
        let now = self.rested_until_now(meter);
        let work = self.expect(tokens);
        let rest = self.pace.rest(work);
        if rest.0 == 0 {
            return;
        }
        session.rest();
        nap(rest);
        let end = self.rested_until_now(meter);
        self.rested.0 += end.0.saturating_sub(now.0);
    }

    /// `tokens` have been computed.
    pub fn after(&mut self, meter: &mut Meter, tokens: usize) {
        let began = self.pace.now();
        if self.is_counted {
            if let Reading::Value(point) = meter.edge().point() {
                self.pace.measured(point);
            }
        } else {
            self.pace.worked(clock::now(), self.active);
        }
        if let Some((from, to)) = began.zip(self.pace.now()) {
            self.learn(tokens, from.until(to));
        }
    }

    fn rested_until_now(&mut self, meter: &mut Meter) -> Microseconds {
        if !self.is_counted {
            self.pace.rested(clock::now());
        } else if let Reading::Value(point) = meter.edge().point() {
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

/// Sleeps, unless the run is interrupted.
fn nap(length: Microseconds) {
    let end = clock::now().0.saturating_add(length.0);
    while let Some(left) = end.checked_sub(clock::now().0).filter(|left| *left > 0)
        && !stop::is_interrupted()
    {
        sleep(Duration::from_micros(left.min(50_000)));
    }
}
