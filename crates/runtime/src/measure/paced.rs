//! A session whose work is measured, and paced where there is a power budget.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use edgescore_engine::{HalfLayer, Pacing, Part, Threads, Token};
use edgescore_probe::Microseconds;
use edgescore_probe::energy::Edge;
use edgescore_record::{PowerEnd, PowerStart};

use crate::decoder::Decoder;
use crate::error::{Refusal, RunError};
use crate::measure::governor::Governor;
use crate::measure::meter::Meter;

/// How long active power is measured.
const CALIBRATION: Duration = Duration::from_millis(1500);

/// A session with its meter and its power governor. What computes is paced; everything else is
/// the session's own.
pub struct PacedSession<S> {
    session: S,
    /// Its meter.
    pub meter: Meter,
    governor: Option<Governor>,
}

impl<S: Decoder> PacedSession<S> {
    /// `session`, measured by `meter` and not paced yet.
    pub fn new(session: S, meter: Meter) -> PacedSession<S> {
        PacedSession {
            session,
            meter,
            governor: None,
        }
    }

    /// Where there is a budget, measures what continuous prefill of `prompt` takes, for at least
    /// a second, and starts to pace. The budget is not held meanwhile. The session is empty
    /// afterwards.
    pub fn calibrate(&mut self, prompt: &[Token]) -> Result<(), RunError> {
        if self.meter.budget().is_none() {
            return Ok(());
        }
        let ubatch = self.session.shape().ubatch;
        let prompt = prompt.get(..ubatch as usize).unwrap_or(prompt);
        let from = self.meter.edge();
        let start = Instant::now();
        let mut tokens = 0;
        let mut counter = Counter { halves: 0 };
        while start.elapsed() < CALIBRATION {
            self.session.clear();
            counter.halves = 0;
            self.session
                .append(prompt, true, usize::MAX, &mut counter)?;
            // A physical batch fits u32.
            tokens += prompt.len() as u32;
        }
        let calibrated = self.pace(from, tokens, counter.halves);
        self.session.clear();
        self.session.rest();
        Ok(calibrated?)
    }

    /// Starts to pace, as `tokens` of continuous prefill used power since `from`, each batch through
    /// `half_layers` at whose ends it can be stopped.
    pub fn pace(&mut self, from: Edge, tokens: u32, half_layers: u32) -> Result<(), Refusal> {
        if let Some(budget) = self.meter.budget() {
            let batch = (self.session.shape().ubatch, half_layers);
            let governor = Governor::calibrate(budget, &mut self.meter, from, tokens, batch)?;
            self.governor = Some(governor);
        }
        Ok(())
    }

    /// The row that says how power is measured and what the budget is.
    pub fn power_row(&self) -> PowerStart<'_> {
        PowerStart {
            budget: self.governor.as_ref().map(Governor::row),
            ..self.meter.row()
        }
    }

    /// The last question has ended: lets the threads sleep, and ends the measurement.
    pub fn finish(self) -> PowerEnd {
        let PacedSession {
            session,
            meter,
            governor,
        } = self;
        session.rest();
        drop(session);
        meter.finish(governor.map_or(Microseconds(0), |governor| governor.rested()))
    }

    /// Appends `tokens` and computes the logits behind them.
    pub fn prefill(&mut self, tokens: &[Token]) -> Result<(), RunError> {
        self.append(tokens, true)
    }

    /// Appends `tokens`, without logits.
    pub fn extend(&mut self, tokens: &[Token]) -> Result<(), RunError> {
        self.append(tokens, false)
    }

    /// Appends one token and computes the logits behind it.
    pub fn decode(&mut self, token: Token) -> Result<(), RunError> {
        self.prefill(&[token])
    }

    /// [`Decoder::append_each`].
    pub fn append_each(&mut self, parts: &[Part]) -> Result<(), RunError> {
        let (session, mut pacer) = self.paced();
        session.append_each(parts, &mut pacer)
    }

    fn append(&mut self, tokens: &[Token], wants_logits: bool) -> Result<(), RunError> {
        let piece = self.governor.as_ref().map_or(usize::MAX, Governor::batch);
        let (session, mut pacer) = self.paced();
        session.append(tokens, wants_logits, piece, &mut pacer)
    }

    /// The session, and who paces it.
    fn paced(&mut self) -> (&mut S, Pacer<'_>) {
        let pacer = Pacer {
            meter: &mut self.meter,
            governor: self.governor.as_mut(),
        };
        (&mut self.session, pacer)
    }
}

impl<S> Deref for PacedSession<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.session
    }
}

impl<S> DerefMut for PacedSession<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.session
    }
}

/// Counts the half layers of a batch.
struct Counter {
    halves: u32,
}

impl Pacing for Counter {
    fn stops_behind(&mut self, _: HalfLayer) -> bool {
        self.halves += 1;
        false
    }
}

/// Lends meter and governor to the session while it computes.
struct Pacer<'p> {
    meter: &'p mut Meter,
    governor: Option<&'p mut Governor>,
}

impl Pacing for Pacer<'_> {
    fn before(&mut self, threads: Threads, tokens: usize) {
        if let Some(governor) = &mut self.governor {
            governor.before(threads, self.meter, tokens);
        }
    }

    fn after(&mut self, tokens: usize) {
        if let Some(governor) = &mut self.governor {
            governor.after(self.meter, tokens);
        }
    }

    fn stops_behind(&mut self, half: HalfLayer) -> bool {
        let governor = self.governor.as_mut();
        governor.is_some_and(|governor| governor.stops_behind(half))
    }

    fn between(&mut self, threads: Threads) {
        if let Some(governor) = &mut self.governor {
            governor.between(threads, self.meter);
        }
    }
}
