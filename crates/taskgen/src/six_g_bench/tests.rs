#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use edgescore_taskpack::{DraftKind, Layout, Letter, Pack, Rotation};
use serde_json::json;
use tempfile::TempDir;

use super::*;

/// Definitions of T1 and T2.
fn definitions() -> Value {
    json!({
        "system": "You are asked.",
        "answer_instruction": "Answer.",
        "tasks": [
            {"id": "T2", "name": "Second", "definition": "Decide that."},
            {"id": "T1", "name": "First", "definition": "Decide this."},
        ],
    })
}

fn question(task_id: &str) -> Value {
    json!({
        "task_id": task_id, "task_name": "not used", "question": "Which?", "correct": "B",
        "options": {"A": "a", "B": "b", "C": "c", "D": 4.0}, "reason": "because",
    })
}

fn mcq(id: &str, questions: &[Value]) -> String {
    json!({"episode_id": id, "questions": questions}).to_string()
}

struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder {
            dir: TempDir::new().unwrap(),
        };
        folder.write("definitions.json", definitions().to_string());
        for (name, content) in files {
            folder.write(name, content);
        }
        folder
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn import(&self) -> Result<Draft, ImportError> {
        import(
            self.dir.path(),
            Some(&self.dir.path().join("definitions.json")),
        )
    }

    /// The file an import stops at, and the message about it.
    fn error(&self) -> (String, String) {
        let error = self.import().unwrap_err();
        let file = error.path.strip_prefix(self.dir.path()).unwrap();
        assert!(error.to_string().contains(&*error.path.to_string_lossy()));
        (
            file.to_string_lossy().into_owned(),
            error.problem.to_string(),
        )
    }
}

#[test]
fn pairs_come_by_folder_and_name() {
    let folder = Folder::new(&[
        ("sub/a.mcq.json", &mcq("third", &[question("T1")])),
        ("sub/a.episode.json", "{\"success\": true}"),
        (
            "b.mcq.json",
            &mcq("second", &[question("T1"), question("T2")]),
        ),
        ("b.episode.json", "{}"),
        (
            "a.mcq.json",
            &json!({"questions": [question("T2")]}).to_string(),
        ),
        ("a.episode.json", "{}"),
        ("._a.mcq.json", "\0\0 a zip's leftovers"),
        ("__MACOSX/._b.mcq.json", "\0"),
        ("README.md", "not read"),
        ("sub/deeper/c.mcq.json", "not read"),
    ]);
    let draft = folder.import().unwrap();
    let ids: Vec<&str> = draft
        .episodes
        .iter()
        .map(|episode| episode.id.as_str())
        .collect();
    assert_eq!(ids, ["a", "second", "third"]);
    let asked: Vec<(usize, &str)> = draft
        .questions
        .iter()
        .map(|question| {
            (
                question.episode.unwrap(),
                draft.tasks[question.task].id.as_str(),
            )
        })
        .collect();
    assert_eq!(asked, [(0, "T2"), (1, "T1"), (1, "T2"), (2, "T1")]);
    assert!(draft.episodes[2].summary.contains("- success: True\n"));

    let question = &draft.questions[0];
    let kind = DraftKind::choice(["a", "b", "c", "4.0"], Letter::B);
    assert_eq!(
        (&question.kind, question.reason.as_str()),
        (&kind, "because")
    );
    let task = &draft.tasks[0];
    assert_eq!(
        (task.name.as_str(), task.group.as_str(), task.pass_at_k),
        ("Second", "G1", true)
    );
    assert!(!draft.tasks[1].pass_at_k);
}

#[test]
fn questions_alone_have_the_empty_episodes_summary() {
    let folder = Folder::new(&[("a.mcq.json", &mcq("a", &[question("T1")]))]);
    let draft = folder.import().unwrap();
    let expected = summary::summarize(&json!({})).unwrap();
    assert_eq!(draft.episodes[0].summary, expected);
}

#[test]
fn the_folder_must_be_whole() {
    let empty = Folder::new(&[]);
    let (file, message) = empty.error();
    assert_eq!(file, "");
    assert!(
        message.starts_with("there is no *.mcq.json here"),
        "{message}"
    );

    let questions = mcq("x", &[question("T1")]);
    let folder = Folder::new(&[
        ("a.episode.json", "{}"),
        ("a.mcq.json", &questions),
        ("b.mcq.json", &questions),
    ]);
    let (file, message) = folder.error();
    assert_eq!(file, "b.mcq.json");
    assert!(
        message.starts_with("there is no b.episode.json beside it"),
        "{message}"
    );

    folder.write("b.episode.json", "{}");
    folder.write("c.episode.json", "{}");
    let (file, message) = folder.error();
    assert_eq!(file, "c.episode.json");
    assert!(
        message.starts_with("there is no c.mcq.json beside it"),
        "{message}"
    );

    let error = import(&folder.dir.path().join("absent"), None).unwrap_err();
    assert!(matches!(error.problem, ImportProblem::Io(_)), "{error}");
}

