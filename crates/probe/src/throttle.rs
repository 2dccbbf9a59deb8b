//! Throttling as a Raspberry Pi's firmware reports it (`get_throttled`).

use core::fmt;

use serde::{Deserialize, Serialize};

/// Flags of `get_throttled`: bits 0 to 3 say what is so now, bits 16 to 19 what has been so
/// since the board started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttled(pub u32);

/// What the bits mean, from bit 0. Undervoltage is below 4.63 V.
const MEANINGS: [&str; 4] = [
    "undervoltage",
    "frequency capped",
    "throttled",
    "soft temperature limit",
];

impl Throttled {
    /// Whether the clock is held down now, for whatever reason.
    pub fn now(self) -> bool {
        self.0 & 0xf != 0
    }

    /// Whether it has been held down since the board started.
    pub fn ever(self) -> bool {
        self.0 >> 16 & 0xf != 0
    }

    /// What was so from `before` to here: what was so at either end, and what happened in
    /// between, as far as it had not happened earlier.
    pub fn since(self, before: Throttled) -> Throttled {
        const NOW: u32 = 0xf;
        Throttled((self.0 | before.0) & NOW | self.0 & !before.0)
    }

    /// Reads `throttled=0x50005`.
    #[cfg(feature = "std")]
    fn parse(answer: &str) -> Option<Throttled> {
        let hex = answer.trim().strip_prefix("throttled=0x")?;
        u32::from_str_radix(hex, 16).ok().map(Throttled)
    }
}

impl fmt::Display for Throttled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (bit, meaning) in MEANINGS.iter().enumerate() {
            let when = match (self.0 >> bit & 1, self.0 >> (bit + 16) & 1) {
                (1, _) => "now",
                (_, 1) => "since the start",
                _ => continue,
            };
            write!(f, "{separator}{meaning} {when}")?;
            separator = ", ";
        }
        match separator {
            "" => f.write_str("none"),
            _ => Ok(()),
        }
    }
}

#[cfg(feature = "std")]
pub use reader::ThrottleSource;

#[cfg(feature = "std")]
mod reader {
    use std::boxed::Box;
    use std::path::Path;

    use super::Throttled;
    use crate::power::pi5_pmic::mailbox::{self, ANSWER_BYTES, Mailbox};
    use crate::{Reading, Unavailable};

    /// Reads the flags from the firmware.
    pub struct ThrottleSource {
        mailbox: Box<dyn Mailbox>,
        answer: Box<[u8; ANSWER_BYTES]>,
    }

    impl ThrottleSource {
        /// Opens the mailbox below `root`. Other boards than a Raspberry Pi have no such
        /// flags.
        pub fn open(root: &Path) -> Result<ThrottleSource, Unavailable> {
            Ok(ThrottleSource {
                mailbox: mailbox::open(root)?,
                answer: Box::new([0; ANSWER_BYTES]),
            })
        }

        /// The flags now. Allocates nothing.
        pub fn read(&mut self) -> Reading<Throttled> {
            self.mailbox
                .ask("get_throttled", &mut self.answer)
                .and_then(|answer| Reading::parsed(Throttled::parse(answer)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn flags_are_read_and_named() {
        let flags = Throttled::parse("throttled=0x50005\n");
        assert_eq!(flags, Some(Throttled(0x50005)));
        let text = Throttled(0x50005).to_string();
        assert_eq!(text, "undervoltage now, throttled now");
        assert_eq!(
            Throttled(0x80000).to_string(),
            "soft temperature limit since the start"
        );
        assert_eq!(Throttled(0).to_string(), "none");
        assert!(Throttled(0x80000).ever() && !Throttled(0x80000).now());
        for odd in [
            "",
            "throttled=",
            "throttled=0x",
            "throttled=50005",
            "throttled=0xg",
        ] {
            assert_eq!(Throttled::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_run_is_told_from_what_was_before() {
        let before = Throttled(0x10000);
        assert_eq!(Throttled(0x10000).since(before), Throttled(0));
        assert!(Throttled(0x50000).since(before).ever());
        // Throttled all the time, or until it cooled down.
        let hot = Throttled(0x50005);
        assert_eq!(hot.since(hot), Throttled(5));
        assert_eq!(Throttled(0x50000).since(hot), Throttled(5));
    }
}
