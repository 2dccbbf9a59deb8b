//! Questions and ids that a file has more than once.

use std::collections::HashMap;

use edgescore_taskpack::DraftKind;

use super::row::{Lines, Note, quoted};

/// Repeated rows that are named; the others are counted.
const NAMED: usize = 5;

/// What came before, and which rows repeat it.
#[derive(Default)]
pub struct Repeats {
    /// The right answer of each question, and where it stands first.
    questions: HashMap<Vec<String>, (String, usize)>,
    ids: HashMap<String, usize>,
    repeated: usize,
    /// Rows that say another answer than the first.
    contradicting: Vec<String>,
    same_id: Vec<String>,
}

impl Repeats {
    /// Adds a question of the file, in its order.
    pub fn add(
        &mut self,
        lines: Lines,
        id: Option<&str>,
        context: &str,
        text: &str,
        kind: &DraftKind,
    ) {
        let line = lines.first;
        if let Some(id) = id {
            match self.ids.get(id) {
                None => drop(self.ids.insert(id.to_owned(), line)),
                Some(first) => {
                    let id = quoted(id);
                    self.same_id
                        .push(format!("line {line} ({id} of line {first})"));
                }
            }
        }
        let (parts, answer) = parts(kind);
        let question = [vec![context.to_owned(), text.to_owned()], parts].concat();
        let first = self.questions.get(&question);
        match first.map(|(known, first)| (*known == answer, *first)) {
            None => drop(self.questions.insert(question, (answer, line))),
            Some((same, first)) => {
                self.repeated += 1;
                if !same {
                    let row = format!("line {line} (of line {first})");
                    self.contradicting.push(row);
                }
            }
        }
    }

    /// What is said about them.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let rows = |count, one: &str, many: &str| match count {
            1 => format!("1 row {one}"),
            count => format!("{count} rows {many}"),
        };
        if self.repeated > 0 {
            let mut text = rows(self.repeated, "repeats a question", "repeat a question");
            if !self.contradicting.is_empty() {
                let count = self.contradicting.len();
                let named = named(&self.contradicting);
                text += &format!("; {count} of them with another answer: {named}");
            }
            notes.push(Note::new("warning", text));
        }
        if !self.same_id.is_empty() {
            let have = "the id of an earlier one";
            let count = self.same_id.len();
            let text = rows(count, &format!("has {have}"), &format!("have {have}"));
            let text = format!("{text}: {}", named(&self.same_id));
            notes.push(Note::new("warning", text));
        }
        notes
    }
}

fn named(rows: &[String]) -> String {
    let first: Vec<&str> = rows.iter().take(NAMED).map(String::as_str).collect();
    let first = first.join(", ");
    match rows.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What a question offers, in any order, and its right answer.
fn parts(kind: &DraftKind) -> (Vec<String>, String) {
    let (mut parts, answer) = match kind {
        DraftKind::Choice { key, options } => {
            let texts: Vec<String> = options.iter().map(|option| option.text.clone()).collect();
            let right = texts.get(key.index()).cloned();
            (texts, right.unwrap_or_default())
        }
        DraftKind::Number { value, unit, .. } => (vec![unit.clone()], value.to_string()),
        DraftKind::Text { accepted, .. } => {
            let mut accepted = accepted.clone();
            accepted.sort_unstable();
            (Vec::new(), accepted.join("\n"))
        }
        DraftKind::Tool { functions, calls } => (functions.clone(), calls.clone()),
        DraftKind::Turns { functions, steps } => (functions.clone(), format!("{steps:?}")),
    };
    parts.sort_unstable();
    (parts, answer)
}
