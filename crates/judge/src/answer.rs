//! The answer in a JSON object of a text.

use crate::json;

/// The values of an object, as they are written.
#[derive(Default)]
pub struct Answer<'t> {
    /// That of `answer`; `None` where the object was cut off or has two that differ.
    pub value: Option<&'t str>,
    /// That of `unit`.
    pub unit: Option<&'t str>,
}

/// The last object in `text` that has an `answer`: models correct themselves. `None` where there is
/// no such object.
pub fn find(text: &str) -> Option<Answer<'_>> {
    let mut last = None;
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let object = rest.get(at..)?;
        let mut answer = Answer::default();
        let mut answers = 0;
        let length = json::first_object(object, |key, value| {
            let key: String = key.collect();
            if key.trim().eq_ignore_ascii_case("answer") {
                answers += usize::from(answer.value != Some(value));
                answer.value = Some(value);
            } else if key.trim().eq_ignore_ascii_case("unit") {
                answer.unit = Some(value);
            }
        });
        if answers > 1 {
            answer.value = None;
        }
        rest = match length {
            Some(length) => object.get(length..)?,
            // An object that was cut off, or is none: what is behind it cannot be told from what is in it.
            None if json::trim(object.get(1..)?).starts_with('"') => {
                return if object.contains("\"answer\"") {
                    Some(Answer::default())
                } else {
                    last
                };
            }
            None => object.get(1..)?,
        };
        if answers > 0 {
            last = Some(answer);
        }
    }
    last
}
