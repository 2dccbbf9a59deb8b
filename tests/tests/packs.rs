//! Packs from the benchmark and from hand-written tasks.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use edgescore_tests::{IMPORT, SIX_G_BENCH, Sandbox, SmallTasks, with_shared};
use serde_json::Value;

fn json(text: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(text.as_ref()).unwrap()
}

/// The lines of `pack show --messages`.
fn messages(sandbox: &Sandbox, arguments: &str) -> Vec<Value> {
    let printed = sandbox.done(&format!("pack show --messages {arguments}"));
    printed.lines().map(json).collect()
}

#[test]
fn prompts_are_those_of_the_reference_byte_for_byte() {
    let golden = ("6g-bench/golden-prompts.json", "golden.json");
    let files: Vec<_> = SIX_G_BENCH.into_iter().chain([golden]).collect();
    let Some(sandbox) = with_shared(&files) else {
        return;
    };
    sandbox.done(IMPORT);
    let golden = json(sandbox.read("golden.json"));
    for task in ["T1", "T9", "T24"] {
        let lines = messages(&sandbox, &format!("6g.pack --task {task}"));
        assert_eq!(lines.len(), 1, "{task}");
        assert_eq!(lines[0]["task"], task);
        assert!(golden[task].is_array(), "{task} is golden");
        assert_eq!(lines[0]["messages"], golden[task], "{task}");
    }
}

