#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{HashMap, HashSet};

use edgescore_taskpack::{Kind, Layout, Pack, Question, Rotation};
use serde_json::Value;

use super::solve::{Care, Function, meant};
use super::*;
use crate::controls::Control;
use crate::generate::{Level, Split};

fn recipe(level: Level, split: Split, per_task: u32) -> Recipe {
    Recipe {
        seed: 11,
        split,
        level,
        per_task,
    }
}

fn draft(level: Level, split: Split, per_task: u32) -> Draft {
    let recipe = recipe(level, split, per_task);
    Generator::new().unwrap().draft(&recipe).unwrap()
}

/// Hands every question of a recipe with its message to `see`.
fn each(level: Level, split: Split, per_task: u32, mut see: impl FnMut(&Question, &str)) {
    let bytes = draft(level, split, per_task).to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    for index in 0..pack.question_count() {
        let question = pack.question(index).unwrap();
        let mut message = String::new();
        question
            .write_user_message(Layout::Reference, Rotation::default(), &mut message)
            .unwrap();
        see(&question, &message);
    }
}

/// Functions, and the right calls and the result of each step.
fn parts<'p>(question: &Question<'p>) -> (Vec<&'p str>, Vec<(Vec<Value>, &'p str)>) {
    let read = |calls: &str| serde_json::from_str(calls).unwrap();
    match &question.kind {
        Kind::Tool(tool) => (tool.functions.to_vec(), vec![(read(tool.calls), "")]),
        Kind::Turns(turns) => {
            let steps = turns.steps.iter();
            let steps = steps.map(|step| (read(step.calls), step.result)).collect();
            (turns.functions.to_vec(), steps)
        }
        other => panic!("{other:?}"),
    }
}

/// Solves every question from its words alone. Gives how many there are.
fn solve_all(level: Level, split: Split, per_task: u32) -> usize {
    let mut asked = 0;
    each(level, split, per_task, |question, message| {
        let (functions, steps) = parts(question);
        let mut results = Vec::new();
        for (right, result) in steps {
            let solved = solve::calls(message, &functions, &results, Care::Full);
            assert_eq!(solved, Ok(right), "{message}\n{functions:#?}\n{results:?}");
            results.push(result);
        }
        asked += 1;
    });
    asked
}

#[test]
fn the_words_alone_give_the_calls() {
    for level in Level::ALL {
        let splits = [Split::Train, Split::Dev, Split::Test];
        let asked: usize = splits.map(|split| solve_all(level, split, 26)).iter().sum();
        assert!(asked >= 1_000, "{asked}");
    }
}

#[test]
fn no_two_questions_are_alike() {
    let mut seen = HashSet::new();
    let mut asked = 0;
    for split in [Split::Train, Split::Dev, Split::Test] {
        for level in [Level::ONE, Level::ALL[4]] {
            each(level, split, 150, |question, message| {
                seen.insert(format!("{message}\n{:?}", parts(question).0));
                asked += 1;
            });
        }
    }
    assert_eq!(asked, 11_700);
    assert_eq!(seen.len(), asked);
}

#[test]
fn a_longer_pack_starts_with_a_shorter_one() {
    let long = draft(Level::ALL[2], Split::Dev, 5);
    let short = draft(Level::ALL[2], Split::Dev, 2);
    assert_eq!(long.questions[..short.questions.len()], short.questions[..]);
    assert_eq!(long, draft(Level::ALL[2], Split::Dev, 5));
}

/// The same on every machine: a hash (FNV-1a) of all that two rounds say, by level.
#[test]
fn words_and_calls_are_frozen() {
    let hashes = Level::ALL.map(|level| {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        each(level, Split::Test, 2, |question, message| {
            let text = format!("{message}\n{:?}", parts(question));
            for byte in text.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        });
        format!("{hash:016x}")
    });
    let frozen = [
        "93a8ae200835ea9f",
        "131aa0364745a9d0",
        "13f444d031d95b4c",
        "5ace8a4099df7077",
        "174d98e8aa5d9078",
    ];
    assert_eq!(hashes, frozen);
}

