//! `edgescore choose`.

mod args;
mod candidate;
mod folder;
mod page;
mod racing;
mod say;
mod view;
mod why;

pub use args::Args;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files::{self, absolute};
use crate::render::text;
use folder::Folder;
use say::say;
use view::ChoiceView;

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let bytes = files::read(&pack)?;
    let asked = args.plan();
    let questions = match (
        files::open_pack(&pack, &bytes)?.question_count(),
        asked.limit,
    ) {
        (all, 0) => all,
        (all, limit) => limit.min(all),
    };
    let models = args.models.iter().cloned().map(absolute);
    let models = models.collect::<Result<Vec<_>, _>>()?;
    // A name that was misspelt is no model that leaves.
    models
        .iter()
        .try_for_each(|model| files::open(model).map(drop))?;
    let asked_for = args.asked_for(&models, &bytes);
    let mut folder = Folder::open(args.output.as_deref(), asked_for, args.force)?;
    say(&format!("race in {}", folder.path().display()));
    let mut field = candidate::field(args, &pack, models, &mut folder)?;
    let raced = racing::race(args, &folder, &mut field, questions)?;
    let Some(raced) = raced else {
        say(&format!(
            "stopped; what was answered is in {}, and the same command goes on from there",
            folder.path().display()
        ));
        return Ok(Outcome::NotAsPlanned);
    };
    let view = ChoiceView::of(&raced, &field, questions);
    folder.write(&view)?;
    text::show(&page::page(args, &folder, &field, &view))?;
    Ok(match view.chosen {
        Some(_) => Outcome::AsPlanned,
        None => Outcome::NotAsPlanned,
    })
}
