//! The words of `tasks/tools/*.toml`: functions, tasks, and phrases that all tasks share.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::unit::Span;
use crate::generate::built_in;
use crate::worked;

/// A function of a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Function {
    /// Words with `_` between them.
    pub name: String,
    /// What it does.
    pub about: String,
    /// The document whose service it is after.
    #[expect(dead_code, reason = "for readers of the file and of docs/TASKS.md")]
    pub source: String,
    /// Those that every call has.
    pub parameters: Vec<Parameter>,
    /// Those that no right call has.
    #[serde(default)]
    pub optional: Vec<Parameter>,
}

/// A parameter of a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "ParameterTable")]
pub(super) struct Parameter {
    /// Words with `_` between them; a unit follows.
    pub name: String,
    /// How a rule names it, with a capital letter.
    pub title: String,
    pub content: Content,
}

/// What a parameter takes.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// The id of what the call is about.
    Subject,
    /// The id of what is chosen.
    Target,
    /// A whole number of a unit.
    Quantity(Span),
    /// One of these words.
    Choice(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterTable {
    name: String,
    title: String,
    is: Option<Role>,
    span: Option<Span>,
    one_of: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    Subject,
    Target,
}

impl TryFrom<ParameterTable> for Parameter {
    type Error = String;

    fn try_from(table: ParameterTable) -> Result<Parameter, String> {
        let content = match (table.is, table.span, table.one_of) {
            (Some(Role::Subject), None, None) => Content::Subject,
            (Some(Role::Target), None, None) => Content::Target,
            (None, Some(span), None) => Content::Quantity(span),
            (None, None, Some(words)) => Content::Choice(words),
            _ => {
                let name = table.name;
                return Err(format!(
                    "parameter {name}: give it `is`, `span` or `one_of`"
                ));
            }
        };
        Ok(Parameter {
            name: table.name,
            title: table.title,
            content,
        })
    }
}

/// A task's words, as they are in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskTable {
    id: String,
    definition: String,
    missions: Vec<String>,
    asks: Vec<String>,
    subject: Subject,
    readings: Vec<Reading>,
    candidate: CandidateTable,
    near: Vec<String>,
    actions: Vec<ActionTable>,
}

/// What calls are about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    pub noun: String,
    /// How ids start.
    pub id: String,
    pub classes: Vec<String>,
}

/// A quantity that is reported of each subject.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    pub name: String,
    pub span: Span,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CandidateTable {
    noun: String,
    id: String,
    reading: String,
    span: Span,
    best: Best,
    query: String,
    asks: Vec<String>,
}

/// Which candidate is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Best {
    Lowest,
    Highest,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionTable {
    function: String,
    when: String,
    #[serde(default)]
    from: BTreeMap<String, String>,
    phrases: Vec<String>,
}

/// A task whose names are looked up: functions and readings are places in their lists.
#[derive(Clone, Debug)]
pub(super) struct TaskWords {
    pub id: String,
    /// 1 to 30.
    pub number: u64,
    pub name: String,
    pub group: String,
    pub pass_at_k: bool,
    pub definition: String,
    pub missions: Vec<String>,
    pub asks: Vec<String>,
    pub subject: Subject,
    pub readings: Vec<Reading>,
    pub candidate: Candidate,
    pub near: Vec<usize>,
    pub actions: Vec<Action>,
}

/// What a target is chosen from.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub noun: String,
    pub id: String,
    pub reading: Reading,
    pub best: Best,
    /// The function that gives back its reading.
    pub query: usize,
    /// How a question says that function.
    pub asks: Vec<String>,
}

/// What a rule can ask for.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub function: usize,
    /// The reading that it hangs on, and whether above the limit or below.
    pub trigger: usize,
    pub above: bool,
    /// By parameter: the reading that its value comes from, if from one.
    pub from: Vec<Option<usize>>,
    pub phrases: Vec<String>,
    /// Whether it takes a target.
    pub has_target: bool,
}

/// The words that all tasks share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    pub openers: Vec<String>,
    pub above: Vec<String>,
    pub below: Vec<String>,
    pub same: Vec<String>,
    pub percent: Vec<String>,
    pub plus: Vec<String>,
    pub minus: Vec<String>,
    pub lowest: Vec<String>,
    pub highest: Vec<String>,
    pub first: Vec<String>,
    pub by_class: Vec<String>,
    pub unstated: Vec<String>,
    pub absent: Vec<String>,
    pub exception: Vec<String>,
    #[serde(rename = "override")]
    pub other_limit: Vec<String>,
    pub search: Vec<String>,
    pub asides: Vec<String>,
    pub lists: Vec<ListStyle>,
}

/// How a rule lists the values of a call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListStyle {
    pub open: String,
    pub is: String,
    pub between: String,
    pub close: String,
}

/// All words.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    pub functions: Vec<Function>,
    pub tasks: Vec<TaskWords>,
    pub phrases: Phrases,
}

