//! A model without its weights: what it would need, before it is loaded.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use edgescore_record::Weights;

use crate::buffers::Buffers;
use crate::ffi;
use crate::model::{LoadError, LoadProblem, Model};
use crate::options::SessionOptions;
use crate::session::{Session, SessionError};

/// Everything of a GGUF but the weights. It has the tokenizer and the template, and llama.cpp
/// plans a session's buffers for it without making them, so it takes milliseconds and the
/// memory of the vocabulary.
pub struct Outline(Model);

impl Outline {
    /// Reads the header of a GGUF file; the first file of a split model stands for all of them.
    pub fn load(path: &Path, weights: Weights) -> Result<Self, LoadError> {
        let repack = weights == Weights::Repacked;
        Model::open(path, |path| ffi::Model::outline(path, repack))
            .map(Self)
            .map_err(|problem| LoadError {
                path: path.to_owned(),
                problem,
            })
    }

    /// The model, to tokenize with. A session of it would compute with weights that are not
    /// there, so it must only be asked for its facts and to tokenize.
    pub fn model(&self) -> &Model {
        &self.0
    }

    /// Plans a session with these options.
    pub fn session(&self, options: &SessionOptions) -> Result<PlannedSession<'_>, SessionError> {
        Session::new(&self.0, options).map(PlannedSession)
    }
}

/// A session that cannot compute. It has everything that a session has beside its buffers.
pub struct PlannedSession<'m>(Session<'m>);

impl PlannedSession<'_> {
    /// The buffers that the session would have. Logits and recurrent state it has already.
    pub fn buffers(&self) -> Buffers {
        self.0.buffers()
    }

    /// Whether the session would go back by cutting, not by saved states: see
    /// [`Session::rewinds`].
    pub fn rewinds(&self) -> bool {
        self.0.rewinds()
    }
}

/// Bytes of weights in a GGUF file that [`Weights::Repacked`] copies on this CPU. Of a split
/// model, the sum over its files.
pub fn repacked_bytes(path: &Path) -> Result<u64, LoadError> {
    let fail = |problem| LoadError {
        path: path.to_owned(),
        problem,
    };
    let c_path = CString::new(path.as_os_str().as_bytes())
        .map_err(|e| fail(LoadProblem::Unreadable(e.into())))?;
    ffi::init_backend();
    ffi::repacked_bytes(&c_path).ok_or_else(|| {
        let unread = io::Error::new(io::ErrorKind::InvalidData, "its header cannot be read");
        fail(LoadProblem::Unreadable(unread))
    })
}
