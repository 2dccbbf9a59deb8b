#![allow(clippy::unwrap_used)]

use edgescore_taskpack::{Draft, DraftKind, Pack};

use super::*;
use crate::generate::{Generator, Level, Recipe, Split};

fn generated(level: Level, split: Split, per_task: u32) -> Vec<u8> {
    let recipe = Recipe {
        seed: 3,
        split,
        level,
        per_task,
    };
    Generator::new()
        .unwrap()
        .draft(&recipe)
        .unwrap()
        .to_bytes()
        .unwrap()
}

fn questions<'p>(pack: &Pack<'p>) -> Vec<Question<'p>> {
    (0..pack.question_count())
        .map(|index| pack.question(index).unwrap())
        .collect()
}

fn named<'c>(controls: &'c [Control], start: &str) -> &'c Control {
    controls
        .iter()
        .find(|control| control.name.starts_with(start))
        .unwrap()
}

/// 6,000 questions: chance scatters by half a point (one standard deviation), so 3 points are
/// six of them, and what the issue of soundness asks for is 5.
#[test]
fn shortcuts_are_at_chance_and_half_reasoners_below() {
    let train = generated(Level::ONE, Split::Train, 300);
    let train = questions(&Pack::open(&train).unwrap());
    for level in Level::ALL {
        let test = generated(level, Split::Test, 200);
        let test = questions(&Pack::open(&test).unwrap());
        let controls = run(&test, &train);
        for shortcut in controls.iter().filter(|control| control.shortcut) {
            let from_chance = (shortcut.accuracy() - 0.25).abs();
            assert!(from_chance < 0.03, "{level:?} {shortcut:?}");
        }
        assert_eq!(named(&controls, "myopic").right, 0);
        assert_eq!(named(&controls, "average-case").right, 0);
        let blind = named(&controls, "policy-blind").accuracy();
        assert!((blind - 0.25).abs() < 0.03, "{level:?} {blind}");
        assert_eq!(named(&controls, "all four steps").right, 6_000);
    }
}

/// A pack whose right option is the longest and always has the word "good": the controls see it.
#[test]
fn a_careless_pack_is_found_out() {
    let draft = |words: [&str; 4], from: usize| -> Draft {
        let recipe = Recipe {
            seed: 9,
            split: Split::Dev,
            level: Level::ONE,
            per_task: 4,
        };
        let mut draft = Generator::new().unwrap().draft(&recipe).unwrap();
        for (number, question) in draft.questions.iter_mut().enumerate() {
            let DraftKind::Choice { key, options } = &mut question.kind else {
                panic!("{question:?}");
            };
            for (at, option) in options.iter_mut().enumerate() {
                let word = words[(number + from + at) % 4];
                let right = if at == key.index() {
                    "quite good"
                } else {
                    "bad"
                };
                option.text = format!("{word} {right}");
            }
        }
        draft
    };
    let train = draft(["one", "two", "six", "ten"], 0).to_bytes().unwrap();
    let test = draft(["red", "new", "old", "big"], 1).to_bytes().unwrap();
    let controls = run(
        &questions(&Pack::open(&test).unwrap()),
        &questions(&Pack::open(&train).unwrap()),
    );
    assert_eq!(named(&controls, "longest").accuracy(), 1.0);
    assert_eq!(named(&controls, "bag").accuracy(), 1.0);
    assert_eq!(named(&controls, "shortest").right, 0);
    // The options are no longer those of a generated question, so nothing is half reasoned.
    assert!(controls.iter().all(|control| control.shortcut));
}