#[test]
fn every_question_of_the_benchmark_comes_through() {
    let Some(sandbox) = with_shared(&SIX_G_BENCH) else {
        return;
    };
    sandbox.done(IMPORT);
    let source = json(sandbox.read("bench/sample.mcq.json"));
    let questions = source["questions"].as_array().unwrap();
    let lines = messages(&sandbox, "6g.pack");
    assert_eq!(lines.len(), questions.len());
    for (index, (line, question)) in lines.iter().zip(questions).enumerate() {
        assert_eq!(line["episode"], source["episode_id"]);
        assert_eq!(line["task"], question["task_id"]);
        assert_eq!(line["question"], index);
        assert_eq!(line["answer"], question["correct"]);
        assert_eq!(line["messages"][0]["role"], "system");
        assert_eq!(line["messages"][1]["role"], "user");
        let prompt = line["messages"][1]["content"].as_str().unwrap();
        assert!(prompt.contains(question["question"].as_str().unwrap()));
        for letter in ["A", "B", "C", "D"] {
            let option = question["options"][letter].as_str().unwrap();
            assert!(prompt.contains(&format!("\n{letter}: {option}\n")));
        }
    }
    let only = messages(&sandbox, "6g.pack --question 7");
    assert_eq!(only, lines[7..8]);

    let info = json(sandbox.done("pack info --json 6g.pack"));
    assert_eq!(info["questions"], 30);
    assert_eq!(info["episodes"], 1);
    assert_eq!(info["bytes"], sandbox.read("6g.pack").len());
    assert_eq!(info["sha256"].as_str().unwrap().len(), 64);
    let tasks = info["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 30);
    assert!(tasks.iter().all(|task| task["questions"] == 1));
    let group = |id: &str| tasks.iter().find(|task| task["id"] == id).unwrap()["group"].clone();
    assert_eq!(
        [group("T1"), group("T29"), group("T28")],
        ["G1", "G2", "G5"]
    );
    let draws = tasks.iter().filter(|task| task["pass_at_k"] == true);
    let draws: Vec<_> = draws.map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(draws, ["T2", "T9", "T12", "T19", "T20", "T26", "T30"]);
}

#[test]
fn questions_without_episodes_are_a_pack_too() {
    let Some(sandbox) = with_shared(&[SIX_G_BENCH[0], SIX_G_BENCH[2]]) else {
        return;
    };
    sandbox.done(IMPORT);
    let source = json(sandbox.read("bench/sample.mcq.json"));
    let lines = messages(&sandbox, "6g.pack");
    assert_eq!(lines.len(), 30);
    for (line, question) in lines.iter().zip(source["questions"].as_array().unwrap()) {
        let prompt = line["messages"][1]["content"].as_str().unwrap();
        let (_, behind) = prompt.split_once("\nEPISODE SUMMARY\n").unwrap();
        // The summary that the reference makes of an empty episode.
        let empty = "Initial context:\n- env: {}\n\
            - airspace: {'alt_bounds': None, 'geofence': None}\n\
            - uav: {'pose': None, 'speed_mps': None, 'battery_pct': None, 'sensors': {}, 'payloads': []}\n\
            - policy: {}\n- success: None\n\n\
            Dialogue trace (truncated):\n\nQUESTION\n";
        let (summary, rest) = behind.split_at(empty.len());
        assert_eq!(summary, empty);
        assert!(rest.starts_with(question["question"].as_str().unwrap()));
    }
}

#[test]
fn the_worked_pack_is_the_folder_of_tasks() {
    let sandbox = Sandbox::default();
    sandbox.done("pack build --worked -o built-in.pack");
    let tasks = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tasks"));
    let mut build = sandbox.command("pack build -o folder.pack --tasks");
    edgescore_tests::Outcome::of(build.arg(tasks)).expect(0);
    assert!(sandbox.read("built-in.pack") == sandbox.read("folder.pack"));

    let info = json(sandbox.done("pack info --json built-in.pack"));
    assert_eq!(info["questions"], 90);
    let tasks = info["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 30);
    assert!(tasks.iter().all(|task| task["questions"] == 3));
}

#[test]
fn the_default_pack_has_ten_questions_of_each_task() {
    let sandbox = Sandbox::default();
    sandbox.done("pack build -o default.pack");
    sandbox.done("pack build --seed 1 --per-task 10 --level 1 --split test -o same.pack");
    assert!(sandbox.read("default.pack") == sandbox.read("same.pack"));
    for other in ["--seed 2", "--level 2", "--split dev"] {
        sandbox.done(&format!("pack build {other} --force -o other.pack"));
        assert!(sandbox.read("default.pack") != sandbox.read("other.pack"));
    }
    let info = json(sandbox.done("pack info --json default.pack"));
    assert_eq!(info["questions"], 300);
    let tasks = info["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 30);
    assert!(tasks.iter().all(|task| task["questions"] == 10));

    let lines = messages(&sandbox, "default.pack");
    for line in &lines {
        let mut letters = vec![line["answer"].as_str().unwrap()];
        let faults = line["faults"].as_object().unwrap();
        letters.extend(faults.keys().map(String::as_str));
        letters.sort_unstable();
        assert_eq!(letters, ["A", "B", "C", "D"]);
        let mut names: Vec<_> = faults.values().map(|name| name.as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["average-case", "myopic", "policy-blind"]);
    }
    for letter in ["A", "B", "C", "D"] {
        let right = lines.iter().filter(|line| line["answer"] == letter);
        assert_eq!(right.count(), 75);
    }
}

/// Results name their pack by its hash, so two machines that build the same pack must get the
/// same bytes. Who changes the generator on purpose writes the new hashes here: from then on
/// results of older packs are no longer comparable.
#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    let frozen = [
        "0e21c1f1dec3a71df8a929240530f027ec59417bdca73872c24cc1323ed7dfaf",
        "04e8588c79e834e10706664576a89647b0da75c7f82515c7424bf3168fd45d71",
        "509197557a8ee7bb95601c4b5cc7b28f8b6c89fef844911ad1eda82ef2df8964",
        "85fe88c0db6bcb45663e751f00fecb98c7186c6c44e94b6dc89e45d7bbcb929f",
        "1aefc95e2ce289ddda2a1ad6984ae73cbb677a3f4fa95afd1e1cf04a44a141ee",
    ];
    let sandbox = Sandbox::default();
    for (level, hash) in (1..).zip(frozen) {
        sandbox.done(&format!(
            "pack build --seed 1 --per-task 10 --level {level} --split test --force -o level.pack"
        ));
        let info = json(sandbox.done("pack info --json level.pack"));
        assert_eq!(info["sha256"], hash, "level {level}");
    }
}

#[test]
fn what_is_shown_is_what_was_written() {
    let sandbox = Sandbox::default();
    let small = SmallTasks {
        tasks: 2,
        questions: 3,
    };
    small.write(&sandbox.path("tasks"));
    sandbox.done("pack build --tasks tasks -o small.pack");
    let shown = sandbox.done("pack show small.pack --task T2 --question 4");
    for text in [
        "question 4  T2 Admission 2 (G1)  episode cell",
        "The cell is full.",
        "Which cell takes user 1?",
        "  A: north",
        "* B: east",
        "It has room.",
    ] {
        assert!(shown.contains(text), "{text:?} is not in:\n{shown}");
    }
    let info = sandbox.done("pack info small.pack");
    assert!(
        info.contains("questions  6\noptions    4; chance 25.0 %\nepisodes   1\ntasks      2\n"),
        "{info}"
    );
    assert!(
        info.contains("T2   G1     3  Admission 2  pass@k\n"),
        "{info}"
    );
}
