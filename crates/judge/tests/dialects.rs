//! Calls in every dialect as its documents define it, and texts that only look like calls.

use edgescore_judge::calls::{Call, Dialect, Parsed, parse};
use edgescore_judge::value::Value;

/// Calls as `[["f", {"a": 1}], ...]`.
fn as_json(calls: &[Call]) -> Value {
    let call = |call: &Call| {
        Value::Array(vec![
            Value::String(call.name.clone()),
            Value::Object(call.arguments.clone()),
        ])
    };
    Value::Array(calls.iter().map(call).collect())
}

/// Outputs in the form that each dialect's document gives, the dialect, and the calls in them.
const RECORDED: &[(Dialect, &str, &str)] = &[
    (
        Dialect::Hermes,
        "<tool_call>\n{\"name\": \"create_slice\", \"arguments\": {\"type\": \"URLLC\", \"latency_ms\": 5}}\n</tool_call>",
        r#"[["create_slice", {"type": "URLLC", "latency_ms": 5}]]"#,
    ),
    (
        Dialect::Hermes,
        "I move both flows.\n<tool_call>\n{\"name\": \"move_flow\", \"arguments\": {\"flow\": 3, \"path\": [\"gNB-1\", \"UPF-2\"]}}\n</tool_call>\n<tool_call>\n{\"name\": \"move_flow\", \"arguments\": {\"flow\": 4, \"path\": []}}\n</tool_call>",
        r#"[["move_flow", {"flow": 3, "path": ["gNB-1", "UPF-2"]}], ["move_flow", {"flow": 4, "path": []}]]"#,
    ),
    (
        Dialect::Hermes,
        "<tool_call>{\"arguments\": {\"note\": \"a </tool_call> in a string\"}, \"name\": \"log.add\"}</tool_call>",
        r#"[["log.add", {"note": "a </tool_call> in a string"}]]"#,
    ),
    (
        Dialect::LlamaJson,
        "{\"name\": \"set_qos\", \"parameters\": {\"flow\": 7, \"five_qi\": 82}}",
        r#"[["set_qos", {"flow": 7, "five_qi": 82}]]"#,
    ),
    (
        Dialect::LlamaJson,
        "<|python_tag|>{\"type\": \"function\", \"name\": \"set_qos\", \"parameters\": {\"flow\": 7}}; {\"name\": \"get_load\", \"parameters\": {}}",
        r#"[["set_qos", {"flow": 7}], ["get_load", {}]]"#,
    ),
    (
        Dialect::LlamaJson,
        "{\"name\": \"get_load\", \"parameters\": {\"cell\": \"c;1\"}};{\"name\": \"get_load\", \"parameters\": {\"cell\": \"c2\"}}",
        r#"[["get_load", {"cell": "c;1"}], ["get_load", {"cell": "c2"}]]"#,
    ),
    (
        Dialect::Pythonic,
        "[create_slice(type=\"eMBB\", bandwidth=100.5, isolated=True)]",
        r#"[["create_slice", {"type": "eMBB", "bandwidth": 100.5, "isolated": true}]]"#,
    ),
    (
        Dialect::Pythonic,
        "[set_qos(flow=-1, profile={'gbr': [1, 2], \"name\": 'it\\'s'}), get_load()]",
        r#"[["set_qos", {"flow": -1, "profile": {"gbr": [1, 2], "name": "it's"}}], ["get_load", {}]]"#,
    ),
    (
        Dialect::Pythonic,
        "[ran.move_flow(\n  flow = None,\n  to = 'gNB\\u002d2'\n)]",
        r#"[["ran.move_flow", {"flow": null, "to": "gNB-2"}]]"#,
    ),
    (
        Dialect::Mistral,
        "[TOOL_CALLS] [{\"name\": \"move_flow\", \"arguments\": {\"flow\": 12, \"to\": \"edge\"}}]",
        r#"[["move_flow", {"flow": 12, "to": "edge"}]]"#,
    ),
    (
        Dialect::Mistral,
        "[TOOL_CALLS][{\"name\": \"get_load\", \"arguments\": {}, \"id\": \"a1B2c3D4e\"}, {\"name\": \"set_qos\", \"arguments\": {\"flow\": 1}, \"id\": \"a1B2c3D4f\"}]",
        r#"[["get_load", {}], ["set_qos", {"flow": 1}]]"#,
    ),
    (
        Dialect::Mistral,
        "One moment.[TOOL_CALLS]create_slice[ARGS]{\"type\": \"mMTC\"}[TOOL_CALLS]get_load[CALL_ID]a1B2c3D4e[ARGS]{\"cell\": \"c1\"}",
        r#"[["create_slice", {"type": "mMTC"}], ["get_load", {"cell": "c1"}]]"#,
    ),
    (
        Dialect::Lfm2,
        "<|tool_call_start|>[get_load(cell=\"c7\")]<|tool_call_end|>Reading the load of the cell.",
        r#"[["get_load", {"cell": "c7"}]]"#,
    ),
    (
        Dialect::Lfm2,
        "<|tool_call_start|>[set_qos(flow=2, limits={\"up\": 5, \"strict\": false}), get_load(cell='c7')]<|tool_call_end|>",
        r#"[["set_qos", {"flow": 2, "limits": {"up": 5, "strict": false}}], ["get_load", {"cell": "c7"}]]"#,
    ),
    (
        Dialect::GemmaCode,
        "```tool_code\nmove_flow(flow=3, to=\"UPF-2\")\n```",
        r#"[["move_flow", {"flow": 3, "to": "UPF-2"}]]"#,
    ),
    (
        Dialect::GemmaCode,
        "I look at both cells.\n```tool_code\nget_load(cell=\"c1\")\nget_load(cell=\"c2\"); get_load()\n```\n",
        r#"[["get_load", {"cell": "c1"}], ["get_load", {"cell": "c2"}], ["get_load", {}]]"#,
    ),
    (
        Dialect::GemmaCode,
        "```tool_code\n[get_load(cell=\"c1\"), get_load()]\n```",
        r#"[["get_load", {"cell": "c1"}], ["get_load", {}]]"#,
    ),
    (
        Dialect::FunctionGemma,
        "<start_function_call>call:create_slice{type:<escape>URLLC<escape>,latency_ms:5}<end_function_call>",
        r#"[["create_slice", {"type": "URLLC", "latency_ms": 5}]]"#,
    ),
    (
        Dialect::FunctionGemma,
        "<start_function_call>call:get_load{}<end_function_call><start_function_call>call:set_qos{flow:2, path:[<escape>a, {b}<escape>],strict:true}<end_function_call><start_function_response>",
        r#"[["get_load", {}], ["set_qos", {"flow": 2, "path": ["a, {b}"], "strict": true}]]"#,
    ),
    (
        Dialect::Gemma4,
        "<|tool_call>call:set_qos{five_qi:82,flow:<|\"|>video: \"up\"<|\"|>}<tool_call|>",
        r#"[["set_qos", {"five_qi": 82, "flow": "video: \"up\""}]]"#,
    ),
    (
        Dialect::Gemma4,
        "<|tool_call>call:move_flow{limits:{down:1.5e1,up:-2},to:None}<tool_call|><|tool_call>call:get_load{}<tool_call|>",
        r#"[["move_flow", {"limits": {"down": 15, "up": -2}, "to": null}], ["get_load", {}]]"#,
    ),
    (
        Dialect::QwenXml,
        "<tool_call>\n<function=set_qos>\n<parameter=flow>\n7\n</parameter>\n<parameter=strict>\nTrue\n</parameter>\n<parameter=path>\n[\"gNB-1\", 2]\n</parameter>\n</function>\n</tool_call>",
        r#"[["set_qos", {"flow": 7, "strict": true, "path": ["gNB-1", 2]}]]"#,
    ),
    (
        Dialect::QwenXml,
        "I look at both.\n<tool_call>\n<function=get_load>\n</function>\n</tool_call>\n<tool_call>\n<function=log.add>\n<parameter=note>\ntwo lines,\n  \"1\" < 2\n</parameter>\n</function>\n</tool_call>",
        r#"[["get_load", {}], ["log.add", {"note": "two lines,\n  \"1\" < 2"}]]"#,
    ),
    (
        Dialect::Granite,
        "<|tool_call|>[{\"name\": \"get_load\", \"arguments\": {\"cell\": \"c1\"}}]",
        r#"[["get_load", {"cell": "c1"}]]"#,
    ),
    (
        Dialect::Granite,
        "<tool_call>[{\"name\": \"get_load\", \"arguments\": {}}, {\"arguments\": {\"flow\": 1}, \"name\": \"set_qos\"}]",
        r#"[["get_load", {}], ["set_qos", {"flow": 1}]]"#,
    ),
    (
        Dialect::Json,
        "{\"name\": \"get_load\", \"arguments\": {\"cell\": \"c1\"}}",
        r#"[["get_load", {"cell": "c1"}]]"#,
    ),
    (
        Dialect::Json,
        "```json\n[{\"function\": \"get_load\", \"args\": {}}, {\"function\": \"set_qos\", \"parameters\": {\"flow\": 1}}]\n```",
        r#"[["get_load", {}], ["set_qos", {"flow": 1}]]"#,
    ),
    (
        Dialect::Json,
        r#"{"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "set_qos", "arguments": "{\"flow\": 1, \"name\": \"x\"}"}}]}"#,
        r#"[["set_qos", {"flow": 1, "name": "x"}]]"#,
    ),
    (
        Dialect::Json,
        r#"{"type": "function", "function": {"name": "set_qos", "arguments": {"flow": 1}}}"#,
        r#"[["set_qos", {"flow": 1}]]"#,
    ),
];

