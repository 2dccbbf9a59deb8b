//! No power source.

use std::string::String;

use super::source::{About, Source};
use crate::energy::{Measure, Scope};
use crate::{Microseconds, Reading, Reason};

/// A source that reads nothing, for a reason.
pub(super) struct Nothing {
    about: About,
    reason: Reason,
}

impl Nothing {
    pub fn new(reason: Reason, found: String) -> Nothing {
        let about = About {
            name: "none",
            scope: Scope::BoardIn,
            measured: false,
            max_rate_hz: 0,
            resolution: None,
            omits: "everything",
            found,
        };
        Nothing { about, reason }
    }
}

impl Source for Nothing {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, _: Microseconds) -> Reading<Measure> {
        Reading::Missing(self.reason)
    }
}
