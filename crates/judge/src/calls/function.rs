//! What a pack says about functions and the right calls.

use super::call::Call;
use super::object;
use crate::value::Value;

/// A function that may be called.
pub struct Function {
    pub name: String,
    /// The JSON Schema of its arguments.
    pub parameters: Value,
}

impl Function {
    /// The function that `text` describes; `None` where that is no JSON object with a name.
    pub fn read(text: &str) -> Option<Function> {
        let Value::Object(members) = Value::parse(text)? else {
            return None;
        };
        let mut name = None;
        let mut parameters = Value::Null;
        for (key, value) in members {
            match (&*key, value) {
                ("name", Value::String(value)) => name = Some(value),
                ("parameters", value) => parameters = value,
                _ => {}
            }
        }
        Some(Function {
            name: name?,
            parameters,
        })
    }

    /// The schema of the argument `name`.
    pub fn argument(&self, name: &str) -> Option<&Value> {
        self.parameters.get("properties")?.get(name)
    }
}

/// The right calls that `text` names, none where it is empty. `None` where it is no JSON array of objects
/// with `name` and `arguments`.
pub fn expected(text: &str) -> Option<Vec<Call>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let Value::Array(items) = Value::parse(text)? else {
        return None;
    };
    object::calls(items)
}
