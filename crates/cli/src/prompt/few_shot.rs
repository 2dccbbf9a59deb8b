//! Questions with their answers to show before a question.

use edgescore_record::Labels;
use edgescore_taskgen::generate::{Generator, Level, Recipe, Split};
use edgescore_taskpack::{Layout, Pack, Rotation};

use crate::failure::Failure;

/// Seed of the shots: they are the same in every run.
const SEED: u64 = 7;

/// `count` questions of the train split as user messages in `layout`, with the answers that are
/// asked for, each of another task as long as there are tasks. `instruction` is the pack's that
/// is run, so that all questions of a prompt are asked alike.
pub fn shots(
    count: u8,
    layout: Layout,
    instruction: &str,
) -> Result<Vec<(String, String)>, Failure> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let recipe = Recipe {
        seed: SEED,
        split: Split::Train,
        level: Level::ONE,
        per_task: 1,
    };
    let generator = Generator::new().map_err(Failure::data)?;
    let draft = generator.draft(&recipe).map_err(Failure::data)?;
    let bytes = draft.to_bytes().map_err(Failure::data)?;
    let pack = Pack::open(&bytes).map_err(Failure::data)?;
    let mut shots = Vec::new();
    for index in 0..u32::from(count).min(pack.question_count()) {
        let question = pack.question(index).map_err(Failure::data)?;
        // The key of each stands at another letter, so that none of them looks right by its place.
        let rotation = Rotation::new((index % 4) as u8);
        let mut user = String::new();
        // Writing to a String cannot fail.
        let _ = question.write_user_message(layout, rotation, instruction, &mut user);
        let answer = format!(
            "{{\"answer\": \"{}\"}}",
            rotation.shown(question.key).label()
        );
        shots.push((user, answer));
    }
    Ok(shots)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shots_are_whole_questions_with_several_letters() {
        let shots = shots(8, Layout::Reference, "Answer in JSON.").unwrap();
        assert_eq!(shots.len(), 8);
        assert!(shots.iter().all(|(user, _)| user.contains("OPTIONS\nA: ") && user.ends_with("Answer in JSON.")));
        let letters: std::collections::BTreeSet<&str> =
            shots.iter().map(|(_, answer)| answer.as_str()).collect();
        assert!(letters.len() >= 2, "{letters:?}");
    }
}
