//! The power governor: keeps a power budget by resting between pieces of work.

use edgescore_engine::{HalfLayer, Threads};
use edgescore_probe::energy::{Budget, Edge, Levels, Pace, Work};
use edgescore_probe::{Microjoules, Microseconds, Microwatts, Reading, clock};
use edgescore_record::PowerBudget;

use crate::error::Refusal;
use crate::measure::meter::Meter;
use crate::stop;

/// Pieces that a window's work is cut into, at least: the more, the closer a window can be
/// filled.
const PIECES: u64 = 8;
/// Pieces of continuous work that would use a window's energy, at least. A piece that takes a third longer
/// than expected, as on a disturbed machine, is then over by 1.3 % of the window: with pieces of an eighth,
/// a 0.5B model was over 6 W (idle 2.7 W, active 7.5 W) by 2.4 and 2.5 % in two of six runs.
const SHARES: u64 = 25;
/// Sizes of pieces that are told apart: 1, 2 to 3, 4 to 7 tokens and so on.
const SIZES: usize = 16;
/// Hundredths of a budget that are aimed at where a source reads power. The levels that its readings show
/// are known to 1 or 2 %: this is the middle of 0.97 to 1.02 of the budget, which counts as held.
const AIMED: u64 = 99;

/// Keeps a power budget.
pub struct Governor {
    budget: Budget,
    pace: Pace,
    active: Microwatts,
    /// Tokens of a batch at most.
    batch: u32,
    /// What a piece of work may take.
    longest: Microseconds,
    /// Of a source that reads power. One that counts energy is asked at the ends of each piece; this one
    /// would always see the same phase of the work there, and late, so pieces are taken at the levels that
    /// its readings show.
    levels: Option<Levels>,
    calibrated: Guess,
    /// By size of the piece: a small one uses more for a token, since it reads all weights too.
    guesses: [Option<Guess>; SIZES],
    /// Of a half layer, by the size of the batch and by which half it is.
    halves: [[Option<Guess>; 2]; SIZES],
    /// Ends of half layers that a batch passes; 0 where the model has none that are known.
    half_layers: u32,
    /// What the logits took last, behind all half layers.
    logits: Work,
    current: Batch,
    rested: Microseconds,
}

/// The batch that is being computed.
#[derive(Clone, Copy)]
struct Batch {
    tokens: usize,
    /// Whether it is computed in pieces.
    is_cut: bool,
    /// Half layers that have not begun.
    left: u32,
    /// Half layers of this piece.
    planned: u32,
    /// Of them, those that have begun.
    begun: u32,
    /// The half layer that comes next.
    next: HalfLayer,
    /// What is expected of the piece.
    expected: Work,
}

impl Governor {
    /// Keeps `budget`, as `tokens` of continuous prefill used power since `from`. A batch has at most
    /// `ubatch` tokens, and passes `half_layers` at whose ends it can be stopped.
    pub fn calibrate(
        budget: Budget,
        meter: &mut Meter,
        from: Edge,
        tokens: u32,
        (ubatch, half_layers): (u32, u32),
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
        let above_idle = active.0.saturating_sub(idle.0).max(1);
        // A window is minutes at most, a budget kilowatts: this fits.
        let energy = budget.power.0.saturating_mul(budget.window.0) / SHARES;
        let filled = budget.work_in_window(idle, active).0 / PIECES;
        let longest = Microseconds(filled.min(energy / above_idle));
        let part_us = token_us / f64::from(half_layers.max(1));
        // All at once or a power of two, so that a run made again most likely has the same
        // batches, which round the same. Also where active power is below the budget: it may not
        // stay there.
        let batch = (1..=ubatch)
            .rev()
            .filter(|n| *n == ubatch || n.is_power_of_two())
            .find(|n| f64::from(*n) * part_us <= longest.0 as f64)
            .unwrap_or(1);
        let levels = (!to.is_counted()).then(|| Levels::new(idle, active));
        let aimed = match &levels {
            Some(_) => Microwatts(budget.power.0 / 100 * AIMED),
            None => budget.power,
        };
        Ok(Governor {
            budget,
            pace: Pace::new(
                Budget {
                    power: aimed,
                    ..budget
                },
                idle,
            ),
            active,
            batch,
            longest,
            levels,
            calibrated: Guess {
                token_us,
                watts: active.0 as f64 / 1e6,
            },
            guesses: [None; SIZES],
            halves: [[None; 2]; SIZES],
            half_layers,
            logits: Work::default(),
            current: Batch {
                tokens: 0,
                is_cut: false,
                left: 0,
                planned: 0,
                begun: 0,
                next: HalfLayer::Attention,
                expected: Work::default(),
            },
            rested: Microseconds(0),
        })
    }

    /// Tokens that may be computed in a batch.
    pub fn batch(&self) -> usize {
        self.batch as usize
    }

    /// Time that the budget made the run rest.
    pub fn rested(&self) -> Microseconds {
        self.rested
    }

    /// What the row about power says of the budget.
    pub fn row(&self) -> PowerBudget {
        PowerBudget {
            power: self.budget.power,
            window: self.budget.window,
            active: self.active,
            piece: self.batch,
        }
    }

    /// Rests until a batch of `tokens`, or its first piece, may be computed.
    pub fn before(&mut self, threads: Threads, meter: &mut Meter, tokens: usize) {
        let whole = self.expect(tokens);
        self.current = Batch {
            tokens,
            is_cut: self.half_layers > 0 && whole.time > self.longest,
            left: self.half_layers,
            planned: 0,
            begun: 0,
            next: HalfLayer::Attention,
            expected: whole,
        };
        if self.current.is_cut {
            self.plan();
        }
        self.rest(threads, meter);
    }

