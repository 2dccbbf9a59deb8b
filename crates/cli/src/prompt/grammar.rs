//! Grammars (GBNF, llama.cpp's form) of answers.

use anyhow::anyhow;
use edgescore_record::{Constrain, Mode, Think};
use edgescore_taskpack::{Kind, Letter, Pack};
use serde_json::Value;

use super::conversations::{offered, questions, read};
use crate::failure::Failure;

/// Rules that all grammars share. Numbers and texts have an end, so that a model that repeats itself
/// stays in its tokens.
const JSON: &str = r#"
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? ws "}"
array ::= "[" ws (value ("," ws value)*)? ws "]"
value ::= object | array | string | number | "true" | "false" | "null"
string ::= "\"" char{0,200} "\""
char ::= [^"\\\x00-\x1f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})
number ::= integer ("." [0-9]{1,9})? ([eE] [-+]? [0-9]{1,2})?
integer ::= "-"? ("0" | [1-9] [0-9]{0,14})
ws ::= [ \n]{0,4}
"#;

/// Refuses what a grammar cannot be held beside.
///
/// # Errors
/// Letter mode, and traces.
pub fn check(mode: Mode, think: Think, in_trace: bool) -> Result<(), Failure> {
    if mode == Mode::Letter {
        return Err(Failure::Usage(anyhow!(
            "--constrain holds what a model writes, and letter mode reads the logits of one token: give --mode generate"
        )));
    }
    if in_trace || matches!(think, Think::Tokens(_)) {
        return Err(Failure::Usage(anyhow!(
            "--constrain leaves no room for a trace before the answer: give --think off"
        )));
    }
    Ok(())
}

/// The grammar of each question's answers.
///
/// # Errors
/// Questions that offer no functions, where calls are asked for; functions that are no JSON.
pub fn of_pack(pack: &Pack, constrain: Constrain) -> Result<Vec<String>, Failure> {
    let of = |kind: &Kind, index: u32| {
        match constrain {
            // Calls are JSON too: with any other, nothing could be called.
            Constrain::Json => object(kind).or_else(|| calls(kind)).ok_or_else(|| {
                Failure::Usage(anyhow!("question {index}: its functions are no JSON"))
            }),
            Constrain::Tools => calls(kind).ok_or_else(|| {
                Failure::Usage(anyhow!(
                    "--constrain tools: question {index} offers no functions: give --constrain json"
                ))
            }),
        }
    };
    questions(pack)
        .map(|question| of(&question.kind, question.index))
        .collect()
}

/// The object with the answer, where that is not a call.
fn object(kind: &Kind) -> Option<String> {
    let answer = match kind {
        Kind::Choice(choice) => letters(choice.letters()),
        Kind::Number(_) => "number".to_owned(),
        Kind::Text(_) => "string".to_owned(),
        Kind::Tool(_) | Kind::Turns(_) => return None,
    };
    Some(format!(
        "root ::= \"{{\\\"answer\\\": \" answer \"}}\"\nanswer ::= {answer}\n{JSON}"
    ))
}

fn letters(letters: &[Letter]) -> String {
    let each: Vec<String> = letters
        .iter()
        .map(|letter| literal(&Value::from(letter.to_string())))
        .collect();
    each.join(" | ")
}

/// Calls of the functions offered, by their schemas, or words that call nothing: prompts say that a model
/// is to say so.
fn calls(kind: &Kind) -> Option<String> {
    let mut call = Vec::new();
    for function in read(offered(kind)?)? {
        let name = literal(function.get("name")?);
        let arguments = schema(function.get("parameters"));
        call.push(format!(
            "\"{{\\\"name\\\": \" {name} \", \\\"arguments\\\": \" {arguments} \"}}\""
        ));
    }
    Some(format!(
        "root ::= \"[\" (call (\", \" call){{0,7}})? \"]\" | \"No call.\"\ncall ::= {}\n{JSON}",
        call.join(" | ")
    ))
}

/// The values of a JSON Schema. What is required comes first, in the schema's order, then what may be
/// left out. Keywords that no grammar can say, such as limits of numbers, are not held.
fn schema(schema: Option<&Value>) -> String {
    let field = |name: &str| schema.and_then(|schema| schema.get(name));
    if let Some(Value::Array(values)) = field("enum") {
        let each: Vec<String> = values.iter().map(literal).collect();
        return format!("({})", each.join(" | "));
    }
    match field("type").and_then(Value::as_str) {
        Some("string") => "string".to_owned(),
        Some("integer") => "integer".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "(\"true\" | \"false\")".to_owned(),
        Some("null") => "\"null\"".to_owned(),
        Some("array") => {
            let item = self::schema(field("items"));
            format!("\"[\" ({item} (\", \" {item}){{0,31}})? \"]\"")
        }
        Some("object") | None if field("properties").is_some() => properties(schema),
        Some("object") => "object".to_owned(),
        _ => "value".to_owned(),
    }
}

fn properties(of: Option<&Value>) -> String {
    let Some(Value::Object(properties)) = of.and_then(|of| of.get("properties")) else {
        return "object".to_owned();
    };
    let required = of
        .and_then(|of| of.get("required"))
        .and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|list| list.iter().any(|other| other == name));
    let member = |(name, value): (&String, &Value)| {
        let name = Value::from(name.as_str()).to_string();
        format!("{} {}", quoted(&format!("{name}: ")), schema(Some(value)))
    };
    let (must, may): (Vec<_>, Vec<_>) = properties.iter().partition(|(name, _)| is_required(name));
    let must: Vec<String> = must.into_iter().map(member).collect();
    let may: Vec<String> = may.into_iter().map(member).collect();
    let body = match (must.is_empty(), may.is_empty()) {
        (true, true) => String::new(),
        (false, _) => {
            let rest = may.iter().map(|member| format!(" (\", \" {member})?"));
            must.join(" \", \" ") + &rest.collect::<String>()
        }
        // Whichever comes first has no comma before it.
        (true, false) => {
            let from = (0..may.len()).map(|first| {
                let (head, tail) = may.split_at(first + 1);
                let rest = tail.iter().map(|member| format!(" (\", \" {member})?"));
                head.last().cloned().unwrap_or_default() + &rest.collect::<String>()
            });
            format!("({})?", from.collect::<Vec<_>>().join(" | "))
        }
    };
    format!("\"{{\" {body} \"}}\"")
}

/// A JSON value as it is written.
fn literal(value: &Value) -> String {
    quoted(&value.to_string())
}

/// `text` as a literal of GBNF.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_becomes_its_values() {
        let of = |value: Value| schema(Some(&value));
        assert_eq!(of(json!({"type": "integer"})), "integer");
        assert_eq!(of(json!({"enum": ["low", 3]})), r#"("\"low\"" | "3")"#);
        assert_eq!(
            of(json!({"type": "array", "items": {"type": "string"}})),
            r#""[" (string (", " string){0,31})? "]""#
        );
        assert_eq!(
            of(json!({
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"type": "string"}},
                "required": ["a", "c"],
            })),
            r#""{" "\"a\": " integer ", " "\"c\": " string (", " "\"b\": " ("true" | "false"))? "}""#
        );
        assert_eq!(of(json!({"type": "object"})), "object");
        assert_eq!(schema(None), "value");
    }
}
