//! A function that may be called.

use edgescore_judge::calls;
use serde_json::{Map, Value, json};

use super::{name, resolve};

/// A function as a model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// JSON on one line: `name`, `description` and `parameters`.
    pub json: String,
}

/// The name of a function in a file, and the function or why it cannot be called.
pub type Entry = (String, Result<Function, String>);

/// Reads a function with `parameters` or `inputSchema`, also within `{"type": "function", "function": {}}`.
///
/// # Errors
/// Why it cannot be called.
pub fn of(value: &Value) -> Result<Function, String> {
    let value = inner(value);
    let name = value
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let description = value.get("description").and_then(Value::as_str);
    let schema = ["parameters", "inputSchema", "input_schema"]
        .into_iter()
        .find_map(|key| value.get(key))
        .filter(|schema| !schema.is_null());
    let parameters = match schema {
        Some(schema) => resolve::schema(schema, schema)?,
        None => json!({}),
    };
    made(name, description.unwrap_or_default(), parameters)
}

/// The function itself.
pub fn inner(value: &Value) -> &Value {
    value
        .get("function")
        .filter(|inner| inner.is_object())
        .unwrap_or(value)
}

/// A function of a name, a description and the schema of its arguments, checked.
pub fn made(name: &str, description: &str, parameters: Value) -> Result<Function, String> {
    name::check(name)?;
    let Value::Object(given) = parameters else {
        return Err("its parameters are no JSON object: write a schema".to_owned());
    };
    let mut parameters = Map::new();
    parameters.insert("type".to_owned(), "object".into());
    parameters.insert("properties".to_owned(), json!({}));
    parameters.extend(given);
    let json = json!({
        "name": name,
        "description": description.trim(),
        "parameters": parameters,
    })
    .to_string();
    calls::check(&[&json], "").map_err(|error| {
        // There is one function, which is named already.
        let place = error.place.split_once(", ").map_or("", |(_, place)| place);
        format!("{place} {}", error.problem).trim().to_owned()
    })?;
    Ok(Function {
        name: name.to_owned(),
        json,
    })
}
