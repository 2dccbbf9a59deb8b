//! What a survey says of one thing. `T` is its texts: owned where it is made and shown, borrowed
//! on its way.

use serde::{Deserialize, Serialize};

use crate::energy::Scope;
use crate::{Bytes, Hertz, Microseconds, Microwatts, MilliCelsius, Reading, Reason, Throttled};

/// One thing that a board can or cannot measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding<T> {
    /// What it belongs to.
    pub topic: Topic,
    /// What was looked at, such as `rapl` or `cpu-thermal`.
    pub subject: T,
    /// The value at this moment, or why there is none.
    pub state: Reading<Figure<T>>,
    /// What was found; may be empty.
    pub detail: T,
    /// What to do to measure it, or to measure it better; may be empty.
    pub remedy: T,
    /// What the readings of an open power source mean.
    pub meaning: Option<Meaning<T>>,
}

/// What a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// Power and energy.
    Power,
    /// Temperatures.
    Heat,
    /// Clocks, and what holds them down.
    Clocks,
    /// Memory, its limits and its shortage.
    Memory,
}

/// A value of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Figure<T> {
    /// Mean power over a second.
    Power(Microwatts),
    /// A temperature.
    Temperature(MilliCelsius),
    /// A clock frequency.
    Clock(Hertz),
    /// A share in 1/1000.
    PerMille(u16),
    /// An amount of memory.
    Memory(Bytes),
    /// A time.
    Time(Microseconds),
    /// Throttle flags.
    Throttled(Throttled),
    /// Something that has no number.
    Text(T),
}

/// What the readings of a power source mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning<T> {
    /// What the figure includes.
    pub scope: Scope,
    /// Whether a sensor measured it, now and on this board.
    pub measured: bool,
    /// Highest useful rate in samples a second.
    pub max_rate_hz: u32,
    /// Smallest step of a power reading, where it is known.
    pub resolution: Option<Microwatts>,
    /// What the board draws that this figure leaves out.
    pub omits: T,
}

impl Topic {
    /// All topics, in the order of a survey.
    pub const ALL: [Topic; 4] = [Topic::Power, Topic::Heat, Topic::Clocks, Topic::Memory];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Power => "power",
            Topic::Heat => "heat",
            Topic::Clocks => "clocks",
            Topic::Memory => "memory",
        }
    }
}

impl<T> Finding<T> {
    /// The same with its texts in another form.
    pub fn map<'t, U>(&'t self, form: impl Fn(&'t T) -> U) -> Finding<U> {
        Finding {
            topic: self.topic,
            subject: form(&self.subject),
            state: match &self.state {
                Reading::Value(figure) => Reading::Value(figure.map(&form)),
                Reading::Missing(reason) => Reading::Missing(*reason),
            },
            detail: form(&self.detail),
            remedy: form(&self.remedy),
            meaning: self.meaning.as_ref().map(|meaning| Meaning {
                scope: meaning.scope,
                measured: meaning.measured,
                max_rate_hz: meaning.max_rate_hz,
                resolution: meaning.resolution,
                omits: form(&meaning.omits),
            }),
        }
    }

    /// Why there is no value, if there is none.
    pub fn reason(&self) -> Option<Reason> {
        match self.state {
            Reading::Value(_) => None,
            Reading::Missing(reason) => Some(reason),
        }
    }
}

impl<T> Figure<T> {
    fn map<'t, U>(&'t self, form: impl Fn(&'t T) -> U) -> Figure<U> {
        match self {
            Figure::Power(power) => Figure::Power(*power),
            Figure::Temperature(temperature) => Figure::Temperature(*temperature),
            Figure::Clock(clock) => Figure::Clock(*clock),
            Figure::PerMille(share) => Figure::PerMille(*share),
            Figure::Memory(bytes) => Figure::Memory(*bytes),
            Figure::Time(time) => Figure::Time(*time),
            Figure::Throttled(flags) => Figure::Throttled(*flags),
            Figure::Text(text) => Figure::Text(form(text)),
        }
    }
}
