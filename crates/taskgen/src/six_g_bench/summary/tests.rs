#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::super::python::testing::{self, json, list, number, string};
use super::*;

fn summary_of(episode: Value) -> String {
    summarize(&episode).unwrap()
}

fn misfit(episode: Value) -> String {
    summarize(&episode).unwrap_err().to_string()
}

#[test]
fn an_empty_episode_has_an_empty_context() {
    assert_eq!(
        summary_of(json!({})),
        "Initial context:\n\
         - env: {}\n\
         - airspace: {'alt_bounds': None, 'geofence': None}\n\
         - uav: {'pose': None, 'speed_mps': None, 'battery_pct': None, 'sensors': {}, \
         'payloads': []}\n\
         - policy: {}\n\
         - success: None\n\
         \n\
         Dialogue trace (truncated):"
    );
}

#[test]
fn only_the_first_turns_and_observations_are_shown() {
    let turns: Vec<Value> = (1..=13)
        .map(|turn| json!({"turn": turn, "obs": [{"tool": "a"}, {"x": 1}, {"task": "b"}, {"tool": "c"}]}))
        .collect();
    let summary = summary_of(json!({"dialogue": turns}));
    let lines: Vec<&str> = summary.lines().skip(8).collect();
    assert_eq!(lines.len(), 12);
    assert!(lines[11].starts_with("- turn=12 speaker=None intent=None actions=[] "));
    assert!(lines[0].contains(" obs=['tool:a status=None', 'a2a_resp:b status=None'] net="));
}

#[test]
fn a_string_that_holds_quotes_is_quoted_again() {
    let summary = summary_of(json!({"dialogue": [{
        "turn": 1.0, "speaker": "it's", "intent": ["x"],
        "actions": [
            {"type": "mcp", "name": "go", "args": {"to": 1, "why": "fun"}},
            {"type": "a2a", "task": "say \"hi\"", "to": null},
            {"type": "other"},
        ],
        "net": {"lat_ms": 5, "unknown": 1},
    }]}));
    let line = summary.lines().last().unwrap();
    assert_eq!(
        line,
        "- turn=1.0 speaker=it's intent=['x'] actions=[\"mcp:go args_keys=['to', 'why']\", \
         'a2a:say \"hi\" to=None'] obs=[] net={'slice': None, 'lat_ms': 5, 'jitter_ms': None, \
         'loss_pct': None, 'throughput_mbps': None, 'edge_load': None}"
    );
}

#[test]
fn what_the_reference_cannot_print_is_named_with_its_place() {
    assert!(
        misfit(json!([])).starts_with("the episode is a list, where the benchmark has an object")
    );
    for (episode, place) in [
        (json!({"initial_state": null}), "initial_state is null"),
        (
            json!({"initial_state": {"uav": [1]}}),
            "initial_state.uav is a list",
        ),
        (
            json!({"initial_state": {"uav": {"energy": 3}}}),
            "initial_state.uav.energy is a number",
        ),
        (json!({"dialogue": {}}), "dialogue is an object"),
        (json!({"dialogue": [{}, 1]}), "dialogue[1] is a number"),
        (
            json!({"dialogue": [{"actions": null}]}),
            "dialogue[0].actions is null",
        ),
        (
            json!({"dialogue": [{"actions": ["go"]}]}),
            "dialogue[0].actions[0] is a string",
        ),
        (
            json!({"dialogue": [{"actions": [{"type": "mcp", "args": "x"}]}]}),
            "dialogue[0].actions[0].args is a string",
        ),
        (
            json!({"dialogue": [{"obs": [{}, true]}]}),
            "dialogue[0].obs[1] is a truth value",
        ),
        (
            json!({"dialogue": [{"obs": ["my tool"]}]}),
            "dialogue[0].obs[0] is a string",
        ),
        (
            json!({"dialogue": [{"net": [0]}]}),
            "dialogue[0].net is a list",
        ),
    ] {
        let message = misfit(episode);
        assert!(message.starts_with(place), "{message}");
    }
}

