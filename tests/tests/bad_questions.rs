//! Questions that cannot become a pack: exit code 4, the file and the remedy named, no pack.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use edgescore_tests::{Sandbox, SmallTasks};
use serde_json::{Value, json};

const SMALL: SmallTasks = SmallTasks {
    tasks: 2,
    questions: 2,
};

/// A task folder after `spoil`, which `pack build` must refuse with all of `words`.
#[track_caller]
fn tasks_refused(spoil: impl FnOnce(&Sandbox), words: &[&str]) {
    let sandbox = Sandbox::default();
    SMALL.write(&sandbox.path("tasks"));
    spoil(&sandbox);
    sandbox.refused(4, "pack build --tasks tasks -o new.pack", words);
}

/// [`tasks_refused`] after replacing `from` by `to` in the file of task 2.
#[track_caller]
fn task_refused(from: &str, to: &str, words: &[&str]) {
    let good = SMALL.task(2);
    assert!(good.contains(from), "{from:?} is in the task");
    let bad = good.replacen(from, to, 1);
    let spoil = |sandbox: &Sandbox| sandbox.write("tasks/T02.toml", bad);
    tasks_refused(spoil, &[&["T02.toml"], words].concat());
}

#[test]
fn the_folder_that_the_others_spoil_is_good() {
    let sandbox = Sandbox::default();
    SMALL.write(&sandbox.path("tasks"));
    sandbox.done("pack build --tasks tasks -o new.pack");
}

#[test]
fn a_question_without_four_options() {
    task_refused(", D = \"west\"", "", &["missing field `D`"]);
    task_refused(
        "D = \"west\"",
        "D = \"west\", E = \"up\"",
        &["`E`", "`A`, `B`, `C`, `D`"],
    );
    task_refused(
        "D = \"west\"",
        "D = \" \"",
        &["the text is empty: write it"],
    );
}

#[test]
fn an_answer_that_is_no_letter() {
    task_refused(
        "answer = \"B\"",
        "answer = \"E\"",
        &["`E`", "`A`, `B`, `C`, `D`"],
    );
    task_refused("answer = \"B\"\n", "", &["missing field `answer`"]);
}

#[test]
fn an_episode_that_is_not_there_or_has_no_questions() {
    let words = ["line", "\"sea\"", "add it, or mend the id"];
    task_refused("episode = \"cell\"", "episode = \"sea\"", &words);
    let lonely = |sandbox: &Sandbox| {
        sandbox.write(
            "tasks/episodes/lonely.toml",
            "id = \"lonely\"\nsummary = \"Silence.\"",
        );
    };
    tasks_refused(
        lonely,
        &[
            "episodes/lonely.toml",
            "has no questions",
            "take the file out",
        ],
    );
}

#[test]
fn an_id_that_two_share() {
    let twice = |sandbox: &Sandbox| sandbox.write("tasks/T2.toml", SMALL.task(2));
    tasks_refused(twice, &["T2", "as another file does: give each its own"]);
    let twice = |sandbox: &Sandbox| {
        sandbox.write("tasks/episodes/copy.toml", SmallTasks::EPISODE);
    };
    tasks_refused(
        twice,
        &["\"cell\"", "as another file does: give each its own"],
    );
    let misnamed = |sandbox: &Sandbox| sandbox.write("tasks/T03.toml", SMALL.task(2));
    tasks_refused(
        misnamed,
        &["T03.toml", "\"T2\"", "\"T3\"", "make them agree"],
    );
}

#[test]
fn a_folder_that_lacks_something() {
    let remove =
        |name: &'static str| move |sandbox: &Sandbox| fs::remove_file(sandbox.path(name)).unwrap();
    tasks_refused(
        remove("tasks/prompt.toml"),
        &["prompt.toml: is missing: write it"],
    );
    let no_folder = |sandbox: &Sandbox| fs::remove_dir_all(sandbox.path("tasks")).unwrap();
    tasks_refused(no_folder, &["cannot read the task folder tasks"]);
    task_refused(&SMALL.task(2), "id = \"T2\"", &["missing field `name`"]);
    let questions = SMALL
        .task(2)
        .split_once("\n[[question]]")
        .unwrap()
        .1
        .to_owned();
    let words = ["has no questions: write one, or take the file out"];
    task_refused(&format!("\n[[question]]{questions}"), "", &words);
    task_refused("id = ", "id == ", &["line 1"]);
}

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// One question in the form of 6G-Bench.
fn question() -> Value {
    let options: Value = LETTERS
        .map(|l| (l.to_owned(), json!("north")))
        .into_iter()
        .collect();
    json!({ "task_id": "T9", "question": "Where?", "options": options, "correct": "B" })
}

fn definitions() -> Value {
    let task = json!({ "id": "T9", "name": "Offloading", "definition": "Decide." });
    json!({ "system": "Decide.", "answer_instruction": "One letter.", "tasks": [task] })
}

const IMPORT: &str = "pack import 6g-bench bench --definitions definitions.json -o new.pack";

fn benchmark(questions: &[Value]) -> Sandbox {
    let sandbox = Sandbox::default();
    let mcq = json!({ "episode_id": "e", "questions": questions });
    sandbox.write("bench/a.mcq.json", mcq.to_string());
    sandbox.write("bench/a.episode.json", "{}");
    sandbox.write("definitions.json", definitions().to_string());
    sandbox
}

