//! The task definitions out of the reference's evaluation notebook.
//!
//! Jupyter JSON (nbformat 4): `cells[]`, each with a `cell_type` and a `source` that is a string
//! or a list of lines. Looked for are the assignment of `TASKS`, a list of 3-tuples of string
//! literals, and in the function `build_eval_messages` the assignment of `system_msg` and the
//! last `user_content.append(…)`, the answer instruction.

use serde::Deserialize;
use serde_json::Value;

use super::definitions::{Definition, Definitions};
use super::error::DefinitionsProblem;
use super::python::{Kind, PythonError, Statement, Token, tokenize};

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    source: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Whole(String),
    Lines(Vec<String>),
}

/// Reads the definitions out of a notebook.
pub fn read(notebook: Value) -> Result<Definitions, DefinitionsProblem> {
    let notebook: Notebook = serde_json::from_value(notebook).map_err(DefinitionsProblem::Form)?;
    let mut tasks = None;
    let mut messages = None;
    let cells = notebook
        .cells
        .into_iter()
        .filter(|cell| cell.cell_type == "code");
    for (index, cell) in cells.enumerate() {
        let source = match cell.source {
            Source::Whole(text) => text,
            Source::Lines(lines) => lines.concat(),
        };
        // Other cells are not read, so that nothing odd in them is in the way.
        let starts = ["TASKS", "def build_eval_messages"];
        if !source
            .lines()
            .any(|line| starts.iter().any(|start| line.starts_with(start)))
        {
            continue;
        }
        let in_cell = |error| DefinitionsProblem::Python {
            cell: index + 1,
            error,
        };
        let tokens = tokenize(&source).map_err(in_cell)?;
        let statements: Vec<&[Token]> = tokens
            .split(|token| token.kind == Kind::End)
            .filter(|statement| !statement.is_empty())
            .collect();
        // A later cell replaces what an earlier one said, as when the notebook is run.
        if let Some(found) = find_tasks(&statements).map_err(in_cell)? {
            tasks = Some(found);
        }
        if let Some(body) = function_body(&statements, "build_eval_messages") {
            messages = Some((
                find_system(body).map_err(in_cell)?,
                find_instruction(body).map_err(in_cell)?,
            ));
        }
    }
    let missing = DefinitionsProblem::Missing;
    let tasks = tasks.ok_or(missing("a list TASKS"))?;
    let (system, instruction) = messages.ok_or(missing("a function build_eval_messages"))?;
    Ok(Definitions {
        system: system.ok_or(missing("system_msg in build_eval_messages"))?,
        instruction: instruction.ok_or(missing("user_content.append(…) in build_eval_messages"))?,
        tasks,
    })
}

/// `TASKS = [("T1", "name", "definition"), …]`, also with a type annotation.
fn find_tasks(statements: &[&[Token]]) -> Result<Option<Vec<Definition>>, PythonError> {
    let Some(mut value) = assigned(&top_level(statements), "TASKS") else {
        return Ok(None);
    };
    let mut tasks = Vec::new();
    value.expect("[", "[")?;
    while !value.take("]") {
        value.expect("(", "a tuple of three strings")?;
        let id = value.string()?;
        value.expect(",", "a comma and the task's name")?;
        let name = value.string()?;
        value.expect(",", "a comma and the task's definition")?;
        let definition = value.string()?;
        value.take(",");
        value.expect(")", "the end of a tuple of three strings")?;
        tasks.push(Definition {
            id,
            name,
            definition,
        });
        if !value.take(",") {
            value.expect("]", "a comma or ]")?;
            break;
        }
    }
    value.end()?;
    Ok(Some(tasks))
}

/// The statements that are not indented.
fn top_level<'a>(statements: &[&'a [Token]]) -> Vec<&'a [Token]> {
    let mut top_level = statements.to_vec();
    top_level.retain(|statement| column(statement) == 0);
    top_level
}

/// Indentation of a statement.
fn column(statement: &[Token]) -> usize {
    statement.first().map_or(0, |token| token.column)
}

/// `system_msg = ("…" "…")`.
fn find_system(body: &[&[Token]]) -> Result<Option<String>, PythonError> {
    let Some(mut value) = assigned(body, "system_msg") else {
        return Ok(None);
    };
    let system = value.string()?;
    value.end()?;
    Ok(Some(system))
}

/// The last `user_content.append("…")`.
fn find_instruction(body: &[&[Token]]) -> Result<Option<String>, PythonError> {
    let call = ["user_content", ".", "append", "("];
    let Some(mut arguments) = body.iter().rev().find_map(|statement| {
        let (start, arguments) = statement.split_at_checked(call.len())?;
        let called = start.iter().zip(call).all(|(token, text)| token.is(text));
        called.then(|| Statement::new(arguments))
    }) else {
        return Ok(None);
    };
    let instruction = arguments.string()?;
    arguments.take(",");
    arguments.expect(")", "the end of the call")?;
    arguments.end()?;
    Ok(Some(instruction))
}

/// The value of the last statement `name = value` or `name: type = value`.
fn assigned<'a>(statements: &[&'a [Token]], name: &str) -> Option<Statement<'a>> {
    statements.iter().rev().find_map(|statement| {
        let (first, rest) = statement.split_first()?;
        let equals = rest.iter().position(|token| token.is("="))?;
        let annotated = rest.first()?.is(":");
        let value = rest.get(equals + 1..)?;
        let comparison = value.first().is_some_and(|token| token.is("="));
        let assignment = first.is(name) && (equals == 0 || annotated) && !comparison;
        assignment.then(|| Statement::new(value))
    })
}

/// The statements indented below the last `def name`.
fn function_body<'s, 'a>(statements: &'s [&'a [Token]], name: &str) -> Option<&'s [&'a [Token]]> {
    let header = statements.iter().rposition(
        |statement| matches!(statement, [def, function, ..] if def.is("def") && function.is(name)),
    )?;
    let (outer, below) = (
        column(statements.get(header)?),
        statements.get(header + 1..)?,
    );
    let end = below
        .iter()
        .position(|statement| column(statement) <= outer);
    below.get(..end.unwrap_or(below.len()))
}

#[cfg(test)]
mod tests;
