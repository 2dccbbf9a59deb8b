//! The questions of an episode, a `*.mcq.json` file.

use edgescore_taskpack::Letter;
use serde_json::{Map, Value};

use super::error::{ImportProblem, QuestionProblem};
use super::python::repr::str;
use super::summary::Misfit;

/// What a questions file says.
pub struct QuestionFile {
    /// The episode's id; `None` where the file has none.
    pub episode_id: Option<String>,
    /// At least one question, in the file's order.
    pub questions: Vec<Question>,
}

/// A question as the file has it.
pub struct Question {
    pub task_id: String,
    pub text: String,
    pub options: [String; 4],
    pub answer: Letter,
    pub reason: String,
}

/// Checks a parsed questions file.
pub fn read(file: &Value) -> Result<QuestionFile, ImportProblem> {
    let Value::Object(file) = file else {
        return Err(Misfit::new("the file", "an object", file).into());
    };
    let questions = match file.get("questions") {
        Some(Value::Array(questions)) => questions.as_slice(),
        Some(other) => return Err(Misfit::new("questions", "a list", other).into()),
        None => &[],
    };
    if questions.is_empty() {
        return Err(ImportProblem::NoQuestions);
    }
    Ok(QuestionFile {
        episode_id: optional_string(file, "episode_id")?,
        questions: questions
            .iter()
            .enumerate()
            .map(|(index, value)| {
                question(value).map_err(|problem| ImportProblem::Question { index, problem })
            })
            .collect::<Result<_, _>>()?,
    })
}

fn question(value: &Value) -> Result<Question, QuestionProblem> {
    let Value::Object(question) = value else {
        return Err(Misfit::new("the question", "an object", value).into());
    };
    let answer = string(question, "correct")?;
    let mut letter = answer.chars();
    let of_four = |letter: &Letter| Letter::of(4).contains(letter);
    let first = letter.next().and_then(Letter::from_char).filter(of_four);
    let (Some(answer), None) = (first, letter.next()) else {
        return Err(QuestionProblem::Answer(answer));
    };
    Ok(Question {
        task_id: string(question, "task_id")?,
        text: string(question, "question")?,
        options: options(question)?,
        answer,
        reason: optional_string(question, "reason")?.unwrap_or_default(),
    })
}

/// The texts of A to D. The reference prints an option of another type than string as Python
/// does.
fn options(question: &Map<String, Value>) -> Result<[String; 4], QuestionProblem> {
    let options = match question.get("options").unwrap_or(&Value::Null) {
        Value::Object(options) => options,
        other => return Err(Misfit::new("options", "an object", other).into()),
    };
    match ["A", "B", "C", "D"].map(|letter| options.get(letter)) {
        [Some(a), Some(b), Some(c), Some(d)] if options.len() == 4 => Ok([a, b, c, d].map(str)),
        _ => {
            let found: Vec<&str> = options.keys().map(String::as_str).collect();
            Err(QuestionProblem::Options(match found.as_slice() {
                [] => "none".to_string(),
                found => found.join(", "),
            }))
        }
    }
}

fn string(object: &Map<String, Value>, key: &str) -> Result<String, Misfit> {
    match object.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        other => Err(Misfit::new(key, "a string", other.unwrap_or(&Value::Null))),
    }
}

fn optional_string(object: &Map<String, Value>, key: &str) -> Result<Option<String>, Misfit> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => string(object, key).map(Some),
    }
}
