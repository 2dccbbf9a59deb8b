//! A short run of a copy of the model on the board.

use std::ops::ControlFlow;

use anyhow::anyhow;
use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::{
    Budgets, Labels, MemoryEstimate, Mode, Plan, Prompts, Record, Stop, VerdictKind, Weights,
};
use edgescore_summary::rules;

use crate::failure::Failure;
use crate::link::Finish;
use crate::session::{Board, BoardSession, Inputs};

/// Enough time was measured: timings of one and the same then differ by 2 %.
const ENOUGH_US: u64 = 4_000_000;
/// Tokens that are decoded behind a prompt of letter mode, which shows decode as well.
const TOKENS: u16 = 9;

/// What a copy of the model showed.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its layers.
    pub layers: u32,
    /// The board and its CPU.
    pub board: String,
    /// Threads used.
    pub threads: u16,
    /// Memory that was free on the board.
    pub free: Option<Bytes>,
    /// How weights were held.
    pub weights: Weights,
    /// Memory that it would take.
    pub memory: MemoryEstimate,
    /// Questions that will be asked, every order of options counted.
    pub asks: u32,
    /// Of these, those of the pass@k tasks.
    pub drawn_asks: u32,
    /// All prompts of the run.
    pub prompts: Prompts,
    /// The answers, in the order of asking.
    pub answers: Vec<Answer>,
    /// Tokens decoded for draws, together if the run has room for it, and their time in microseconds.
    pub drawn: (u64, u64),
    /// The power source.
    pub source: String,
    /// Whether a meter measured it.
    pub metered: bool,
    /// Power of the idle board in watts.
    pub idle_w: Reading<f64>,
}

/// What an answer took.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Tokens of the prompt that were computed.
    pub computed: u32,
    /// Their time.
    pub prefill_us: u64,
    /// Tokens that were decoded.
    pub decoded: u32,
    /// Their time.
    pub decode_us: u64,
    /// Energy of both in microjoules.
    pub energy_uj: Reading<u64>,
}

impl Trial {
    /// Runs the copy of a model in `inputs`, which has `layers` layers, as `plan` says, but without its budgets,
    /// until enough is known.
    pub fn run(board: &Board, plan: &Plan, inputs: &Inputs, layers: u32) -> Result<Trial, Failure> {
        let plan = Plan {
            // A prompt of letter mode is only the start of an answer longer.
            mode: Mode::Generate,
            max_tokens: match plan.mode {
                Mode::Letter => TOKENS,
                Mode::Generate => plan.max_tokens,
            },
            // It would take longer than all the rest.
            calibrate: false,
            budgets: Budgets {
                power: None,
                time: None,
                cool_below: None,
                memory: None,
                ..plan.budgets
            },
            ..*plan
        };
        let mut session = BoardSession::open(board, false, inputs)?;
        let (stops, linger) = (session.stops(), session.linger());
        let mut trial = Trial {
            layers,
            ..Trial::nothing()
        };
        let mut ended = None;
        let mut follower = session.follow(plan, linger)?;
        let finish = follower.follow(&mut |row| {
            trial.take(&row.record);
            if let Record::Verdict(verdict) = &row.record {
                ended = Some((verdict.kind, verdict.detail.to_owned()));
            }
            if trial.measured_us() >= ENOUGH_US {
                stops.request(Stop::Decided);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        follower.acknowledge_all()?;
        let failed = |why: &str| {
            Failure::Board(anyhow!(
                "a copy of the model with {layers} layers could not be run: {why}"
            ))
        };
        match (finish, ended) {
            (Finish::Short(why), _) => Err(failed(&why)),
            (_, Some((VerdictKind::Ok, _))) if !trial.answers.is_empty() => Ok(trial),
            (_, Some((VerdictKind::Ok, _))) => Err(failed("no question of the pack fits it")),
            (_, Some((kind, detail))) => Err(failed(&format!("{}: {detail}", kind.label()))),
            (_, None) => Err(failed("it ended without a verdict")),
        }
    }

    fn nothing() -> Trial {
        Trial {
            layers: 0,
            board: String::new(),
            threads: 0,
            free: None,
            weights: Weights::Mapped,
            memory: MemoryEstimate::default(),
            asks: 0,
            drawn_asks: 0,
            prompts: Prompts {
                longest: 0,
                tokens: 0,
                cached: 0,
            },
            answers: Vec::new(),
            drawn: (0, 0),
            source: String::new(),
            metered: false,
            idle_w: Reading::Missing(Reason::Off),
        }
    }

    fn take(&mut self, record: &Record) {
        match record {
            Record::SessionStart(start) => {
                self.asks = start.asks;
                self.board = rules::board_name(start.board, start.cpu);
            }
            Record::Task(task) if task.pass_at_k => self.drawn_asks += task.asks,
            Record::Prompts(prompts) => self.prompts = *prompts,
            Record::MemoryStart(start) => self.memory = start.estimate.unwrap_or_default(),
            Record::ModelLoaded(loaded) => {
                self.threads = loaded.threads;
                self.weights = loaded.weights;
                self.free = loaded.chosen_with.and_then(Reading::value);
            }
            Record::PowerStart(start) => {
                self.source = start.source.to_owned();
                self.metered = start.measured;
                self.idle_w = start.idle.map(|power| power.0 as f64 / 1e6);
            }
            Record::Question(question) => {
                let generated = question.generated;
                self.answers.push(Answer {
                    computed: rules::computed_tokens(question),
                    prefill_us: question.prefill.0,
                    decoded: generated.as_ref().map_or(0, rules::decoded_tokens),
                    decode_us: generated.map_or(0, |text| text.decode.0),
                    energy_uj: question.energy.map(|e| e.prefill.0 + e.decode.0),
                });
            }
            Record::Sample(draw) => {
                let (tokens, us) = &mut self.drawn;
                *tokens += u64::from(rules::decoded_tokens(&draw.generated));
                *us += draw.generated.decode.0;
            }
            _ => {}
        }
    }

    fn measured_us(&self) -> u64 {
        let times = self.answers.iter().map(|a| a.prefill_us + a.decode_us);
        times.sum::<u64>() + self.drawn.1
    }
}
