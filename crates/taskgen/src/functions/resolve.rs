//! Schemas without references.

use serde_json::{Map, Value};

/// References within references, at most.
const DEPTH: usize = 16;
/// Values of a schema, at most, so that references do not multiply without end.
const VALUES: u32 = 10_000;

/// What says nothing about an argument.
const NOT_FOR_MODELS: [&str; 11] = [
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "example",
    "examples",
    "xml",
    "externalDocs",
    "discriminator",
    "deprecated",
    "$comment",
];

/// `schema` with each `$ref` replaced by what it refers to in `root`, and parts of `allOf` merged.
pub fn schema(schema: &Value, root: &Value) -> Result<Value, String> {
    let mut resolver = Resolver {
        root,
        left: VALUES,
        within: Vec::new(),
    };
    resolver.schema(schema)
}

/// The value that `value` refers to, if it is a reference and nothing else.
pub fn reference<'v>(value: &'v Value, root: &'v Value) -> Result<&'v Value, String> {
    let mut value = value;
    let mut within = Vec::new();
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        value = target(reference, root)?;
        enter(reference, &mut within)?;
    }
    Ok(value)
}

/// Adds a reference to those that lead to it.
fn enter(reference: &str, within: &mut Vec<String>) -> Result<(), String> {
    if within.iter().any(|known| known == reference) {
        return Err(format!(
            "`{reference}` refers to itself: a model needs a finite schema"
        ));
    }
    if within.len() >= DEPTH {
        return Err(format!(
            "`{reference}` lies behind more than {DEPTH} references: flatten its schema"
        ));
    }
    within.push(reference.to_owned());
    Ok(())
}

fn target<'v>(reference: &str, root: &'v Value) -> Result<&'v Value, String> {
    let pointer = reference.strip_prefix('#');
    let found = pointer.and_then(|pointer| root.pointer(pointer));
    found.ok_or_else(|| format!("`{reference}` is not in this file: put it in"))
}

struct Resolver<'v> {
    root: &'v Value,
    left: u32,
    /// The references that lead to what is being resolved.
    within: Vec<String>,
}

impl Resolver<'_> {
    fn schema(&mut self, schema: &Value) -> Result<Value, String> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or("its schema is too large: simplify it")?;
        let Value::Object(members) = schema else {
            return Ok(schema.clone());
        };
        let mut found = Map::new();
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            let of = target(reference, self.root)?;
            enter(reference, &mut self.within)?;
            if let Value::Object(target) = self.schema(of)? {
                found = target;
            }
            self.within.pop();
        }
        let nullable = members.get("nullable") == Some(&Value::Bool(true));
        for (key, value) in members {
            match (key.as_str(), value) {
                ("$ref" | "nullable", _) => {}
                (key, _) if NOT_FOR_MODELS.contains(&key) => {}
                ("properties", Value::Object(properties)) => {
                    let mut resolved = Map::new();
                    for (name, property) in properties {
                        resolved.insert(name.clone(), self.schema(property)?);
                    }
                    merge(&mut found, "properties", Value::Object(resolved));
                }
                ("allOf", Value::Array(parts)) => {
                    for part in parts {
                        if let Value::Object(part) = self.schema(part)? {
                            for (key, value) in part {
                                merge(&mut found, &key, value);
                            }
                        }
                    }
                }
                ("anyOf" | "oneOf", Value::Array(parts)) => {
                    let parts = parts.iter().map(|part| self.schema(part));
                    let parts = parts.collect::<Result<Vec<_>, _>>()?;
                    found.insert(key.clone(), parts.into());
                }
                ("items" | "additionalProperties" | "not", value) => {
                    let value = self.schema(value)?;
                    found.insert(key.clone(), value);
                }
                (_, value) => merge(&mut found, key, value.clone()),
            }
        }
        if nullable && let Some(Value::String(of)) = found.get("type") {
            let types = vec![of.clone().into(), "null".into()];
            found.insert("type".to_owned(), Value::Array(types));
        }
        Ok(Value::Object(found))
    }
}

/// Adds `value` under `key`; properties and required names to those that are there.
fn merge(found: &mut Map<String, Value>, key: &str, value: Value) {
    match (key, found.get_mut(key), value) {
        ("properties", Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
        ("required", Some(Value::Array(known)), Value::Array(more)) => {
            for name in more {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        (key, _, value) => drop(found.insert(key.to_owned(), value)),
    }
}
