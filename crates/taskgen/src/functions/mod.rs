//! Functions that questions offer, from a team's own files: what an MCP server lists (Model Context
//! Protocol, `tools/list`), the form of OpenAI's function calling, and OpenAPI 3 documents.

mod error;
mod function;
mod name;
mod openapi;
mod resolve;
mod unchecked;

use serde_json::Value;

pub use error::FunctionsError;
pub use function::{Function, of};
pub use unchecked::unchecked;

use function::{Entry, inner};

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// Those that can be called, in the order of the file.
    pub usable: Vec<Function>,
    /// Those that cannot: the name, and why.
    pub unusable: Vec<(String, String)>,
    /// Whether the file is one page of a server's list, and others follow (`nextCursor`).
    pub more_follow: bool,
}

/// Reads the functions of a file; of those only the ones in `only`, where there are any.
///
/// # Errors
/// A file of another form, or a name in `only` that it does not have.
pub fn read(text: &str, only: &[String]) -> Result<Functions, FunctionsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: Value =
        serde_json::from_str(text).map_err(|error| FunctionsError::NotJson(error.to_string()))?;
    let entries = match &file {
        Value::Object(object)
            if object.contains_key("openapi") || object.contains_key("swagger") =>
        {
            openapi::functions(&file)?
        }
        file => listed(file).ok_or(FunctionsError::NoFunctions)?,
    };
    let cursor = file
        .get("nextCursor")
        .or_else(|| file.pointer("/result/nextCursor"));
    let mut functions = Functions {
        more_follow: cursor.is_some_and(|cursor| !cursor.is_null() && cursor != ""),
        ..Functions::default()
    };
    for (name, function) in entries {
        let known = |name: &str| functions.usable.iter().any(|known| known.name == name);
        match function {
            Ok(function) if known(&function.name) => {
                let why = "another function has this name: rename one";
                functions.unusable.push((name, why.to_owned()));
            }
            Ok(function) => functions.usable.push(function),
            Err(why) => functions.unusable.push((name, why)),
        }
    }
    functions.keep(only)
}

impl Functions {
    fn keep(mut self, only: &[String]) -> Result<Functions, FunctionsError> {
        let usable = self.usable.iter().map(|function| &function.name);
        let names: Vec<&String> = usable
            .chain(self.unusable.iter().map(|(name, _)| name))
            .collect();
        if let Some(missing) = only.iter().find(|name| !names.contains(name)) {
            let known = names.iter().map(|name| name.as_str()).collect::<Vec<_>>();
            return Err(FunctionsError::NotThere(missing.clone(), known.join(", ")));
        }
        if !only.is_empty() {
            self.usable.retain(|function| only.contains(&function.name));
            self.unusable.retain(|(name, _)| only.contains(name));
        }
        Ok(self)
    }
}

/// The functions of a list, of `tools` or of `result.tools`.
fn listed(file: &Value) -> Option<Vec<Entry>> {
    let list = match file {
        Value::Array(list) => list,
        file => {
            let tools = file.get("tools").or_else(|| file.get("functions"));
            tools
                .or_else(|| file.pointer("/result/tools"))?
                .as_array()?
        }
    };
    let entries = list.iter().zip(1..).map(|(value, number)| {
        let name = inner(value).get("name").and_then(Value::as_str);
        let name = name.map_or_else(|| format!("function {number}"), str::to_owned);
        (name, of(value))
    });
    Some(entries.collect()).filter(|entries: &Vec<_>| !entries.is_empty())
}

#[cfg(test)]
mod tests;