#[test]
fn definitions_are_asked_for() {
    let folder = Folder::new(&[("a.mcq.json", &mcq("a", &[question("T1")]))]);
    let error = import(folder.dir.path(), None).unwrap_err();
    assert!(matches!(error.problem, ImportProblem::NoDefinitions));
    let message = error.to_string();
    assert!(message.contains("give --definitions FILE"), "{message}");
    assert!(message.contains("{\"system\": \"…\", \"answer_instruction\": \"…\", \"tasks\": [{"));
}

#[test]
fn files_must_be_json_in_utf8() {
    let folder = Folder::new(&[("a.episode.json", "{}")]);
    let cases: [(&[u8], &str); 7] = [
        (b"\xef\xbb\xbf{}", "starts with a byte order mark"),
        (b"{\"a\": \"\xff\"}", "is not UTF-8 from byte 7 on"),
        (
            b"{\"questions\": [",
            "is not JSON: EOF while parsing a list at line 1 column 15",
        ),
        (
            b"{\"questions\": NaN}",
            "is not JSON: expected value at line 1 column 15",
        ),
        (b"{\"a\": \"\\ud800\"}", "is not JSON: "),
        (b"{\"a\": 01}", "is not JSON: invalid number"),
        (b"", "is not JSON: EOF"),
    ];
    for (content, expected) in cases {
        folder.write("a.mcq.json", content);
        let (file, message) = folder.error();
        assert_eq!(file, "a.mcq.json");
        assert!(message.starts_with(expected), "{message}");
    }
    folder.write("a.mcq.json", mcq("a", &[question("T1")]));
    folder.write("a.episode.json", "[]");
    let (file, message) = folder.error();
    assert_eq!(file, "a.episode.json");
    assert!(message.starts_with("the episode is a list"), "{message}");
}

#[test]
fn questions_must_be_whole() {
    let changed = |key: &str, value: Value| {
        let mut question = question("T1");
        question[key] = value;
        question
    };
    let without_c = json!({"A": "a", "B": "b", "D": "d"});
    let with_e = json!({"A": "a", "B": "b", "C": "c", "D": "d", "E": "e"});
    let lower = json!({"a": "a", "b": "b", "c": "c", "d": "d"});
    let folder = Folder::new(&[]);
    for (bad, expected) in [
        (
            changed("options", without_c),
            "the options are A, B, D: exactly A, B, C and D",
        ),
        (
            changed("options", with_e),
            "the options are A, B, C, D, E: exactly",
        ),
        (
            changed("options", lower),
            "the options are a, b, c, d: exactly",
        ),
        (
            changed("options", json!({})),
            "the options are none: exactly",
        ),
        (
            changed("options", json!(["a", "b", "c", "d"])),
            "options is a list",
        ),
        (
            changed("correct", json!("E")),
            "\"correct\" is \"E\": one of A, B, C and D",
        ),
        (changed("correct", json!("b")), "\"correct\" is \"b\""),
        (changed("correct", json!("AB")), "\"correct\" is \"AB\""),
        (
            changed("correct", json!(1)),
            "correct is a number, where the benchmark has a string",
        ),
        (changed("question", Value::Null), "question is null"),
        (
            changed("task_id", json!("T3")),
            "the task \"T3\" is not among the definitions",
        ),
        (json!("T1"), "the question is a string"),
    ] {
        folder.write("a.mcq.json", mcq("a", &[question("T1"), bad]));
        let (file, message) = folder.error();
        assert_eq!(file, "a.mcq.json");
        assert!(
            message.starts_with(&format!("questions[1]: {expected}")),
            "{message}"
        );
    }
    for content in [mcq("a", &[]), "{}".to_string()] {
        folder.write("a.mcq.json", content);
        let (_, message) = folder.error();
        assert_eq!(message, "has no questions: take it and its episode out");
    }
}

/// The user message of a draft's question as a pack gives it, for a task.
fn user_message(pack: &Pack, task_id: &str) -> String {
    let index = (0..pack.question_count())
        .find(|index| pack.question(*index).unwrap().task.id == task_id)
        .unwrap();
    let mut message = String::new();
    pack.question(index)
        .unwrap()
        .write_user_message(Layout::Reference, Rotation::default(), &mut message)
        .unwrap();
    message
}

#[test]
fn prompts_are_those_of_the_reference() {
    let shared = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/6g-bench"
    ));
    if !shared.is_dir() {
        println!(
            "skipped: the benchmark's sample files are not in {}",
            shared.display()
        );
        return;
    }
    let dir = TempDir::new().unwrap();
    fs::copy(
        shared.join("sample-30.mcq.json"),
        dir.path().join("x.mcq.json"),
    )
    .unwrap();
    let episode = shared.join("alpha3-sample.episode.json");
    fs::copy(episode, dir.path().join("x.episode.json")).unwrap();
    let draft = import(dir.path(), Some(&shared.join("definitions.json"))).unwrap();
    assert_eq!((draft.tasks.len(), draft.questions.len()), (30, 30));
    let bytes = draft.to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();

    let golden: Value =
        serde_json::from_str(&fs::read_to_string(shared.join("golden-prompts.json")).unwrap())
            .unwrap();
    for (task_id, messages) in golden.as_object().unwrap() {
        assert_eq!(messages[0]["content"], pack.system());
        assert_eq!(
            messages[1]["content"],
            user_message(&pack, task_id),
            "{task_id}"
        );
    }
    assert_eq!(golden.as_object().unwrap().len(), 3);
}
