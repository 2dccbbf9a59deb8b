//! Questions with their answers to show before a question.

use edgescore_record::Labels;
use edgescore_taskgen::generate::{Generator, Level, Recipe, Split};
use edgescore_taskpack::{Layout, Pack, Rotation};

use super::conversations::user_message;
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
        let mut question = pack.question(index).map_err(Failure::data)?;
        question.instruction = instruction;
        // The keys go round, A, B, C, D, so that no letter looks right by its place.
        let Some(choice) = question.choice() else {
            continue;
        };
        let letter = choice.letters().iter().cycle().nth(index as usize);
        let rotation = Rotation::all(choice.count())
            .find(|rotation| Some(&choice.shown_key(*rotation)) == letter)
            .unwrap_or_default();
        let user = user_message(&question, layout, rotation);
        let answer = format!("{{\"answer\": \"{}\"}}", choice.shown_key(rotation).label());
        shots.push((user, answer));
    }
    Ok(shots)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shots_are_whole_questions_whose_keys_go_round() {
        let shots = shots(6, Layout::Reference, "Answer in JSON.").unwrap();
        for (user, _) in &shots {
            assert!(user.contains("OPTIONS\nA: ") && user.ends_with("Answer in JSON."));
        }
        let answers: Vec<&str> = shots.iter().map(|(_, answer)| answer.as_str()).collect();
        let expected =
            ["A", "B", "C", "D", "A", "B"].map(|letter| format!("{{\"answer\": \"{letter}\"}}"));
        assert_eq!(answers, expected);
    }

    /// The option that a shot's answer names is the same whatever letter it stands at.
    #[test]
    fn a_shots_answer_names_the_key() {
        let recipe = Recipe {
            seed: SEED,
            split: Split::Train,
            level: Level::ONE,
            per_task: 1,
        };
        let bytes = Generator::new()
            .unwrap()
            .draft(&recipe)
            .unwrap()
            .to_bytes()
            .unwrap();
        let pack = Pack::open(&bytes).unwrap();
        let shots = shots(8, Layout::Reference, "").unwrap();
        for (index, (user, answer)) in (0..).zip(&shots) {
            let question = pack.question(index).unwrap();
            let choice = question.choice().unwrap();
            let key = choice.option(choice.key, Rotation::default());
            let letter = answer
                .trim_start_matches("{\"answer\": \"")
                .chars()
                .next()
                .unwrap();
            assert!(
                user.contains(&format!("\n{letter}: {key}\n")),
                "{user}\n{answer}"
            );
        }
    }
}
