//! `edgescore pack show`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_taskpack::{Fault, Layout, Letter, Pack, PackError, Question, Rotation};
use serde_json::json;

use super::file;
use crate::failure::Failure;
use crate::files;
use crate::output::print;
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
    let mut user = String::new();
    // Writing to a String cannot fail.
    let _ = question.write_user_message(
        Layout::Reference,
        Rotation::default(),
        pack.instruction(),
        &mut user,
    );
    let mut line = json!({
        "episode": question.episode.id,
        "task": question.task.id,
        "question": question.index,
        "answer": question.key.to_string(),
        "messages": [
            { "role": "system", "content": pack.system() },
            { "role": "user", "content": user },
        ],
    });
    if question.faults.iter().any(Option::is_some) {
        let faults = question.faults.map(|fault| fault.map(Fault::name));
        line["faults"] = Letter::ALL
            .iter()
            .zip(faults)
            .filter_map(|(letter, fault)| Some((letter.to_string(), fault?.into())))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    line
}

fn write(out: &mut dyn Write, question: &Question) -> io::Result<()> {
    let Question { task, episode, .. } = question;
    let width = Screen::of_stdout().width;
    let mut say = |text: &str| {
        let mut lines = wrap(text, width).into_iter();
        lines.try_for_each(|line| writeln!(out, "{line}"))
    };
    say(&format!(
        "question {}  {} {} ({})  episode {}\n\n{}\n\n{}\n",
        question.index, task.id, task.name, task.group, episode.id, episode.summary, question.text
    ))?;
    for (letter, option) in Letter::ALL.iter().zip(question.options) {
        let mark = if *letter == question.key { '*' } else { ' ' };
        say(&format!("{mark} {letter}: {option}"))?;
    }
    if !question.reason.is_empty() {
        say(&format!("\n{}", question.reason))?;
    }
    let rule = "-".repeat(width.map_or(72, |width| width.min(72)));
    say(&format!("\n{rule}\n"))
}
