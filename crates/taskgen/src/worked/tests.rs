#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use super::*;

const PROMPT_TEXT: &str = r#"
name = "example"
origin = "written for a test"
system = """
Answer the question.
"""
instruction = "One letter."
"#;

fn episode(id: &str) -> String {
    format!("id = \"{id}\"\nsummary = \"\"\"\nA link at {id}.\nTwo lines.\n\"\"\"\n")
}

fn task(number: u32, episodes: &[&str]) -> String {
    let mut text = format!(
        "id = \"T{number}\"\nname = \"Name\"\ngroup = \"G1\"\npass_at_k = false\n\
         definition = \"Decide.\"\n"
    );
    for (position, episode) in episodes.iter().enumerate() {
        text += &format!(
            "\n[[question]]\nepisode = \"{episode}\"\ntext = \"T{number} question {position}\"\n\
             options = {{ A = \"a\", B = \"b\", C = \"c\", D = \"d\" }}\nanswer = \"C\"\n\
             reason = \"because\"\n"
        );
    }
    text
}

fn files() -> Vec<(&'static str, String)> {
    vec![
        ("T10.toml", task(10, &["north", "south"])),
        ("T02.toml", task(2, &["south", "north", "south"])),
        ("episodes/b.toml", episode("south")),
        ("episodes/a.toml", episode("north")),
        ("prompt.toml", PROMPT_TEXT.to_string()),
        ("README.md", "not TOML".to_string()),
        ("models/list.toml", "not = read".to_string()),
    ]
}

fn with(name: &'static str, content: &str) -> Result<Draft, WorkedError> {
    let mut files = files();
    files.retain(|(file, _)| *file != name);
    files.push((name, content.to_string()));
    read(files)
}

fn problem(name: &'static str, content: &str) -> WorkedProblem {
    let error = with(name, content).unwrap_err();
    assert_eq!(error.file, name);
    error.problem
}

#[test]
fn questions_come_by_episode_then_task_then_position() {
    let draft = read(files()).unwrap();
    let order: Vec<(&str, &str)> = draft
        .questions
        .iter()
        .map(|question| {
            let episode = &draft.episodes[question.episode.unwrap()];
            (episode.id.as_str(), question.text.as_str())
        })
        .collect();
    let expected = [
        ("north", "T2 question 1"),
        ("north", "T10 question 0"),
        ("south", "T2 question 0"),
        ("south", "T2 question 2"),
        ("south", "T10 question 1"),
    ];
    assert_eq!(order, expected);
    let tasks: Vec<&str> = draft.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(tasks, ["T2", "T10"]);
    assert_eq!(draft.questions[1].task, 1);
    assert_eq!(draft.questions[0].kind.key(), Some(Letter::C));
    draft.to_bytes().unwrap();
}

#[test]
fn texts_lose_the_white_space_around_them() {
    let draft = read(files()).unwrap();
    assert_eq!(draft.system, "Answer the question.");
    assert_eq!(draft.episodes[0].summary, "A link at north.\nTwo lines.");
}

#[test]
fn toml_errors_name_file_and_line() {
    let cases = [
        (
            task(2, &["north", "south"]).replace("answer", "anser"),
            "unknown field `anser`",
        ),
        (
            task(2, &["north", "south"]).replace("\"C\"", "\"E\""),
            "unknown variant `E`",
        ),
        (
            task(2, &["north", "south"]).replace(", D = \"d\"", ""),
            "missing field `D`",
        ),
        (
            task(2, &["north", "south"]).replace("\"d\"", "\"d\", E = \"e\""),
            "unknown field `E`",
        ),
        (
            task(2, &["north", "south"]).replace("\"because\"", "\" \""),
            "the text is empty",
        ),
        ("id = ".to_string(), "line 1"),
    ];
    for (content, expected) in cases {
        let message = with("T02.toml", &content).unwrap_err().to_string();
        assert!(
            message.starts_with("T02.toml: TOML parse error at line "),
            "{message}"
        );
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_rules_between_files_hold() {
    assert_eq!(
        problem("T02.toml", &task(2, &["north", "west"])),
        WorkedProblem::UnknownEpisode {
            line: 15,
            episode: "west".to_string(),
        }
    );
    assert_eq!(
        problem("T02.toml", &task(3, &["north"])),
        WorkedProblem::WrongId {
            expected: "T2".to_string(),
            found: "T3".to_string(),
        }
    );
    assert_eq!(
        problem("T02.toml", &task(2, &[])),
        WorkedProblem::NoQuestions
    );
    let duplicate = WorkedProblem::DuplicateId("T2".to_string());
    assert_eq!(problem("T2.toml", &task(2, &["north"])), duplicate);
    let duplicate = WorkedProblem::DuplicateId("south".to_string());
    assert_eq!(problem("episodes/c.toml", &episode("south")), duplicate);
    assert_eq!(
        problem("episodes/c.toml", &episode("west")),
        WorkedProblem::NoQuestions
    );
    assert_eq!(problem("Task5.toml", ""), WorkedProblem::UnknownFile);
    assert_eq!(problem("t5.toml", ""), WorkedProblem::UnknownFile);
}

#[test]
fn the_prompt_is_needed() {
    let error = read::<&str, &str>([]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "prompt.toml: is missing: write it, with name, origin, system and instruction"
    );
}

#[test]
fn an_unknown_episode_is_named_with_its_line() {
    let error = with("T02.toml", &task(2, &["west"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "T02.toml: line 8: no file in episodes/ has the id \"west\": add it, or mend the id"
    );
}
