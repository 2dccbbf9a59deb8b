//! Functions, read from their JSON.

use serde_json::Value;

use super::error::ReadError;

/// A function that is offered.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Function {
    pub name: String,
    pub about: String,
    pub required: Vec<Parameter>,
}

/// A required parameter.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Parameter {
    pub name: String,
    /// The first words of its description, in lower case.
    pub title: String,
    /// The unit at the end of its description; empty of ids and words.
    pub unit: String,
    /// Words that it may be; none of others.
    pub choices: Vec<String>,
}

impl Function {
    pub(in crate::tools) fn read(json: &str) -> Result<Function, ReadError> {
        let json: Value = serde_json::from_str(json).map_err(|_| ReadError("no JSON"))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let schema = json.get("parameters").ok_or(ReadError("no schema"))?;
        let required = schema.get("required").and_then(Value::as_array);
        let mut parameters = Vec::new();
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            let property = schema.get("properties").and_then(|all| all.get(name));
            let property = property.ok_or(ReadError("a required parameter has no schema"))?;
            let about = property.get("description").and_then(Value::as_str);
            let about = about.unwrap_or_default().trim_end_matches('.');
            let (title, rest) = about.split_once(", ").unwrap_or((about, ""));
            let choices = property.get("enum").and_then(Value::as_array);
            parameters.push(Parameter {
                name: name.to_owned(),
                title: title.to_lowercase(),
                unit: rest.strip_prefix("in ").unwrap_or_default().to_owned(),
                choices: choices.into_iter().flatten().filter_map(text).collect(),
            });
        }
        let part = |name: &'static str| json.get(name).and_then(text);
        Ok(Function {
            name: part("name").ok_or(ReadError("a function has no name"))?,
            about: part("description").unwrap_or_default(),
            required: parameters,
        })
    }
}

/// Words of a text in lower case, those aside that say nothing of what is done.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words = words.map(str::to_lowercase);
    let says = |word: &String| {
        !word.is_empty()
            && !matches!(
                word.as_str(),
                "a" | "an" | "the" | "of" | "to" | "on" | "in"
            )
    };
    words.filter(says).collect()
}

/// The function whose description has most of the words of `phrase`.
pub(in crate::tools) fn meant<'f>(
    functions: &'f [Function],
    phrase: &str,
) -> Result<&'f Function, ReadError> {
    let wanted = words(phrase);
    let shared = |function: &Function| {
        let known = words(&function.about);
        wanted.iter().filter(|word| known.contains(word)).count()
    };
    let most = functions.iter().map(shared).max().unwrap_or_default();
    let mut found = functions.iter().filter(|function| shared(function) == most);
    match (found.next(), found.next()) {
        (Some(function), None) if most > 0 => Ok(function),
        _ => Err(ReadError(
            "no function, or more than one, does what a rule says",
        )),
    }
}
