//! How fast a board may be sent to, and how long its answers take.

use std::time::Duration;

use edgescore_record::frame::MAX_PIECE;

use super::address::BoardAddress;

/// A board that sends nothing for so long is given up.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How a transport is used.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Bytes of a file in one frame. Shorter frames are hit less often by noise.
    pub piece: usize,
    /// Bytes of a file on their way without an answer.
    pub window: u64,
    /// An answer that has not come after this long is lost.
    pub answer: Duration,
}

impl Pace {
    /// The pace of the transport to `address`.
    pub fn of(address: &BoardAddress) -> Pace {
        match address {
            BoardAddress::Serial { baud, .. } => Pace {
                piece: 512,
                window: 4096,
                // Behind what fills the buffers of kernel and adapter.
                answer: Duration::from_secs(1) + Duration::from_secs(8192 * 10) / *baud,
            },
            _ => Pace {
                piece: MAX_PIECE,
                window: 1 << 20,
                answer: Duration::from_secs(5),
            },
        }
    }
}