/// The second of two questions after `spoil`, which the import must refuse.
#[track_caller]
fn question_refused(spoil: impl FnOnce(&mut Value), words: &[&str]) {
    let mut bad = question();
    spoil(&mut bad);
    let words = [&["bench/a.mcq.json", "questions[1]"], words].concat();
    benchmark(&[question(), bad]).refused(4, IMPORT, &words);
}

#[test]
fn the_benchmark_that_the_others_spoil_is_good() {
    benchmark(&[question(), question()]).done(IMPORT);
}

#[test]
fn a_benchmark_question_that_cannot_be_asked() {
    let no_d = |q: &mut Value| drop(q["options"].as_object_mut().unwrap().remove("D"));
    question_refused(no_d, &["A, B, C", "exactly A, B, C and D are needed"]);
    let five = |q: &mut Value| q["options"]["E"] = json!("up");
    question_refused(five, &["exactly A, B, C and D are needed"]);
    let none = |q: &mut Value| drop(q.as_object_mut().unwrap().remove("options"));
    question_refused(none, &["options"]);
    for wrong in ["E", "AB", "", "a"] {
        let answer = |q: &mut Value| q["correct"] = json!(wrong);
        question_refused(answer, &["one of A, B, C and D is needed"]);
    }
    let task = |q: &mut Value| q["task_id"] = json!("T8");
    question_refused(task, &["\"T8\"", "give those of the same release"]);
    let number = |q: &mut Value| q["question"] = json!(7);
    question_refused(number, &["question", "a string"]);
}

#[test]
fn a_benchmark_folder_that_lacks_something() {
    benchmark(&[]).refused(
        4,
        IMPORT,
        &[
            "a.mcq.json",
            "has no questions: take it and its episode out",
        ],
    );

    let sandbox = benchmark(&[question()]);
    fs::remove_file(sandbox.path("bench/a.mcq.json")).unwrap();
    sandbox.refused(
        4,
        IMPORT,
        &["no a.mcq.json beside it: add it, or take the episode out"],
    );
    fs::remove_file(sandbox.path("bench/a.episode.json")).unwrap();
    sandbox.refused(
        4,
        IMPORT,
        &["no *.mcq.json", "that the benchmark's archive unpacks to"],
    );
    fs::remove_dir(sandbox.path("bench")).unwrap();
    sandbox.refused(4, IMPORT, &["bench", "cannot be read"]);

    let sandbox = benchmark(&[question()]);
    sandbox.write("bench/b.mcq.json", sandbox.read("bench/a.mcq.json"));
    sandbox.refused(4, IMPORT, &["b.mcq.json", "no b.episode.json beside it"]);
}

#[test]
fn a_benchmark_file_that_was_cut_short() {
    let sandbox = benchmark(&[question()]);
    let good = sandbox.read("bench/a.mcq.json");
    for length in [0, good.len() / 2, good.len() - 1] {
        sandbox.write("bench/a.mcq.json", &good[..length]);
        sandbox.refused(
            4,
            IMPORT,
            &["a.mcq.json", "is not JSON", "must be copied again"],
        );
    }
    sandbox.write("bench/a.mcq.json", [&b"\xef\xbb\xbf"[..], &good].concat());
    sandbox.refused(4, IMPORT, &["byte order mark", "save it without"]);
    sandbox.write(
        "bench/a.mcq.json",
        [&good[..good.len() - 1], b"\xff}"].concat(),
    );
    sandbox.refused(4, IMPORT, &["is not UTF-8 from byte", "save it as UTF-8"]);
    sandbox.write("bench/a.mcq.json", &good);
    sandbox.write("bench/a.episode.json", "{\"initial_state\": 7}");
    sandbox.refused(4, IMPORT, &["a.episode.json", "initial_state"]);
}

#[test]
fn definitions_that_do_not_fit() {
    let sandbox = benchmark(&[question()]);
    let without = "pack import 6g-bench bench -o new.pack";
    sandbox.refused(4, without, &["give --definitions FILE", ".ipynb"]);

    let mut twice = definitions();
    let task = twice["tasks"][0].clone();
    twice["tasks"].as_array_mut().unwrap().push(task);
    sandbox.write("definitions.json", twice.to_string());
    sandbox.refused(
        4,
        IMPORT,
        &["definitions.json", "defines T9 twice: keep one of the two"],
    );

    let mut unknown = definitions();
    unknown["tasks"][0]["id"] = json!("T31");
    sandbox.write("definitions.json", unknown.to_string());
    sandbox.refused(4, IMPORT, &["\"T31\"", "take it out"]);

    sandbox.write("definitions.json", "{}");
    sandbox.refused(4, IMPORT, &["definitions.json", "neither", "\"system\""]);
    sandbox.write("definitions.json", "{\"cells\": []}");
    sandbox.refused(
        4,
        IMPORT,
        &["the notebook's code has no", "JSON of definitions"],
    );
    fs::remove_file(sandbox.path("definitions.json")).unwrap();
    sandbox.refused(4, IMPORT, &["definitions.json", "cannot be read"]);
}
