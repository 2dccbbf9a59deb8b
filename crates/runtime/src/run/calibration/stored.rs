//! What was measured before, in a small text file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use edgescore_engine::{SessionOptions, llama_version, system_info};
use edgescore_probe::BoardFacts;
use edgescore_record::{FlashAttention, Plan, Weights};
use edgescore_taskpack::Hash;

use crate::run::defaults::cpus;
use crate::storage::data_folder::DataFolder;

/// The file of one board, model and build, and of what the plan says beside.
pub struct StoredCalibration(PathBuf);

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Threads.
    pub threads: u32,
    /// Physical batch.
    pub ubatch: u32,
    /// Flash attention.
    pub flash: FlashAttention,
}

impl StoredCalibration {
    /// Where it is; `None`, with a warning in the log, where nothing can be stored.
    pub fn find(
        plan: &Plan,
        model: Hash,
        weights: Weights,
        options: &SessionOptions,
    ) -> Option<StoredCalibration> {
        let board = BoardFacts::read(Path::new("/"));
        let key = format!(
            "{} {} {} | {} | {} | {} CPUs | {model} | {weights:?} {:?} {:?} {:?} | {} {} {}",
            env!("CARGO_PKG_VERSION"),
            llama_version(),
            system_info().trim(),
            board.board,
            board.cpu,
            cpus(),
            plan.mode,
            options.flash,
            plan.cache,
            plan.threads,
            plan.ubatch,
            options.ubatch,
        );
        match DataFolder::find().and_then(|folder| folder.calibrations()) {
            Ok(folder) => Some(StoredCalibration(
                folder.join(Hash::of(key.as_bytes()).to_string()),
            )),
            Err(error) => {
                log::warn!("the calibration cannot be stored: {error}");
                None
            }
        }
    }

    /// What was chosen, if it is there and makes sense.
    pub fn read(&self) -> Option<Choice> {
        parse(&fs::read_to_string(&self.0).ok()?)
    }

    /// Stores it.
    pub fn write(&self, chosen: Choice) {
        let new = self.0.with_extension(std::process::id().to_string());
        let written = fs::write(&new, chosen.text()).and_then(|()| fs::rename(&new, &self.0));
        if let Err(error) = written {
            let _ = fs::remove_file(&new);
            warn(&self.0, &error);
        }
    }
}

fn warn(path: &Path, error: &io::Error) {
    log::warn!(
        "the calibration is not stored in {}: {error}",
        path.display()
    );
}

/// Their names in the file.
const FLASH: [(&str, FlashAttention); 3] = [
    ("auto", FlashAttention::Auto),
    ("on", FlashAttention::On),
    ("off", FlashAttention::Off),
];

impl Choice {
    fn text(self) -> String {
        let named = FLASH.iter().find(|(_, flash)| *flash == self.flash);
        let flash = named.map_or("auto", |(name, _)| name);
        let Choice {
            threads, ubatch, ..
        } = self;
        format!("threads {threads}\nubatch {ubatch}\nflash {flash}\n")
    }
}

fn parse(text: &str) -> Option<Choice> {
    let mut lines = text.lines();
    let mut value = |name| lines.next()?.strip_prefix(name);
    let threads = value("threads ")?.parse().ok()?;
    let ubatch = value("ubatch ")?.parse().ok()?;
    let flash = value("flash ")?;
    let (_, flash) = *FLASH.iter().find(|(name, _)| *name == flash)?;
    let sensible = (1..=512).contains(&threads) && (1..=65_536).contains(&ubatch);
    sensible.then_some(Choice {
        threads,
        ubatch,
        flash,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_and_nonsense_is_not() {
        for (_, flash) in FLASH {
            let chosen = Choice {
                threads: 4,
                ubatch: 256,
                flash,
            };
            assert_eq!(parse(&chosen.text()), Some(chosen));
        }
        for odd in [
            "",
            "threads 4\n",
            "threads 4\nubatch 256\n",
            "ubatch 256\nthreads 4\nflash on\n",
            "threads 0\nubatch 256\nflash on\n",
            "threads 4\nubatch 99999\nflash on\n",
            "threads -1\nubatch 256\nflash on\n",
            "threads 4\nubatch 256\nflash maybe\n",
        ] {
            assert_eq!(parse(odd), None, "{odd:?}");
        }
    }
}