/// A fifth of the questions asks for no call; the others' functions stand everywhere equally often,
/// and each function of a task is right about as often as the others.
#[test]
fn labels_are_balanced() {
    for level in Level::ALL {
        let offered = Shape::of(level).functions;
        let mut silent = 0u32;
        let mut places = vec![0u32; offered];
        let mut names: HashMap<(u32, String), u32> = HashMap::new();
        let mut lengths = [0u32; 5];
        let mut pairs = 0;
        each(level, Split::Test, 100, |question, _| {
            let (functions, steps) = parts(question);
            assert_eq!(functions.len(), offered);
            let (last, _) = steps.last().unwrap();
            lengths[steps.len()] += 1;
            pairs += u32::from(last.len() > 1);
            let Some(call) = last.first() else {
                silent += 1;
                return;
            };
            let name = call["name"].as_str().unwrap();
            let is_called = |json: &&str| Function::read(json).unwrap().name == name;
            places[functions.iter().position(is_called).unwrap()] += 1;
            let name = name.replace('_', "").to_lowercase();
            *names.entry((question.task.index, name)).or_default() += 1;
        });
        assert_eq!(silent, 260, "of 1,300");
        // Places come once in every round, 1,040 of them with a call: a standard deviation is
        // below 13 at three functions.
        let even = 1_040 / offered as u32;
        assert!(places.iter().all(|n| n.abs_diff(even) < 40), "{places:?}");
        assert_eq!(names.len(), 39, "three of each of 13 tasks");
        assert!(names.values().all(|n| *n >= 8), "{names:?}");
        let shape = Shape::of(level);
        assert_eq!(
            lengths[2..].iter().sum::<u32>() > 0,
            shape.conversations > 0
        );
        assert_eq!(pairs > 0, shape.pairs > 0);
        println!(
            "level {}: steps {lengths:?}, pairs {pairs}, places {places:?}",
            level.number()
        );
    }
}

/// Every right call keeps the schema of its function: types, words, required ones, ranges.
#[test]
fn right_calls_keep_their_schemas() {
    for level in Level::ALL {
        each(level, Split::Train, 30, |question, message| {
            let (functions, steps) = parts(question);
            let functions = functions
                .iter()
                .map(|json| serde_json::from_str(json).unwrap());
            let functions: Vec<Value> = functions.collect();
            for call in steps.iter().flat_map(|(calls, _)| calls) {
                let function = functions.iter().find(|known| known["name"] == call["name"]);
                let schema = &function.unwrap()["parameters"];
                let arguments = call["arguments"].as_object().unwrap();
                let required = schema["required"].as_array().unwrap();
                let given: Vec<Value> = arguments.keys().map(|name| name.as_str().into()).collect();
                assert_eq!(given, *required);
                for (name, value) in arguments {
                    let property = &schema["properties"][name];
                    match property["type"].as_str().unwrap() {
                        "integer" => {
                            let value = value.as_i64().unwrap();
                            let least = property["minimum"].as_i64().unwrap();
                            let most = property["maximum"].as_i64().unwrap();
                            assert!((least..=most).contains(&value), "{call}");
                        }
                        _ => {
                            let word = value.as_str().unwrap();
                            let words = property["enum"].as_array();
                            assert!(words.is_none_or(|words| words.contains(value)), "{call}");
                            assert!(words.is_some() || message.contains(word), "{call}");
                        }
                    }
                }
            }
        });
    }
}

/// In each question with a call some number differs from the one that stands in the text, and the
/// endings without a call are of both sorts.
#[test]
fn every_call_needs_a_conversion() {
    for level in Level::ALL {
        let (mut gaps, mut quiet) = (0, 0);
        each(level, Split::Dev, 30, |question, message| {
            let (functions, steps) = parts(question);
            let results: Vec<&str> = steps.iter().map(|(_, result)| *result).collect();
            let results = &results[..steps.len() - 1];
            let solve = |care| solve::calls(message, &functions, results, care).unwrap();
            let (right, _) = steps.last().unwrap();
            if right.is_empty() {
                let filled = !solve(Care::FillsGaps).is_empty();
                assert_eq!(
                    filled,
                    question.reason.ends_with("is not stated."),
                    "{message}"
                );
                if filled { gaps += 1 } else { quiet += 1 }
            } else {
                assert_ne!(&solve(Care::KeepsUnits), right, "{message}");
            }
        });
        assert_eq!((gaps, quiet), (39, 39), "of 390");
    }
}