/// Why the built-in words are not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tasks/tools/{file}: {problem}")]
pub struct WordsError {
    file: &'static str,
    problem: String,
}

impl WordsError {
    fn new(file: &'static str, problem: impl ToString) -> WordsError {
        let problem = problem.to_string();
        WordsError { file, problem }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionFile {
    function: Vec<Function>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskFile {
    task: Vec<TaskTable>,
}

const TASKS: &str = "tasks.toml";

/// Reads the built-in words.
///
/// # Errors
/// The first file that is missing, is not of the expected form, or names what is not there.
pub(super) fn read() -> Result<Vocabulary, WordsError> {
    let files = built_in();
    let functions = file::<FunctionFile>(&files, "functions.toml")?.function;
    let tables = file::<TaskFile>(&files, TASKS)?.task;
    let phrases = file(&files, "phrases.toml")?;
    let known = worked::read(files).map_err(|error| WordsError::new(TASKS, error))?;
    let mut tasks = Vec::new();
    for table in tables {
        let id = table.id.clone();
        let unknown = || WordsError::new(TASKS, format!("{id}: no file tasks/T*.toml has this id"));
        let at = known.tasks.iter().position(|task| task.id == table.id);
        let at = at.ok_or_else(unknown)?;
        let of = known.tasks.get(at).ok_or_else(unknown)?;
        let mut words = resolve(table, &functions)
            .map_err(|problem| WordsError::new(TASKS, format!("{id}: {problem}")))?;
        words.number = at as u64 + 1;
        words.name.clone_from(&of.name);
        words.group.clone_from(&of.group);
        words.pass_at_k = of.pass_at_k;
        tasks.push(words);
    }
    Ok(Vocabulary {
        functions,
        tasks,
        phrases,
    })
}

fn file<T: DeserializeOwned>(
    files: &[(String, &'static str)],
    name: &'static str,
) -> Result<T, WordsError> {
    let path = format!("tools/{name}");
    let found = files.iter().find(|(file, _)| *file == path);
    let (_, text) = found.ok_or_else(|| WordsError::new(name, "is missing: add it"))?;
    toml::from_str(text).map_err(|problem| WordsError::new(name, problem))
}

fn resolve(table: TaskTable, functions: &[Function]) -> Result<TaskWords, String> {
    let function = |name: &str| {
        let at = functions.iter().position(|function| function.name == name);
        at.ok_or_else(|| format!("function {name:?} is not in functions.toml"))
    };
    let reading = |name: &str| {
        let at = table.readings.iter().position(|known| known.name == name);
        at.ok_or_else(|| format!("reading {name:?} is not in its readings"))
    };
    let mut actions = Vec::new();
    for action in &table.actions {
        let at = function(&action.function)?;
        let of = functions.get(at).map_or(&[][..], |of| &of.parameters);
        let (trigger, above) = match action.when.rsplit_once(' ') {
            Some((name, "above")) => (reading(name)?, true),
            Some((name, "below")) => (reading(name)?, false),
            _ => return Err(format!("{:?}: write it like \"delay above\"", action.when)),
        };
        let mut from = vec![None; of.len()];
        for (name, source) in &action.from {
            let source = reading(source)?;
            let fits = |parameter: &Parameter| match &parameter.content {
                Content::Quantity(span) => table
                    .readings
                    .get(source)
                    .is_some_and(|reading| reading.span.unit == span.unit),
                _ => false,
            };
            let place = of
                .iter()
                .position(|parameter| parameter.name == *name && fits(parameter));
            let place = place.and_then(|place| from.get_mut(place));
            *place.ok_or_else(|| format!("{name:?} is no quantity in the reading's unit"))? =
                Some(source);
        }
        actions.push(Action {
            function: at,
            trigger,
            above,
            from,
            phrases: action.phrases.clone(),
            has_target: of
                .iter()
                .any(|parameter| matches!(parameter.content, Content::Target)),
        });
    }
    let triggers: HashSet<usize> = actions.iter().map(|action| action.trigger).collect();
    if triggers.len() < actions.len() {
        return Err("two actions hang on one reading".to_owned());
    }
    let near: Result<Vec<usize>, String> = table.near.iter().map(|name| function(name)).collect();
    Ok(TaskWords {
        number: 0,
        name: String::new(),
        group: String::new(),
        pass_at_k: false,
        candidate: Candidate {
            query: function(&table.candidate.query)?,
            noun: table.candidate.noun,
            id: table.candidate.id,
            reading: Reading {
                name: table.candidate.reading,
                span: table.candidate.span,
            },
            best: table.candidate.best,
            asks: table.candidate.asks,
        },
        near: near?,
        actions,
        id: table.id,
        definition: table.definition,
        missions: table.missions,
        asks: table.asks,
        subject: table.subject,
        readings: table.readings,
    })
}
