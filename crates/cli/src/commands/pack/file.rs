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
    let pack = Pack::open(&bytes).map_err(Failure::data)?;
    print(|stdout| {
        writeln!(
            stdout,
            "{}: {} questions, {} episodes, {} tasks, {} bytes",
            out.display(),
            pack.question_count(),
            episodes(&pack),
            pack.task_count(),
            bytes.len()
        )
    })
}

/// The episodes of a pack that have a text; one without is a question's id.
pub fn episodes(pack: &Pack) -> usize {
    let episodes = (0..pack.episode_count()).map(|index| pack.episode(index));
    let episodes = episodes.filter(|episode| {
        let text = episode.as_ref().map(|episode| episode.summary);
        text.is_ok_and(|text| !text.is_empty())
    });
    episodes.count()
}

/// Opens a pack and checks all of it.
pub fn open<'b>(path: &Path, bytes: &'b [u8]) -> Result<Pack<'b>, Failure> {
    Pack::open(bytes)
        .and_then(|pack| pack.verify().map(|()| pack))
        .with_context(|| path.display().to_string())
        .map_err(Failure::Data)
}
