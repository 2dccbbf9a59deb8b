//! How a synthetic model is told from a real one.

use std::path::Path;

use crate::gguf;

/// The metadata key, a boolean, that marks a model with synthetic weights.
pub const SYNTHETIC_KEY: &str = "edgescore.synthetic";

/// Whether the file at `path` is a synthetic model.
pub fn is_synthetic(path: &Path) -> bool {
    let entries = gguf::metadata(path, |key| key == SYNTHETIC_KEY);
    entries.is_ok_and(|entries| entries.iter().any(|(_, value)| value.is_true()))
}
