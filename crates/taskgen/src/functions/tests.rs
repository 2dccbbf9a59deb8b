//! Functions of the files that people have.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;

#[track_caller]
fn all(text: &str) -> Vec<Value> {
    let functions = read(text, &[]).unwrap();
    assert_eq!(functions.unusable, []);
    let json = functions
        .usable
        .iter()
        .map(|function| serde_json::from_str(&function.json));
    json.collect::<Result<_, _>>().unwrap()
}

const TOOLS: &str = r##"{"tools": [
  {"name": "move_flow", "title": "Move", "description": "Moves a flow.",
   "inputSchema": {"$schema": "x", "type": "object", "properties": {"slice": {"$ref": "#/$defs/Slice"}},
   "required": ["slice"], "$defs": {"Slice": {"type": "string", "enum": ["a", "b"]}}}},
  {"name": "list_cells", "inputSchema": {"type": "object"}}]}"##;

#[test]
fn what_a_server_lists_is_read_bare_and_in_a_response() {
    let expected = [
        json!({"name": "move_flow", "description": "Moves a flow.", "parameters": {"type": "object",
            "properties": {"slice": {"type": "string", "enum": ["a", "b"]}}, "required": ["slice"]}}),
        json!({"name": "list_cells", "description": "", "parameters": {"type": "object", "properties": {}}}),
    ];
    assert_eq!(all(TOOLS), expected);
    let response = format!(r#"{{"jsonrpc": "2.0", "id": 1, "result": {TOOLS}}}"#);
    assert_eq!(all(&response), expected);
    let one = read(TOOLS, &["list_cells".to_owned()]).unwrap();
    assert_eq!(one.usable.len(), 1);
    let error = read(TOOLS, &["list".to_owned()]).unwrap_err().to_string();
    assert!(
        error.contains("no function list; it has move_flow, list_cells"),
        "{error}"
    );
}

const API: &str = r##"{"openapi": "3.0.3", "paths": {
  "/slices/{sliceId}": {
    "parameters": [{"name": "sliceId", "in": "path", "required": true, "schema": {"type": "string"}}],
    "get": {"summary": "Read a slice", "parameters": [
      {"$ref": "#/components/parameters/Verbose"},
      {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}]},
    "put": {"operationId": "resizeSlice", "summary": "Resize", "description": "Resizes a slice.",
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"allOf": [
        {"$ref": "#/components/schemas/Size"},
        {"type": "object", "properties": {"note": {"type": "string", "nullable": true, "example": "x"}}}]}}}}}},
  "/cells": {"post": {"operationId": "setCells", "requestBody": {"content": {"application/json":
    {"schema": {"type": "array", "items": {"type": "string"}}}}}}}},
  "components": {
    "parameters": {"Verbose": {"name": "verbose", "in": "query", "description": "More.", "schema": {"type": "boolean"}}},
    "schemas": {"Size": {"type": "object", "required": ["mbit"], "properties": {
      "id": {"type": "string", "readOnly": true}, "mbit": {"type": "number", "minimum": 1}}}}}}"##;

#[test]
fn operations_become_functions_of_one_object() {
    assert_eq!(
        all(API),
        [
            json!({"name": "get_slices_sliceId", "description": "Read a slice", "parameters": {"type": "object",
                "properties": {"sliceId": {"type": "string"}, "verbose": {"type": "boolean", "description": "More."}},
                "required": ["sliceId"]}}),
            json!({"name": "resizeSlice", "description": "Resizes a slice.", "parameters": {"type": "object",
                "properties": {"sliceId": {"type": "string"}, "mbit": {"type": "number", "minimum": 1},
                    "note": {"type": ["string", "null"]}},
                "required": ["sliceId", "mbit"]}}),
            json!({"name": "setCells", "description": "", "parameters": {"type": "object",
                "properties": {"body": {"type": "array", "items": {"type": "string"}}}}}),
        ]
    );
}

