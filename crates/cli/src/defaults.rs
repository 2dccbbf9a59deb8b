//! The pack and the model that a run without arguments takes. Both are made on first use and
//! kept in the user's cache folder.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use edgescore_taskgen::generate::{self, Generator, Level, Recipe, Split};
use edgescore_taskgen::worked;
use edgescore_taskpack::{Draft, Pack};

use crate::failure::Failure;
use crate::files;

/// The default pack: at the level where the reference models differ most.
pub const RECIPE: Recipe = Recipe {
    seed: 1,
    split: Split::Test,
    level: Level::ONE,
    per_task: 10,
};

/// The default pack as a draft.
fn draft() -> Result<Draft, Failure> {
    let generator = Generator::new().map_err(Failure::data)?;
    generator.draft(&RECIPE).map_err(Failure::data)
}

/// The hand-written questions as a draft.
pub fn worked() -> Result<Draft, Failure> {
    worked::read(generate::built_in()).map_err(Failure::data)
}

/// The pack that was given, or the default one.
pub fn pack_or(given: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    files::absolute(given.cloned().map_or_else(pack, Ok)?)
}

/// Path of the default pack. Its name holds its hash, so a newer program's pack does not
/// take the place of an older one's.
pub fn pack() -> Result<PathBuf, Failure> {
    let bytes = draft()?.to_bytes().map_err(Failure::data)?;
    let hash = Pack::open(&bytes)
        .map_err(Failure::data)?
        .hash()
        .to_string();
    let path = cache_folder()?.join(format!("default-{}.pack", hash.get(..12).unwrap_or(&hash)));
    if !path.exists() {
        files::write_whole(&path, &bytes)?;
    }
    Ok(path)
}

/// Of the reference models, the one to take: 3m answers 0.3 points better in 1.8 times the time.
const MODEL: &str = "1m";

/// Path of the default model, which has learned questions like those of the default pack. It
/// shows the whole path from pack to report without a download.
pub fn model() -> Result<PathBuf, Failure> {
    let bytes = generate::reference_model(MODEL)
        .context("this build holds no reference model: give --model")
        .map_err(Failure::Data)?;
    let path = cache_folder()?.join(format!("reference-{MODEL}.gguf"));
    // An older program may have left its own.
    if fs::read(&path).ok().as_deref() != Some(bytes) {
        files::write_whole(&path, bytes)?;
    }
    Ok(path)
}

/// `$XDG_CACHE_HOME/edgescore` or `~/.cache/edgescore` (XDG Base Directory Specification).
fn cache_folder() -> Result<PathBuf, Failure> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|base| !base.is_empty()) {
        Some(base) => PathBuf::from(base),
        None => env::home_dir()
            .context("there is no home folder to keep the default model in: set XDG_CACHE_HOME, or give --model and --pack")
            .map_err(Failure::Data)?
            .join(".cache"),
    };
    let folder = base.join("edgescore");
    fs::create_dir_all(&folder)
        .with_context(|| {
            format!(
                "cannot make {} for the default model and pack: set XDG_CACHE_HOME to a folder that can be written",
                folder.display()
            )
        })
        .map_err(Failure::Data)?;
    Ok(folder)
}
