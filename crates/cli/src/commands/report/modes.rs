//! Letter and generate mode of the same model, side by side.

use edgescore_record::Mode;
use edgescore_score::{Agreement, agreement};

use super::ranked::Entry;
use crate::failure::Failure;

/// Two runs of one model on one pack, one in each mode.
pub struct Modes {
    /// Index of the letter run.
    pub letter: usize,
    /// Index of the generate run.
    pub generate: usize,
    /// How far they agree.
    pub agreement: Agreement,
}

/// Each letter run among `entries` with the first generate run of its model and pack.
pub fn pairs(entries: &[Entry]) -> Result<Vec<Modes>, Failure> {
    let of_mode = |mode| {
        let runs = entries.iter().enumerate();
        runs.filter(move |(_, entry)| entry.run.mode == mode)
    };
    let mut pairs = Vec::new();
    for (letter, a) in of_mode(Mode::Letter) {
        let same =
            |b: &Entry| (a.run.model_hash, a.run.pack_hash) == (b.run.model_hash, b.run.pack_hash);
        let Some((generate, b)) = of_mode(Mode::Generate).find(|(_, b)| same(b)) else {
            continue;
        };
        let agreement = agreement(&a.run.run()?, &b.run.run()?).map_err(Failure::data)?;
        pairs.push(Modes {
            letter,
            generate,
            agreement,
        });
    }
    Ok(pairs)
}
