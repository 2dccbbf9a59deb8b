//! What the columns of a file mean: guessed from usual names, or said.

use edgescore_taskpack::MAX_OPTIONS;

use super::error::OwnError;
use super::row::{Note, Table};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Question,
    Options,
    Answer,
    Context,
    Task,
    Group,
    Id,
    Reason,
    Unit,
    Tolerance,
    Match,
    Functions,
    Instruction,
}

/// A role, its name, and the names that columns of it usually have, the surest first.
const ROLES: [(Role, &str, &[&str]); 13] = [
    (
        Role::Question,
        "question",
        &[
            "question",
            "questiontext",
            "question.stem",
            "stem",
            "query",
            "prompt",
            "problem",
        ],
    ),
    (
        Role::Options,
        "options",
        &[
            "options",
            "choices",
            "question.choices",
            "candidates",
            "alternatives",
            "endings",
        ],
    ),
    (
        Role::Answer,
        "answer",
        &[
            "calls",
            "expectedcalls",
            "answer",
            "answerkey",
            "correctanswer",
            "correctoption",
            "rightanswer",
            "correct",
            "solution",
            "label",
            "key",
            "target",
        ],
    ),
    (
        Role::Context,
        "context",
        &[
            "context",
            "passage",
            "episode",
            "situation",
            "scenario",
            "background",
            "paragraph",
        ],
    ),
    (
        Role::Task,
        "task",
        &[
            "task",
            "category",
            "subject",
            "topic",
            "subcategory",
            "domain",
        ],
    ),
    (Role::Group, "group", &["group"]),
    (
        Role::Id,
        "id",
        &["id", "questionid", "qid", "uid", "number"],
    ),
    (
        Role::Reason,
        "reason",
        &["explanation", "reason", "rationale"],
    ),
    (Role::Unit, "unit", &["unit", "units"]),
    (Role::Tolerance, "tolerance", &["tolerance"]),
    (Role::Match, "match", &["match", "matching"]),
    (Role::Functions, "functions", &["functions", "tools"]),
    // Not guessed: in files for training it holds the question.
    (Role::Instruction, "instruction", &[]),
];

/// What stands before the letter or the number of an option's own column.
const OPTION_NAMES: [&str; 7] = ["option", "choice", "opt", "answer", "alternative", "op", ""];

/// The columns of each role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    of: Vec<(Role, Vec<String>)>,
}

impl Columns {
    /// What `map` says, and of the other roles what the names say.
    pub fn find(table: &Table, map: &[Mapped]) -> Result<Columns, OwnError> {
        let names = paths(table);
        let mut columns = Columns::default();
        for mapped in map {
            let missing = |column: &&String| !names.contains(column) && !is_path(table, column);
            if let Some(column) = mapped.columns.iter().find(missing) {
                let known = listed(&table.columns);
                let column = column.clone();
                return Err(OwnError::UnknownColumn(mapped.role.name(), column, known));
            }
            columns.of.push((mapped.role, mapped.columns.clone()));
        }
        for (role, _, usual) in ROLES {
            if map.iter().any(|mapped| mapped.role == role) {
                continue;
            }
            let known = |name: &&&String| !columns.has(name);
            let free: Vec<&String> = names.iter().filter(|name| known(&name)).collect();
            let mut found = usual.iter().filter_map(|usual| {
                let mut free = free.iter();
                free.find(|name| normalised(name) == **usual).copied()
            });
            let mut found: Vec<String> = found.next().cloned().into_iter().collect();
            if role == Role::Options && found.is_empty() {
                found = columns_of_options(&free)?;
            }
            columns.of.push((role, found));
        }
        Ok(columns)
    }

    /// The column of a role that has one.
    pub fn one(&self, role: Role) -> Option<&str> {
        self.all(role).first().map(String::as_str)
    }

    /// The columns of a role.
    pub fn all(&self, role: Role) -> &[String] {
        let found = self.of.iter().find(|(of, _)| *of == role);
        found.map_or(&[], |(_, columns)| columns)
    }

    /// The column of a role without which there is no question.
    pub fn needed(&self, role: Role, table: &Table) -> Result<&str, OwnError> {
        let none = || OwnError::NoColumn(role.name(), listed(&table.columns));
        self.one(role).ok_or_else(none)
    }

    /// The columns of the roles in use, and those in none.
    pub fn notes(&self, table: &Table) -> Vec<Note> {
        let mut notes = Vec::new();
        for (role, name, _) in ROLES {
            let of_role = self.all(role);
            if !of_role.is_empty() {
                let noun = if of_role.len() == 1 {
                    "column"
                } else {
                    "columns"
                };
                notes.push(Note::new(name, format!("{noun} {}", listed(of_role))));
            }
        }
        let unused = |name: &&String| {
            let inner = |column: &String| {
                column
                    .split_once('.')
                    .is_some_and(|(outer, _)| outer == name.as_str())
            };
            !self.has(name) && !self.of.iter().any(|(_, columns)| columns.iter().any(inner))
        };
        let unused: Vec<String> = table.columns.iter().filter(unused).cloned().collect();
        if !unused.is_empty() {
            notes.push(Note::new("not used", listed(&unused)));
        }
        notes
    }

