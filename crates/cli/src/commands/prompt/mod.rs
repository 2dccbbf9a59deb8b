//! `edgescore prompt`.

mod messages;
mod room;
mod tokens;
mod view;

use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_chat::expand;
use edgescore_record::{Mode, Plan};
use edgescore_taskpack::Rotation;

use crate::defaults;
use crate::failure::Failure;
use crate::files;
use crate::output::print;
use crate::prompt::user_message;
use crate::render::{json, text};
use crate::session::{Inputs, OneModel, OperatingPoint, RunOptions};
use room::Room;
use view::View;

/// Print the exact prompt of a question: its text, the parts that the chat template makes of it,
/// and its tokens
///
/// Takes the arguments of `run` and makes the prompt as for a run. The tokens are those of
/// edgescore-rt on this machine; in letter mode they include the forced start of an answer.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    model: OneModel,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack", conflicts_with = "messages")]
    pack: Option<PathBuf>,

    /// The question, counted from 0 over the whole pack
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true,
        conflicts_with_all = ["messages", "limit"]
    )]
    question: i64,

    /// Render these messages, as they are, instead of a question's: a JSON array of objects with
    /// role and content. Prints the text alone
    #[arg(long, value_name = "FILE.json")]
    messages: Option<PathBuf>,

    /// Print the text of the prompt and nothing else
    #[arg(long)]
    text: bool,

    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["text", "messages"])]
    json: bool,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    point: OperatingPoint,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let model = args.model.path()?;
    if let Some(path) = &args.messages {
        let text = messages::render(&model, args.options.prompts(), path)?;
        return print(|out| write!(out, "{text}"));
    }
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let prompts = args.options.compose(&pack, &model)?;
    let bytes = files::read(&pack)?;
    let opened = files::open_pack(&pack, &bytes)?;
    let index = u32::try_from(args.question).ok();
    let question = index.and_then(|index| Some((index, opened.question(index).ok()?)));
    let (index, question) = question.ok_or_else(|| {
        let count = opened.question_count();
        Failure::Usage(anyhow!(
            "the pack has {count} questions, counted from 0: give --question 0 to {}",
            count.saturating_sub(1)
        ))
    })?;
    let plan = args.point.put_in(args.options.plan());
    let user = user_message(&question, plan.layout, Rotation::default());
    let parts = prompts.of(index);
    let prompt = expand(parts, opened.system(), &user);
    if args.text {
        return print(|out| write!(out, "{prompt}"));
    }
    let inputs = Inputs {
        prompts: prompts.to_bytes()?,
        pack,
        model,
    };
    let behind = prompts.behind_trace(plan.mode);
    let shown = Plan {
        // The forced start of an answer stands behind the trace.
        mode: match behind {
            Some(_) => Mode::Generate,
            None => plan.mode,
        },
        ..plan
    };
    let tokens = tokens::ask(&inputs, &shown, index)?;
    let room = Room::of(&plan, &prompts, &inputs.model, tokens.prompt.len() as u32);
    if let Some(why) = room.too_little() {
        crate::screen::say(&format!("warning: {why}"));
    }
    let view = View::new(&prompts, parts, &prompt, tokens, behind, room);
    match args.json {
        true => print(|out| json::write(out, &view)),
        false => print(|out| text::write(out, &view.page())),
    }
}