    /// Another half layer is computed next: whether to stop behind it.
    pub fn stops_behind(&mut self, half: HalfLayer) -> bool {
        self.current.next = other(half);
        self.current.begun += 1;
        self.current.left = self.current.left.saturating_sub(1);
        self.current.is_cut && self.current.begun == self.current.planned
    }

    /// A piece of the batch has been computed: rests until the next one may be.
    pub fn between(&mut self, threads: Threads, meter: &mut Meter) {
        let spent = self.measure(meter);
        self.learn_piece(spent);
        self.plan();
        self.rest(threads, meter);
    }

    /// A batch of `tokens` has been computed, or its last piece.
    pub fn after(&mut self, meter: &mut Meter, tokens: usize) {
        let spent = self.measure(meter);
        let Some(spent) = spent else {
            return;
        };
        if !self.current.is_cut {
            self.learn(tokens, spent);
        } else if self.current.planned == 0 {
            self.logits = spent;
        }
    }

    /// Plans the half layers of the next piece: as many as fit its time, one at least. Behind the last
    /// one the logits are left.
    fn plan(&mut self) {
        self.current.planned = 0;
        self.current.begun = 0;
        self.current.expected = match self.current.left {
            0 => self.logits,
            _ => Work::default(),
        };
        let mut half = self.current.next;
        while self.current.planned < self.current.left {
            let next = self.expect_half(half);
            let expected = &mut self.current.expected;
            let time = Microseconds(expected.time.0 + next.time.0);
            if self.current.planned > 0 && time > self.longest {
                break;
            }
            expected.time = time;
            expected.energy.0 += next.energy.0;
            self.current.planned += 1;
            half = other(half);
        }
    }

    /// Rests until what is expected may be computed.
    fn rest(&mut self, threads: Threads, meter: &mut Meter) {
        let now = self.rested_until_now(meter);
        let rest = self.pace.rest(self.current.expected);
        if rest.0 == 0 {
            return;
        }
        threads.rest();
        stop::nap(rest.into());
        let end = self.rested_until_now(meter);
        self.rested.0 += end.0.saturating_sub(now.0);
    }

    /// What was spent since the last rest, if that is known.
    fn measure(&mut self, meter: &mut Meter) -> Option<Work> {
        let began = self.pace.now();
        match &mut self.levels {
            Some(levels) => {
                let now = clock::now();
                levels.worked(now);
                self.pace.worked(now, self.active);
            }
            None => self.ask(meter),
        }
        let (from, to) = began.zip(self.pace.now())?;
        Some(from.until(to))
    }

    fn rested_until_now(&mut self, meter: &mut Meter) -> Microseconds {
        match &mut self.levels {
            Some(levels) => {
                let now = clock::now();
                while let Some((at, power)) = meter.next_power() {
                    levels.read(at, power);
                }
                levels.rested(now);
                self.pace.rested(now);
                self.active = levels.active();
                self.pace.rests_at(levels.idle());
            }
            None => self.ask(meter),
        }
        clock::now()
    }

    /// Asks a source that counts energy.
    fn ask(&mut self, meter: &mut Meter) {
        if let Reading::Value(point) = meter.edge().point() {
            self.pace.measured(point);
        }
    }

    /// What was learned from pieces of about as many tokens.
    fn guess(&mut self, tokens: usize) -> Option<&mut Option<Guess>> {
        self.guesses.get_mut(size(tokens))
    }

    fn expect_half(&mut self, half: HalfLayer) -> Work {
        let tokens = self.current.tokens;
        let unknown = Guess {
            token_us: self.calibrated.token_us / f64::from(self.half_layers.max(1)),
            ..self.calibrated
        };
        let learned = self.of_half(half).and_then(|guess| *guess);
        learned.unwrap_or(unknown).work(tokens)
    }

    /// What was learned from such halves of batches of about as many tokens.
    fn of_half(&mut self, half: HalfLayer) -> Option<&mut Option<Guess>> {
        let halves = self.halves.get_mut(size(self.current.tokens))?;
        halves.get_mut(half as usize)
    }

    /// Learns from a piece: each of its half layers has the share that was expected of it.
    fn learn_piece(&mut self, spent: Option<Work>) {
        let expected = self.current.expected;
        let Some(spent) = spent.filter(|_| expected.time.0 > 0 && expected.energy.0 > 0) else {
            return;
        };
        let tokens = self.current.tokens;
        let slower = spent.time.0 as f64 / expected.time.0 as f64;
        let more = spent.energy.0 as f64 / expected.energy.0 as f64;
        let halves = match self.current.planned {
            1 => &[other(self.current.next)][..],
            _ => &[HalfLayer::Attention, HalfLayer::FeedForward],
        };
        for half in halves {
            let before = self.expect_half(*half);
            let work = Work {
                time: Microseconds((before.time.0 as f64 * slower) as u64),
                energy: Microjoules((before.energy.0 as f64 * more) as u64),
            };
            if let Some((guess, next)) = self.of_half(*half).zip(Guess::of(tokens, work)) {
                guess.get_or_insert(next).learn(next);
            }
        }
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

/// Which size of pieces `tokens` are.
fn size(tokens: usize) -> usize {
    (tokens.max(1).ilog2() as usize).min(SIZES - 1)
}

fn other(half: HalfLayer) -> HalfLayer {
    match half {
        HalfLayer::Attention => HalfLayer::FeedForward,
        HalfLayer::FeedForward => HalfLayer::Attention,
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
