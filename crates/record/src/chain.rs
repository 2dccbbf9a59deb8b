//! The running hash over the rows of a result. It has no key: it detects corruption, and no
//! deliberate change.

use edgescore_taskpack::Hash;
use sha2::{Digest, Sha256};

/// SHA-256 over the contents of all frames so far, in order. A frame's content is its
/// sequence number and its message, without CRC and COBS.
#[derive(Clone, Default)]
pub struct Chain(Sha256);

impl Chain {
    /// Takes the next frame's content.
    pub fn add(&mut self, content: &[u8]) {
        self.0.update(content);
    }

    /// The hash over what was added.
    pub fn hash(&self) -> Hash {
        Hash(self.0.clone().finalize().into())
    }
}