#[test]
fn every_dialect_is_read_in_its_documented_form() {
    for (dialect, text, calls) in RECORDED {
        let Parsed::Calls(found, parsed) = parse(text) else {
            panic!("{dialect:?}: {:?} of {text}", parse(text));
        };
        assert_eq!(found, *dialect, "{text}");
        let parsed = as_json(&parsed);
        assert!(
            parsed.same(&Value::parse(calls).unwrap()),
            "{text}: {parsed:?}"
        );
    }
    for dialect in Dialect::ALL {
        let count = RECORDED.iter().filter(|(of, ..)| *of == dialect).count();
        assert!(count >= 2, "{dialect:?}");
    }
}

#[test]
fn attempts_that_are_not_well_formed_are_broken() {
    for text in [
        // Cut off.
        "<tool_call>\n{\"name\": \"create_slice\", \"arguments\": {\"type\": \"URL",
        "<tool_call>\n{\"name\": \"create_slice\", \"arguments\": {}}",
        "{\"name\": \"create_slice\", \"parameters\": {\"type\":",
        "{\"name\": \"create_sl",
        "```json\n{\"name\": \"get_load\", \"arguments\": {",
        "[create_slice(type=\"URLLC\"",
        "<|tool_call>call:get_load{cell:<|\"|>c1",
        "[TOOL_CALLS]",
        // Not balanced.
        "<tool_call>{\"name\": \"f\", \"arguments\": {}}}</tool_call>",
        "{\"name\": \"f\", \"arguments\": {}",
        "[f(a=[1, 2)]",
        "get_load{}<tool_call|>",
        "</tool_call>",
        // No name, or an empty one.
        "<tool_call>{\"arguments\": {\"flow\": 1}}</tool_call>",
        "{\"arguments\": {\"flow\": 1}}",
        "{\"name\": \"\", \"arguments\": {\"flow\": 1}}",
        "[TOOL_CALLS][ARGS]{}",
        "<|tool_call>call:{}<tool_call|>",
        // No arguments, or no object.
        "<tool_call>{\"name\": \"get_load\"}</tool_call>",
        "{\"name\": \"get_load\"}",
        "{\"name\": \"get_load\", \"arguments\": \"c1\"}",
        "{\"name\": \"get_load\", \"arguments\": [\"c1\"]}",
        "{\"name\": \"get_load\", \"arguments\": \"{\\\"cell\\\": 1}\"}",
        "[TOOL_CALLS]get_load[ARGS][1]",
        // A name twice: which value counts would be a guess.
        "{\"name\": \"f\", \"arguments\": {\"a\": 1, \"a\": 2}}",
        "[f(a=1, a=2)]",
        "{\"name\": \"f\", \"function\": \"g\", \"arguments\": {}}",
        // Members that no call has.
        "{\"name\": \"f\", \"arguments\": {}, \"result\": 3}",
        // In other text.
        "I call it: {\"name\": \"get_load\", \"arguments\": {\"cell\": \"c1\"}}",
        "{\"name\": \"get_load\", \"parameters\": {}} gives the load.",
        "Here it is:\n```json\n{\"name\": \"get_load\", \"arguments\": {}}\n```",
        "[get_load(cell=1)] is the call.",
        // Tags that are not known, or of two dialects.
        "<function=get_load>{\"cell\": \"c1\"}</function>",
        "<call_tool>{\"name\": \"get_load\"}</call_tool>",
        "<call>{\"name\": \"get_load\", \"arguments\": {}}</call>",
        "functools[{\"name\": \"get_load\", \"arguments\": {}}]",
        // XML without its tags around, or with one open.
        "<function=get_load>\n<parameter=cell>\nc1\n</parameter>\n</function>",
        "<tool_call>\n<function=get_load>\n<parameter=cell>\nc1\n</function>\n</tool_call>",
        "<tool_call>\n<function=get_load>\n<parameter=cell>\nc1\n</parameter>\n</tool_call>",
        "<tool_call>\n<function=>\n</function>\n</tool_call>",
        "<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n<parameter=a>\n2\n</parameter>\n</function>\n</tool_call>",
        "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call><|tool_call|>[]",
        "get_load[ARGS]{}",
        // Python that is more than literals, or no call by name.
        "[f(a=1+2)]",
        "[f(a=g())]",
        "[f(a=x)]",
        "[f(1)]",
        "[f(a=(1, 2))]",
        "[f(a=\"x\" \"y\")]",
        "[f(a=\"x\ny\")]",
        "[f(a={1: 2})]",
        "[f(a=1), 2]",
        "[f(a=b\"x\")]",
        "get_load(cell=\"c1\")",
        "```tool_code\nprint(get_load(cell=\"c1\"))\n```",
        "```tool_code\nget_load() get_load()\n```",
        "<|tool_call_start|>get_load()<|tool_call_end|>",
        "<|tool_call_start|>[]<|tool_call_end|>",
        // Spelled as another dialect.
        "<tool_call>{\"name\": \"f\", \"parameters\": {}}</tool_call>",
        "{'name': 'f', 'arguments': {'a': 1}}",
        "<start_function_call>call:f{a:x}<end_function_call>",
        "<start_function_call>f{a:1}<end_function_call>",
        "<|tool_call|>[]",
        "<|tool_call|>[{\"name\": \"f\", \"arguments\": {}}] done",
        "<|python_tag|>search.call(query=\"x\")",
        "{\"tool_calls\": []}",
    ] {
        assert!(
            matches!(parse(text), Parsed::Broken),
            "{:?} of {text}",
            parse(text)
        );
    }
}

