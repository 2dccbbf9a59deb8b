//! What is right of a call.

use serde::{Deserialize, Serialize};

/// What is right of a call of a function, in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAxes(u8);

impl CallAxes {
    const EXPECTED: u8 = 1;
    const WELL_FORMED: u8 = 2;
    const CALLED: u8 = 4;
    const FUNCTION: u8 = 8;
    const ARGUMENTS: u8 = 16;

    /// Whether a call is right at all; whether the text is a call, or plainly none; whether it is
    /// one; whether it calls the right functions; and with the right arguments.
    pub const fn new(
        expected: bool,
        well_formed: bool,
        called: bool,
        function: bool,
        arguments: bool,
    ) -> CallAxes {
        const fn bit(is: bool, bit: u8) -> u8 {
            if is { bit } else { 0 }
        }
        CallAxes(
            bit(expected, CallAxes::EXPECTED)
                | bit(well_formed, CallAxes::WELL_FORMED)
                | bit(called, CallAxes::CALLED)
                | bit(function, CallAxes::FUNCTION)
                | bit(arguments, CallAxes::ARGUMENTS),
        )
    }

    /// Whether a call is right, and not none.
    pub const fn expected(self) -> bool {
        self.0 & CallAxes::EXPECTED != 0
    }

    /// Whether the text is a call in a known form, or plainly none.
    pub const fn well_formed(self) -> bool {
        self.0 & CallAxes::WELL_FORMED != 0
    }

    /// Whether functions are called.
    pub const fn called(self) -> bool {
        self.0 & CallAxes::CALLED != 0
    }

    /// Whether the right functions are called.
    pub const fn function(self) -> bool {
        self.0 & CallAxes::FUNCTION != 0
    }

    /// Whether they are called with the right arguments.
    pub const fn arguments(self) -> bool {
        self.0 & CallAxes::ARGUMENTS != 0
    }
}
