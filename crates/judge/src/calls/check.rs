//! Whether a pack's functions and right calls fit together.

use core::fmt;

use super::function::{Function, expected};
use crate::json::MAX_DEPTH;
use crate::value::{self, Value};

/// What is wrong with the functions or the right calls of a question, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    /// Where it is, such as `function 2 (move_flow), parameters.cell`.
    pub place: String,
    /// What it is, and the remedy.
    pub problem: String,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl core::error::Error for CheckError {}

const UNKNOWN: &str = "the schema does not have it: describe it, or leave it out";

type Checked = Result<(), CheckError>;

fn fail<T>(place: &str, problem: impl Into<String>) -> Result<T, CheckError> {
    Err(CheckError {
        place: place.into(),
        problem: problem.into(),
    })
}

/// The types of JSON Schema.
const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "array", "object", "null",
];

/// Checks that every function has a name of its own and a schema of its arguments, and that every right
/// call is one that they allow. Of JSON Schema it knows `type`, `enum`, `properties`, `required`,
/// `items`, `minimum`, `maximum`, `default` and `additionalProperties`, and nothing else restricts a value.
pub fn check(functions: &[&str], calls: &str) -> Result<(), CheckError> {
    let mut known: Vec<Function> = Vec::new();
    for (index, text) in functions.iter().enumerate() {
        let place = format!("function {}", index + 1);
        let Some(function) = Function::read(text) else {
            return fail(
                &place,
                "is no JSON object with a name: write {\"name\": \"...\", ...}",
            );
        };
        let place = format!("{place} ({})", function.name);
        if function.name.is_empty() {
            return fail(&place, "its name is empty: name it");
        }
        if known.iter().any(|other| other.name == function.name) {
            return fail(&place, "another function has this name: rename one");
        }
        if !is_type(&function.parameters, "object") {
            return fail(
                &place,
                "its parameters are no schema: write {\"type\": \"object\", ...}",
            );
        }
        schema(
            &function.parameters,
            &format!("{place}, parameters"),
            MAX_DEPTH,
        )?;
        known.push(function);
    }
    let Some(calls) = expected(calls) else {
        return fail(
            "right calls",
            "are no JSON array of objects with name and arguments alone: write [{\"name\": \"...\", \"arguments\": {}}], or nothing where no call is right",
        );
    };
    for (index, call) in calls.into_iter().enumerate() {
        let place = format!("right call {} ({})", index + 1, call.name);
        let Some(function) = known.iter().find(|known| known.name == call.name) else {
            return fail(
                &place,
                "no such function is offered: offer it, or call another",
            );
        };
        if let Some((name, _)) = call.arguments.iter().find(|(name, _)| {
            function.argument(name).is_none() && additional(&function.parameters).is_none()
        }) {
            return fail(&format!("{place}, {name}"), UNKNOWN);
        }
        let arguments = Value::Object(call.arguments);
        conforms(&arguments, &function.parameters, &place, MAX_DEPTH)?;
    }
    Ok(())
}

/// Checks that `schema` is one.
fn schema(schema_of: &Value, place: &str, depth: u32) -> Checked {
    let Some(depth) = depth.checked_sub(1) else {
        return fail(place, "is nested too deep: flatten it");
    };
    let Value::Object(members) = schema_of else {
        return fail(place, "is no JSON object: write a schema");
    };
    for (key, value) in members {
        let here = format!("{place}.{key}");
        match (&**key, value) {
            ("type", Value::String(_) | Value::Array(_)) => {
                let mut named = types(value);
                if !named.all(|name| name.is_some_and(|name| TYPES.contains(&name))) {
                    return fail(
                        &here,
                        format!("is no type: write one of {}", TYPES.join(", ")),
                    );
                }
            }
            ("enum", Value::Array(values)) if !values.is_empty() => {}
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    schema(property, &format!("{place}.{name}"), depth)?;
                }
            }
            ("required", Value::Array(names)) => {
                for name in names {
                    let Value::String(name) = name else {
                        return fail(&here, "holds something else than names: write strings");
                    };
                    if schema_of
                        .get("properties")
                        .is_none_or(|of| of.get(name).is_none())
                    {
                        return fail(
                            &here,
                            format!("{name} is no property: describe it, or leave it out"),
                        );
                    }
                }
            }
            ("items", of) | ("additionalProperties", of @ Value::Object(_)) => {
                schema(of, &here, depth)?;
            }
            ("minimum" | "maximum", Value::Number(_)) => {}
            ("default", default) => conforms(default, schema_of, &here, depth)?,
            ("type" | "enum" | "properties" | "required" | "minimum" | "maximum", _) => {
                return fail(&here, "has a value of the wrong type: see JSON Schema");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks that `value` is one that `schema` allows.
fn conforms(value: &Value, schema: &Value, place: &str, depth: u32) -> Checked {
    let Some(depth) = depth.checked_sub(1) else {
        return fail(place, "is nested too deep: flatten it");
    };
    if let Some(allowed) = schema.get("type")
        && !types(allowed).flatten().any(|name| is_of(value, name))
    {
        let names: Vec<_> = types(allowed).flatten().collect();
        return fail(
            place,
            format!(
                "is no {}: change the value or the schema",
                names.join(" or ")
            ),
        );
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.iter().any(|allowed| allowed.same(value))
    {
        return fail(place, "is not in the enum: change the value or the schema");
    }
    match value {
        Value::Number(number) => {
            if matches!(schema.get("minimum"), Some(Value::Number(least)) if number < least) {
                return fail(
                    place,
                    "is below the minimum: change the value or the schema",
                );
            }
            if matches!(schema.get("maximum"), Some(Value::Number(most)) if number > most) {
                return fail(
                    place,
                    "is above the maximum: change the value or the schema",
                );
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    conforms(item, schema, &format!("{place}[{index}]"), depth)?;
                }
            }
        }
        Value::Object(members) => object(members, schema, place, depth)?,
        _ => {}
    }
    Ok(())
}

fn object(members: &[(String, Value)], schema: &Value, place: &str, depth: u32) -> Checked {
    if let Some(Value::Array(required)) = schema.get("required") {
        for name in required {
            if let Value::String(name) = name
                && value::find(members, name).is_none()
            {
                return fail(place, format!("{name} is required and missing: give it"));
            }
        }
    }
    for (name, value) in members {
        let place = format!("{place}, {name}");
        let named = schema.get("properties").and_then(|of| of.get(name));
        match named.or_else(|| additional(schema)) {
            Some(schema) => conforms(value, schema, &place, depth)?,
            None if schema.get("properties").is_none() => {}
            None => {
                return fail(&place, UNKNOWN);
            }
        }
    }
    Ok(())
}

/// The schema of what `schema` does not name, where it allows that in words; `true` allows all.
fn additional(schema: &Value) -> Option<&Value> {
    let of = schema.get("additionalProperties");
    of.filter(|of| matches!(of, Value::Bool(true) | Value::Object(_)))
}

/// The names of a `type`, which is one or an array of them.
fn types(of: &Value) -> impl Iterator<Item = Option<&str>> {
    let of = match of {
        Value::Array(names) => names.as_slice(),
        name => core::slice::from_ref(name),
    };
    of.iter().map(|name| match name {
        Value::String(name) => Some(name.as_str()),
        _ => None,
    })
}

fn is_type(schema: &Value, name: &str) -> bool {
    matches!(schema.get("type"), Some(Value::String(of)) if of == name)
}

fn is_of(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || name == "integer" && number.fract() == 0.0,
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
        Value::Untyped(_) => true,
    }
}
