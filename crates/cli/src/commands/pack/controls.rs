//! `edgescore pack controls`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use edgescore_score::Proportion;
use edgescore_taskgen::controls::{self, Control};
use edgescore_taskgen::generate::{Generator, Level, Recipe, Split};
use edgescore_taskgen::tools;
use edgescore_taskpack::{Kind, Pack, Question};
use serde_json::{Value, json};

use super::file::open;
use crate::failure::Failure;
use crate::files;
use crate::output::print;
use crate::render::values;

/// Training questions of each task, where the pack is generated and none are given: 20,010 in
/// all.
const TRAIN_PER_TASK: u32 = 667;

/// Answer the questions with simple solvers that cannot know the answers
///
/// Shortcuts (a constant letter, the longest option, the options' words alone) are at chance on a
/// sound pack: 25 % with four options. Questions about functions are answered by others (never a
/// call, the first function). Numbers and texts are not answered. Solvers that make one fault of
/// reasoning need generated questions, whose words they read.
#[derive(clap::Args)]
pub struct Args {
    /// The pack
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Train the bag of words on this pack [default for a generated pack: 20,010 questions of
    /// its level's train split]
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bytes = files::read(&args.file)?;
    let pack = open(&args.file, &bytes)?;
    let train = match (&args.train, level_of(&pack)) {
        (Some(file), _) => Some(files::read(file)?),
        (None, Some(level)) => Some(training(level)?),
        (None, None) => None,
    };
    let train = match (&train, &args.train) {
        (Some(bytes), Some(file)) => questions(&open(file, bytes)?),
        (Some(bytes), None) => questions(&Pack::open(bytes).map_err(Failure::data)?),
        (None, _) => Vec::new(),
    };
    let asked = questions(&pack);
    let chance = controls::chance(&asked);
    let mut controls = controls::run(&asked, &train);
    controls.extend(tools::controls::run(&asked));
    controls.retain(|control| control.asked > 0);
    if controls.is_empty() {
        return Err(Failure::Data(anyhow!(
            "{}: the controls choose among options or functions, and no question has any",
            args.file.display()
        )));
    }
    print(|out| match args.json {
        true => writeln!(out, "{:#}", json_of(&pack, chance, train.len(), &controls)),
        false => write(
            out,
            &heading(&pack, &asked),
            chance.is_some(),
            train.len(),
            &controls,
        ),
    })
}

fn json_of(pack: &Pack, chance: Option<f64>, trained: usize, controls: &[Control]) -> Value {
    let rows = controls.iter().map(|control| {
        json!({
            "name": control.name,
            "shortcut": control.shortcut,
            "right": control.right,
            "questions": control.asked,
            "accuracy": control.accuracy(),
        })
    });
    json!({
        "pack": pack.name(),
        "chance": chance,
        "trained_on": trained,
        "controls": rows.collect::<Vec<_>>(),
    })
}

/// The pack and those of its questions that are answered.
fn heading(pack: &Pack, asked: &[Question]) -> String {
    let mut parts = vec![format!("pack {}", pack.name())];
    let count = |of: fn(&Question) -> bool| asked.iter().filter(|question| of(question)).count();
    let options = count(|question| question.choice().is_some());
    if let Some(chance) = controls::chance(asked) {
        let chance = 100.0 * chance;
        parts.push(format!(
            "{options} questions with options; chance {chance:.1} %"
        ));
    }
    let calls = count(|question| matches!(question.kind, Kind::Tool(_) | Kind::Turns(_)));
    if calls > 0 {
        parts.push(format!("{calls} questions about functions"));
    }
    parts.join(", ")
}

fn write(
    out: &mut dyn Write,
    heading: &str,
    has_options: bool,
    trained: usize,
    controls: &[Control],
) -> io::Result<()> {
    writeln!(out, "{heading}")?;
    for (title, shortcut) in [
        ("shortcuts", true),
        ("solvers that read the question", false),
    ] {
        let mut rows = controls
            .iter()
            .filter(|control| control.shortcut == shortcut)
            .peekable();
        if rows.peek().is_some() {
            writeln!(out, "\n{title}")?;
        }
        for control in rows {
            let share = Proportion::new(control.right, control.asked);
            let share = values::percent(share.map(Proportion::estimate));
            writeln!(out, "  {:<46}  {share}", control.name)?;
        }
    }
    match trained {
        _ if !has_options => Ok(()),
        0 => writeln!(
            out,
            "\nno bag of words: give --train with questions of the same kind"
        ),
        trained => writeln!(
            out,
            "\nthe bag of words learnt from {trained} other questions"
        ),
    }
}

/// All questions of a pack that was checked.
fn questions<'p>(pack: &Pack<'p>) -> Vec<Question<'p>> {
    let indices = 0..pack.question_count();
    indices
        .filter_map(|index| pack.question(index).ok())
        .collect()
}

/// The level of a generated pack, by its name.
fn level_of(pack: &Pack) -> Option<Level> {
    let number = pack.name().strip_prefix(Level::PACK_NAME)?;
    Level::new(number.parse().ok()?)
}

/// A pack to learn from: the train split, so it has no question of any test pack.
fn training(level: Level) -> Result<Vec<u8>, Failure> {
    let recipe = Recipe {
        seed: 1,
        split: Split::Train,
        level,
        per_task: TRAIN_PER_TASK,
    };
    let generator = Generator::new().map_err(Failure::data)?;
    let draft = generator.draft(&recipe).map_err(Failure::data)?;
    draft.to_bytes().map_err(Failure::data)
}
