//! What a board can and cannot measure, thing by thing, each read at this moment.

mod conditions;
mod memory;
mod power;

use std::path::Path;
use std::string::String;
use std::vec::Vec;

use crate::power::About;
use crate::{
    Bytes, Hertz, Microseconds, Microwatts, MilliCelsius, Reading, Reason, Throttled, Unavailable,
};

/// What was found on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The power source that a run takes unless told otherwise; `none` where there is none.
    pub best: String,
    /// What was looked at, topic by topic.
    pub findings: Vec<Finding>,
}

/// One thing that a board can or cannot measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it belongs to.
    pub topic: Topic,
    /// What was looked at, such as `rapl` or `cpu-thermal`.
    pub subject: String,
    /// The value at this moment, or why there is none.
    pub state: Reading<Figure>,
    /// What was found; may be empty.
    pub detail: String,
    /// What to do to measure it, or to measure it better; may be empty.
    pub remedy: String,
    /// What the readings of an open power source mean.
    pub about: Option<About>,
}

/// What a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A value of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
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
    Text(String),
}

impl Finding {
    /// Something that was read.
    fn read(topic: Topic, subject: impl Into<String>, state: Reading<Figure>) -> Finding {
        Finding {
            topic,
            subject: subject.into(),
            state,
            detail: String::new(),
            remedy: String::new(),
            about: None,
        }
    }

    /// Something that cannot be read.
    fn refused(topic: Topic, subject: impl Into<String>, refused: Unavailable) -> Finding {
        Finding {
            detail: refused.why,
            remedy: refused.remedy,
            ..Finding::read(topic, subject, Reading::Missing(refused.reason))
        }
    }

    /// The same with what was found.
    fn detail(self, detail: impl Into<String>) -> Finding {
        let detail = detail.into();
        Finding { detail, ..self }
    }

    /// The same with what to do.
    fn remedy(self, remedy: impl Into<String>) -> Finding {
        let remedy = remedy.into();
        Finding { remedy, ..self }
    }

    /// Why there is no value, if there is none.
    pub fn reason(&self) -> Option<Reason> {
        match self.state {
            Reading::Value(_) => None,
            Reading::Missing(reason) => Some(reason),
        }
    }
}

/// Looks at everything below `root`, which is `/` on a board. Watches the power sources for a
/// second.
pub fn survey(root: &Path) -> Survey {
    let (best, mut findings) = power::findings(root);
    findings.extend(conditions::findings(root));
    findings.extend(memory::findings(root));
    Survey { best, findings }
}
