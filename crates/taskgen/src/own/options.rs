//! The options of a row.

use edgescore_taskpack::MAX_OPTIONS;
use serde_json::Value;

use super::row::{Row, quoted, text_of};

/// The options of a row, and what the file calls each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What they say.
    pub texts: Vec<String>,
    /// Names of columns, keys of an object, or a list beside the texts; none for a mere list.
    pub labels: Vec<String>,
}

impl Options {
    /// Reads them from one column with a list or an object, or from a column each.
    pub fn of(row: &Row, columns: &[String]) -> Result<Options, String> {
        let options = match columns {
            [one] => match row.structure(one) {
                Some(Value::Array(list)) => of_list(&list)?,
                Some(Value::Object(object)) => match (object.get("text"), object.get("label")) {
                    (Some(Value::Array(texts)), Some(Value::Array(labels))) => {
                        of_lists(texts, labels)?
                    }
                    _ => of_pairs(object.iter().map(|(key, value)| (key.clone(), value)))?,
                },
                _ => {
                    return Err(format!(
                        "the options (column `{one}`) are no JSON list and no JSON object: write \
                         [\"...\", \"...\"]"
                    ));
                }
            },
            columns => {
                let pairs = columns.iter().map(|column| {
                    let value = row.get(column).unwrap_or(&Value::Null);
                    (column.clone(), value)
                });
                of_pairs(pairs)?
            }
        };
        options.checked()
    }

    fn checked(mut self) -> Result<Options, String> {
        // Columns behind the last option of a question are empty where others have more.
        while !self.labels.is_empty() && self.texts.last().is_some_and(String::is_empty) {
            self.texts.pop();
            self.labels.pop();
        }
        let count = self.texts.len();
        if !(2..=MAX_OPTIONS).contains(&count) {
            return Err(format!(
                "has {count} option{}: 2 to {MAX_OPTIONS} are needed",
                if count == 1 { "" } else { "s" }
            ));
        }
        for (index, text) in self.texts.iter().enumerate() {
            if text.is_empty() {
                return Err(format!("option {} is empty", letter(index)));
            }
            let mut before = self.texts.iter().take(index);
            if let Some(other) = before.position(|other| same(other, text)) {
                return Err(format!(
                    "options {} and {} are the same, {}",
                    letter(other),
                    letter(index),
                    quoted(text)
                ));
            }
        }
        Ok(self)
    }
}

/// The letter of the option at `index`.
pub fn letter(index: usize) -> char {
    let letter = u8::try_from(index)
        .ok()
        .and_then(|index| b'A'.checked_add(index));
    letter.map_or('?', char::from)
}

/// Whether two texts are the same but for their white space.
pub fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

fn of_list(list: &[Value]) -> Result<Options, String> {
    if list.iter().all(Value::is_object) && !list.is_empty() {
        let [texts, labels] = ["text", "label"].map(|name| {
            let values = list.iter().map(|item| item.get(name).cloned());
            values.map(Option::unwrap_or_default).collect::<Vec<_>>()
        });
        return of_lists(&texts, &labels);
    }
    let texts = list.iter().map(text).collect::<Result<_, _>>()?;
    Ok(Options {
        texts,
        labels: Vec::new(),
    })
}

fn of_lists(texts: &[Value], labels: &[Value]) -> Result<Options, String> {
    if texts.len() != labels.len() {
        return Err(format!(
            "has {} options and {} labels of them",
            texts.len(),
            labels.len()
        ));
    }
    of_pairs(
        labels
            .iter()
            .map(|label| text_of(label).unwrap_or_default())
            .zip(texts),
    )
}

fn of_pairs<'v>(pairs: impl Iterator<Item = (String, &'v Value)>) -> Result<Options, String> {
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for (label, value) in pairs {
        texts.push(text(value)?);
        labels.push(label);
    }
    Ok(Options { texts, labels })
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        value => text_of(value).ok_or_else(|| "an option is a list or an object".to_owned()),
    }
}
