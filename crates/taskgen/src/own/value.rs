//! Questions whose answer is a number, a text or a call.

use edgescore_judge::{calls, number, pattern, wording};
use edgescore_taskpack::{DraftKind, MAX_ACCEPTED, MAX_FUNCTIONS, Matching, Tolerance, Wording};
use serde_json::{Value, json};

use super::columns::{Columns, Role};
use super::draft::Asked;
use super::row::{Note, Row, quoted, text_of};
use crate::functions;

/// Words of a text, at most, that a model can be expected to give as they are.
const WORDS: usize = 12;

/// A number, with its unit and its tolerance where the file has them.
pub fn number(row: &Row, columns: &Columns, answer: &Value) -> Result<DraftKind, String> {
    let text_in = |role| {
        columns
            .one(role)
            .map_or(Ok(None), |column| row.text(column))
    };
    let unit = text_in(Role::Unit)?.unwrap_or_default();
    let written = text_of(answer).unwrap_or_default();
    let value = number::read(&written, &unit).ok_or_else(|| match unit.is_empty() {
        true if has_unit(&written) => format!(
            "the answer {} is no number: write its unit into a column `unit`",
            quoted(&written)
        ),
        true => format!(
            "the answer {} is no number: write one such as 0.5",
            quoted(&written)
        ),
        false => format!("the answer {} is no number in {unit}", quoted(&written)),
    })?;
    let tolerance = match text_in(Role::Tolerance)? {
        None => Tolerance::Absolute(0.0),
        Some(text) => tolerance(&text)?,
    };
    Ok(DraftKind::Number {
        value,
        tolerance,
        unit,
    })
}

/// Whether an answer is a number and nothing more.
pub fn is_number(answer: &Value) -> bool {
    let text = text_of(answer).unwrap_or_default();
    let of_number = |c: char| c.is_ascii_digit() || "+-\u{2212}.,eE".contains(c);
    text.chars().all(of_number) && number::read(&text, "").is_some()
}

/// Whether `text` looks like a number with its unit.
pub fn has_unit(text: &str) -> bool {
    let unit = |c: char| c.is_alphabetic() || "%‰°€$".contains(c);
    text.starts_with(|c: char| c.is_ascii_digit() || "+-\u{2212}.".contains(c))
        && text.contains(unit)
}

/// `0.5`, or `5 %` of the right number.
fn tolerance(text: &str) -> Result<Tolerance, String> {
    let fail = || {
        format!(
            "the tolerance {} is no number of 0 or more, such as 0.5 or 5 %",
            quoted(text)
        )
    };
    let number = |text: &str| match text.trim().parse() {
        Ok(number) if (0.0..f64::INFINITY).contains(&number) => Ok(number),
        _ => Err(fail()),
    };
    match text.strip_suffix('%') {
        Some(percent) => Ok(Tolerance::Relative(number(percent)? / 100.0)),
        None => Ok(Tolerance::Absolute(number(text)?)),
    }
}

/// One text or a list of them, each of which an answer may be.
pub fn text(
    row: &Row,
    columns: &Columns,
    column: &str,
    answer: &Value,
) -> Result<DraftKind, String> {
    let accepted = match row.structure(column) {
        Some(Value::Array(list)) => list.iter().map(text_of).collect::<Option<Vec<_>>>(),
        _ => text_of(answer).map(|text| vec![text]),
    };
    let accepted = accepted
        .ok_or("the answer is an object or has one: a text or a list of texts is needed")?;
    if !(1..=MAX_ACCEPTED).contains(&accepted.len()) {
        return Err(format!(
            "has {} accepted answers: 1 to {MAX_ACCEPTED} are needed",
            accepted.len()
        ));
    }
    let matching = match columns.one(Role::Match) {
        Some(column) => matching(row.text(column)?.as_deref())?,
        None => Matching::Normalised,
    };
    for text in &accepted {
        if matching == Matching::Pattern {
            pattern::check_pattern(text)
                .map_err(|error| format!("the pattern {}: {error}", quoted(text)))?;
        }
        let alone = Wording {
            matching,
            accepted: [text.as_str()].into_iter().collect(),
        };
        if text.is_empty() || matching != Matching::Pattern && !wording::is_right(text, &alone) {
            return Err(format!(
                "no answer can be the accepted text {}: it has no letter or digit",
                quoted(text)
            ));
        }
    }
    Ok(DraftKind::Text { matching, accepted })
}

