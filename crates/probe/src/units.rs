//! Physical values whose type is the unit. On the wire each is one varint.

use serde::{Deserialize, Serialize};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub struct $name(pub u64);
    };
}

unit!(
    /// Energy in 1e-6 J.
    Microjoules
);
unit!(
    /// Time in 1e-6 s, on the monotonic clock.
    Microseconds
);
unit!(
    /// Memory or file size in bytes.
    Bytes
);
