//! Random ids.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A random number. The standard library draws its hash keys from the system's.
pub fn number() -> u64 {
    RandomState::new().build_hasher().finish()
}
