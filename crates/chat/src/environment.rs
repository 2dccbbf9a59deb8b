//! The Jinja that templates are written for: what Transformers adds to Jinja2
//! (`transformers/utils/chat_template_utils.py`).

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};

use crate::{methods, python_json, python_none};

/// What a rendering may take, in minijinja's unit: an instruction, or 64 bytes of text. The longest
/// template of the 70 that llama.cpp ships takes 9,000 for a short conversation; this is a second
/// of time and 64 MB at most.
const FUEL: u64 = 1_000_000;
/// Lists in lists at most that are printed: namespaces can hold themselves.
const DEPTH: usize = 64;
/// Spaces at most for a level of JSON.
const INDENT: usize = 64;

/// The message of a template's own `raise_exception`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Raised(pub String);

/// An environment for templates.
pub fn environment() -> Environment<'static> {
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
    environment.set_unknown_method_callback(methods::call);
    environment.set_formatter(|out, state, value| {
        check_depth(value, DEPTH)?;
        minijinja::escape_formatter(out, state, value)
    });
    environment.add_function("raise_exception", raise);
    environment.add_filter("tojson", to_json);
    environment.add_filter("string", |value: &Value| {
        check_depth(value, DEPTH).map(|()| value.to_string())
    });
    python_none::add_to(&mut environment);
    environment
}

/// Refuses a value that holds others deeper than any text of it could show.
fn check_depth(value: &Value, left: usize) -> Result<(), Error> {
    if !matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Plain
    ) {
        return Ok(());
    }
    let Some(left) = left.checked_sub(1) else {
        let message = "a value holds itself, or is nested too deep to be printed";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    let is_map = value
        .as_object()
        .is_some_and(|object| matches!(object.repr(), minijinja::value::ObjectRepr::Map));
    for item in value.try_iter().into_iter().flatten() {
        let inner = if is_map { value.get_item(&item)? } else { item };
        check_depth(&inner, left)?;
    }
    Ok(())
}

fn raise(message: String) -> Result<Value, Error> {
    let error = Error::new(ErrorKind::InvalidOperation, message.clone());
    Err(error.with_source(Raised(message)))
}

/// `json.dumps`, of which templates use `indent`, `separators`, `sort_keys` and `ensure_ascii`.
fn to_json(value: &Value, arguments: Kwargs) -> Result<String, Error> {
    check_depth(value, DEPTH)?;
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
    if style.indent.is_some_and(|spaces| spaces > INDENT) {
        let message = format!("tojson: more than {INDENT} spaces of indent");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    if python_none::is_none(value) {
        return Ok("null".to_owned());
    }
    let value = serde_json::to_value(value).map_err(|error| {
        let message = "a value cannot be written as JSON";
        Error::new(ErrorKind::InvalidOperation, message).with_source(error)
    })?;
    Ok(python_json::dumps(&value, &style))
}
