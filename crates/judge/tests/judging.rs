//! Right answers, and mutants of them that fail by one axis each.

use edgescore_judge::calls::{ToolJudgement, check, judge};

const FUNCTIONS: [&str; 3] = [
    r#"{"name": "create_slice", "description": "Creates a slice.", "parameters": {"type": "object",
        "properties": {"type": {"type": "string", "enum": ["eMBB", "URLLC", "mMTC"]},
                       "latency_ms": {"type": "number", "minimum": 0},
                       "priority": {"type": "integer", "default": 5}},
        "required": ["type", "latency_ms"]}}"#,
    r#"{"name": "move_flow", "description": "Moves a flow.", "parameters": {"type": "object",
        "properties": {"flow": {"type": "integer"},
                       "path": {"type": "array", "items": {"type": "string"}}},
        "required": ["flow", "path"]}}"#,
    r#"{"name": "get_load", "parameters": {"type": "object", "properties": {}}}"#,
];

const CREATE: &str =
    r#"[{"name": "create_slice", "arguments": {"type": "URLLC", "latency_ms": 5}}]"#;
const MOVE_TWO: &str = r#"[{"name": "move_flow", "arguments": {"flow": 1, "path": ["a"]}},
                           {"name": "move_flow", "arguments": {"flow": 2, "path": ["b"]}}]"#;

fn judged(text: &str, calls: &str) -> Option<ToolJudgement> {
    judge(text, &FUNCTIONS, calls)
}

fn is_right(text: &str, calls: &str) -> bool {
    judged(text, calls).is_some_and(|judgement| judgement.is_right())
}

const RIGHT: ToolJudgement = ToolJudgement {
    well_formed: true,
    called: true,
    function: true,
    arguments: true,
    expected: true,
};
const RIGHT_WITHOUT: ToolJudgement = ToolJudgement {
    called: false,
    expected: false,
    ..RIGHT
};

#[test]
fn the_right_calls_are_right_however_they_are_written() {
    for text in [
        r#"{"name": "create_slice", "arguments": {"type": "URLLC", "latency_ms": 5}}"#,
        r#"{"name": "create_slice", "parameters": {"latency_ms": 5.0, "type": "URLLC"}}"#,
        r#"[create_slice(latency_ms=5, type='URLLC')]"#,
        // The default said, the default left out.
        r#"[create_slice(latency_ms=5, type='URLLC', priority=5)]"#,
    ] {
        assert_eq!(judged(text, CREATE), Some(RIGHT), "{text}");
        assert!(is_right(text, CREATE));
    }
    let with_default = r#"[{"name": "create_slice", "arguments": {"type": "URLLC", "latency_ms": 5, "priority": 5}}]"#;
    let without = r#"[create_slice(latency_ms=5, type="URLLC")]"#;
    assert_eq!(judged(without, with_default), Some(RIGHT));
    for text in [
        "[move_flow(flow=1, path=['a']), move_flow(flow=2, path=['b'])]",
        "[move_flow(flow=2, path=['b']), move_flow(flow=1, path=['a'])]",
    ] {
        assert_eq!(judged(text, MOVE_TWO), Some(RIGHT), "{text}");
    }
    for none in ["", "  ", "[]"] {
        assert_eq!(judged("No function does that.", none), Some(RIGHT_WITHOUT));
        assert!(is_right("", none));
    }
}

