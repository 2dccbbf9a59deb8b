//! `edgescore pack show`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_taskpack::{
    Kind, Layout, Letter, Pack, PackError, Question, Rotation, ToolUse, Turns,
};
use serde_json::json;

use super::file;
use crate::failure::Failure;
use crate::files;
use crate::output::print;
use crate::prompt::user_message;
use crate::questions::right_answer;
use crate::screen::{Screen, wrap};

/// Show the questions of a pack
#[derive(clap::Args)]
pub struct Args {
    /// The pack
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Only questions of this task, such as T9
    #[arg(long, value_name = "ID")]
    task: Option<String>,

    /// Only this question, counted from 0 over the whole pack
    #[arg(long, value_name = "N")]
    question: Option<u32>,

    /// Print the chat messages that a question leads to, one JSON object a line
    #[arg(long)]
    messages: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bytes = files::read(&args.file)?;
    let pack = file::open(&args.file, &bytes)?;
    let count = pack.question_count();
    let range = match args.question {
        Some(index) if index >= count => {
            let error = PackError::NoSuchQuestion(index, count);
            return Err(Failure::Usage(error.into()));
        }
        Some(index) => index..index + 1,
        None => 0..count,
    };
    let of_task = |question: &Question| match &args.task {
        Some(id) => id == question.task.id,
        None => true,
    };
    // The whole pack was checked when it was opened: no question is dropped here.
    let questions = range.filter_map(|index| pack.question(index).ok());
    let mut questions = questions.filter(of_task).peekable();
    if questions.peek().is_none() {
        return Err(Failure::Usage(anyhow!(
            "no question of the pack is of task {}: `edgescore pack info` lists its tasks",
            args.task.as_deref().unwrap_or_default()
        )));
    }
    print(|out| {
        questions.try_for_each(|question| match args.messages {
            true => writeln!(out, "{}", messages(&pack, &question)),
            false => write(out, &question),
        })
    })
}

fn messages(pack: &Pack, question: &Question) -> serde_json::Value {
    let user = user_message(question, Layout::Reference, Rotation::default());
    let system = Some(pack.system()).filter(|system| !system.is_empty());
    let system = system.map(|system| json!({ "role": "system", "content": system }));
    let user = json!({ "role": "user", "content": user });
    let mut line = json!({
        "episode": question.episode.map(|episode| episode.id),
        "task": question.task.id,
        "question": question.index,
        "answer": answer(&question.kind),
        "messages": system.into_iter().chain([user]).collect::<Vec<_>>(),
    });
    let options = question.choice().map(|choice| choice.options.iter());
    let faults = Letter::ALL.iter().zip(options.into_iter().flatten());
    let faults: serde_json::Map<_, _> = faults
        .filter_map(|(letter, option)| Some((letter.to_string(), option.fault?.name().into())))
        .collect();
    if !faults.is_empty() {
        line["faults"] = faults.into();
    }
    let functions = match &question.kind {
        Kind::Tool(tool) => &tool.functions,
        Kind::Turns(turns) => &turns.functions,
        _ => return line,
    };
    line["functions"] = functions.iter().map(|function| of_json(function)).collect();
    line
}

/// What is right: a letter, a number, the accepted texts, the calls, or those of each step.
fn answer(kind: &Kind) -> serde_json::Value {
    match kind {
        Kind::Choice(choice) => choice.key.to_string().into(),
        Kind::Number(number) => number.value.into(),
        Kind::Text(wording) => wording.accepted.to_vec().into(),
        Kind::Tool(tool) => of_json(tool.calls),
        Kind::Turns(turns) => turns.steps.iter().map(|step| of_json(step.calls)).collect(),
    }
}

/// A JSON text of the pack, or the text where it is none.
fn of_json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn write(out: &mut dyn Write, question: &Question) -> io::Result<()> {
    let Question { task, episode, .. } = question;
    let width = Screen::of_stdout().width;
    let mut say = |text: &str| {
        let mut lines = wrap(text, width).into_iter();
        lines.try_for_each(|line| writeln!(out, "{line}"))
    };
    let about = match episode {
        // A question of its own that has an id.
        Some(episode) if episode.summary.is_empty() => {
            (format!("  id {}", episode.id), String::new())
        }
        Some(episode) => (
            format!("  episode {}", episode.id),
            format!("{}\n\n", episode.summary),
        ),
        None => (String::new(), String::new()),
    };
    // A task of own questions may have one name for all three.
    let mut names = vec![task.id];
    names.extend([task.name].into_iter().filter(|name| *name != task.id));
    let of_task = match task.group == task.id {
        true => names.join(" "),
        false => format!("{} ({})", names.join(" "), task.group),
    };
    say(&format!(
        "question {}  {of_task}{}\n\n{}{}\n",
        question.index, about.0, about.1, question.text
    ))?;
    if let Some(choice) = question.choice() {
        for (letter, option) in Letter::ALL.iter().zip(&choice.options) {
            let mark = if *letter == choice.key { '*' } else { ' ' };
            say(&format!("{mark} {letter}: {}", option.text))?;
        }
    }
    if let Kind::Tool(ToolUse { functions, .. }) | Kind::Turns(Turns { functions, .. }) =
        &question.kind
    {
        functions
            .iter()
            .try_for_each(|function| say(&format!("  {function}")))?;
    }
    if let Some(right) = right_answer(&question.kind) {
        say(&format!("* {right}"))?;
    }
    if !question.reason.is_empty() {
        say(&format!("\n{}", question.reason))?;
    }
    let rule = "-".repeat(width.map_or(72, |width| width.min(72)));
    say(&format!("\n{rule}\n"))
}
