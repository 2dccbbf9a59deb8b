//! What to run, and on what.

use std::path::Path;

use anyhow::Context;
use edgescore_record::frame::{COMMAND, Encoder};
use edgescore_record::{Command, LINGER_FOR_EVER, Plan, RunId, parts};
use edgescore_taskpack::Hash;

use super::entry::{Content, Entry};
use super::request::Request;
use crate::failure::Failure;
use crate::files;

/// `plan`, the prompts, the pack and the model, for the board's folder `there`.
pub fn files(request: &Request, there: &str) -> Result<Vec<Entry>, Failure> {
    let pack = &request.pack;
    files::open_pack(pack, &files::read(pack)?)?;
    let pack = entry(pack)?;
    let mut models = Vec::new();
    for part in parts(&request.model) {
        models.push(entry(&part)?);
    }
    let prompts = Entry {
        name: "prompts".to_owned(),
        content: Content::Bytes(request.prompts.clone()),
    };
    let on_board = |entry: &Entry| format!("{there}/{}", entry.name);
    let (pack_there, model_there) = (
        on_board(&pack),
        models.first().map_or(String::new(), on_board),
    );
    let prompts_there = on_board(&prompts);
    let plan = Plan {
        prompts: &prompts_there,
        pack: &pack_there,
        model: &model_there,
        ..request.plan
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
    entries.push(prompts);
    entries.push(pack);
    entries.extend(models);
    Ok(entries)
}

/// The file `path` for the board.
fn entry(path: &Path) -> Result<Entry, Failure> {
    files::open(path)?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("{} is not UTF-8: rename it", path.display()));
    Ok(Entry {
        name: name.map_err(Failure::Data)?.to_owned(),
        content: Content::File(path.to_owned()),
    })
}