/// Says how many questions accept nothing that a model would write.
pub fn too_long(asked: &[Asked]) -> Option<Note> {
    let is_long = |text: &String| text.contains('\n') || text.split_whitespace().count() > WORDS;
    let mut long = asked.iter().filter(|asked| match &asked.kind {
        DraftKind::Text { matching, accepted } => {
            *matching != Matching::Pattern && accepted.iter().all(is_long)
        }
        _ => false,
    });
    let first = long.next()?.row.lines;
    let text = format!(
        "{} of {} accepted answers have line ends or more than {WORDS} words, the first on {first}: \
         no model writes this; name a column of short answers with --map answer=COL",
        1 + long.count(),
        asked.len()
    );
    Some(Note::new("warning", text))
}

fn matching(text: Option<&str>) -> Result<Matching, String> {
    match text.map(str::to_lowercase).as_deref() {
        None | Some("normalised" | "normalized") => Ok(Matching::Normalised),
        Some("exact") => Ok(Matching::Exact),
        Some("pattern") => Ok(Matching::Pattern),
        Some(other) => Err(format!(
            "the match {} is none of exact, normalised, pattern",
            quoted(other)
        )),
    }
}

/// Calls of the functions of the row, or of those of the whole file.
pub fn tool(
    row: &Row,
    columns: &Columns,
    column: &str,
    answer: &Value,
    for_all: &[String],
) -> Result<DraftKind, String> {
    let own = columns
        .one(Role::Functions)
        .filter(|column| row.get(column).is_some());
    let functions = match own {
        None => for_all.to_vec(),
        Some(column) => match row.structure(column) {
            Some(Value::Array(list)) => list
                .iter()
                .zip(1..)
                .map(|(function, number)| {
                    let function = functions::of(function);
                    function.map_err(|why| format!("function {number}: {why}"))
                })
                .map(|function| function.map(|function| function.json))
                .collect::<Result<_, _>>()?,
            _ => return Err(format!("column `{column}` is no JSON list of functions")),
        },
    };
    if !(1..=MAX_FUNCTIONS).contains(&functions.len()) {
        return Err(format!(
            "has {} functions: 1 to {MAX_FUNCTIONS} are needed",
            functions.len()
        ));
    }
    let calls = match row.structure(column) {
        Some(Value::Array(list)) => list.iter().map(call).collect::<Option<Vec<_>>>(),
        Some(one) => call(&one).map(|call| vec![call]),
        None => None,
    };
    let calls = calls.ok_or_else(|| {
        format!(
            "the right calls {} are no JSON list of {{\"name\": \"...\", \"arguments\": {{}}}}; \
             write [] where no call is right",
            quoted(&text_of(answer).unwrap_or_else(|| answer.to_string()))
        )
    })?;
    let calls = Value::from(calls).to_string();
    let texts: Vec<&str> = functions.iter().map(String::as_str).collect();
    calls::check(&texts, &calls).map_err(|error| error.to_string())?;
    Ok(DraftKind::Tool { functions, calls })
}

/// A call, as OpenAI's `{"function": {...}}` too, and with arguments that are JSON in a string.
fn call(value: &Value) -> Option<Value> {
    let call = value
        .get("function")
        .filter(|inner| inner.is_object())
        .unwrap_or(value);
    let name = call
        .get("name")
        .or_else(|| call.get("function"))?
        .as_str()?;
    let arguments = match call.get("arguments") {
        None | Some(Value::Null) => json!({}),
        Some(Value::String(text)) => serde_json::from_str(text).ok()?,
        Some(arguments) => arguments.clone(),
    };
    arguments
        .is_object()
        .then(|| json!({ "name": name, "arguments": arguments }))
}