#[test]
fn plain_text_and_other_json_are_no_calls() {
    for text in [
        "",
        "No function fits the request.",
        "I would create a slice (URLLC) for this.",
        "create_slice needs a name, so I cannot call it.",
        "The function takes a \"name\" and \"parameters\".",
        "{\"answer\": \"B\"}",
        "```json\n{\"answer\": 12.5}\n```",
        "{\"name\": \"Slice A\", \"load\": 3}",
        "[\"UPF\", \"AMF\"]",
        "[UPF, AMF]",
        "[1, 2, 3]",
        "[]",
        "{}",
        "{\"load\": ",
        "[a link](https://example.org)",
        "f(x) is the load as a function of x.",
        "12.5 ms",
        "a < b and b > c",
    ] {
        assert!(
            matches!(parse(text), Parsed::None),
            "{:?} of {text}",
            parse(text)
        );
    }
}

#[test]
fn the_numbers_of_dialects_are_fixed() {
    let names: Vec<_> = (0..=9)
        .map(|number| Dialect::from_u8(number).unwrap().name())
        .collect();
    assert_eq!(
        names,
        [
            "hermes",
            "llama-json",
            "pythonic",
            "mistral",
            "lfm2",
            "gemma-code",
            "functiongemma",
            "gemma-4",
            "granite",
            "json"
        ]
    );
    assert_eq!(Dialect::from_u8(11), None);
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::from_u8(dialect.to_u8()), Some(dialect));
    }
}
