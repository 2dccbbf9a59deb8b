#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;

use edgescore_taskpack::{DraftQuestion, Fault, Letter};

use super::*;
use crate::generate::{Generator, Level, Recipe, Split};

/// A question written by hand: numbers checked with pencil and paper.
const SUMMARY: &str = "\
Mission: a bus detects people on the road.
Policy: If the last load is above 0.40: Host edge is closed. Otherwise: Host hub is closed. \
Set-up takes 9 s or less.
Trace (turn, slice, latency ms, jitter ms, loss %, Mbps, load):
7 eMBB 19 4 0.7 311 0.63
8 eMBB 18 4 0.7 305 0.38
Futures for turn 9: fade (latency 21-35; odds 3), steady (as now; odds 1).";
const QUESTION: &str = "\
Where for turn 9? Cost in 2 x min of delay (fade, steady) + 3 x Wh of energy (once), \
then s of set-up:
- hub 10 10; 1; 5
- edge 20 30; 10; 9
- lab 30 22; 8; 4
- peer 10 12; 2; 10";
const OPTIONS: [&str; 4] = ["edge: a", "hub: b", "peer: c", "lab: d"];

#[test]
fn a_question_written_by_hand_is_read() {
    let reading = read(SUMMARY, QUESTION, OPTIONS).unwrap();
    assert_eq!(
        reading.costs,
        [vec![70, 90], vec![23, 23], vec![26, 30], vec![84, 68]]
    );
    assert_eq!(reading.forbidden, [false, true, true, false]);
    assert_eq!((reading.now, &reading.odds), (1, &vec![3, 1]));
    // Permitted are edge (70, 90) and lab (84, 68): regrets (0, 22) and (14, 0).
    assert_eq!(reading.right(), Some(Letter::D));
    assert_eq!(reading.margin(), Some(8));
    assert_eq!(reading.myopic(), Some(Letter::D));
    assert_eq!(reading.average_case(), Some(Letter::A));
    assert_eq!(reading.policy_blind(), Some(Letter::B));
    assert_eq!(reading.cautious(), Some(Letter::D));
}

#[test]
fn what_is_missing_is_named() {
    let cut = |summary: &str, question: &str| read(summary, question, OPTIONS).unwrap_err();
    for (part, words) in [
        ("Policy:", "no policy"),
        ("Futures for", "no futures"),
        ("as now", "as now"),
    ] {
        let error = cut(&SUMMARY.replace(part, "-"), QUESTION).to_string();
        assert!(error.contains(words), "{part}: {error}");
    }
    for (part, words) in [
        ("- lab 30", "- lob 30"),
        (" 22; 8", "; 8"),
        ("Cost in", "Price in"),
        ("(fade, steady)", "(steady, fade)"),
        ("+ 3 x", "x"),
    ] {
        cut(SUMMARY, &QUESTION.replace(part, words));
    }
}

/// Reads each question of a recipe and checks what the generator promises. Gives the margins.
fn check(recipe: Recipe) -> Vec<i64> {
    let draft = Generator::new().unwrap().draft(&recipe).unwrap();
    let mut margins = Vec::new();
    for question in &draft.questions {
        let DraftQuestion { text, kind, .. } = question;
        let summary = &draft.episodes[question.episode.unwrap()].summary;
        let options = kind.options();
        let texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
        let reading = read(summary, text, texts.try_into().unwrap()).unwrap();
        assert_eq!(
            reading.right(),
            kind.key(),
            "{summary}\n{text}\n{options:?}"
        );
        let fault = |letter: Option<Letter>| options[letter.unwrap().index()].fault;
        assert_eq!(fault(reading.myopic()), Some(Fault::Myopic));
        assert_eq!(fault(reading.average_case()), Some(Fault::AverageCase));
        let forbidden = reading
            .forbidden
            .iter()
            .position(|forbidden| *forbidden)
            .unwrap();
        assert_eq!(options[forbidden].fault, Some(Fault::PolicyBlind));
        assert_eq!(
            reading
                .forbidden
                .iter()
                .filter(|forbidden| **forbidden)
                .count(),
            1
        );
        margins.push(reading.margin().unwrap());
    }
    margins
}

fn recipe(level: Level, split: Split, per_task: u32) -> Recipe {
    Recipe {
        seed: 11,
        split,
        level,
        per_task,
    }
}

#[test]
fn the_words_alone_give_the_answer() {
    for (level, least) in Level::ALL.into_iter().zip([20, 10, 10, 6, 3]) {
        let margins = check(recipe(level, Split::Train, 20));
        assert_eq!(margins.iter().min(), Some(&least), "level {level:?}");
    }
}

/// 10,000 questions of each task. Takes about a minute: `scripts/bench-tasks` runs it.
#[test]
#[ignore = "long: run by scripts/bench-tasks"]
fn the_words_alone_give_the_answer_300_000_times() {
    for level in Level::ALL {
        let questions = check(recipe(level, Split::Test, 2_000)).len();
        println!(
            "level {}: {questions} of {questions} solved from their words",
            level.number()
        );
    }
}

#[test]
fn no_two_questions_are_alike() {
    let mut seen = HashSet::new();
    let mut asked = 0;
    for split in [Split::Train, Split::Dev, Split::Test] {
        let draft = Generator::new()
            .unwrap()
            .draft(&recipe(Level::ONE, split, 1_112))
            .unwrap();
        for question in &draft.questions {
            let summary = &draft.episodes[question.episode.unwrap()].summary;
            seen.insert(format!(
                "{summary}\n{}\n{:?}",
                question.text,
                question.kind.options()
            ));
            asked += 1;
        }
    }
    assert!(asked > 100_000);
    assert_eq!(seen.len(), asked);
}

#[test]
fn a_longer_pack_starts_with_a_shorter_one() {
    let generator = Generator::new().unwrap();
    let long = generator.draft(&recipe(Level::ONE, Split::Dev, 5)).unwrap();
    let short = generator.draft(&recipe(Level::ONE, Split::Dev, 2)).unwrap();
    assert_eq!(long.questions[..short.questions.len()], short.questions[..]);
}
