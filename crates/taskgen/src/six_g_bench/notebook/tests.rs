#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::super::definitions_file;
use super::super::error::ImportProblem;
use super::super::python::{PythonError, PythonProblem};
use super::*;

const TASKS: &str = r#"
%matplotlib inline
!echo it's a shell line
from typing import List, Tuple  # isn't Python lovely
TASKS: List[Tuple[str, str, str]] = [
  ("T1", "First", "Decide \"this\"."),  # a comment with ' in it
  (
    'T2', 'Sec' "ond",
    ("One part, "
     r'raw \n part, '
     u"""three
lines: \x41\u00e9\U0001F681\101\
 joined"""),
  ),
]
TASK_MAP = {tid: (name, desc) for tid, name, desc in TASKS}
"#;

const MESSAGES: &str = r#"TASKS_SHOWN = 3
def unrelated(user_content):
    TASKS = ['local']
    system_msg = 'not this one'
    user_content.append('nor this')

def build_eval_messages(task_id, episode_summary, question):
    """Makes the "messages"."""
    user_content: List[str] = []
    user_content.append(f'TASK_ID: {task_id}')
    for k in ['A', 'B']:
        user_content.append(f"{k}: {options[k]}")
    user_content.append('Do not ' \
        'stop here')
    user_content.append(
        'Answer {"answer": "A"}.',
    )

    system_msg = (
        'You are '
        'asked.'
    )
    return [{'content': '\n'.join(user_content)}]

system_msg = 'nor this'
"#;

fn notebook(cells: &[&str]) -> Value {
    let cells: Vec<Value> = cells
        .iter()
        .map(|source| {
            let lines: Vec<&str> = source.split_inclusive('\n').collect();
            json!({"cell_type": "code", "execution_count": 1, "source": lines, "outputs": []})
        })
        .collect();
    json!({"cells": cells, "nbformat": 4})
}

fn python_problem(cells: &[&str]) -> (usize, PythonError) {
    match read(notebook(cells)).unwrap_err() {
        DefinitionsProblem::Python { cell, error } => (cell, error),
        other => panic!("{other}"),
    }
}

