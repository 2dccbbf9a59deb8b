//! Pack files, written and opened.

use std::path::Path;

use anyhow::Context;
use edgescore_taskpack::{Draft, Pack};

use crate::failure::Failure;
use crate::files;
use crate::output::print;

/// Writes a draft and prints one line about it.
pub fn write(draft: &Draft, out: &Path) -> Result<(), Failure> {
    let bytes = draft.to_bytes().map_err(Failure::data)?;
    files::write_whole(out, &bytes)?;
    print(|stdout| {
        writeln!(
            stdout,
            "{}: {} questions, {} episodes, {} tasks, {} bytes",
            out.display(),
            draft.questions.len(),
            draft.episodes.len(),
            draft.tasks.len(),
            bytes.len()
        )
    })
}

/// Opens a pack and checks all of it.
pub fn open<'b>(path: &Path, bytes: &'b [u8]) -> Result<Pack<'b>, Failure> {
    Pack::open(bytes)
        .and_then(|pack| pack.verify().map(|()| pack))
        .with_context(|| path.display().to_string())
        .map_err(Failure::Data)
}
