//! What a template is rendered with besides the messages.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

/// What a template is rendered with besides the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// Text of the token that begins a sequence, `bos_token`; empty where the vocabulary has none.
    pub bos: String,
    /// Text of the token that ends one, `eos_token`.
    pub eos: String,
    /// The time that `strftime_now` gives.
    pub now: NaiveDateTime,
    /// Whether the prompt ends where the assistant begins to write (`add_generation_prompt`).
    pub open: bool,
    /// Named values, such as `enable_thinking`: they win over the ones above.
    pub named: BTreeMap<String, Value>,
}

impl Default for Arguments {
    fn default() -> Arguments {
        Arguments {
            bos: String::new(),
            eos: String::new(),
            now: DateTime::UNIX_EPOCH.naive_utc(),
            open: true,
            named: BTreeMap::new(),
        }
    }
}

/// Text that is no argument of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadArgument {
    /// There is no name before the equals sign, or no equals sign.
    #[error("{0:?} is no NAME=VALUE: give for example enable_thinking=false")]
    NotNamed(String),
    /// The messages are the pack's.
    #[error("{0} is set by edgescore and cannot be given")]
    Reserved(String),
    /// Not a date.
    #[error("{0:?} is no date: give it as YYYY-MM-DD")]
    NotADate(String),
}

impl Arguments {
    /// Adds `NAME=VALUE`. The value is JSON, or Python's `True`, `False` or `None`; all else is text,
    /// so `reasoning_effort=low` needs no quotes.
    ///
    /// # Errors
    /// [`BadArgument`] without a name, and for the names that messages are given by.
    pub fn set(&mut self, assignment: &str) -> Result<(), BadArgument> {
        let (name, value) = assignment
            .split_once('=')
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| BadArgument::NotNamed(assignment.to_owned()))?;
        if ["messages", "add_generation_prompt"].contains(&name) {
            return Err(BadArgument::Reserved(name.to_owned()));
        }
        let value = match value {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::Null,
            _ => serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())),
        };
        self.named.insert(name.to_owned(), value);
        Ok(())
    }

    /// Midnight of a day, `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`BadArgument::NotADate`]
    pub fn day(text: &str) -> Result<NaiveDateTime, BadArgument> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(|day| day.and_time(NaiveTime::MIN))
            .map_err(|_| BadArgument::NotADate(text.to_owned()))
    }
}

/// A name as Jinja has it.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_json_or_else_text() {
        let mut arguments = Arguments::default();
        for assignment in [
            "a=false",
            "b=3",
            "c=low",
            "d=",
            "e=[1, \"x\"]",
            "f=a=b",
            "g=False",
            "h=None",
        ] {
            arguments.set(assignment).unwrap();
        }
        let values: Vec<Value> = arguments.named.into_values().collect();
        assert_eq!(
            values,
            [
                json!(false),
                json!(3),
                json!("low"),
                json!(""),
                json!([1, "x"]),
                json!("a=b"),
                json!(false),
                json!(null)
            ]
        );
    }

    #[test]
    fn what_is_no_argument_is_refused() {
        let mut arguments = Arguments::default();
        for text in ["", "enable_thinking", "=x", "two words=1", "1a=2"] {
            let refused = arguments.set(text);
            assert_eq!(refused, Err(BadArgument::NotNamed(text.to_owned())));
        }
        let refused = arguments.set("messages=[]").unwrap_err().to_string();
        assert_eq!(refused, "messages is set by edgescore and cannot be given");
        assert!(Arguments::day("2026-02-30").is_err());
        assert_eq!(
            Arguments::day("2026-11-27").unwrap().to_string(),
            "2026-11-27 00:00:00"
        );
    }
}