/// What a rule says names one function of all that its task can offer, and none of it can be taken
/// for a sign between the parts of a rule.
#[test]
fn words_name_one_function() {
    let vocabulary = vocabulary::read().unwrap();
    assert!(vocabulary.tasks.len() >= 10);
    let style = style::Style {
        camel: false,
        finer: false,
        optional: false,
    };
    for task in &vocabulary.tasks {
        let own = task.actions.iter().map(|action| action.function);
        let all: Vec<usize> = own
            .chain(task.near.iter().copied())
            .chain([task.candidate.query])
            .collect();
        assert_eq!(
            all.iter().collect::<HashSet<_>>().len(),
            all.len(),
            "{}",
            task.id
        );
        let read =
            |at: &usize| Function::read(&style.function(&vocabulary.functions[*at])).unwrap();
        let functions: Vec<Function> = all.iter().map(read).collect();
        let asks = (task.candidate.query, &task.candidate.asks);
        let actions = task
            .actions
            .iter()
            .map(|action| (action.function, &action.phrases));
        for (function, phrases) in actions.chain([asks]) {
            assert!(phrases.len() >= 3, "{phrases:?}");
            for phrase in phrases {
                let found = meant(&functions, phrase).map(|function| function.name.clone());
                let wanted = vocabulary.functions[function].name.clone();
                assert_eq!(found, Ok(wanted), "{}: {phrase}", task.id);
                for sign in [", ", "; ", " (", " with ", " and ", ". "] {
                    assert!(!phrase.contains(sign), "{phrase}: {sign:?} separates parts");
                }
            }
        }
        assert!(task.missions.len() >= 3 && task.asks.len() >= 3);
        assert!(
            task.asks.iter().all(|ask| ask.ends_with('?')),
            "{}",
            task.id
        );
        let vowel = |class: &&String| class.starts_with(['a', 'e', 'i', 'o', 'u']);
        assert_eq!(task.subject.classes.iter().find(vowel), None, "after \"a\"");
        assert!(task.subject.classes.len() >= 4);
        for action in &task.actions {
            let function = &vocabulary.functions[action.function];
            let first = |content: fn(&vocabulary::Content) -> bool| {
                function
                    .parameters
                    .iter()
                    .filter(move |parameter| content(&parameter.content))
            };
            let subjects = first(|content| matches!(content, vocabulary::Content::Subject));
            let amounts = first(|content| matches!(content, vocabulary::Content::Quantity(_)));
            assert_eq!(subjects.count(), 1, "{}", function.name);
            assert!(amounts.count() >= 1, "{}", function.name);
        }
    }
}

fn controls(level: Level, per_task: u32) -> Vec<Control> {
    let bytes = draft(level, Split::Test, per_task).to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    let questions = (0..pack.question_count()).map(|index| pack.question(index).unwrap());
    controls::run(&questions.collect::<Vec<_>>())
}

/// 1,300 questions: a share of a third scatters by 1.3 points (one standard deviation).
#[test]
fn shortcuts_and_partial_solvers_fail() {
    for level in Level::ALL {
        let controls = controls(level, 100);
        let named = |start: &str| {
            let mut controls = controls.iter();
            let found = controls.find(|control| control.name.starts_with(start));
            found.unwrap().accuracy()
        };
        for control in &controls {
            println!(
                "level {} | {} | {} / {}",
                level.number(),
                control.name,
                control.right,
                control.asked
            );
        }
        let offered = Shape::of(level).functions as f64;
        assert!(named("never a call") <= 0.2);
        assert!(named("first function, values in order") < 0.01);
        assert!(
            named("first function, right values") < 1.0 / offered,
            "{level:?}"
        );
        assert!(named("function that shares") < 0.5, "{level:?}");
        assert!(named("units not converted") <= 0.2);
        assert!(named("missing values made up") <= 0.9);
        let careless = named("exceptions");
        assert!(
            level < Level::ALL[2] || careless < 0.85,
            "{level:?} {careless}"
        );
        assert_eq!(named("all steps"), 1.0);
    }
}

/// A pack whose right function always stands first: the control sees it.
#[test]
fn a_careless_pack_is_found_out() {
    let mut draft = draft(Level::ONE, Split::Dev, 10);
    let mut with_call = 0;
    for question in &mut draft.questions {
        let DraftKind::Tool { functions, calls } = &mut question.kind else {
            panic!("level 1 has no conversations");
        };
        let calls: Vec<Value> = serde_json::from_str(calls).unwrap();
        let Some(call) = calls.first() else { continue };
        with_call += 1;
        let name = format!("\"name\":{},", call["name"]);
        functions.sort_by_key(|json| !json.contains(&name));
    }
    let bytes = draft.to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    let questions = (0..pack.question_count()).map(|index| pack.question(index).unwrap());
    let controls = controls::run(&questions.collect::<Vec<_>>());
    let first = controls
        .iter()
        .find(|control| control.name == "first function, right values");
    assert_eq!((first.unwrap().right, with_call), (104, 104));
}
