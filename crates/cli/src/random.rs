//! Random ids.

use anyhow::Context;

use crate::failure::Failure;

/// A random number from the operating system.
pub fn number() -> Result<u64, Failure> {
    getrandom::u64()
        .context("the operating system gives no random numbers")
        .map_err(Failure::Board)
}