/// A value that is mostly as usual, at times absent, null or anything.
fn mostly(usual: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Option<String>> {
    prop_oneof![
        200 => usual.prop_map(Some),
        4 => Just(None),
        1 => Just(Some("null".to_string())),
        1 => json().prop_map(Some),
        1 => prop::sample::select(vec!["{}", "[]", "\"\"", "\"toolbox\"", "[\"task\"]", "0", "false"])
            .prop_map(|text| Some(text.to_string())),
    ]
    .boxed()
}

/// The JSON text of an object with these fields.
fn record(fields: Vec<(&'static str, BoxedStrategy<Option<String>>)>) -> BoxedStrategy<String> {
    let (keys, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    values
        .prop_map(move |values| {
            let entries: Vec<String> = keys
                .iter()
                .zip(values)
                .filter_map(|(key, value)| Some(format!("\"{key}\": {}", value?)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        })
        .boxed()
}

fn word(words: &'static str) -> BoxedStrategy<String> {
    prop::sample::select(words.split(' ').collect::<Vec<_>>())
        .prop_map(|word| format!("\"{word}\""))
        .boxed()
}

/// Items of a list that are themselves mostly as usual.
fn items(usual: BoxedStrategy<String>, most: usize) -> BoxedStrategy<String> {
    let item = mostly(usual).prop_map(|item| item.unwrap_or("{}".to_string()));
    list(item, 0..most)
}

fn episodes() -> BoxedStrategy<String> {
    let any_object = record(vec![("a", mostly(json())), ("b", mostly(number()))]);
    let action = prop_oneof![
        record(vec![
            ("type", mostly(word("mcp a2a wait"))),
            ("name", mostly(string())),
            ("args", mostly(any_object.clone())),
        ]),
        record(vec![
            ("to", mostly(string())),
            ("type", mostly(word("a2a mcp"))),
            ("task", mostly(string())),
        ]),
    ];
    let result = record(vec![("status", mostly(string())), ("x", mostly(json()))]);
    let observation = prop_oneof![
        record(vec![("tool", mostly(string())), ("result", mostly(result))]),
        record(vec![
            ("task", mostly(string())),
            ("status", mostly(string()))
        ]),
    ];
    let net = record(vec![
        ("edge_load", mostly(number())),
        ("slice", mostly(word("URLLC eMBB mMTC"))),
        ("lat_ms", mostly(number())),
        ("jitter_ms", mostly(number())),
        ("loss_pct", mostly(number())),
        ("throughput_mbps", mostly(number())),
    ]);
    let turn = record(vec![
        ("turn", mostly(number())),
        ("speaker", mostly(string())),
        ("intent", mostly(string())),
        ("actions", mostly(items(action.boxed(), 4))),
        ("obs", mostly(items(observation.boxed(), 6))),
        ("net", mostly(net)),
    ]);
    let uav = record(vec![
        ("pose", mostly(any_object.clone())),
        ("speed_mps", mostly(number())),
        (
            "energy",
            mostly(record(vec![("battery_pct", mostly(number()))])),
        ),
        ("sensors", mostly(any_object.clone())),
        ("payloads", mostly(items(string(), 3))),
    ]);
    let airspace = vec![
        ("geofence", mostly(json())),
        ("alt_bounds", mostly(items(number(), 3))),
    ];
    let state = record(vec![
        ("env", mostly(any_object.clone())),
        ("airspace", mostly(record(airspace))),
        ("uav", mostly(uav)),
        ("policy", mostly(any_object)),
    ]);
    record(vec![
        ("initial_state", mostly(state)),
        ("dialogue", mostly(items(turn, 15))),
        ("final_state", mostly(json())),
        ("success", mostly(word("yes no"))),
    ])
}

#[test]
fn random_episodes_are_summarized_as_in_python() {
    let cases = testing::samples(&episodes(), 1_000);
    let Some(answers) = testing::answers(include_str!("reference.py"), &cases) else {
        return;
    };
    let mut printed = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        let ours = summarize(&serde_json::from_str(case).unwrap()).ok();
        assert_eq!(&ours, answer, "of {case}");
        printed += usize::from(ours.is_some());
    }
    println!("{printed} of {} episodes have a summary", cases.len());
    assert!(
        (200..950).contains(&printed),
        "both outcomes must be tried: {printed}"
    );
}