#[test]
fn tasks_and_messages_are_found() {
    let definitions = read(notebook(&[
        "!pip install x'y",
        TASKS,
        MESSAGES,
        "print(f\"{TASKS[\"it's\"]}\")",
    ]))
    .unwrap();
    assert_eq!(definitions.system, "You are asked.");
    assert_eq!(definitions.instruction, "Answer {\"answer\": \"A\"}.");
    let expected = [
        ("T1", "First", "Decide \"this\"."),
        (
            "T2",
            "Second",
            "One part, raw \\n part, three\nlines: Aé🚁A joined",
        ),
    ];
    let found: Vec<(&str, &str, &str)> = definitions
        .tasks
        .iter()
        .map(|task| {
            (
                task.id.as_str(),
                task.name.as_str(),
                task.definition.as_str(),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_source_may_be_one_string_and_other_cells_are_not_code() {
    let value = json!({"cells": [
        {"cell_type": "markdown", "source": "TASKS = [1]"},
        {"cell_type": "code", "source": TASKS.replace('\n', "\r\n")},
        {"cell_type": "code", "source": MESSAGES},
    ]});
    let definitions = read(value).unwrap();
    assert_eq!(definitions.tasks.len(), 2);
    assert!(definitions.tasks[1].definition.contains("three\nlines"));
}

#[test]
fn a_later_cell_replaces_an_earlier_one() {
    let later = "TASKS = [('T7', 'Name', 'Text')]\nTASKS == [1]\nTASKS.sort(key=len)\n";
    let definitions = read(notebook(&[TASKS, MESSAGES, later])).unwrap();
    assert_eq!(definitions.tasks.len(), 1);
    assert_eq!(definitions.tasks[0].id, "T7");
}

#[test]
fn what_is_missing_is_named() {
    let missing = |cells: &[&str]| match read(notebook(cells)).unwrap_err() {
        DefinitionsProblem::Missing(what) => what,
        other => panic!("{other}"),
    };
    assert_eq!(missing(&[MESSAGES]), "a list TASKS");
    assert_eq!(missing(&[TASKS]), "a function build_eval_messages");
    let without = MESSAGES.replace("    system_msg = (", "    other = (");
    assert_eq!(
        missing(&[TASKS, &without]),
        "system_msg in build_eval_messages"
    );
    let without = MESSAGES.replace("user_content.append(", "lines.append(");
    let what = "user_content.append(…) in build_eval_messages";
    assert_eq!(missing(&[TASKS, &without]), what);
}

#[test]
fn only_plain_string_literals_are_read() {
    let (cell, error) = python_problem(&["pass", "\nTASKS = [('T1', f'{x}', 'd')]"]);
    assert_eq!(cell, 2);
    let problem = PythonProblem::Prefix("f".to_string());
    assert_eq!(error, PythonError { line: 2, problem });
    for (source, expected) in [
        ("TASKS = [('T1', b'n', 'd')]", "with the prefix b"),
        ("TASKS = [('T1', '\\N{DASH}', 'd')]", "the escape \\N"),
        ("TASKS = [('T1', '\\ud83d', 'd')]", "the escape \\ud83d"),
        ("TASKS = [('T1', '\\x4', 'd')]", "the escape \\x4"),
        ("TASKS = [('T1', 'n', 'd]", "a string literal does not end"),
        (
            "TASKS = [('T1', '''n', 'd')]",
            "a string literal does not end",
        ),
        (
            "TASKS = [('T1', 'n')]",
            "expected a comma and the task's definition, found )",
        ),
        (
            "TASKS = [('T1', 'n', 'd', 'e')]",
            "expected the end of a tuple of three strings",
        ),
        (
            "TASKS = [('T1', 'n', 3)]",
            "expected a string literal, found a number",
        ),
        (
            "TASKS = [('T1', 'n', 'd' + more)]",
            "expected the end of a tuple of three strings, found +",
        ),
        (
            "TASKS = [('T1', 'n', 'd')] + MORE",
            "expected the end of the statement, found +",
        ),
        ("TASKS = load('tasks.json')", "expected [, found load"),
        (
            "TASKS = [('T1', 'n', 'd')",
            "expected a comma or ], found the end of the statement",
        ),
    ] {
        let message = python_problem(&[source]).1.to_string();
        assert!(message.contains(expected), "{source}: {message}");
    }
    let computed = MESSAGES.replace("'Answer {\"answer\": \"A\"}.',", "instruction(),");
    let message = python_problem(&[TASKS, &computed]).1.to_string();
    assert!(
        message.ends_with("expected a string literal, found instruction"),
        "{message}"
    );
}

#[test]
fn an_unknown_escape_stays_as_it_is() {
    let source = r"TASKS = [('T1', '\d\/\é', '\0\07\x20|')]";
    let definitions = read(notebook(&[source, MESSAGES])).unwrap();
    assert_eq!(definitions.tasks[0].name, r"\d\/\é");
    assert_eq!(definitions.tasks[0].definition, "\0\u{7} |");
}

#[test]
fn definitions_are_told_apart_by_their_keys() {
    let json = r#"{"source": "x", "system": "s", "answer_instruction": "i",
        "tasks": [{"id": "T1", "name": "n", "definition": "d"}]}"#;
    let definitions = definitions_file::read(json).unwrap();
    assert_eq!(
        (
            definitions.system.as_str(),
            definitions.instruction.as_str()
        ),
        ("s", "i")
    );
    let text = notebook(&[TASKS, MESSAGES]).to_string();
    assert_eq!(definitions_file::read(&text).unwrap().tasks.len(), 2);

    let problem = |text: &str| match definitions_file::read(text).unwrap_err() {
        ImportProblem::Definitions(problem) => problem.to_string(),
        other => panic!("{other}"),
    };
    assert!(problem(&json.replace("\"T1\"", "\"T31\"")).contains("\"T31\", which is not one of"));
    let twice = json.replace(
        "]}",
        ", {\"id\": \"T1\", \"name\": \"n\", \"definition\": \"d\"}]}",
    );
    assert_eq!(problem(&twice), "defines T1 twice: keep one of the two");
    assert!(problem("{\"questions\": []}").contains("neither the benchmark's evaluation notebook"));
    assert!(problem("[1]").contains("neither the benchmark's evaluation notebook"));
    let error = definitions_file::read("{\"cells\": [").unwrap_err();
    assert!(matches!(error, ImportProblem::Json(_)), "{error}");
}