    fn has(&self, name: &String) -> bool {
        self.of.iter().any(|(_, columns)| columns.contains(name))
    }
}

impl Role {
    /// What `--map` calls it.
    pub fn name(self) -> &'static str {
        let found = ROLES.into_iter().find(|(role, ..)| *role == self);
        found.map_or("", |(_, name, _)| name)
    }
}

/// Columns that were said to have a role; none where the role is to have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    role: Role,
    columns: Vec<String>,
}

impl std::str::FromStr for Mapped {
    type Err = OwnError;

    /// Reads `answer=COL`, `options=COL;COL;...` or `task=`, which says that there is no such column.
    fn from_str(text: &str) -> Result<Mapped, OwnError> {
        let known = || ROLES.map(|(_, name, _)| name).join(", ");
        let error = || OwnError::Map(text.to_owned(), known());
        let (name, columns) = text.split_once('=').ok_or_else(error)?;
        let found = ROLES.into_iter().find(|(_, of, _)| *of == name.trim());
        let (role, ..) = found.ok_or_else(error)?;
        let columns = columns.split(';').map(str::trim);
        let columns: Vec<String> = columns
            .filter(|column| !column.is_empty())
            .map(str::to_owned)
            .collect();
        match columns.len() > 1 && role != Role::Options {
            true => Err(error()),
            false => Ok(Mapped { role, columns }),
        }
    }
}

/// Whether the first line of a CSV file names its columns: one of them holds the questions.
pub fn is_header(names: &[String], map: &[Mapped]) -> bool {
    let mapped = map.iter().find(|mapped| mapped.role == Role::Question);
    let usual = ROLES.first().map_or(&[][..], |(_, _, usual)| usual);
    names.iter().any(|name| match mapped {
        Some(mapped) => mapped.columns.contains(name),
        None => usual.contains(&normalised(name).as_str()),
    })
}

/// `error`, or that the column is missing by which the first line was to be known.
pub fn header_error(error: OwnError, map: &[Mapped]) -> OwnError {
    let mapped = map.iter().find(|mapped| mapped.role == Role::Question);
    match (error, mapped.and_then(|mapped| mapped.columns.first())) {
        (OwnError::NoHeader(known), Some(column)) => {
            OwnError::UnknownColumn(Role::Question.name(), column.clone(), known)
        }
        (error, _) => error,
    }
}

/// The columns, and what is in a `question` that is an object, as ARC has it.
fn paths(table: &Table) -> Vec<String> {
    let mut names = table.columns.clone();
    for path in ["question.stem", "question.choices"] {
        if is_path(table, path) {
            names.retain(|name| name != "question");
            names.push(path.to_owned());
        }
    }
    names
}

fn is_path(table: &Table, column: &str) -> bool {
    column.contains('.') && table.rows.iter().any(|row| row.get(column).is_some())
}

/// Columns of one option each: A, B and on; `option_a`; `Option 1`; `choice0`.
fn columns_of_options(free: &[&String]) -> Result<Vec<String>, OwnError> {
    for start in OPTION_NAMES {
        let mut found: Vec<(usize, &String)> = Vec::new();
        for name in free {
            if let Some(place) = normalised(name).strip_prefix(start).and_then(place) {
                found.push((place, name));
            }
        }
        // A number alone names no option.
        if start.is_empty() {
            found.retain(|(_, name)| !name.contains(|c: char| c.is_ascii_digit()));
        }
        found.sort_unstable();
        keep_run(&mut found);
        let Some((first @ (0 | 1), _)) = found.first().copied() else {
            continue;
        };
        if found.len() < 2 {
            continue;
        }
        let columns: Vec<String> = found.iter().map(|(_, name)| (*name).clone()).collect();
        let hole = found
            .iter()
            .zip(first..)
            .find(|((at, _), place)| at != place);
        match hole {
            None => return Ok(columns),
            Some((_, place)) => {
                let lacking = match columns.first().is_some_and(|name| name.ends_with(digit)) {
                    true => format!("number {place}"),
                    false => format!("letter {}", char::from(b'A' + place as u8)),
                };
                return Err(OwnError::OptionsWithHole(listed(&columns), lacking));
            }
        }
    }
    Ok(Vec::new())
}

/// Leaves out single letters behind J that do not go on from A: they name something else.
fn keep_run(found: &mut Vec<(usize, &String)>) {
    let run = found
        .iter()
        .zip(0..)
        .take_while(|((at, _), place)| at == place);
    let run = run.count();
    found.retain(|(at, name)| *at < MAX_OPTIONS.max(run) || name.ends_with(digit));
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The place of an option by its letter, from 0, or its number.
fn place(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(usize::from(letter - b'a')),
        [b'0'..=b'9'] | [b'1'..=b'9', b'0'..=b'9'] => text.parse().ok(),
        _ => None,
    }
}

/// A name in lower case, without what stands between its words.
fn normalised(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric() || *c == '.');
    kept.flat_map(char::to_lowercase).collect()
}

/// Names as a message lists them.
pub fn listed(names: &[String]) -> String {
    let names = names.iter().map(|name| super::row::quoted(name));
    names.collect::<Vec<_>>().join(", ")
}