#[test]
fn a_mutant_fails_its_axis_alone() {
    let function = ToolJudgement {
        function: false,
        ..RIGHT
    };
    let arguments = ToolJudgement {
        arguments: false,
        ..RIGHT
    };
    let not_called = ToolJudgement {
        called: false,
        ..RIGHT
    };
    let called = ToolJudgement {
        expected: false,
        ..RIGHT
    };
    let broken = ToolJudgement {
        well_formed: false,
        ..RIGHT
    };
    for (text, calls, expected) in [
        // Another function, one that is not offered, one too many and too few.
        ("[move_flow(type='URLLC', latency_ms=5)]", CREATE, function),
        ("[make_slice(type='URLLC', latency_ms=5)]", CREATE, function),
        // One wrong argument, one too many, one missing.
        (
            "[create_slice(type='eMBB', latency_ms=5)]",
            CREATE,
            arguments,
        ),
        (
            "[create_slice(type='urllc', latency_ms=5)]",
            CREATE,
            arguments,
        ),
        (
            "[create_slice(type='URLLC', latency_ms=5, cell=1)]",
            CREATE,
            arguments,
        ),
        ("[create_slice(type='URLLC')]", CREATE, arguments),
        (
            "[create_slice(type='URLLC', latency_ms=5, priority=6)]",
            CREATE,
            arguments,
        ),
        // The unit not converted.
        (
            "[create_slice(type='URLLC', latency_ms=0.005)]",
            CREATE,
            arguments,
        ),
        (
            "[create_slice(type='URLLC', latency_ms=5000)]",
            CREATE,
            arguments,
        ),
        // A number as a string.
        (
            "[create_slice(type='URLLC', latency_ms='5')]",
            CREATE,
            arguments,
        ),
        (
            "[move_flow(flow=1, path=['b']), move_flow(flow=2, path=['a'])]",
            MOVE_TWO,
            arguments,
        ),
        (
            "[move_flow(flow=1, path=['a']), move_flow(flow=1, path=['a'])]",
            MOVE_TWO,
            arguments,
        ),
        // No call, and one where none is right.
        ("I would create a URLLC slice.", CREATE, not_called),
        ("{\"answer\": \"create_slice\"}", CREATE, not_called),
        ("[create_slice(type='URLLC', latency_ms=5)]", "", called),
        ("[get_load()]", "[]", called),
        // Not well-formed.
        (
            r#"{"name": "create_slice", "arguments": {"type": "URLLC", "latency_ms": 5}"#,
            CREATE,
            broken,
        ),
        (
            "[create_slice(type='URLLC', latency_ms=10/2)]",
            CREATE,
            broken,
        ),
    ] {
        assert_eq!(judged(text, calls), Some(expected), "{text}");
        assert!(!is_right(text, calls), "{text}");
    }
    // A count that is wrong is a fault of functions, whatever their arguments.
    for text in [
        "[move_flow(flow=1, path=['a'])]",
        "[move_flow(flow=1, path=['a']), move_flow(flow=2, path=['b']), move_flow(flow=2, path=['b'])]",
    ] {
        assert!(
            judged(text, MOVE_TWO).is_some_and(|judgement| !judgement.function),
            "{text}"
        );
    }
    // An attempt where none is right is no abstention.
    assert!(!is_right("{\"name\": \"get_load\", \"arguments\": {", ""));
}

#[test]
fn what_a_pack_cannot_be_judged_by() {
    assert_eq!(judge("x", &["no JSON"], ""), None);
    assert_eq!(judge("x", &["{}"], ""), None);
    assert_eq!(judge("x", &FUNCTIONS, "no JSON"), None);
    assert_eq!(judge("x", &FUNCTIONS, "{}"), None);
    assert_eq!(judge("x", &FUNCTIONS, "[{\"name\": \"f\"}]"), None);
}

#[test]
fn a_sound_pack_passes() {
    for calls in [
        "",
        "[]",
        CREATE,
        MOVE_TWO,
        r#"[{"name": "get_load", "arguments": {}}]"#,
    ] {
        assert_eq!(check(&FUNCTIONS, calls), Ok(()));
    }
    let nested = r#"{"name": "f", "parameters": {"type": "object", "properties": {
        "limits": {"type": "object", "properties": {"up": {"type": ["number", "null"], "default": null}}},
        "tags": {"type": "object"}, "any": {}}}}"#;
    let calls = r#"[{"name": "f", "arguments": {"limits": {"up": null}, "tags": {"a": 1}, "any": [1, "x"]}}]"#;
    assert_eq!(check(&[nested], calls), Ok(()));
}

