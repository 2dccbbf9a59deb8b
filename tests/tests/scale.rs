//! A pack of the benchmark's full size.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::time::Instant;

use edgescore_taskpack::Pack;
use edgescore_tests::{SIX_G_BENCH, with_shared};
use serde_json::Value;

const QUESTIONS: usize = 3722;
const EPISODES: usize = 488;

/// A copy in which every text that people wrote has its own number, so that no two are equal
/// and the pack saves nothing by storing equal texts once.
fn varied(value: &Value, number: usize) -> Value {
    match value {
        Value::String(text) if text.contains(' ') => format!("{text} [{number}]").into(),
        Value::Array(values) => values.iter().map(|v| varied(v, number)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), varied(value, number)))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn a_pack_of_full_size_is_smaller_than_its_json() {
    let Some(sandbox) = with_shared(&SIX_G_BENCH) else {
        return;
    };
    let json = |name: &str| serde_json::from_slice::<Value>(&sandbox.read(name)).unwrap();
    let (episode, mcq) = (
        json("bench/sample.episode.json"),
        json("bench/sample.mcq.json"),
    );
    let mut next = mcq["questions"]
        .as_array()
        .unwrap()
        .iter()
        .cycle()
        .zip(0..QUESTIONS);
    let mut json_bytes = 0;
    for index in 0..EPISODES {
        let mut questions = mcq.clone();
        // 3,722 over 488: the episodes get seven or eight each.
        let share = QUESTIONS * (index + 1) / EPISODES - QUESTIONS * index / EPISODES;
        let taken = next
            .by_ref()
            .take(share)
            .map(|(q, number)| varied(q, number));
        questions["questions"] = taken.collect();
        questions["episode_id"] = format!("episode {index}").into();
        for (name, value) in [("episode", varied(&episode, index)), ("mcq", questions)] {
            let text = value.to_string();
            json_bytes += text.len();
            sandbox.write(&format!("full/e{index:03}.{name}.json"), text);
        }
    }
    assert_eq!(next.next(), None, "all questions are used");

    sandbox.done("pack import 6g-bench full --definitions definitions.json -o full.pack");
    let pack_bytes = sandbox.read("full.pack");
    let start = Instant::now();
    let pack = Pack::open(&pack_bytes).unwrap();
    let opened = start.elapsed();
    pack.verify().unwrap();
    assert_eq!(pack.question_count() as usize, QUESTIONS);
    assert_eq!(pack.episode_count() as usize, EPISODES);
    let last = pack.question(QUESTIONS as u32 - 1).unwrap();
    assert!(
        last.text.ends_with(&format!("[{}]", QUESTIONS - 1)),
        "{}",
        last.text
    );
    let size = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    println!(
        "{:.2} MiB of JSON without white space make a pack of {:.2} MiB, opened in {opened:?}",
        size(json_bytes),
        size(pack_bytes.len())
    );
    assert!(pack_bytes.len() < json_bytes);
    fs::remove_dir_all(sandbox.path("full")).unwrap();
}
