//! The data partition: what to run, and on what.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use edgescore_record::frame::{COMMAND, Encoder};
use edgescore_record::{Command, LINGER_FOR_EVER, Plan, RunId};
use edgescore_taskpack::{Hash, Pack};

use super::Args;
use super::fat::{Content, Entry, LARGEST};
use crate::defaults;
use crate::failure::Failure;
use crate::files;

/// `plan`, the pack and the model.
pub fn files(args: &Args) -> Result<Vec<Entry>, Failure> {
    let pack = args.pack.clone().map_or_else(defaults::pack, Ok)?;
    Pack::open(&files::read(&pack)?)
        .map_err(|error| Failure::Data(anyhow!("{}: {error}", pack.display())))?;
    let pack = entry(&pack)?;
    let mut models = Vec::new();
    for part in parts(&args.model) {
        models.push(entry(&part)?);
    }
    let on_board = |entry: &Entry| format!("/data/{}", entry.name);
    let (pack_there, model_there) = (
        on_board(&pack),
        models.first().map_or(String::new(), on_board),
    );
    let plan = Plan {
        pack: &pack_there,
        model: &model_there,
        ..args.asked.plan()
    };
    let mut encoder = Box::<Encoder>::default();
    // A plan's name follows from what is in it, so that the same files give the same image.
    let nameless = encoder.encode(COMMAND, &plan).map_err(Failure::data)?;
    let [a, b, c, d, e, f, g, h, ..] = Hash::of(nameless.content).0;
    let command = Command::Run {
        run: RunId(u64::from_le_bytes([a, b, c, d, e, f, g, h])),
        linger: LINGER_FOR_EVER,
        plan,
    };
    let encoded = encoder.encode(COMMAND, &command).map_err(Failure::data)?;
    let mut entries = vec![Entry {
        name: "plan".to_owned(),
        content: Content::Bytes(encoded.frame.to_vec()),
    }];
    entries.push(pack);
    entries.extend(models);
    // FAT does not tell capitals from small letters.
    let mut taken = vec!["runs".to_owned(), "files".to_owned()];
    for entry in &entries {
        let name = entry.name.to_lowercase();
        if taken.contains(&name) {
            return Err(Failure::Data(anyhow!(
                "the card would have two files called {name}: rename the model or the pack"
            )));
        }
        taken.push(name);
    }
    Ok(entries)
}

/// The file `path` for the card.
fn entry(path: &Path) -> Result<Entry, Failure> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}; check the path", path.display()))
        .map_err(Failure::Data)?
        .len();
    if size > LARGEST {
        return Err(Failure::Data(anyhow!(
            "{} has 4 GiB or more, which FAT cannot hold: split it with llama.cpp's \
             `llama-gguf-split --split-max-size 3G` and give the first part",
            path.display()
        )));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let fits = |name: &&str| !name.contains(|c: char| "\\:*?\"<>|".contains(c) || c.is_control());
    let name = name.filter(fits).with_context(|| {
        format!(
            "{} has a name that FAT cannot hold: rename it",
            path.display()
        )
    });
    Ok(Entry {
        name: name.map_err(Failure::Data)?.to_owned(),
        content: Content::File(path.to_owned()),
    })
}

/// All parts of a split model, `NAME-00001-of-00003.gguf`.
fn parts(path: &Path) -> Vec<PathBuf> {
    let split = || {
        let name = path.file_name()?.to_str()?;
        let (stem, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
        let stem = stem.strip_suffix("-00001")?;
        let count: u32 = count.parse().ok().filter(|_| count.len() == 5)?;
        let part = |i| path.with_file_name(format!("{stem}-{i:05}-of-{count:05}.gguf"));
        Some((1..=count).map(part).collect())
    };
    split().unwrap_or_else(|| vec![path.to_owned()])
}