#[test]
fn what_a_schema_does_not_name_is_allowed_where_it_says_so() {
    let function = |additional: &str| {
        format!(
            r#"{{"name": "f", "parameters": {{"type": "object", "properties": {{"a": {{"type": "object",
            "properties": {{}}, "additionalProperties": {additional}}}}}, "additionalProperties": {additional}}}}}"#
        )
    };
    let calls = r#"[{"name": "f", "arguments": {"a": {"x": 1}, "y": 2}}]"#;
    for additional in ["true", "{}", r#"{"type": "integer"}"#] {
        assert_eq!(
            check(&[&function(additional)], calls),
            Ok(()),
            "{additional}"
        );
    }
    for (additional, problem) in [
        ("false", "the schema does not have it"),
        (r#"{"type": "string"}"#, "is no string"),
        (r#"{"type": "text"}"#, "is no type"),
    ] {
        let error = check(&[&function(additional)], calls).unwrap_err();
        assert!(error.problem.contains(problem), "{error}");
    }
}

#[test]
fn faults_of_a_pack_are_told_with_their_place() {
    let function = |properties: &str| {
        format!(
            r#"{{"name": "f", "parameters": {{"type": "object", "properties": {properties}}}}}"#
        )
    };
    let call = |arguments: &str| format!(r#"[{{"name": "f", "arguments": {arguments}}}]"#);
    let plain = function(r#"{"a": {"type": "integer", "minimum": 1, "maximum": 9}}"#);
    let named = |name: &str| format!(r#"{{"name": "{name}", "parameters": {{"type": "object"}}}}"#);
    for (functions, calls, place, problem) in [
        (
            vec!["x".into()],
            String::new(),
            "function 1",
            "no JSON object",
        ),
        (
            vec![r#"{"parameters": {}}"#.into()],
            String::new(),
            "function 1",
            "no JSON object",
        ),
        (vec![named("")], String::new(), "function 1 ()", "empty"),
        (
            vec![named("f"), named("f")],
            String::new(),
            "function 2 (f)",
            "another function",
        ),
        (
            vec![r#"{"name": "f"}"#.into()],
            String::new(),
            "function 1 (f)",
            "no schema",
        ),
        (
            vec![r#"{"name": "f", "parameters": {"type": "string"}}"#.into()],
            String::new(),
            "function 1 (f)",
            "no schema",
        ),
        (
            vec![function(r#"{"a": {"type": "strng"}}"#)],
            String::new(),
            "function 1 (f), parameters.a.type",
            "no type",
        ),
        (
            vec![function(r#"{"a": 1}"#)],
            String::new(),
            "function 1 (f), parameters.a",
            "no JSON object",
        ),
        (
            vec![function(r#"{"a": {"enum": []}}"#)],
            String::new(),
            "function 1 (f), parameters.a.enum",
            "wrong type",
        ),
        (
            vec![function(r#"{"a": {"type": "integer", "default": "x"}}"#)],
            String::new(),
            "function 1 (f), parameters.a.default",
            "is no integer",
        ),
        (
            vec![r#"{"name": "f", "parameters": {"type": "object", "required": ["a"]}}"#.into()],
            String::new(),
            "function 1 (f), parameters.required",
            "a is no property",
        ),
        (
            vec![plain.clone()],
            "x".into(),
            "right calls",
            "no JSON array",
        ),
        (
            vec![plain.clone()],
            "{}".into(),
            "right calls",
            "no JSON array",
        ),
        (
            vec![named("g")],
            call("{}"),
            "right call 1 (f)",
            "no such function",
        ),
        (
            vec![plain.clone()],
            call(r#"{"b": 1}"#),
            "right call 1 (f), b",
            "does not have it",
        ),
        (
            vec![plain.clone()],
            call(r#"{"a": "1"}"#),
            "right call 1 (f), a",
            "is no integer",
        ),
        (
            vec![plain.clone()],
            call(r#"{"a": 1.5}"#),
            "right call 1 (f), a",
            "is no integer",
        ),
        (
            vec![plain.clone()],
            call(r#"{"a": 0}"#),
            "right call 1 (f), a",
            "minimum",
        ),
        (
            vec![plain],
            call(r#"{"a": 10}"#),
            "right call 1 (f), a",
            "maximum",
        ),
        (
            vec![function(r#"{"a": {"enum": ["x", "y"]}}"#)],
            call(r#"{"a": "z"}"#),
            "right call 1 (f), a",
            "enum",
        ),
        (
            vec![function(
                r#"{"a": {"type": "array", "items": {"type": "string"}}}"#,
            )],
            call(r#"{"a": ["x", 2]}"#),
            "right call 1 (f), a[1]",
            "is no string",
        ),
        (
            vec![function(
                r#"{"a": {"type": "object", "properties": {"b": {}}, "required": ["b"]}}"#,
            )],
            call(r#"{"a": {}}"#),
            "right call 1 (f), a",
            "b is required",
        ),
        (
            vec![function(
                r#"{"a": {"type": "object", "properties": {"b": {}}}}"#,
            )],
            call(r#"{"a": {"c": 1}}"#),
            "right call 1 (f), a, c",
            "does not have it",
        ),
    ] {
        let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
        let error = check(&functions, &calls).unwrap_err();
        assert_eq!(error.place, place, "{functions:?} {calls}: {error}");
        assert!(
            error.problem.contains(problem) && error.problem.contains(": "),
            "{error}"
        );
    }
    let create = r#"[{"name": "create_slice", "arguments": {"type": "URLLC"}}]"#;
    assert!(
        check(&FUNCTIONS, create)
            .unwrap_err()
            .problem
            .contains("latency_ms is required")
    );
}
