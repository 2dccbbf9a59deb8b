//! What was measured before, in a small text file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use edgescore_engine::{llama_version, system_info};
use edgescore_probe::BoardFacts;
use edgescore_record::{Plan, Weights};
use edgescore_taskpack::Hash;

use crate::home::Home;

/// The file of one board, model and build, and of what the plan says beside.
pub struct Kept(PathBuf);

impl Kept {
    /// Where it is; `None`, with a word in the log, where nothing can be kept.
    pub fn find(plan: &Plan, model: Hash, weights: Weights) -> Option<Kept> {
        let board = BoardFacts::read(Path::new("/"));
        let key = format!(
            "{} {} {} | {} | {} | {} CPUs | {model} | {weights:?} {:?} {:?} | {} {}",
            env!("CARGO_PKG_VERSION"),
            llama_version(),
            system_info().trim(),
            board.board,
            board.cpu,
            super::cpus(),
            plan.flash,
            plan.cache,
            plan.threads,
            plan.ubatch,
        );
        match Home::find().and_then(|home| home.calibrations()) {
            Ok(folder) => Some(Kept(folder.join(Hash::of(key.as_bytes()).to_string()))),
            Err(error) => {
                log::warn!("a calibration cannot be kept: {error}");
                None
            }
        }
    }

    /// Threads and physical batch, if they are there and make sense.
    pub fn read(&self) -> Option<(u32, u32)> {
        parse(&fs::read_to_string(&self.0).ok()?)
    }

    /// Keeps them.
    pub fn write(&self, threads: u32, ubatch: u32) {
        let new = self.0.with_extension(std::process::id().to_string());
        let written = fs::write(&new, format!("threads {threads}\nubatch {ubatch}\n"))
            .and_then(|()| fs::rename(&new, &self.0));
        if let Err(error) = written {
            let _ = fs::remove_file(&new);
            warn(&self.0, &error);
        }
    }
}

fn warn(path: &Path, error: &io::Error) {
    log::warn!("a calibration is not kept in {}: {error}", path.display());
}

fn parse(text: &str) -> Option<(u32, u32)> {
    let mut lines = text.lines();
    let mut number = |name| lines.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let (threads, ubatch) = (number("threads ")?, number("ubatch ")?);
    let sensible = (1..=512).contains(&threads) && (1..=65_536).contains(&ubatch);
    sensible.then_some((threads, ubatch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_and_nonsense_is_not() {
        assert_eq!(parse("threads 4\nubatch 256\n"), Some((4, 256)));
        for odd in [
            "",
            "threads 4\n",
            "ubatch 256\nthreads 4\n",
            "threads 0\nubatch 256\n",
            "threads 4\nubatch 99999\n",
            "threads -1\nubatch 256\n",
        ] {
            assert_eq!(parse(odd), None, "{odd:?}");
        }
    }
}
