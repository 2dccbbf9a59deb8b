//! Why no model was written.

use std::io;
use std::path::PathBuf;

use indicatif::HumanBytes;

use super::shape::ShapeError;
use super::tokenizer::TokenizerError;

/// Why no model was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The shape can't be built.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The tokenizer can't be used.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The chat template can't be read.
    #[error("can't read {path}: {source}; give --template a file with a Jinja template")]
    Template {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder or a device has that name.
    #[error("{0} is no regular file; give -o the name of a file")]
    NotAFile(PathBuf),
    /// The file could not be written; a full disk is the usual reason.
    #[error(
        "can't write {path}, which takes {bytes} bytes ({}): {source}{}",
        HumanBytes(*bytes), remedy(source)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Its full size.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free that much space, or give -o a name on another disk"
        }
        io::ErrorKind::FileTooLarge => "; give -o a name on a disk that takes large files",
        _ => "",
    }
}