#[test]
fn what_cannot_be_called_is_told() {
    let cases = [
        (
            r##"[{"name": "a", "parameters": {"type": "object", "properties": {"x": {"$ref": "#/properties/x"}}}}]"##,
            "refers to itself",
        ),
        (
            r##"[{"name": "a", "parameters": {"type": "object", "properties": {"x": {"$ref": "other.json#/x"}}}}]"##,
            "is not in this file",
        ),
        (r#"[{"name": "a.b"}]"#, "its name has '.'"),
        (r#"[{"name": ""}]"#, "has no name"),
        (r#"[{"description": "x"}]"#, "has no name"),
        (
            r#"[{"name": "a", "parameters": {"type": "string"}}]"#,
            "are no schema",
        ),
        (
            r#"[{"name": "a", "parameters": {"type": "object", "required": ["x"]}}]"#,
            "x is no property",
        ),
        (
            r#"[{"name": "a", "parameters": {"properties": {"x": {"type": "text"}}}}]"#,
            "is no type",
        ),
        (
            r#"{"openapi": "3.1.0", "paths": {"/a/{id}": {"put": {"parameters": [{"name": "id", "in": "path", "schema": {}}], "requestBody": {"content": {"application/json": {"schema": {"properties": {"id": {}}}}}}}}}}"#,
            "two of its arguments are named `id`",
        ),
        (
            r#"{"openapi": "3.1.0", "paths": {"/a": {"put": {"requestBody": {"content": {"text/csv": {}}}}}}}"#,
            "its body is no JSON",
        ),
    ];
    for (text, why) in cases {
        let functions = read(text, &[]).unwrap();
        assert_eq!(functions.usable, [], "{text}");
        assert!(
            functions.unusable[0].1.contains(why),
            "{:?}",
            functions.unusable
        );
    }
    let twice = read(r#"[{"name": "a"}, {"name": "a"}]"#, &[]).unwrap();
    assert_eq!((twice.usable.len(), twice.unusable.len()), (1, 1));
}

/// The schema that contains itself is named, not one that happens to lie within it.
#[test]
fn the_recursive_schema_is_named() {
    let api = |pet: Value| {
        let pet_of = json!({"$ref": "#/components/schemas/Pet"});
        json!({"openapi": "3.0.3", "paths": {"/pets": {"post": {"requestBody": {"content":
            {"application/json": {"schema": pet_of}}}}}}, "components": {"schemas": {
            "Category": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Owner": {"type": "object", "properties": {"pet": pet_of}}, "Pet": pet}}})
        .to_string()
    };
    let category = json!({"$ref": "#/components/schemas/Category"});
    for within in ["Pet", "Owner"] {
        let within = json!({"$ref": format!("#/components/schemas/{within}")});
        for properties in [
            json!({"category": category, "child": within}),
            json!({"child": {"type": "array", "items": within}, "category": category}),
        ] {
            let functions = read(&api(json!({ "properties": properties })), &[]).unwrap();
            assert_eq!(
                functions.unusable[0].1,
                "`#/components/schemas/Pet` refers to itself: a model needs a finite schema"
            );
        }
    }
    // Twice beside each other is not within each other.
    let twice = json!({"properties": {"a": category, "b": category}});
    assert_eq!(all(&api(twice)).len(), 1);
    let loop_of = r##"{"openapi": "3.0.0", "paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}"##;
    let why = &read(loop_of, &[]).unwrap().unusable[0].1;
    assert!(why.contains("`#/paths/~1b` refers to itself"), "{why}");
}

#[test]
fn a_page_of_a_list_is_known_as_one() {
    let page = TOOLS.replacen('{', r#"{"nextCursor": "p2", "#, 1);
    let response = format!(r#"{{"jsonrpc": "2.0", "id": 1, "result": {page}}}"#);
    for (text, more) in [(TOOLS, false), (&page, true), (&response, true)] {
        assert_eq!(read(text, &[]).unwrap().more_follow, more, "{text}");
    }
}

#[test]
fn keywords_that_are_not_checked_are_known() {
    let tool = json!([{"name": "a", "parameters": {"properties": {
        "format": {"type": "string", "format": "uri", "enum": ["pattern"]},
        "x": {"type": "array", "items": {"oneOf": [{"type": "string"}]}, "minItems": 1, "maximum": 2}},
        "additionalProperties": {"const": 1}}}]);
    let functions = read(&tool.to_string(), &[]).unwrap();
    let json = functions.usable.iter().map(|function| &*function.json);
    assert_eq!(unchecked(json), ["const", "format", "minItems", "oneOf"]);
    // A body that takes what it does not name says so to models too.
    let api = API.replacen(
        r#""required": ["mbit"]"#,
        r#""additionalProperties": true"#,
        1,
    );
    assert_eq!(all(&api)[1]["parameters"]["additionalProperties"], true);
}

/// References that double at every step stay small.
#[test]
fn a_schema_cannot_grow_without_end() {
    let mut defs = serde_json::Map::new();
    for step in 0..15 {
        let next = json!({"$ref": format!("#/$defs/d{}", step + 1)});
        let pair = json!({"type": "object", "properties": {"a": next, "b": next}});
        defs.insert(format!("d{step}"), pair);
    }
    defs.insert("d15".to_owned(), json!({"type": "string"}));
    let tool = json!([{"name": "a", "parameters": {"type": "object", "$defs": defs,
        "properties": {"x": {"$ref": "#/$defs/d0"}}}}]);
    let functions = read(&tool.to_string(), &[]).unwrap();
    assert!(
        functions.unusable[0].1.contains("too large"),
        "{:?}",
        functions.unusable
    );
}

#[test]
fn other_files_are_refused_with_the_remedy() {
    for (text, word) in [
        ("openapi: 3.0.0\npaths: {}\n", "converted to JSON"),
        ("{}", "tools/list"),
        ("[]", "tools/list"),
        (r#"{"swagger": "2.0"}"#, "convert it"),
        (r#"{"openapi": "3.0.0", "paths": {}}"#, "tools/list"),
    ] {
        let error = read(text, &[]).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}
