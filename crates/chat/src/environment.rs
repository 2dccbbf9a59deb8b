//! The Jinja that templates are written for: what Transformers adds to Jinja2
//! (`transformers/utils/chat_template_utils.py`).

use chrono::NaiveDateTime;
use chrono::format::{Item, StrftimeItems};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind};
use minijinja_contrib::pycompat;

use crate::{python_json, python_none};

/// Steps that a rendering may take. The longest template of the 70 that llama.cpp ships takes
/// 9,000 for a short conversation; an endless loop ends within a second.
const FUEL: u64 = 5_000_000;

/// The message of a template's own `raise_exception`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Raised(pub String);

/// An environment for templates that are rendered at `now`.
pub fn environment<'s>(now: NaiveDateTime) -> Environment<'s> {
    let mut environment = Environment::new();
    // With the delimiters that are the default nothing can be wrong.
    if let Ok(syntax) = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_unknown_method_callback(pycompat::unknown_method_callback);
    environment.add_function("raise_exception", raise);
    environment.add_function("strftime_now", move |format: String| time(now, &format));
    environment.add_filter("tojson", to_json);
    python_none::add_to(&mut environment);
    environment
}

fn raise(message: String) -> Result<Value, Error> {
    let error = Error::new(ErrorKind::InvalidOperation, message.clone());
    Err(error.with_source(Raised(message)))
}

fn time(now: NaiveDateTime, format: &str) -> Result<String, Error> {
    let items: Vec<Item> = StrftimeItems::new(format).collect();
    // Printing these would panic.
    if items.contains(&Item::Error) {
        let unknown = format!("strftime_now does not know the format {format:?}");
        return Err(Error::new(ErrorKind::InvalidOperation, unknown));
    }
    Ok(now.format_with_items(items.iter()).to_string())
}

/// `json.dumps`, of which templates use `indent`, `separators`, `sort_keys` and `ensure_ascii`.
fn to_json(value: &Value, arguments: Kwargs) -> Result<String, Error> {
    if value.is_undefined() {
        let message = "an undefined value cannot be written as JSON";
        return Err(Error::new(ErrorKind::UndefinedError, message));
    }
    let separators: Option<Vec<String>> = arguments.get("separators")?;
    let style = python_json::Style {
        indent: arguments.get("indent")?,
        separators: match separators.as_deref() {
            Some([item, key]) => Some((item.clone(), key.clone())),
            _ => None,
        },
        sort_keys: arguments.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
        ensure_ascii: arguments
            .get::<Option<bool>>("ensure_ascii")?
            .unwrap_or(false),
    };
    arguments.assert_all_used()?;
    if python_none::is_none(value) {
        return Ok("null".to_owned());
    }
    let value = serde_json::to_value(value).map_err(|error| {
        let message = "a value cannot be written as JSON";
        Error::new(ErrorKind::InvalidOperation, message).with_source(error)
    })?;
    Ok(python_json::dumps(&value, &style))
}
