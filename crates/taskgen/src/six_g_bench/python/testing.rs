//! Random JSON, and the real Python to compare with.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Runs `script` with the cases on its standard input, one a line, and gives its answers, one a
/// case: it prints a JSON list. `None`, with a sentence, where there is no python3.
pub fn answers(script: &str, cases: &[String]) -> Option<Vec<Option<String>>> {
    let python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut python = match python {
        Ok(python) => python,
        Err(error) => {
            println!("skipped: the comparison with Python needs python3 ({error})");
            return None;
        }
    };
    let mut input = python.stdin.take().unwrap();
    input.write_all(cases.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "the Python script failed");
    let answers: Vec<Option<String>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), cases.len());
    Some(answers)
}

/// The same `count` values of a strategy on every run.
pub fn samples(strategy: &BoxedStrategy<String>, count: usize) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// The JSON text of any value: numbers in every notation, strings bare and escaped, repeated keys.
pub fn json() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        2 => prop_oneof![Just("null"), Just("true"), Just("false")].prop_map(str::to_string),
        4 => number(),
        4 => string(),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![list(inner.clone(), 0..5), object(inner)]
    })
    .boxed()
}

/// The JSON text of a list.
pub fn list(
    item: impl Strategy<Value = String> + 'static,
    lengths: std::ops::Range<usize>,
) -> BoxedStrategy<String> {
    prop::collection::vec(item, lengths)
        .prop_map(|items| format!("[{}]", items.join(", ")))
        .boxed()
}

fn object(value: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let key = prop_oneof![3 => "[abc]".prop_map(|key| format!("{key:?}")), 1 => string()];
    prop::collection::vec((key, value), 0..5)
        .prop_map(|entries| {
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            format!("{{{}}}", entries.join(", "))
        })
        .boxed()
}

/// The JSON text of a number.
pub fn number() -> BoxedStrategy<String> {
    let sign = prop_oneof![3 => Just(""), 1 => Just("-")];
    let whole = "0|[1-9][0-9]{0,2}|[1-9][0-9]{15,30}";
    let fraction = "|\\.[0-9]{1,3}|\\.0{1,12}[0-9]{1,20}";
    let exponent = "|[eE][+-]?[0-9]|[eE][+-]?[0-9]{2}|[eE][+-]?3[0-9]{2}";
    let literal = (sign, whole, fraction, exponent)
        .prop_map(|(sign, whole, fraction, exponent)| format!("{sign}{whole}{fraction}{exponent}"));
    let double = any::<u64>().prop_filter_map("JSON has finite numbers only", |bits| {
        let value = f64::from_bits(bits);
        value.is_finite().then(|| format!("{value:e}"))
    });
    let everyday = (-1000_i32..1000, 0..4)
        .prop_map(|(value, places)| format!("{:.*}", places as usize, f64::from(value) / 100.0));
    prop_oneof![literal, double, everyday].boxed()
}

/// The JSON text of a string. Characters are of ranges that every Unicode version since 6 treats
/// alike, with those that Python escapes among them.
pub fn string() -> BoxedStrategy<String> {
    let character = prop_oneof![
        4 => prop::char::range(' ', '~'),
        2 => prop::sample::select(vec!['\'', '"', '\\', '\n', '\r', '\t', '\u{7f}']),
        1 => prop::char::range('\0', '\u{1f}'),
        1 => prop::char::range('\u{80}', '\u{ff}'),
        1 => prop::sample::select(vec![
            'Δ', 'ж', '漢', 'か', '\u{301}', '\u{200b}', '\u{2028}', '\u{3000}', '\u{e000}',
            '\u{fdd0}', '\u{ffff}', '🚁', '\u{1d400}', '\u{e0001}', '\u{f0000}', '\u{10ffff}',
        ]),
    ];
    (prop::collection::vec(character, 0..8), any::<bool>())
        .prop_map(|(characters, escaped)| json_string(&characters, escaped))
        .boxed()
}

fn json_string(characters: &[char], escaped: bool) -> String {
    let mut text = String::from('"');
    for character in characters {
        if escaped || *character < ' ' || matches!(character, '"' | '\\') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(*character);
        }
    }
    text.push('"');
    text
}
