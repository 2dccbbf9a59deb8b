//! Any text is read without a panic, long hostile ones too, and calls that are written are read back.

use edgescore_judge::calls::{Call, Dialect, Parsed, judge, parse};
use edgescore_judge::value::Value;
use edgescore_judge::{number, wording};
use edgescore_taskpack::{Matching, Wording};
use proptest::prelude::*;

const FUNCTION: &str =
    r#"{"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}"#;

/// Reads `text` in every way there is.
fn read(text: &str) {
    let _ = Value::first(text);
    let _ = Value::parse(text);
    for unit in ["", "ms", "°C", "PRB"] {
        let _ = number::read(text, unit);
    }
    let answer = wording::read(text).unwrap_or_default();
    for matching in [Matching::Exact, Matching::Normalised, Matching::Pattern] {
        for accepted in [
            "URLLC",
            "*a*a*a*b",
            "*[a-f]*#?",
            text.get(..40).unwrap_or(""),
        ] {
            let wording = Wording {
                matching,
                accepted: [accepted].into_iter().collect(),
            };
            let _ = wording::is_right(&answer, &wording);
        }
    }
    let _ = judge(
        text,
        &[FUNCTION],
        r#"[{"name": "f", "arguments": {"a": 1}}]"#,
    );
    let _ = judge(text, &[text], text);
}

/// What texts of models are made of.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "<tool_call>",
        "</tool_call>",
        "<function=f>",
        "</function>",
        "<parameter=a>",
        "</parameter>",
        "<|python_tag|>",
        "[TOOL_CALLS]",
        "[ARGS]",
        "[CALL_ID]",
        "<|tool_call_start|>",
        "<|tool_call_end|>",
        "```tool_code\n",
        "```json\n",
        "```",
        "<start_function_call>",
        "<end_function_call>",
        "<escape>",
        "<|tool_call>",
        "<tool_call|>",
        "<|\"|>",
        "<|tool_call|>",
        "call:",
        "f",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        ";",
        "=",
        "\"",
        "'",
        "\\",
        "\\u00e9",
        "\"name\"",
        "\"arguments\"",
        "\"parameters\"",
        "\"function\"",
        "\"tool_calls\"",
        "\"answer\"",
        "\"unit\"",
        "True",
        "None",
        "null",
        "1",
        "12.5",
        "-3e2",
        "1,250",
        " ",
        "\n",
        "ms",
        "Mbit/s",
        "µs",
        "%",
        "\u{2212}",
        "the answer is ",
        "\\boxed{",
        "é",
        "10^",
        "×",
        "#",
        "*",
        "1. ",
    ]);
    prop_oneof![4 => known.prop_map(String::from), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in any::<String>(), pieces in prop::collection::vec(piece(), 0..40)) {
        read(&text);
        read(&pieces.concat());
    }

    #[test]
    fn what_is_written_is_read_back(calls in prop::collection::vec(call(), 1..4)) {
        for dialect in Dialect::ALL {
            let text = write(dialect, &calls);
            let Parsed::Calls(found, parsed) = parse(&text) else {
                return Err(TestCaseError::fail(format!("{dialect:?}: {text}")));
            };
            prop_assert_eq!(found, dialect, "{}", text);
            prop_assert_eq!(parsed.len(), calls.len());
            for (parsed, call) in parsed.iter().zip(&calls) {
                prop_assert_eq!(&parsed.name, &call.name);
                let arguments = |call: &Call| Value::Object(call.arguments.clone());
                prop_assert!(arguments(parsed).same(&arguments(call)), "{}: {:?}", text, parsed);
            }
        }
    }
}

/// The hostile texts are 64 KiB long; that they end in time shows by this test ending.
#[test]
fn hostile_texts_end() {
    const LENGTH: usize = 64 * 1024;
    let units = [
        "[",
        "{",
        "(",
        "\"",
        "'",
        "*",
        "\\",
        "`",
        "<",
        ";",
        " ",
        "\n",
        "1",
        "1 ",
        "1,",
        "1.",
        "-",
        "a",
        "{\"",
        "{\"a\":",
        "{\"a\":[",
        "[{\"a\":",
        "{\"\":\"{\",\":\",",
        "\"{\":\"",
        "[[],",
        "{},",
        "answer ",
        "answer is 1 ",
        "answer: 1 = ",
        "\\boxed{",
        "\\boxed{1",
        "1 per ",
        "1 ms ",
        "1\n",
        "\n1. a",
        "```",
        "```tool_code\n",
        "<tool_call>",
        "<tool_call>{",
        "</tool_call>",
        "[TOOL_CALLS]",
        "[TOOL_CALLS]f[ARGS]{}",
        "[ARGS]",
        "<|tool_call>call:f{",
        "<|tool_call>call:f{}<tool_call|>",
        "a:{",
        "a:[",
        "<escape>",
        "f(a=",
        "f(a=[",
        "f(),",
        "{\"name\":",
        "\"name\":\"arguments\":",
        "{\"name\":\"f\",\"parameters\":{}};",
        "é",
        "\u{202f}",
        "1\u{202f}",
    ];
    let opened = [
        "",
        "[",
        "{\"answer\": \"",
        "{\"answer\": [",
        "[f(a=[",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": [",
    ];
    for unit in units {
        for open in opened {
            let text = open.to_owned() + &unit.repeat(LENGTH / unit.len());
            let right = judge(
                &text,
                &[FUNCTION],
                "[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]",
            );
            assert!(!right.unwrap().is_right());
            assert!(number::read(&text, "ms").is_none_or(f64::is_finite));
            let _ = wording::read(&text);
        }
    }
    let names: Vec<String> = (0..LENGTH / 8)
        .map(|name| format!("\"{name:x}\":1"))
        .collect();
    let object = format!("{{{}}}", names.join(","));
    assert!(
        Value::parse(&object)
            .unwrap()
            .same(&Value::parse(&object).unwrap())
    );
    for (pattern, text) in [
        ("*a".repeat(200) + "b", "a".repeat(LENGTH)),
        ("*".repeat(LENGTH), "*".repeat(LENGTH)),
    ] {
        let wording = Wording {
            matching: Matching::Pattern,
            accepted: [&*pattern].into_iter().collect(),
        };
        assert_eq!(
            wording::is_right(&text, &wording),
            pattern.starts_with("**")
        );
    }
}

