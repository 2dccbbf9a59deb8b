//! `edgescore pack show`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_taskpack::{Layout, Letter, Pack, Question, Rotation};
use serde_json::json;

use crate::failure::Failure;
use crate::files;

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
    let pack = super::open(&args.file, &bytes)?;
    let range = match args.question {
        Some(index) => index..index.saturating_add(1),
        None => 0..pack.question_count(),
    };
    let mut shown = 0u32;
    let mut out = io::stdout().lock();
    for index in range {
        let question = pack.question(index).map_err(Failure::data)?;
        if args
            .task
            .as_deref()
            .is_some_and(|id| id != question.task.id)
        {
            continue;
        }
        shown += 1;
        let printed = match args.messages {
            true => writeln!(out, "{}", messages(&pack, &question)),
            false => write(&mut out, &question),
        };
        match printed {
            // The reader has seen enough, as `head` has.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other.map_err(Failure::data)?,
        }
    }
    if shown == 0 {
        return Err(Failure::Usage(anyhow!(
            "no question of the pack is of task {}: `edgescore pack info` lists its tasks",
            args.task.as_deref().unwrap_or_default()
        )));
    }
    Ok(())
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
    json!({
        "episode": question.episode.id,
        "task": question.task.id,
        "question": question.index,
        "answer": question.answer.to_string(),
        "messages": [
            { "role": "system", "content": pack.system() },
            { "role": "user", "content": user },
        ],
    })
}

fn write(out: &mut impl Write, question: &Question) -> io::Result<()> {
    let Question { task, episode, .. } = question;
    writeln!(
        out,
        "question {}  {} {} ({})  episode {}\n\n{}\n\n{}\n",
        question.index, task.id, task.name, task.group, episode.id, episode.summary, question.text
    )?;
    for (letter, option) in Letter::ALL.iter().zip(question.options) {
        let mark = if *letter == question.answer { '*' } else { ' ' };
        writeln!(out, "{mark} {letter}: {option}")?;
    }
    if !question.reason.is_empty() {
        writeln!(out, "\n{}", question.reason)?;
    }
    writeln!(out, "\n{}\n", "-".repeat(72))
}
