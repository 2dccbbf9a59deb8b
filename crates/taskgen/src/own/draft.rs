//! From questions to a pack.

use std::collections::HashMap;

use edgescore_taskpack::{Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask};

use super::columns::{Columns, Role};
use super::repeats::Repeats;
use super::row::{BadRow, Lines, Note, Row};

/// No words but the question's own.
const FRAME: [&str; 4] = ["{episode}", "{question}", "{options}", "{instruction}"];
/// Names no letter as an example: a small model answers with it (docs/bench/2026-11-27-wording).
const CHOICE: &str =
    r#"Reply with JSON only: {"answer": "_"}, where _ is the letter of the right option."#;
const TEXT: &str = r#"Reply with JSON only, such as {"answer": "_"}."#;
const NUMBER: &str = r#"Reply with JSON only, such as {"answer": _}"#;
const TOOL: &str =
    "Call the functions that are needed. If no call is right, say so and call nothing.";

/// A question that can be asked.
pub struct Asked<'r> {
    pub row: &'r Row,
    pub kind: DraftKind,
}

/// What is the same for all questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// Name of the pack.
    pub name: String,
    /// Where the questions come from.
    pub origin: String,
    /// The system message; none where it is empty.
    pub system: String,
    /// How to answer; by what is asked for where there is none.
    pub instruction: Option<String>,
    /// Whether pass@k is measured on every task.
    pub pass_at_k: bool,
}

/// Makes a pack of `asked`, in their order. Rows that lack a text are added to `bad`, and what
/// stands twice is said in `notes`.
pub fn draft(
    common: &Common,
    columns: &Columns,
    asked: Vec<Asked>,
    notes: &mut Vec<Note>,
    bad: &mut Vec<BadRow>,
) -> Draft {
    let mut building = Building {
        columns,
        common,
        draft: Draft {
            name: common.name.clone(),
            origin: common.origin.clone(),
            system: common.system.clone(),
            instruction: common.instruction.clone().unwrap_or_else(|| {
                let first = asked.first().map(|asked| &asked.kind);
                match first {
                    Some(DraftKind::Tool { .. } | DraftKind::Turns { .. }) => TOOL.to_owned(),
                    Some(DraftKind::Number { .. }) => format!("{NUMBER}."),
                    Some(DraftKind::Text { .. }) => TEXT.to_owned(),
                    _ => CHOICE.to_owned(),
                }
            }),
            frame: FRAME.map(str::to_owned).to_vec(),
            ..Draft::default()
        },
        tasks: HashMap::new(),
        repeats: Repeats::default(),
    };
    for Asked { row, kind } in asked {
        if let Err(reason) = building.push(row, kind) {
            bad.push(BadRow {
                lines: row.lines,
                reason,
            });
        }
    }
    notes.extend(building.repeats.notes());
    building.draft
}

struct Building<'c> {
    columns: &'c Columns,
    common: &'c Common,
    draft: Draft,
    /// By its id, the index of each task and where it came first.
    tasks: HashMap<String, (usize, Lines)>,
    repeats: Repeats,
}

impl Building<'_> {
    fn push(&mut self, row: &Row, kind: DraftKind) -> Result<(), String> {
        let text_in = |role| match self.columns.one(role) {
            Some(column) => row.text(column),
            None => Ok(None),
        };
        let needed = |role: Role| {
            let text = text_in(role)?;
            let column = self.columns.one(role).unwrap_or_default();
            text.ok_or_else(|| format!("the {} (column `{column}`) is empty", role.name()))
        };
        let text = needed(Role::Question)?;
        let task = match self.columns.one(Role::Task) {
            Some(_) => needed(Role::Task)?,
            None => self.common.name.clone(),
        };
        let group = match self.columns.one(Role::Group) {
            Some(_) => needed(Role::Group)?,
            None => task.clone(),
        };
        let instruction = match (text_in(Role::Instruction)?, &kind, &self.common.instruction) {
            (Some(own), ..) => Some(own),
            (None, DraftKind::Number { unit, .. }, None) if !unit.is_empty() => {
                Some(format!("{NUMBER}, a number in {unit}."))
            }
            _ => None,
        };
        let reason = text_in(Role::Reason)?.unwrap_or_default();
        let (id, context) = (text_in(Role::Id)?, text_in(Role::Context)?);
        let task = self.task(task, group, row.lines)?;
        let context_text = context.as_deref().unwrap_or_default();
        self.repeats
            .add(row.lines, id.as_deref(), context_text, &text, &kind);
        let episode = self.episode(id, context, row.lines);
        self.draft.questions.push(DraftQuestion {
            episode,
            task,
            text,
            instruction,
            reason,
            kind,
        });
        Ok(())
    }

    fn task(&mut self, id: String, group: String, lines: Lines) -> Result<usize, String> {
        if let Some((index, first)) = self.tasks.get(&id) {
            let known = self.draft.tasks.get(*index).map(|task| task.group.as_str());
            return match known == Some(group.as_str()) {
                true => Ok(*index),
                false => Err(format!(
                    "task {id} is of group {group} here, and of {} on {first}: a task has one group",
                    known.unwrap_or_default()
                )),
            };
        }
        let index = self.draft.tasks.len();
        self.tasks.insert(id.clone(), (index, lines));
        self.draft.tasks.push(DraftTask {
            name: id.clone(),
            id,
            group,
            definition: String::new(),
            pass_at_k: self.common.pass_at_k,
        });
        Ok(index)
    }

    /// The episode of a question that has a context or an id; one without a context has no text. Rows
    /// with the same context that stand together share one, unless each has an id.
    fn episode(
        &mut self,
        id: Option<String>,
        context: Option<String>,
        lines: Lines,
    ) -> Option<usize> {
        let last = self.draft.episodes.last();
        let index = self.draft.episodes.len();
        let (id, summary) = match (id, context) {
            (None, None) => return None,
            (None, Some(context)) => {
                if last.is_some_and(|last| last.summary == context) {
                    return index.checked_sub(1);
                }
                (lines.to_string(), context)
            }
            (Some(id), context) => (id, context.unwrap_or_default()),
        };
        self.draft.episodes.push(DraftEpisode { id, summary });
        Some(index)
    }
}