/// A call that every dialect can write.
fn call() -> impl Strategy<Value = Call> {
    let members = || prop::collection::btree_map("[a-z][a-z0-9_]{0,5}", value(), 0..4);
    ("[a-z_][a-zA-Z0-9_]{0,8}", members()).prop_map(|(name, arguments)| Call {
        name,
        arguments: arguments.into_iter().collect(),
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| Value::Number(number.into())),
        (-1e6..1e6).prop_map(Value::Number),
        "[ -~é\n\t]{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// How a dialect writes values.
struct Spelling {
    words: [&'static str; 3],
    key: fn(&str) -> String,
    string: fn(&str) -> String,
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n").replace('\t', "\\t"))
}

fn bare(text: &str) -> String {
    text.into()
}

const JSON: Spelling = Spelling {
    words: ["null", "true", "false"],
    key: quoted,
    string: quoted,
};
const PYTHON: Spelling = Spelling {
    words: ["None", "True", "False"],
    ..JSON
};
const FUNCTION_GEMMA: Spelling = Spelling {
    key: bare,
    string: |text| format!("<escape>{text}<escape>"),
    ..JSON
};
const GEMMA_4: Spelling = Spelling {
    string: |text| format!("<|\"|>{text}<|\"|>"),
    ..FUNCTION_GEMMA
};

impl Spelling {
    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => self.words[0].into(),
            Value::Bool(true) => self.words[1].into(),
            Value::Bool(false) => self.words[2].into(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => (self.string)(text),
            Value::Array(values) => {
                let values: Vec<_> = values.iter().map(|value| self.value(value)).collect();
                format!("[{}]", values.join(", "))
            }
            Value::Object(members) => self.object(members),
            Value::Untyped(text) => text.clone(),
        }
    }

    fn object(&self, members: &[(String, Value)]) -> String {
        let member =
            |(key, value): &(String, Value)| format!("{}:{}", (self.key)(key), self.value(value));
        let members: Vec<_> = members.iter().map(member).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn write(dialect: Dialect, calls: &[Call]) -> String {
    let each = |write: &dyn Fn(&Call) -> String, between: &str| {
        calls.iter().map(write).collect::<Vec<_>>().join(between)
    };
    let object = |key: &'static str| {
        move |call: &Call| {
            format!(
                "{{\"name\": \"{}\", \"{key}\": {}}}",
                call.name,
                JSON.object(&call.arguments)
            )
        }
    };
    let python = |call: &Call| {
        let argument = |(name, value): &(String, Value)| format!("{name}={}", PYTHON.value(value));
        let arguments: Vec<_> = call.arguments.iter().map(argument).collect();
        format!("{}({})", call.name, arguments.join(", "))
    };
    let gemma = |spelling: &Spelling, call: &Call| {
        format!("call:{}{}", call.name, spelling.object(&call.arguments))
    };
    match dialect {
        Dialect::Hermes => each(
            &|call| format!("<tool_call>\n{}\n</tool_call>", object("arguments")(call)),
            "\n",
        ),
        Dialect::LlamaJson => each(&object("parameters"), "; "),
        Dialect::Pythonic => format!("[{}]", each(&python, ", ")),
        Dialect::Mistral => each(
            &|call| {
                format!(
                    "[TOOL_CALLS]{}[ARGS]{}",
                    call.name,
                    JSON.object(&call.arguments)
                )
            },
            "",
        ),
        Dialect::Lfm2 => format!(
            "<|tool_call_start|>[{}]<|tool_call_end|>",
            each(&python, ", ")
        ),
        Dialect::GemmaCode => format!("```tool_code\n{}\n```", each(&python, "\n")),
        Dialect::FunctionGemma => each(
            &|call| {
                format!(
                    "<start_function_call>{}<end_function_call>",
                    gemma(&FUNCTION_GEMMA, call)
                )
            },
            "",
        ),
        Dialect::Gemma4 => each(
            &|call| format!("<|tool_call>{}<tool_call|>", gemma(&GEMMA_4, call)),
            "",
        ),
        Dialect::Granite => format!("<|tool_call|>[{}]", each(&object("arguments"), ", ")),
        Dialect::Json => format!("[{}]", each(&object("arguments"), ", ")),
        Dialect::QwenXml => each(
            &|call| {
                let argument = |(name, value): &(String, Value)| {
                    let value = match value {
                        Value::String(text) => text.clone(),
                        value => JSON.value(value),
                    };
                    format!("<parameter={name}>\n{value}\n</parameter>\n")
                };
                let arguments: String = call.arguments.iter().map(argument).collect();
                format!(
                    "<tool_call>\n<function={}>\n{arguments}</function>\n</tool_call>",
                    call.name
                )
            },
            "\n",
        ),
    }
}
